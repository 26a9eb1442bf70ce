"""Every text exists in every language, with the same places to fill."""

import importlib
import pkgutil
import re
from collections import defaultdict
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from string import Formatter
from typing import get_args, get_type_hints

import pytest
from babel.messages.pofile import read_po

import core
from core.generation.values import Verified
from core.kernel.errors import CoreError
from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import codes, has_text, text
from core.messages.speech import day, duration, refusal, spoken
from core.moderation.verdicts import Category
from core.providers.port import FailureKind
from core.providers.routing import Reason

REASONS_OF_PICTURES = {"unknown-format", "damaged", "animated"}
REASONS_OF_ADMISSION = {"unknown-offering", "none-configured"}
SPOKEN_FACTS = {"resets_in_s": "resets_in", "retry_after_s": "retry_after"}


@cache
def all_forms(language: Language) -> dict[str, list[str]]:
    """Every form of every text, as they stand in the catalogues."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in resources.files("core.messages").joinpath(language).iterdir():
        if file.name.endswith(".po"):
            with file.open("rb") as stream:
                for message in read_po(stream, locale=language):
                    ids = message.id if isinstance(message.id, list | tuple) else [message.id]
                    string = message.string
                    for code in set(ids):
                        found[str(code)] += (
                            [string] if isinstance(string, str) else list(string or ())
                        )
    return found


def forms(code: str, language: Language) -> list[str]:
    """Every form of a text, as it stands in the catalogue."""
    return all_forms(language).get(code, [])


def places(string: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(string) if name is not None}


def all_errors() -> list[type[CoreError]]:
    for module in pkgutil.walk_packages(core.__path__, "core."):
        if "migrations" not in module.name:
            importlib.import_module(module.name)
    found: list[type[CoreError]] = []
    waiting = [CoreError]
    while waiting:
        children = waiting.pop().__subclasses__()
        waiting += children
        found += [one for one in children if one.__module__.startswith("core.")]
    return found


@pytest.mark.promise("FA-L.1")
def test_every_language_has_the_same_texts() -> None:
    assert len(codes("en")) > 100
    for language in LANGUAGES:
        assert codes(language) == codes("en")


@pytest.mark.promise("FA-L.1")
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_left_untranslated(language: Language) -> None:
    for code in codes(language):
        found = forms(code, language)
        assert found, code
        assert all(form.strip() == form and form for form in found), code
        assert code not in found, code


@pytest.mark.promise("FA-L.1")
def test_places_to_fill_are_the_same_in_every_language() -> None:
    for code in codes("en"):
        wanted = set().union(*(places(form) for form in forms(code, "en")))
        for language in LANGUAGES:
            found = set().union(*(places(form) for form in forms(code, language)))
            assert found == wanted, (code, language)
            assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in found), code


def test_texts_with_a_number_have_every_plural_form_of_the_language() -> None:
    counted = {code for code in codes("en") if len(forms(code, "en")) > 1}
    assert counted
    for code in counted:
        assert len(forms(code, "en")) == 2, code
        assert len(forms(code, "zh_Hans")) == 1, code
        assert "n" in places(forms(code, "en")[1]), code
        assert text_with_any_facts(code, "en", 1) != text_with_any_facts(code, "en", 2)
        assert text_with_any_facts(code, "zh_Hans", 2)


def text_with_any_facts(code: str, language: Language, n: int) -> str:
    names = set().union(*(places(form) for form in forms(code, language)))
    facts: dict[str, object] = dict.fromkeys(names, "x") | {"n": n}
    return text(code, language, **facts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_a_text_whose_places_its_facts_fill(language: Language) -> None:
    for error in all_errors():
        assert has_text(error.code, language), error.__name__
        names = set(get_type_hints(error.__init__)) - {"return", "facts"}
        said = {SPOKEN_FACTS.get(name, name) for name in names} | names
        if error.__init__ is not CoreError.__init__:
            for form in forms(error.code, language):
                assert places(form) <= said, error.__name__


def test_refusals_have_different_codes() -> None:
    found = [error.code for error in all_errors()]
    assert len(found) == len(set(found))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_that_is_spoken_has_a_text(language: Language) -> None:
    kinds = {kind.value for kind in FailureKind} - {"blocked"} | {"blocked-input", "blocked-output"}
    sources = get_args(get_type_hints(Verified)["source"])
    families: dict[str, set[str]] = {
        "category": {one.value for one in Category},
        "reason": set(get_args(Reason)) | REASONS_OF_PICTURES | REASONS_OF_ADMISSION,
        "provider": kinds,
        "language": set(LANGUAGES),
        "verify": set(sources),
    }
    for family, values in families.items():
        assert values
        missing = {one for one in values if not has_text(f"{family}-{one}", language)}
        assert missing == set(), family


def test_a_missing_text_or_fact_is_an_error_and_never_a_blank() -> None:
    with pytest.raises(KeyError):
        text("no-such-code", "en")
    with pytest.raises(KeyError):
        text("quota-exceeded", "en", needed=1)
    assert not has_text("no-such-code", "en")


def test_facts_that_are_codes_are_spoken() -> None:
    said = spoken("offering-unavailable", {"model": "m", "reason": "size"}, "en")
    assert text("reason-size", "en") in said
    assert "reason-size" not in said


def test_a_persons_words_are_never_read_as_a_place_to_fill() -> None:
    class FlagInvalid(CoreError):
        code = "flag-invalid"

    said = refusal(FlagInvalid(flag="--ar", given="{allowed} {0}", allowed="1:1"), "en")
    assert "{allowed} {0}" in said


@pytest.mark.parametrize(
    ("seconds", "english", "chinese"),
    [(0, "1 second", "1秒钟"), (40, "40 seconds", "40秒钟"), (3 * 3600, "3 hours", "3小时")],
)
def test_durations_are_said_the_way_people_do(seconds: int, english: str, chinese: str) -> None:
    assert duration(seconds, "en") == english
    assert (
        duration(seconds, "zh_Hans").replace("\N{NO-BREAK SPACE}", "").replace(" ", "") == chinese
    )


def test_days_are_said_in_the_language() -> None:
    moment = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert day(moment, "en") == "November 22, 2026"
    assert day(moment, "zh_Hans") == "2026年11月22日"
