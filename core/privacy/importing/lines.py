"""One value of a record from elsewhere: of the right kind and size, or the copy is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

INT64 = (-(1 << 63), (1 << 63) - 1)


class RecordUnusable(Exception):
    """A record can't be used; the text names the place, never what stands there."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record, with where it stands."""

    place: str
    """Part, file and number, as an operator can look them up."""
    values: Mapping[str, Any]

    def refuse(self, name: str, why: str) -> RecordUnusable:
        """Return the error that names a value of this record."""
        return RecordUnusable(f"{self.place}: {name} {why}")

    def mark(self, name: str, at_most: int, *, may_be_empty: bool = True) -> str:
        """Return a short text of one line: an id, a name, a format."""
        value = self.values.get(name)
        if not isinstance(value, str) or len(value) > at_most or not value.isprintable():
            raise self.refuse(name, f"is no text of one line of at most {at_most} characters")
        if not value and not may_be_empty:
            raise self.refuse(name, "is empty")
        return value

    def mark_or_none(self, name: str, at_most: int) -> str | None:
        """Return a short text, or None where there is none."""
        return None if self.values.get(name) is None else self.mark(name, at_most)

    def words(self, name: str, at_most: int) -> str | None:
        """Return what a person wrote, or None where there is nothing (any more)."""
        value = self.values.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or len(value) > at_most or not _can_be_written(value):
            raise self.refuse(name, f"is no text of at most {at_most} characters")
        return value

    def whole(self, name: str, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        value = self.values.get(name)
        if type(value) is not int or not least <= value <= most:
            raise self.refuse(name, f"is no whole number from {least} to {most}")
        return value

    def yes(self, name: str) -> bool:
        """Return a yes or a no."""
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise self.refuse(name, "is neither true nor false")
        return value

    def time(self, name: str, now: datetime) -> datetime:
        """Return a moment that has been."""
        value = self.values.get(name)
        try:
            at = datetime.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise self.refuse(name, "is no time with its zone")
        try:
            utc = at.astimezone(UTC)
        except OverflowError as far:
            raise self.refuse(name, "is no time that there was") from far
        if not datetime(2000, 1, 1, tzinfo=UTC) <= utc <= now:
            raise self.refuse(name, "is in the future, or before there were pictures")
        return utc

    def time_or_none(self, name: str, now: datetime) -> datetime | None:
        """Return a moment that has been, or None where there is none."""
        return None if self.values.get(name) is None else self.time(name, now)


def _can_be_written(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
