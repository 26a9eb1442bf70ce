"""Making one part of an export: filled row by row, picture by picture, then sealed in the vault."""

import asyncio
import hashlib
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from core.app import App
from core.kernel.ids import AccountId
from core.kernel.offloop import heavy
from core.kernel.people import Language
from core.privacy.export.about import About, about, controller
from core.privacy.export.fields import field_texts, reason_texts
from core.privacy.export.gather import Item, as_json, for_readers, items
from core.privacy.export.lock import locked
from core.privacy.export.media import path_of
from core.privacy.export.page import opener, viewer
from core.privacy.export.rows import ExportRow
from core.privacy.export.schemas import schemas
from core.privacy.export.spool import Spool, compact, pretty, room
from core.privacy.export.tables import table_texts
from core.privacy.export.values import FILES, FORMAT, MISSING, RECORDS, TOO_LARGE, Cursor
from core.privacy.subject.shelves import shelves
from core.privacy.subject.walk import UNREADABLE
from core.storage.envelope import Unreadable
from core.storage.vault import BlobMissing

Json = dict[str, Any]

_GONE, _TOO_LARGE = "gone", "too-large"
_SPARE_BYTES, _ENTRY_BYTES = 4_000, 400
_PATH_BYTES, _LEFT_OUT_BYTES = 120, 300


@dataclass(slots=True)
class Part:
    """One finished part, and where the next one begins."""

    data: memoryview
    sha256: str
    cursor: Cursor
    counts: dict[str, int]


@dataclass(slots=True)
class _Filling:
    """A part while it is filled."""

    spool: Spool
    cursor: Cursor
    left_out: list[Json] = field(default_factory=list)
    counts: dict[str, int] = field(
        default_factory=lambda: {RECORDS: 0, FILES: 0, MISSING: 0, TOO_LARGE: 0}
    )


@dataclass(frozen=True, slots=True)
class _Frame:
    """What every part holds beside its share of the data."""

    about: bytes
    schemas: Mapping[str, bytes]
    facts: Json
    language: Language

    def size_bytes(self) -> int:
        """Return how much room it takes at the end, uncompressed."""
        left_out = {"columns": left_out_columns(), "files": []}
        told = {"columns": _told_columns(), "files": []}
        page = viewer({**self.facts, "words": {}, "left_out": told}, self.language, {})
        texts = (self.about, page, pretty(left_out), *self.schemas.values())
        return sum(map(len, texts)) + _ENTRY_BYTES * len(texts) + _SPARE_BYTES


async def build(app: App, row: ExportRow, number: int, passphrase: str | None) -> Part:
    """Make the next part of an export in memory; nothing is stored.

    Raises:
        Unreadable: the account's key is destroyed.
    """
    account_id = AccountId(row.account_id)
    told = await about(app, account_id, row.created_at)
    frame = _frame(app, row, told, number)
    size = await heavy(frame.size_bytes)
    filling = _Filling(
        spool=Spool(row.part_limit_bytes, size, row.created_at),
        cursor=Cursor.of_json(row.cursor),
    )
    filling.cursor.number = number
    try:
        await _fill(app, account_id, filling)
        data = await heavy(_closed, app, row, frame, filling)
    finally:
        filling.spool.drop()
    if passphrase is not None:
        data = await heavy(wrapped, data, passphrase, name_of(row, number), row)
    digest = await heavy(lambda: hashlib.sha256(data).hexdigest())
    return Part(data, digest, filling.cursor, filling.counts)


async def _fill(app: App, account_id: AccountId, filling: _Filling) -> None:
    cursor = filling.cursor
    after = (cursor.table, tuple(cursor.key))
    async with aclosing(items(app, account_id, *after)) as found:
        async for item in found:
            if not await _put(app, filling, item):
                return
            cursor.table = item.record.shelf.name
            cursor.key = list(item.record.key)
            # A walk over many small records would otherwise keep everybody else waiting.
            await asyncio.sleep(0)
    cursor.is_done = True


async def _put(app: App, filling: _Filling, item: Item) -> bool:
    """Put a record and its files into the part; False when they have no room in this one."""
    spool = filling.spool
    read, reasons = await _read(app, item)
    line = _line(item, read, reasons)
    if not spool.has_room(line, _beside(item, reasons), _size(read), len(read)):
        if not spool.is_empty:
            return False
        # Not even in a part of its own.
        reasons |= dict.fromkeys(read, _TOO_LARGE)
        read = {}
        line = _line(item, read, reasons)
    for path, data in read.values():
        await heavy(spool.add_file, path, data)
        if item.words is not None:
            spool.words[path] = item.words
    spool.add_line(item.record.shelf.name, line, _beside(item, reasons))
    _count(filling, item, len(read), reasons)
    return True


