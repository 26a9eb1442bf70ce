"""One part of an export while it is filled: a zip in memory that never outgrows its limit."""

import hashlib
import json
import mmap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from core.privacy.export.values import usual_size

_ENTRY_BYTES = 400
"""What a zip says of one file, beside its content: name, times and sizes, twice; and our list."""
_LINE_BYTES = 2
_SPARE_BYTES = 4_000_000
"""For the one record that is put in even where it has no room."""
_COPIES = 2
"""Each line stands in its data file and in the viewer's page."""
_TEXT_SHARE = 6
_TEXT_AT_MOST_BYTES = 6_000_000
"""More records in one page would make it slow to open."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file in a part, as the manifest lists it."""

    name: str
    size_bytes: int
    sha256: str


class Spool:
    """Takes records and files until the next one has no room.

    What is said beforehand (``fixed_bytes``: the viewer, the schemas and the like, uncompressed)
    is kept free for the end.
    """

    def __init__(self, limit_bytes: int, fixed_bytes: int, made_at: datetime) -> None:
        self._limit = limit_bytes
        self._usual = usual_size(limit_bytes)
        self._fixed = fixed_bytes
        self._made_at = made_at.timetuple()[:6]
        self._out = room(limit_bytes)
        self._zip = ZipFile(self._out, "w")
        self._lines: dict[str, list[bytes]] = {}
        self._text = 0
        self._text_at_most = min(_TEXT_AT_MOST_BYTES, self._usual // _TEXT_SHARE)
        self.entries: list[Entry] = []
        self.words: dict[str, Any] = {}
        """For the viewer: what belongs to a file, by the file's path."""

    @property
    def is_empty(self) -> bool:
        """Say whether nothing has been put in."""
        return not self._lines

    def counts(self) -> dict[str, int]:
        """Return how many records of each table are in it."""
        return {name: len(lines) for name, lines in self._lines.items()}

    def lines(self) -> Mapping[str, list[bytes]]:
        """Return the records of each table, as JSON."""
        return self._lines

    def has_room(self, line: bytes, words_bytes: int, file_bytes: int, files: int) -> bool:
        """Say whether a record with its files still fits, however badly it compresses.

        The first one may be as large as the limit allows; with more a part stays small.
        """
        text = self._text + (len(line) + _LINE_BYTES) * _COPIES + words_bytes
        if text > self._text_at_most * _COPIES and not self.is_empty:
            return False
        entries = _ENTRY_BYTES * (len(self.entries) + files)
        limit = self._limit if self.is_empty else self._usual
        return self._out.tell() + file_bytes + text + entries + self._fixed <= limit

    def add_file(self, name: str, data: bytes) -> None:
        """Put a file of the person's content in, as it is: pictures do not get any smaller."""
        self._write(name, data, ZIP_STORED)

    def add_line(self, table: str, line: bytes, words_bytes: int) -> None:
        """Put a record in."""
        self._lines.setdefault(table, []).append(line)
        self._text += (len(line) + _LINE_BYTES) * _COPIES + words_bytes

    def add_text(self, name: str, text: bytes) -> None:
        """Put a text in, compressed."""
        self._write(name, text, ZIP_DEFLATED)

    def write_data(self) -> None:
        """Write the data file of each table; no record can be added afterwards."""
        for table, lines in self._lines.items():
            self.add_text(f"data/{table}.ndjson", b"\n".join(lines) + b"\n")

    def _write(self, name: str, data: bytes, how: int) -> None:
        info = ZipInfo(name, self._made_at)
        info.compress_type = how
        info.external_attr = 0o644 << 16
        self._zip.writestr(info, data)
        self.entries.append(Entry(name, len(data), hashlib.sha256(data).hexdigest()))

    def finish(self) -> memoryview:
        """Close the zip and return its bytes."""
        self._zip.close()
        return memoryview(self._out)[: self._out.tell()]

    def drop(self) -> None:
        """Close the zip, finished or not."""
        self._zip.close()


def room(size_bytes: int) -> mmap.mmap:
    """Return memory to write a file into that goes back to the system with its last reader.

    Pages that nothing is written to take no memory. What Python's own buffers free stays with the
    process for later: after some parts that would be several of them.
    """
    return mmap.mmap(-1, size_bytes + _SPARE_BYTES)


def compact(value: object) -> bytes:
    """Write JSON without blanks, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def pretty(value: object) -> bytes:
    """Write JSON that people can read, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n"
