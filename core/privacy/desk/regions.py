"""Countries as people type them: two letters, or the name in either language."""

from collections.abc import Mapping
from functools import cache

from babel.core import Locale

from core.accounts.commands import RegionUnknown, countries, read_region
from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text

_CALIFORNIA = ("US", "CA")
_SPOKEN = {"california": _CALIFORNIA, "加州": _CALIFORNIA, "加利福尼亚": _CALIFORNIA}


@cache
def _names(language: Language) -> Mapping[str, str]:
    known = Locale.parse(language).territories
    return {code: str(known[code]) for code in sorted(countries()) if code in known}


@cache
def _codes() -> Mapping[str, str]:
    return {
        name.casefold(): code for language in LANGUAGES for code, name in _names(language).items()
    }


def region_in(words: str) -> tuple[str, str]:
    """Return the country, and the part of it if it matters, that somebody typed.

    Raises:
        RegionUnknown: neither letters nor a name of a country.
    """
    said = " ".join(words.split()).casefold()
    if said in _SPOKEN:
        return _SPOKEN[said]
    if said in _codes():
        return _codes()[said], ""
    return read_region(said)


def country(region: str, subdivision: str, language: Language) -> str:
    """Return where somebody is in words, with the letters behind: "Germany (DE)"."""
    if not region:
        return text("settings-region-unset", language)
    name = _names(language).get(region, region)
    code = f"{region}-{subdivision}" if subdivision else region
    if (region, subdivision) == _CALIFORNIA:
        name = text("desk-california", language)
    return f"{name} ({code})"


def countries_with(letter: str, language: Language) -> str:
    """Return the countries whose two letters begin with a letter, as one line."""
    found = [
        f"{code} {name}" for code, name in _names(language).items() if code[0] == letter.upper()
    ]
    return " · ".join(found)


def is_letter(words: str) -> bool:
    """Say whether somebody typed one Latin letter, which lists its countries."""
    return len(words) == 1 and words.isascii() and words.isalpha()


__all__ = ["RegionUnknown", "countries_with", "country", "is_letter", "region_in"]
