"""The sweep: every six hours, everything whose time has come leaves, from every table and store."""

import logging
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.engine.engine import Steps, Task
from core.policy.retention import cutoff
from core.privacy.retention.batches import destroy_all
from core.privacy.retention.leftovers import ended_jobs, leftovers
from core.privacy.retention.plan import (
    Deletion,
    Limits,
    Work,
    clock_of,
    limits_for,
    promised_limits,
    work_of,
)
from core.privacy.retention.rows import HorizonRow, SweepRow
from core.privacy.retention.usage import count_days
from core.storage.inventory import Base

log = logging.getLogger("limner.retention")


def sweep_task(app: App) -> Task:
    """Return the sweep as the task that workers run; its id is the hour that it belongs to."""

    async def run(sweep_id: str, steps: Steps) -> None:
        await sweep(app, sweep_id, steps)

    return run


async def sweep(app: App, sweep_id: str, steps: Steps) -> None:
    """Destroy everything whose time has come, and write down what left.

    Each step can be cut off anywhere and repeated: what has left is not there any more, and what
    has been counted is counted once.
    """
    begun = await steps.run("sweep-begin", lambda: begin(app, sweep_id))
    now = datetime.fromisoformat(begun)
    await steps.run("sweep-usage", lambda: count_days(app, now))
    await steps.run("sweep-rows", lambda: purge_rows(app, sweep_id, now))
    jobs = await steps.run("sweep-engine", lambda: ended_jobs(app, now))
    blobs = await steps.run("sweep-vault", lambda: leftovers(app, now))
    await steps.run("sweep-finish", lambda: finish(app, sweep_id, jobs, blobs))


async def begin(app: App, sweep_id: str) -> str:
    """Open the sweep's audit row and move the horizons; return the time that the sweep goes by."""
    now = app.clock.now()
    async with app.transaction() as tx:
        row = await tx.get(SweepRow, sweep_id)
        if row is None:
            row = SweepRow(
                id=sweep_id,
                started_at=now,
                finished_at=None,
                counts={},
                overdue_before_s=await overdue_s(app, tx, now),
                overdue_after_s=0,
                is_log_empty=False,
            )
            tx.add(row)
    try:
        await _move_horizons(app, row.started_at)
    except IntegrityError:
        # Another sweep has made the rows at this very moment; now they only have to be moved.
        await _move_horizons(app, row.started_at)
    return row.started_at.isoformat()


async def _move_horizons(app: App, now: datetime) -> None:
    """What has expired by now stays expired, whatever the profile says tomorrow."""
    async with app.transaction() as tx:
        known = {row.retention: row for row in await tx.scalars(select(HorizonRow))}
        for name in sorted(app.profile.retention_days):
            limit = cutoff(app.profile, name, now)
            row = known.get(name)
            if row is not None:
                row.moved_at = now
                row.horizon = row.horizon if limit is None else max(row.horizon, limit)
            elif limit is not None:
                tx.add(HorizonRow(retention=name, horizon=limit, moved_at=now))


async def limits_now(app: App, tx: AsyncSession, now: datetime) -> Limits:
    """Return where the line is for each class, with the horizons of earlier sweeps."""
    horizons = {row.retention: row.horizon for row in await tx.scalars(select(HorizonRow))}
    return limits_for(app.profile, now, horizons)


async def planned(app: App, now: datetime) -> list[Work]:
    """Return all the work on tables that is due at a time."""
    async with app.transaction() as tx:
        limits = await limits_now(app, tx, now)
    return list(work_of(Base.metadata, limits, now))


async def purge_rows(app: App, sweep_id: str, now: datetime) -> int:
    """Destroy every row, column and blob whose time has come; return how many rows."""
    total = 0
    for work in await planned(app, now):
        total += await destroy_all(app, work, sweep_id)
    return total


async def overdue_s(app: App, tx: AsyncSession, now: datetime) -> int:
    """Return for how long the oldest thing that still lives is past its promise; 0 for none."""
    worst = 0.0
    promised = promised_limits(app.profile, now)
    for work in work_of(Base.metadata, promised, now):
        clock = clock_of(work.table)
        if clock is None:
            continue  # rows with an end of their own: no period was promised of them
        names = work.retentions if isinstance(work, Deletion) else {work.retention}
        limit = min(one for name in names if (one := promised[name]) is not None)
        oldest = await tx.scalar(select(func.min(clock)).where(work.condition))
        if isinstance(oldest, datetime):
            worst = max(worst, (limit - oldest).total_seconds())
    return int(worst)


async def finish(app: App, sweep_id: str, jobs: int, blobs: int) -> bool:
    """Empty the database's log and close the audit row; return whether the log is empty."""
    try:
        await app.database.checkpoint()
        is_empty = True
    except TimeoutError:
        # Somebody read all the time. The next sweep tries again, well before any promise ends.
        log.warning("the database's log could not be emptied after the sweep")
        is_empty = False
    async with app.transaction() as tx:
        now = app.clock.now()
        overdue = await overdue_s(app, tx, now)
        row = await tx.get_one(SweepRow, sweep_id)
        row.counts = {**row.counts, "engine": jobs, "leftovers": blobs}
        row.overdue_after_s = overdue
        row.is_log_empty = is_empty
        row.finished_at = now
    return is_empty
