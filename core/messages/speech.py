"""Turning facts into speech: refusals, durations, dates, in the person's language."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from babel.dates import format_date, format_timedelta

from core.kernel.errors import CoreError
from core.kernel.people import Language
from core.messages.catalogue import text

_KB, _MB, _GB, _TWO_DIGITS = 1_000, 1_000_000, 1_000_000_000, 10
_WORDS = {"category": "category", "reason": "reason"}


def duration(seconds: float, language: Language) -> str:
    """Say a length of time the way people do: "40 seconds", "5 hours"."""
    return format_timedelta(timedelta(seconds=max(1, seconds)), locale=language, threshold=1.2)


def day(when: datetime, language: Language) -> str:
    """Say a date (UTC) the way people do."""
    return format_date(when.astimezone(UTC), format="long", locale=language)


def data_size(size_bytes: int) -> str:
    """Say how much data that is: "740 kB", "48 MB", "1.2 GB"."""
    for unit, name in ((_GB, "GB"), (_MB, "MB")):
        if size_bytes >= unit:
            amount = size_bytes / unit
            return f"{amount:.1f} {name}" if amount < _TWO_DIGITS else f"{amount:.0f} {name}"
    return f"{max(1, round(size_bytes / _KB))} kB"


def spoken(code: str, facts: Mapping[str, object], language: Language) -> str:
    """Return the text of a refusal or an outcome; facts that are codes themselves are spoken."""
    places: dict[str, object] = dict(facts)
    for fact, prefix in _WORDS.items():
        if fact in places:
            places[fact] = text(f"{prefix}-{places[fact]}", language)
    for fact in ("resets_in_s", "retry_after_s"):
        seconds = places.get(fact)
        if isinstance(seconds, int):
            places[fact.removesuffix("_s")] = duration(seconds, language)
    return text(code, language, **places)


def refusal(error: CoreError, language: Language) -> str:
    """Return what a person is told when a use-case refuses."""
    return spoken(error.code, error.facts, language)
