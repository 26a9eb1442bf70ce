"""The numbers and small values that exports agree on."""

from dataclasses import dataclass, field
from typing import Any, Literal

FORMAT = "limner-export/1"
"""Named in every part, so that whoever reads one later knows how."""

KIND = "export"
"""The kind of the durable task, and of the request about rights."""

Way = Literal["files", "link"]

PART_AT_MOST_BYTES = 16_000_000
"""So large a part grows, wherever it goes: it is held in memory while it is made."""
FILE_AT_MOST_BYTES = 48_000_000
"""A record with larger files than a part has room for gets a part of its own, up to this."""
HEADROOM_BYTES = 64_000
"""What a platform may count beside the file itself, and what locking adds."""
LEAST_PART_BYTES = 400_000
"""The viewer, the schemas and one record need some room."""
DOWNLOADS_AT_MOST = 5
"""So often can one part be fetched by a link."""


def part_limit(surface_limit_bytes: int) -> int:
    """Return how large a part may become for somebody on a surface, in bytes."""
    room = min(surface_limit_bytes, FILE_AT_MOST_BYTES) - HEADROOM_BYTES
    return max(LEAST_PART_BYTES, room)


def usual_size(limit_bytes: int) -> int:
    """Return how large a part of several records grows under a limit, in bytes."""
    return min(limit_bytes, PART_AT_MOST_BYTES - HEADROOM_BYTES)


@dataclass(slots=True)
class Cursor:
    """How far an export has come; stored with each part, in the part's own transaction."""

    number: int = 0
    """How many parts are finished."""
    table: str = ""
    key: list[object] = field(default_factory=list)
    """The last row that is in a finished part; empty: none of ``table`` is."""
    is_done: bool = False
    letters: int = 0
    """How many parts have been put on their way."""
    told_at: float = 0.0
    """When the person was last told how far it is, as unix time."""
    again_at: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return it as the column stores it."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of_json(cls, written: dict[str, Any]) -> "Cursor":
        """Return what ``to_json`` wrote."""
        return cls(**written)


RECORDS, FILES, MISSING, TOO_LARGE, BYTES = "records", "files", "missing", "too_large", "bytes"
"""What an export counts: rows, files of content, files that are gone, files larger than a part,
and the bytes that were expected when it was asked for."""
EMPTY_COUNTS: dict[str, int] = {RECORDS: 0, FILES: 0, MISSING: 0, TOO_LARGE: 0, BYTES: 0}
