"""The stores that an erasure empties. Each acknowledges only when nothing is left in it."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, delete, func, select, tuple_, update

from core.app import App
from core.generation.delivery_port import GONE_TASK
from core.generation.rows import RequestRow
from core.kernel.ids import AccountId, BlobId, RequestId
from core.kernel.people import language_of
from core.privacy.erasure import copies
from core.privacy.erasure.memory import Memory, kept_messages, let_messages_go, note
from core.privacy.erasure.messages import take_back
from core.privacy.erasure.plan import Detachment, works_of
from core.privacy.export.rows import ExportRow
from core.privacy.letters.rows import LetterRow
from core.storage.inventory import Base

ACKNOWLEDGED = "acknowledged"
WAITING = "waiting"
_AT_ONCE = 16
_BATCH = 500
_LOOKS, _PATIENCE_LOOKS = 40, 20
_LOOK_EVERY_S = 0.5
"""A job sees within a second or two that it is void; one that nobody runs is called off."""


async def destroy_keys(app: App, memory: Memory) -> str:
    """Destroy the person's key, and those of the letters on their way: every copy is unreadable."""
    await app.keys.destroy(memory.account_id)
    if "unreadable_at" not in memory.stores:
        now = app.clock.now().isoformat(timespec="seconds")
        await note(app, memory.erasure_id, unreadable_at=now)
    query = select(LetterRow.id).where(LetterRow.account_id == memory.account_id)
    async with app.transaction() as tx:
        letters = list(await tx.scalars(query))
    for one in letters:
        await app.keys.destroy(AccountId(one))
    return ACKNOWLEDGED


async def end_jobs(app: App, memory: Memory) -> str:
    """Wait until nothing runs for the account any more, then remove the engine's rows of it."""
    ids = await _engine_ids(app, memory.account_id)
    for look in range(_LOOKS):
        busy = [one for start in range(0, len(ids), _BATCH) for one in await _busy(app, ids, start)]
        if not busy:
            break
        if look == _PATIENCE_LOOKS:
            for one in busy:
                await app.engine.cancel(RequestId(one))
        await asyncio.sleep(_LOOK_EVERY_S)
    else:
        return WAITING
    for start in range(0, len(ids), _BATCH):
        await app.engine.forget([RequestId(one) for one in ids[start : start + _BATCH]])
    return ACKNOWLEDGED


async def _engine_ids(app: App, account_id: AccountId) -> list[str]:
    """Return the names of the account's jobs and tasks in the engine."""
    async with app.transaction() as tx:
        jobs = await tx.scalars(select(RequestRow.id).where(RequestRow.account_id == account_id))
        exports = await tx.scalars(select(ExportRow.id).where(ExportRow.account_id == account_id))
        return [
            *jobs,
            *(f"export:{one}" for one in exports),
            f"{GONE_TASK}:{account_id}",
        ]


async def _busy(app: App, ids: Sequence[str], start: int) -> list[str]:
    return await app.engine.unfinished(list(ids[start : start + _BATCH]))


async def delete_files(app: App, memory: Memory) -> str:
    """Delete whatever lies in the vault for the account, until a look finds nothing."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def drop(blob: BlobId) -> None:
        async with gate:
            await app.vault.delete(memory.account_id, blob)

    while blobs := await app.vault.blobs_of(memory.account_id):
        await asyncio.gather(*(drop(blob) for blob in blobs))
    return ACKNOWLEDGED


async def delete_rows(app: App, memory: Memory) -> str:
    """Delete the rows of every table, children first; detach those that must stay."""
    kept: dict[str, int] = {}
    for work in works_of(Base.metadata, memory.account_id):
        if isinstance(work, Detachment):
            count = await detach(app, work, memory.account_id)
            if count:
                kept[work.table.name] = count
        else:
            await delete_where(app, work.table, work.condition)
    if kept:
        await note(app, memory.erasure_id, kept_rows=kept)
    return ACKNOWLEDGED


async def delete_where(app: App, table: Table, condition: ColumnElement[bool]) -> int:
    """Delete rows in batches, so that others get their turn to write; return how many."""
    columns = tuple(table.primary_key.columns)
    key = columns[0] if len(columns) == 1 else tuple_(*columns)
    total = 0
    while True:
        async with app.transaction() as tx:
            found = (await tx.execute(select(*columns).where(condition).limit(_BATCH))).all()
            if not found:
                return total
            keys = [row[0] if len(columns) == 1 else tuple(row) for row in found]
            await tx.execute(delete(table).where(key.in_(keys)))
        total += len(found)


async def detach(app: App, work: Detachment, account_id: AccountId) -> int:
    """Take out of rows that stay whatever leads to the person; return how many rows."""
    values = work.values(app.keys.ledger.subject_hash(account_id))
    async with app.transaction() as tx:
        count = await tx.scalar(select(func.count()).select_from(work.table).where(work.condition))
        if count:
            await tx.execute(update(work.table).where(work.condition).values(values))
    return count or 0


async def empty_log(app: App, memory: Memory) -> str:
    """Empty the database's write-ahead log, so that deleted content is in no file."""
    del memory
    await app.database.checkpoint()
    return ACKNOWLEDGED


async def purge_copies(app: App, memory: Memory) -> str:
    """Have the providers delete their copies, or say until when they stay."""
    left = await copies.purge(app, memory.erasure_id)
    return WAITING if left else ACKNOWLEDGED


async def post_takebacks(app: App, memory: Memory) -> str:
    """Put the orders to remove chat messages on their way, and forget where they are."""
    messages = await kept_messages(app, memory.erasure_id)
    language = language_of(str(memory.stores.get("language", "")))
    await take_back(app, memory.erasure_id, messages, language)
    await let_messages_go(app, memory.erasure_id)
    return ACKNOWLEDGED
