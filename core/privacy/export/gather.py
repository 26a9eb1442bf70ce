"""What goes into an export, in order: each record with where it was made and what belongs to it."""

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, select

from core.app import App
from core.kernel.ids import AccountId
from core.privacy.subject.recipients import Recipient, recipient_of
from core.privacy.subject.shelves import Shelf, shelves
from core.privacy.subject.walk import BATCH_ROWS, Key, Record, opened, records
from core.providers.routing import RouteReceipt
from core.storage.database import UtcDateTime
from core.storage.inventory import Category

_MEDIA_ROWS = 50
_UNIX_DIGITS = 3

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One record on its way into a part."""

    record: Record
    made: Json | None
    """Who made it and where, for what was sent to an offering."""
    words: Json | None
    """For files: the words and facts of the request that they belong to, for the viewer."""


_READ_FIRST: tuple[Category, ...] = ("account", "content", "usage", "quota", "billing", "consent")


def for_readers() -> tuple[Shelf, ...]:
    """Return the same tables in the order in which people look for things."""
    order = {name: number for number, name in enumerate(_READ_FIRST)}
    return tuple(sorted(exported(), key=lambda one: order.get(one.category, len(order))))


def exported() -> tuple[Shelf, ...]:
    """Return the tables of which something is exported, in the order of an export."""
    return tuple(one for one in shelves() if not one.is_left_out)


async def items(
    app: App, account_id: AccountId, table: str = "", key: Sequence[object] = ()
) -> AsyncGenerator[Item]:
    """Yield everything that an export of an account holds, behind a row; all of it without one."""
    all_shelves = exported()
    names = [shelf.name for shelf in all_shelves]
    start = names.index(table) if table else 0
    for shelf in all_shelves[start:]:
        last: Key | None = tuple(key) if shelf.name == table and key else None
        limit = _MEDIA_ROWS if shelf.media else BATCH_ROWS
        while found := await records(app, account_id, shelf, last, limit):
            for item in await _items_of(app, shelf, found):
                yield item
            last = found[-1].key


async def _items_of(app: App, shelf: Shelf, found: Sequence[Record]) -> list[Item]:
    if _is_use(shelf):
        return [Item(one, _made(app, one), None) for one in found]
    parent = _parent_of(shelf) if shelf.media else None
    if parent is None:
        return [Item(one, None, None) for one in found]
    key, above = parent
    parents = await _parents(app, key, above, found)
    return [_with_parent(app, one, parents.get(one.values.get(key.parent.name))) for one in found]


def _with_parent(app: App, record: Record, parent: Record | None) -> Item:
    if parent is None:
        return Item(record, None, None)
    words = {
        field.name: value
        for field in parent.shelf.shown
        if field.declaration.category == "content"
        and field.declaration.source == "person"
        and (value := parent.values[field.name])
    }
    return Item(record, _made(app, parent), words)


def _is_use(shelf: Shelf) -> bool:
    return "receipt" in shelf.table.info.get("usage", {})


def _parent_of(shelf: Shelf) -> tuple[ForeignKey, Shelf] | None:
    """Return how files lead to the request that they were made for."""
    by_name = {one.name: one for one in exported()}
    for key in sorted(shelf.table.foreign_keys, key=lambda one: one.parent.name):
        above = by_name.get(key.column.table.name)
        if above is not None and _is_use(above):
            return key, above
    return None


async def _parents(
    app: App, key: ForeignKey, above: Shelf, found: Sequence[Record]
) -> dict[object, Record]:
    wanted = {one.values[key.parent.name] for one in found}
    query = select(above.table).where(key.column.in_(wanted))
    async with app.transaction() as tx:
        rows = (await tx.execute(query)).mappings().all()
    return {one.key[0]: one for one in await opened(app, above, rows)}


def _made(app: App, record: Record) -> Json | None:
    """Say who received a request and where they are; None for one that went to nobody.

    Source: the policy "Flux Art", section 9; PRIVACY "Transparency of routing".
    """
    names = record.shelf.table.info["usage"]
    row = record.values
    written = row.get(names["receipt"])
    if not written or not row.get(names["outcome"]):
        return None
    try:
        receipt = RouteReceipt.from_json(json.dumps(written))
    except ValueError:
        return None
    if receipt.chosen is None:
        return None
    return made_of(recipient_of(app, str(row[names["offering"]]), receipt))


def made_of(one: Recipient) -> Json:
    """Return a recipient as an export names it."""
    return {
        "offering": one.offering_id,
        "processor": one.processor if one.is_known else None,
        "on_own_machine": one.is_own_machine,
        "region": list(one.places),
        "region_is_pinned": one.is_pinned,
        "no_training": {"asked": one.no_training_asked, "confirmed": one.no_training_confirmed},
        "nothing_stored": {
            "asked": one.zero_retention_asked,
            "confirmed": one.zero_retention_confirmed,
        },
    }


FILE_SUFFIX = "_file"
UNIX_SUFFIX = "_unix"
SOURCES, MISSING_VALUES, MADE = "_sources", "_missing", "_made"


def as_json(item: Item, files: dict[str, str | None], reasons: dict[str, str]) -> Json:
    """Return a record as its line in an export.

    ``files``: the path of each file that belongs to it, by the column that names it; None for
    one that is not there, with the reason in ``reasons``.
    """
    record = item.record
    media = {one.column.name for one in record.shelf.media}
    line: Json = {}
    for field in record.shelf.shown:
        value = record.values[field.name]
        if field.column.name in media:
            line[field.name + FILE_SUFFIX] = files.get(field.column.name)
        elif isinstance(value, datetime):
            line[field.name] = value.isoformat()
            line[field.name + UNIX_SUFFIX] = round(value.timestamp(), _UNIX_DIGITS)
        elif is_time(field.column):
            line[field.name] = line[field.name + UNIX_SUFFIX] = None
        else:
            line[field.name] = value
    line[SOURCES] = dict(record.sources)
    line[MISSING_VALUES] = {**record.missing, **reasons}
    if item.made is not None:
        line[MADE] = item.made
    return line


def is_time(column: Column[object]) -> bool:
    """Say whether a column holds times."""
    return isinstance(column.type, UtcDateTime)
