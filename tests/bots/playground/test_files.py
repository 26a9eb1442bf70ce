"""The page's own files: complete, worded in both languages, and asking nobody elsewhere."""

import re
from pathlib import Path

import pytest

from bots.playground.app import static_folder
from bots.playground.person import open_installation
from bots.playground.texts import EXAMPLES, PAGE_TEXTS, page_texts
from core.kernel.people import LANGUAGES, Language

SOURCES = sorted(
    path for path in static_folder().rglob("*") if path.suffix in {".js", ".html", ".css", ".svg"}
)
# The name of the SVG language, which nothing fetches.
SVG = "http://www.w3.org/2000/svg"
CODE = re.compile(r"[\"'`]((?:page|caption)-[a-z-]*[a-z])[\"'`]")
THEMES = {"page-theme-system", "page-theme-light", "page-theme-dark"}


def text_of(path: Path) -> str:
    return path.read_text("utf-8")


def test_the_files_ask_for_exactly_the_texts_that_are_sent() -> None:
    asked = {code for path in SOURCES for code in CODE.findall(text_of(path))}

    assert asked | THEMES == set(PAGE_TEXTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_there_with_their_places_for_the_page_to_fill(language: Language) -> None:
    texts = page_texts(language)

    assert all(texts.values())
    assert "{index}" in texts["page-open-one"]
    assert "{count}" in texts["page-open-one"]


@pytest.mark.promise("FA-2.2c")
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_a_file_names_no_address_elsewhere(path: Path) -> None:
    text = text_of(path).replace(SVG, "")

    assert not re.search(r"https?:|//[a-z0-9-]+\.[a-z]", text)
    assert len(text.splitlines()) < 400


def test_no_text_is_ever_read_as_html() -> None:
    for path in SOURCES:
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|eval\(|style=", text_of(path))


def test_every_module_and_drawing_that_is_named_exists() -> None:
    for path in SOURCES:
        for name in re.findall(r'from "\./([a-z-]+\.js)"', text_of(path)):
            assert (path.parent / name).is_file(), f"{path.name} imports {name}"
    for _, art in EXAMPLES:
        assert (static_folder() / "art" / f"{art}.svg").is_file()


def test_an_installation_keeps_its_person_and_two_have_two(tmp_path: Path) -> None:
    first = open_installation(tmp_path / "one")

    assert open_installation(tmp_path / "one") == first
    assert open_installation(tmp_path / "two") != first


def test_a_broken_installation_file_is_said_and_left_alone(tmp_path: Path) -> None:
    open_installation(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_text("something else", "ascii")

    with pytest.raises(ValueError, match="holds no id"):
        open_installation(tmp_path)
    assert file.read_text("ascii") == "something else"
