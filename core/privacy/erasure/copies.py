"""What providers still hold of somebody's jobs: asked to delete it until they have said how."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.engine.engine import Steps, Task
from core.generation.rows import RequestRow
from core.privacy.erasure.rows import ErasureRow, ProviderCopyRow
from core.providers.port import JobRef, PurgeReceipt

log = logging.getLogger("limner.erasure")

KIND = "provider-copies"
UNKNOWN = "?"
"""The processor of an offering that is not configured any more."""
_BATCH = 2000
_AT_ONCE = 8
_PATIENCE_S = 30.0
_FIRST_RETRY_S, _LAST_RETRY_S = 60.0, 6 * 3600.0


@dataclass(frozen=True, slots=True)
class ProviderShare:
    """How the copies of one processor ended."""

    processor: str
    """Who runs it; empty for this machine."""
    deleted: int
    nothing_stored: int
    expires: int
    until: datetime | None
    """When the last of those that expire are gone."""
    unsupported: int
    """It can't be asked: its own terms say how long it keeps them."""


async def gather(app: App, about: str, chosen: ColumnElement[bool]) -> int:
    """Note down every job at a provider behind the chosen requests; return how many.

    A repeated step notes nothing twice.
    """
    total = 0
    last = ""
    while True:
        query = (
            select(RequestRow.id, RequestRow.offering_id, RequestRow.provider_job_id)
            .where(chosen, RequestRow.provider_job_id.is_not(None), RequestRow.id > last)
            .order_by(RequestRow.id)
            .limit(_BATCH)
        )
        async with app.transaction() as tx:
            found = (await tx.execute(query)).all()
            if not found:
                return total
            now = app.clock.now()
            rows = [
                {
                    "id": app.keys.fingerprint("copy", about, row.id)[:26],
                    "about": about,
                    "offering_id": row.offering_id,
                    "job_id": row.provider_job_id,
                    "state": "open",
                    "gone_at": None,
                    "tries": 0,
                    "try_at": now,
                    "created_at": now,
                }
                for row in found
            ]
            dialect = sqlite if app.database.is_sqlite else postgresql
            await tx.execute(dialect.insert(ProviderCopyRow).on_conflict_do_nothing(), rows)
        total += len(found)
        last = found[-1].id


async def purge(app: App, about: str) -> int:
    """Ask the providers to delete what belongs to an erasure or a deletion; return what is open.

    Who does not answer is asked again later, until its own period of keeping has passed.
    """
    return await _purge(app, ProviderCopyRow.about == about)


def copies_task(app: App) -> Task:
    """Return the asking again as the task that workers run; its id is the time that it is for."""

    async def run(_task_id: str, steps: Steps) -> None:
        await steps.run("copies-purge", lambda: purge_due(app))

    return run


async def purge_due(app: App) -> int:
    """Ask again wherever it is time, and forget what deletions of single things had noted."""
    left = await _purge(app, ProviderCopyRow.try_at <= app.clock.now())
    running = select(ErasureRow.id).where(ErasureRow.state == "running")
    async with app.transaction() as tx:
        await tx.execute(
            delete(ProviderCopyRow).where(
                ProviderCopyRow.state != "open", ProviderCopyRow.about.not_in(running)
            )
        )
    return left


async def _purge(app: App, chosen: ColumnElement[bool]) -> int:
    last = ""
    while True:
        query = (
            select(ProviderCopyRow)
            .where(ProviderCopyRow.state == "open", chosen, ProviderCopyRow.id > last)
            .order_by(ProviderCopyRow.id)
            .limit(_BATCH)
        )
        async with app.transaction() as tx:
            rows = list(await tx.scalars(query))
        if not rows:
            break
        await _purge_batch(app, rows)
        last = rows[-1].id
    async with app.transaction() as tx:
        query_left = (
            select(func.count())
            .select_from(ProviderCopyRow)
            .where(ProviderCopyRow.state == "open", chosen)
        )
        return await tx.scalar(query_left) or 0


