"""What operators see of time: a dry run, and how the last sweep went; changes nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from core.app import App
from core.privacy.retention.leftovers import ended_jobs, leftovers
from core.privacy.retention.rows import FeatureDayRow, SweepRow, UsageDayRow
from core.privacy.retention.sweep import planned


@dataclass(frozen=True, slots=True)
class LastSweep:
    """How the newest sweeps went."""

    finished_at: datetime | None
    """None when no sweep has come to its end yet."""
    oldest_overdue_s: int
    """How long the oldest live thing was past its promise, by the newest reading; 0 for none."""


@dataclass(frozen=True, slots=True)
class UsageDay:
    """A published number: never about a few people."""

    day: datetime
    offering_id: str
    outcome: str
    requests: int


@dataclass(frozen=True, slots=True)
class FeatureDay:
    """A published number of uses of a command; never about a few people."""

    day: datetime
    feature: str
    outcome: str
    uses: int


async def dry_run(app: App) -> dict[str, int]:
    """Count what a sweep would destroy now, by table; nothing is changed.

    ``engine`` are jobs (the first batch of them), ``leftovers`` blobs that no row leads to. Rows
    that wait for others to go first are counted when those are gone.
    """
    now = app.clock.now()
    found: Counter[str] = Counter()
    for work in await planned(app, now):
        query = select(func.count()).select_from(work.table).where(work.condition)
        async with app.transaction() as tx:
            found[work.table.name] += await tx.scalar(query) or 0
    found["engine"] = await ended_jobs(app, now, is_dry=True)
    found["leftovers"] = await leftovers(app, now, is_dry=True)
    return {name: count for name, count in found.items() if count}


async def last_sweep(app: App) -> LastSweep:
    """Return when a sweep last ended, and the newest reading of what is overdue."""
    newest = select(SweepRow).order_by(SweepRow.started_at.desc()).limit(1)
    async with app.transaction() as tx:
        finished_at = await tx.scalar(select(func.max(SweepRow.finished_at)))
        row = await tx.scalar(newest)
    if row is None:
        return LastSweep(finished_at, 0)
    is_open = row.finished_at is None
    return LastSweep(finished_at, row.overdue_before_s if is_open else row.overdue_after_s)


async def usage_days(app: App, since: datetime) -> tuple[UsageDay, ...]:
    """Return the daily numbers that may be published, oldest first."""
    query = (
        select(UsageDayRow)
        .where(UsageDayRow.day >= since)
        .order_by(UsageDayRow.day, UsageDayRow.offering_id, UsageDayRow.outcome)
    )
    async with app.transaction() as tx:
        return tuple(
            [
                UsageDay(row.day, row.offering_id, row.outcome, row.requests)
                for row in await tx.scalars(query)
            ]
        )


async def feature_days(app: App, since: datetime) -> tuple[FeatureDay, ...]:
    """Return how often each command was used, by day; oldest first."""
    query = (
        select(FeatureDayRow)
        .where(FeatureDayRow.day >= since)
        .order_by(FeatureDayRow.day, FeatureDayRow.feature, FeatureDayRow.outcome)
    )
    async with app.transaction() as tx:
        return tuple(
            [
                FeatureDay(row.day, row.feature, row.outcome, row.uses)
                for row in await tx.scalars(query)
            ]
        )
