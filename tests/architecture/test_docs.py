"""The docs stay true: settings, commands, dependencies and links are what the project has."""

import importlib
import re
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from core.settings import CONFIG_FILE, EnvironmentSettings, Settings

ROOT = Path(__file__).parents[2]
OPERATING = ROOT / "docs/operating.md"
DEPENDENCIES = ROOT / "docs/decisions/0002-dependencies.md"
PAGES = (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md")))
NOTHING = "–"

_SETTING_ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
_SETTING_NAME = re.compile(r"\b((?:LIMNER|TELEGRAM|DISCORD|OPENAI)_[A-Z0-9_]+)\b")
_PACKAGE_ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")
_CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)
_FENCE = re.compile(r"```.*?```", re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def groups() -> list[type[EnvironmentSettings]]:
    """Every group of settings: the core's, and each surface's where it has one."""
    found: list[type[EnvironmentSettings]] = [Settings]
    for file in sorted(ROOT.glob("bots/*/settings.py")):
        module = importlib.import_module(f"bots.{file.parent.name}.settings")
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type)
            and issubclass(value, EnvironmentSettings)
            and value.__module__ == module.__name__
        ]
    return found


def as_written(default: object) -> str:
    """How a default stands in the table."""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        default = ",".join(str(part) for part in default)
    return NOTHING if default in (None, "") else f"`{default}`"


def settings_of_the_code() -> dict[str, str]:
    defaults = {
        str(field.validation_alias): as_written(field.default)
        for group in groups()
        for field in group.model_fields.values()
    }
    return defaults | {CONFIG_FILE: NOTHING}


def make_targets() -> set[str]:
    lines = (ROOT / "Makefile").read_text("utf-8")
    return set(re.findall(r"^([a-z][a-z-]*):", lines, re.MULTILINE))


def code_in(page: Path) -> str:
    """All that a page shows as code, joined."""
    return "\n".join(a or b for a, b in _CODE.findall(page.read_text("utf-8")))


def anchors_of(page: Path) -> set[str]:
    """The names under which a page's headings can be linked to."""
    prose = _FENCE.sub("", page.read_text("utf-8"))
    return {
        re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        for heading in _HEADING.findall(prose)
    }


def packages(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0].lower() for one in requirements}


def test_every_setting_is_documented_with_its_default_and_no_other() -> None:
    documented = {name: default for name, default, _ in _rows()}
    assert documented == settings_of_the_code()


def _rows() -> list[tuple[str, str, str]]:
    return _SETTING_ROW.findall(OPERATING.read_text("utf-8"))


def test_no_setting_is_documented_twice() -> None:
    names = [name for name, _, _ in _rows()]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_no_setting_that_does_not_exist(page: Path) -> None:
    # LIMNER_SPECS is the tests' own switch: it says where published API descriptions lie.
    known = {*settings_of_the_code(), "LIMNER_SPECS"}
    named = set(_SETTING_NAME.findall(page.read_text("utf-8")))
    assert named <= known


def test_readme_begins_with_run_and_test() -> None:
    commands = re.findall(r"^\s*(make [a-z-]+)", code_in(ROOT / "README.md"), re.MULTILINE)
    assert commands[:2] == ["make run", "make test"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_names_no_make_target_that_does_not_exist(page: Path) -> None:
    assert set(_MAKE.findall(code_in(page))) <= make_targets()


def test_every_dependency_has_its_reason_and_licence_and_no_other_is_listed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = DEPENDENCIES.read_text("utf-8")
    to_run, _, rest = page.partition("### To develop")
    to_develop, _, _ = rest.partition("### Art and data")

    assert {name for name, _, _ in _PACKAGE_ROW.findall(to_run)} == packages(
        project["dependencies"]
    )
    assert {name for name, _, _ in _PACKAGE_ROW.findall(to_develop)} == packages(
        project["optional-dependencies"]["dev"]
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    dead = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text("utf-8"))):
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        is_there = target.is_relative_to(ROOT) and target.exists()
        if not is_there or (anchor and anchor not in anchors_of(target)):
            dead.append(link)
    assert not dead


def test_the_readme_shows_the_playground() -> None:
    ((says, path),) = _PICTURE.findall((ROOT / "README.md").read_text("utf-8"))
    assert says
    with Image.open(ROOT / path) as picture:
        assert picture.format == "PNG"
        assert picture.width >= 800


def test_the_readme_counts_what_the_illustrator_knows() -> None:
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    for things in ("subjects", "places"):
        file = ROOT / f"core/providers/illustrator/words/{things}.txt"
        lines = [one for one in file.read_text("utf-8").splitlines() if one and one[0] != "#"]
        assert f"{len(lines)} {things}" in readme


def test_every_metric_is_documented_and_no_other() -> None:
    code = (ROOT / "core/web/metrics.py").read_text("utf-8")
    page = OPERATING.read_text("utf-8")
    assert set(re.findall(r"`(limner_[a-z_]+)", page)) == set(re.findall(r'"(limner_\w+)"', code))


def test_every_command_of_the_command_line_is_documented() -> None:
    code = (ROOT / "bots/cli.py").read_text("utf-8")
    commands = re.findall(r"@limner\.command\(\)\n(?:async )?def (\w+)", code)
    assert commands
    shown = code_in(OPERATING)
    overview = shown[: shown.index("one part alone")]
    assert {command for command in commands if not re.search(rf"\b{command}\b", overview)} == set()


def test_every_part_of_the_procfile_is_explained() -> None:
    parts = re.findall(r"^(\w+):", (ROOT / "Procfile").read_text("utf-8"), re.MULTILINE)
    page = OPERATING.read_text("utf-8")
    section = page[page.index("## One process, or several") : page.index("## SQLite or PostgreSQL")]
    assert {part for part in parts if f"`{part}`" not in section} == set()


def test_decisions_are_numbered_without_gaps_and_say_what_follows() -> None:
    decisions = sorted((ROOT / "docs/decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in decisions] == list(range(1, len(decisions) + 1))
    for page in decisions:
        text = page.read_text("utf-8")
        assert text.startswith(f"# {page.name[:4]}: ")
        assert {"context", "decision", "consequences"} <= anchors_of(page)


def test_every_period_of_a_shipped_profile_stands_in_the_privacy_page() -> None:
    rows = re.findall(
        r"^\| ([a-z_, ]+) \| (until deleted|\d+) \| (until deleted|\d+) \|$",
        (ROOT / "docs/privacy.md").read_text("utf-8"),
        re.MULTILINE,
    )
    for column, profile in enumerate(("flux-art", "artiflux")):
        file = ROOT / f"core/policy/profiles/{profile}.toml"
        periods = tomllib.loads(file.read_text("utf-8"))["retention_days"]
        written = {
            name: -1 if periods_written[column] == "until deleted" else int(periods_written[column])
            for names, *periods_written in rows
            for name in names.split(", ")
        }
        assert written == periods