async def _purge_batch(app: App, rows: Sequence[ProviderCopyRow]) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def ask(row: ProviderCopyRow) -> PurgeReceipt:
        provider = app.registry.provider_of(row.offering_id)
        if provider is None:
            return PurgeReceipt("unsupported")
        async with gate, asyncio.timeout(_PATIENCE_S):
            return await provider.purge(JobRef(row.offering_id, row.job_id))

    # One that fails must not keep the others waiting: it is asked again later.
    answers = await asyncio.gather(*(ask(row) for row in rows), return_exceptions=True)
    now = app.clock.now()
    answered: dict[str, list[PurgeReceipt]] = {}
    ids: dict[str, list[str]] = {}
    async with app.transaction() as tx:
        for row, answer in zip(rows, answers, strict=True):
            if isinstance(answer, PurgeReceipt):
                answered.setdefault(answer.state, []).append(answer)
                ids.setdefault(answer.state, []).append(row.id)
            else:
                log.warning("a provider did not answer a deletion: %s", type(answer).__name__)
                await _ask_again(app, tx, row, now)
        for state, receipts in answered.items():
            # Together, by the latest: one statement instead of thousands.
            ends = [one.gone_at for one in receipts if one.gone_at is not None]
            await tx.execute(
                update(ProviderCopyRow)
                .where(ProviderCopyRow.id.in_(ids[state]))
                .values(state=state, gone_at=max(ends, default=None))
            )


async def _ask_again(app: App, tx: AsyncSession, row: ProviderCopyRow, now: datetime) -> None:
    """Come back later, until the provider's own period of keeping has passed."""
    mine = update(ProviderCopyRow).where(ProviderCopyRow.id == row.id)
    ends = row.created_at + _kept_for(app, row.offering_id)
    if now >= ends:
        await tx.execute(mine.values(state="expires", gone_at=ends))
        return
    wait_s = min(_LAST_RETRY_S, _FIRST_RETRY_S * 2.0 ** min(row.tries, 10))
    again = now + timedelta(seconds=wait_s)
    await tx.execute(mine.values(tries=row.tries + 1, try_at=min(again, ends)))


def _kept_for(app: App, offering_id: str) -> timedelta:
    """Return how long a provider keeps things by itself; the policy's own limit if unknown."""
    offering = app.registry.offering(offering_id)
    if offering is None or offering.privacy.retention_s is None:
        return timedelta(days=app.profile.deletion.live_days)
    return timedelta(seconds=offering.privacy.retention_s)


async def shares(app: App, about: str) -> tuple[ProviderShare, ...]:
    """Return how it went, processor by processor."""
    query = (
        select(
            ProviderCopyRow.offering_id,
            ProviderCopyRow.state,
            func.count(),
            func.max(ProviderCopyRow.gone_at),
        )
        .where(ProviderCopyRow.about == about)
        .group_by(ProviderCopyRow.offering_id, ProviderCopyRow.state)
    )
    async with app.transaction() as tx:
        rows = (await tx.execute(query)).all()
    counts: dict[str, dict[str, int]] = {}
    until: dict[str, datetime] = {}
    for offering_id, state, count, gone_at in rows:
        offering = app.registry.offering(offering_id)
        name = offering.processor if offering is not None else UNKNOWN
        mine = counts.setdefault(name, {})
        mine[state] = mine.get(state, 0) + count
        if gone_at is not None:
            until[name] = max(gone_at, until.get(name, gone_at))
    return tuple(
        ProviderShare(
            processor=name,
            deleted=mine.get("deleted", 0),
            nothing_stored=mine.get("nothing_stored", 0),
            expires=mine.get("expires", 0),
            until=until.get(name),
            unsupported=mine.get("unsupported", 0),
        )
        for name, mine in sorted(counts.items())
    )
