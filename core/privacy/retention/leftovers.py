"""Bytes in the vault that no row leads to any more, and jobs that the engine has long ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Column, select

from core.app import App
from core.kernel.ids import RequestId
from core.policy.retention import purge_cutoff
from core.privacy.retention.plan import ENGINE_CLASS
from core.storage.inventory import Base
from core.storage.vault import StoredBlob

LEFTOVER_AFTER = timedelta(days=8)
"""No running job is that old, and no export that is still offered."""
_BATCH = 500


def blob_columns() -> list[Column[object]]:
    """Return every column that names blobs."""
    return [
        table.columns[name]
        for table in Base.metadata.sorted_tables
        for name in table.info.get("blobs", ())
    ]


async def _unknown(app: App, found: Sequence[StoredBlob]) -> list[StoredBlob]:
    names = [one.blob for one in found]
    known: set[object] = set()
    async with app.transaction() as tx:
        for column in blob_columns():
            known.update(await tx.scalars(select(column).where(column.in_(names))))
    return [one for one in found if one.blob not in known]


async def leftovers(app: App, now: datetime, *, is_dry: bool = False) -> int:
    """Delete blobs that no row leads to, or only count them; return how many."""
    total = 0
    async for found in app.vault.stored_before(now - LEFTOVER_AFTER, _BATCH):
        unknown = await _unknown(app, found)
        total += len(unknown)
        if not is_dry:
            for one in unknown:
                await app.vault.delete(one.owner, one.blob)
    return total


async def ended_jobs(app: App, now: datetime, *, is_dry: bool = False) -> int:
    """Make the engine forget jobs and tasks that ended long ago; return how many.

    A dry run counts at most as many as the first batch holds.
    """
    before = purge_cutoff(app.profile, ENGINE_CLASS, now)
    if before is None:
        return 0
    total = 0
    while True:
        ids = await app.engine.ended_before(before, _BATCH)
        total += len(ids)
        if is_dry or not ids:
            return total
        await app.engine.forget([RequestId(one) for one in ids])
