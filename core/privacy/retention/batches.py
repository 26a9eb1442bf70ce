"""One batch of a sweep: bytes in the vault first, then the rows, in one short transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, select, tuple_, update
from sqlalchemy.engine import Row

from core.app import App
from core.kernel.ids import AccountId, BlobId, RequestId
from core.privacy.retention.plan import Blanking, Deletion, Work, declared
from core.privacy.retention.rows import SweepRow

BATCH_ROWS = 500
_BLOBS_AT_ONCE = 16

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows whose time has come."""

    keys: tuple[Key, ...]
    blobs: tuple[tuple[AccountId, BlobId], ...]
    jobs: tuple[RequestId, ...]


def _key_of(table: Table) -> ColumnElement[Any]:
    columns = tuple(table.primary_key.columns)
    return columns[0] if len(columns) == 1 else tuple_(*columns)


def _values(table: Table, keys: Sequence[Key]) -> list[object]:
    is_single = len(table.primary_key.columns) == 1
    return [key[0] if is_single else key for key in keys]


def _after(table: Table, last: Key) -> ColumnElement[bool]:
    """Rows behind a key, in the primary key's order: one pass over a table, however large."""
    columns = tuple(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0] > last[0]
    return tuple_(*columns) > tuple_(*last, types=[column.type for column in columns])


def _extras(work: Work) -> list[Column[object]]:
    """Return the columns that say what else goes with a row: its blobs and its owner, its job."""
    table = work.table
    if isinstance(work, Blanking):
        named = {column.name for column in work.columns}
        blobs = [name for name in table.info.get("blobs", ()) if name in named]
        job = None
    else:
        blobs = list(table.info.get("blobs", ()))
        job = table.info.get("job")
    found = [table.columns[name] for name in blobs]
    found += [_owner_of(column) for column in found]
    return found + ([table.columns[job]] if job else [])


def _owner_of(blob: Column[object]) -> Column[object]:
    declaration = declared(blob)
    assert declaration is not None
    return blob.table.columns[declaration.person_path]


def _batch(
    work: Work, extras: list[Column[object]], rows: Sequence[Row[tuple[object, ...]]]
) -> Batch:
    width = len(work.table.primary_key.columns)
    count = len(extras) // 2
    blobs = []
    jobs = []
    for row in rows:
        rest = row[width:]
        blobs += [
            (AccountId(str(rest[count + at])), BlobId(str(rest[at])))
            for at in range(count)
            if rest[at]
        ]
        if len(extras) % 2:
            jobs.append(RequestId(str(rest[-1])))
    keys = tuple(tuple(row[:width]) for row in rows)
    return Batch(keys, tuple(blobs), tuple(jobs))


async def next_batch(app: App, work: Work, last: Key | None, limit: int = BATCH_ROWS) -> Batch:
    """Find the next rows whose time has come, behind ``last``."""
    table = work.table
    extras = _extras(work)
    query = select(*table.primary_key.columns, *extras).where(work.condition)
    if last is not None:
        query = query.where(_after(table, last))
    query = query.order_by(*table.primary_key.columns).limit(limit)
    async with app.transaction() as tx:
        rows = (await tx.execute(query)).all()
    return _batch(work, extras, rows)


async def destroy(app: App, work: Work, batch: Batch, sweep_id: str) -> int:
    """Destroy a batch and add it to the sweep's account; return how many rows it was.

    Blobs go first, so that no crash leaves bytes that no row leads to. Rows that changed in
    between, so that they are no longer due, stay.
    """
    gate = asyncio.Semaphore(_BLOBS_AT_ONCE)

    async def drop(owner: AccountId, blob: BlobId) -> None:
        async with gate:
            await app.vault.delete(owner, blob)

    await asyncio.gather(*(drop(owner, blob) for owner, blob in batch.blobs))
    if batch.jobs:
        await app.engine.forget(list(batch.jobs))
    table = work.table
    chosen = _key_of(table).in_(_values(table, batch.keys))
    async with app.transaction() as tx:
        if isinstance(work, Deletion):
            done = await tx.execute(
                delete(table).where(chosen, work.condition).returning(*table.primary_key.columns)
            )
        else:
            done = await tx.execute(
                update(table)
                .where(chosen, work.condition)
                .values(work.empty())
                .returning(*table.primary_key.columns)
            )
        gone = done.all()
        count = len(gone)
        sweep = await tx.get(SweepRow, sweep_id)
        if sweep is not None:
            sweep.counts = {**sweep.counts, table.name: sweep.counts.get(table.name, 0) + count}
    if isinstance(work, Deletion):
        await _drop_keys(app, table, [str(row[0]) for row in gone])
    return count


async def _drop_keys(app: App, table: Table, ids: Sequence[str]) -> None:
    """Destroy the keys that rows had of their own; after the rows, which might have stayed."""
    own = table.info.get("sealed_by")
    if own is not None and [column.name for column in table.primary_key.columns] == [own]:
        for one in ids:
            await app.keys.destroy(AccountId(one))


async def destroy_all(app: App, work: Work, sweep_id: str) -> int:
    """Do one work of the sweep, batch by batch; other writers get their turn in between."""
    last: Key | None = None
    total = 0
    while True:
        batch = await next_batch(app, work, last)
        if not batch.keys:
            return total
        total += await destroy(app, work, batch, sweep_id)
        last = batch.keys[-1]