async def _read(app: App, item: Item) -> tuple[dict[str, tuple[str, bytes]], dict[str, str]]:
    """Return a record's files, each with its path, by their columns; and why others are missing."""
    read: dict[str, tuple[str, bytes]] = {}
    reasons: dict[str, str] = {}
    for media in item.record.media:
        name = media.field.column.name
        try:
            data = await app.vault.get(media.owner, media.blob)
        except BlobMissing:
            reasons[name] = _GONE
        except Unreadable:
            reasons[name] = UNREADABLE
        else:
            read[name] = (path_of(item.record, media, data), data)
    return read, reasons


def _line(item: Item, read: Mapping[str, tuple[str, bytes]], reasons: dict[str, str]) -> bytes:
    paths: dict[str, str | None] = {name: path for name, (path, _) in read.items()}
    return compact(as_json(item, paths, reasons))


def _size(read: Mapping[str, tuple[str, bytes]]) -> int:
    return sum(len(data) for _, data in read.values())


def _beside(item: Item, reasons: Mapping[str, str]) -> int:
    """Return how much else a record adds: its words to the page, what is missing to two lists."""
    words = 0 if item.words is None else len(compact(item.words)) + _PATH_BYTES
    return words + _LEFT_OUT_BYTES * len(reasons)


def _count(filling: _Filling, item: Item, files: int, reasons: Mapping[str, str]) -> None:
    filling.counts[RECORDS] += 1
    filling.counts[FILES] += files
    for why in reasons.values():
        filling.counts[TOO_LARGE if why == _TOO_LARGE else MISSING] += 1
        filling.left_out.append(
            {"table": item.record.shelf.name, "record": item.record.name, "reason": why}
        )


def _frame(app: App, row: ExportRow, told: About, number: int) -> _Frame:
    texts = {shelf.name: table_texts(shelf) for shelf in for_readers()}
    shown = [field for shelf in for_readers() for field in shelf.shown]
    facts: Json = {
        "service": app.profile.service,
        "part": number,
        "made_at": row.created_at.isoformat(),
        "tables": [
            {"name": name, "title": title, "about": about} for name, (title, about) in texts.items()
        ],
        "about": told.panels,
        "fields": {field.name: field_texts(field.name) for field in shown},
    }
    return _Frame(
        about=pretty({**told.written, "part": number}),
        schemas={f"schemas/{name}.schema.json": pretty(one) for name, one in schemas().items()},
        facts=facts,
        language=cast("Language", row.language),
    )


def _told_columns() -> list[Json]:
    """Name them as the viewer shows them: one line for each table and reason."""
    groups: dict[tuple[str, str], int] = {}
    for one in left_out_columns():
        key = (one["table"], one["reason"])
        groups[key] = groups.get(key, 0) + 1
    titles = {shelf.name: table_texts(shelf)[0] for shelf in shelves()}
    return [
        {"table": titles[table], "count": count, "reason": reason_texts(reason)}
        for (table, reason), count in groups.items()
    ]


def left_out_columns() -> list[Json]:
    """Name every column that no export holds, with the reason."""
    return [
        {"table": shelf.name, "column": one.column.name, "reason": one.declaration.reason}
        for shelf in shelves()
        for one in shelf.left_out
    ]


def _closed(app: App, row: ExportRow, frame: _Frame, filling: _Filling) -> memoryview:
    """Write what stands at the end of each part: data, about, schemas, the page, the manifest."""
    spool = filling.spool
    left_out = {"columns": left_out_columns(), "files": filling.left_out}
    told = {"columns": _told_columns(), "files": filling.left_out}
    facts = {**frame.facts, "words": spool.words, "left_out": told}
    page = viewer(facts, frame.language, spool.lines())
    spool.write_data()
    spool.add_text("about.json", frame.about)
    for name, schema in frame.schemas.items():
        spool.add_text(name, schema)
    spool.add_text("README.html", page)
    manifest = {
        "format": FORMAT,
        "export": row.id,
        "account": row.account_id,
        "part": filling.cursor.number,
        "is_last": filling.cursor.is_done,
        "made_at": row.created_at.isoformat(),
        "controller": controller(app),
        "counts": spool.counts(),
        "left_out": left_out,
        "files": [
            {"name": one.name, "size_bytes": one.size_bytes, "sha256": one.sha256}
            for one in spool.entries
        ],
    }
    spool.add_text("manifest.json", pretty(manifest))
    return spool.finish()


def name_of(row: ExportRow, number: int) -> str:
    """Return what a part is called once it is open."""
    return f"my-data-{row.created_at:%Y-%m-%d}-{number}.zip"


def wrapped(data: memoryview, passphrase: str, name: str, row: ExportRow) -> memoryview:
    """Lock a part and put it into a zip with the page that opens it."""
    out = room(len(data))
    at = row.created_at.timetuple()[:6]
    with ZipFile(out, "w") as parcel:
        page = ZipInfo("OPEN.html", at)
        page.external_attr = 0o644 << 16
        parcel.writestr(page, opener(cast("Language", row.language)))
        info = ZipInfo(f"{name}.locked", at)
        info.compress_type = ZIP_STORED
        info.external_attr = 0o644 << 16
        with parcel.open(info, "w") as entry:
            for frame in locked(data, passphrase):
                entry.write(frame)
    return memoryview(out)[: out.tell()]
