"""Reading everything that is held about one account, through the inventory, a batch at a time."""

import base64
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, MetaData, Table, select, tuple_
from sqlalchemy.engine import RowMapping

from core.app import App
from core.kernel.ids import AccountId, BlobId
from core.privacy.subject.shelves import Field, Shelf, shelves
from core.storage.envelope import Place
from core.storage.inventory import Base, Source

BATCH_ROWS = 200

Key = tuple[object, ...]

UNREADABLE = "unreadable"
"""The key that it was sealed with is destroyed."""
EXPIRED = "expired"
"""Its time was over: it was emptied while its row stays."""
WITHHELD = "secret"
"""A secret of the person's own, which no copy repeats."""
THIRD_PARTY = "third-party"
"""It may be about somebody else."""


@dataclass(frozen=True, slots=True)
class Media:
    """Bytes in the vault that belong to a record."""

    field: Field
    owner: AccountId
    blob: BlobId


@dataclass(frozen=True, slots=True)
class Record:
    """One row, as its person may see it."""

    shelf: Shelf
    key: Key
    values: dict[str, Any]
    """By the name that people know each by: plain values, times, opened words."""
    missing: dict[str, str]
    """What has no value although the row once had one, or was never shown: a code each."""
    sources: dict[str, Source]
    """Who each value came from, where it was not made here."""
    media: tuple[Media, ...]

    @property
    def name(self) -> str:
        """Return the row's key as one word."""
        return "-".join(str(part) for part in self.key)


def after(table: Table, last: Key) -> ColumnElement[bool]:
    """Rows behind a key, in the primary key's order: one pass over a table, however large."""
    columns = tuple(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0] > last[0]
    return tuple_(*columns) > tuple_(*last, types=[column.type for column in columns])


async def records(
    app: App, account_id: AccountId, shelf: Shelf, last: Key | None = None, limit: int = BATCH_ROWS
) -> list[Record]:
    """Return the person's next rows of one table, behind ``last``; none when there are no more."""
    table = shelf.table
    query = select(table).where(shelf.owner == account_id)
    if last is not None:
        query = query.where(after(table, last))
    query = query.order_by(*table.primary_key.columns).limit(limit)
    async with app.transaction() as tx:
        rows = (await tx.execute(query)).mappings().all()
    return await opened(app, shelf, rows)


async def walk(
    app: App, account_id: AccountId, metadata: MetaData = Base.metadata
) -> AsyncIterator[Record]:
    """Yield everything that is held about an account and may be shown, table by table."""
    for shelf in shelves(metadata):
        if shelf.is_left_out:
            continue
        last: Key | None = None
        while found := await records(app, account_id, shelf, last):
            for record in found:
                yield record
            last = found[-1].key


async def opened(app: App, shelf: Shelf, rows: Sequence[RowMapping]) -> list[Record]:
    """Turn rows of a table into records: open what is sealed, mask what is somebody else's."""
    sealed = [
        (number, field, row[field.column.name])
        for number, row in enumerate(rows)
        for field in shelf.shown
        if field.is_sealed and not _withheld(field) and row[field.column.name]
    ]
    words = await app.keys.unseal_many(
        [(_place(shelf, field, rows[number]), value) for number, field, value in sealed]
    )
    known = {
        (number, field.name): one for (number, field, _), one in zip(sealed, words, strict=True)
    }
    return [
        _record(shelf, row, {field.name: known.get((number, field.name)) for field in shelf.shown})
        for number, row in enumerate(rows)
    ]


def _place(shelf: Shelf, field: Field, row: RowMapping) -> Place:
    return Place(
        shelf.name, field.column.name, _name_of(shelf, row), str(row[shelf.key_owner.name])
    )


def _key_of(shelf: Shelf, row: RowMapping) -> Key:
    return tuple(row[column.name] for column in shelf.table.primary_key.columns)


def _name_of(shelf: Shelf, row: RowMapping) -> str:
    return "-".join(str(part) for part in _key_of(shelf, row))


def _withheld(field: Field) -> str:
    """Return why a value is never shown, or nothing."""
    if field.declaration.third_party == "masked":
        return THIRD_PARTY
    return WITHHELD if field.column.name in field.column.table.info.get("secrets", ()) else ""


def _record(shelf: Shelf, row: RowMapping, words: dict[str, bytes | None]) -> Record:
    values: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for field in shelf.shown:
        raw = row[field.column.name]
        if withheld := _withheld(field):
            value, why = None, withheld if raw else ""
        elif field.is_sealed:
            value, why = _opened_value(raw, words[field.name])
        else:
            value, why = raw, ""
        values[field.name] = value
        if why:
            missing[field.name] = why
    return Record(
        shelf=shelf,
        key=_key_of(shelf, row),
        values=values,
        missing=missing,
        sources=_sources(shelf, row),
        media=tuple(
            Media(field, AccountId(str(row[shelf.owner.name])), BlobId(str(blob)))
            for field in shelf.media
            if (blob := row[field.column.name])
        ),
    )


def _opened_value(raw: bytes | None, words: bytes | None) -> tuple[str | None, str]:
    if raw is None:
        return None, ""
    if not raw:
        return None, EXPIRED
    if words is None:
        return None, UNREADABLE
    try:
        return words.decode(), ""
    except UnicodeDecodeError:
        return base64.b64encode(words).decode(), ""


def _sources(shelf: Shelf, row: RowMapping) -> dict[str, Source]:
    found: dict[str, Source] = {
        field.name: field.declaration.source
        for field in shelf.shown
        if field.declaration.source != "service"
    }
    # What the platform told until the person chose otherwise.
    for name, chosen in shelf.table.info.get("chosen", {}).items():
        if row[chosen]:
            found[name] = "person"
    return found
