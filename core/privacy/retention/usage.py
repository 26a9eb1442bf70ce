"""Use becomes daily numbers without identities, before the rows that it is counted from go."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Column, ColumnElement, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.privacy.retention.rows import UsageDayRow
from core.storage.inventory import Base

SETTLED_AFTER = timedelta(hours=7)
"""A day is counted when everything that began on it has ended."""
_LEAST_PEOPLE = 5
"""No number is about fewer people than this, whatever a profile allows."""


def sources() -> list[Table]:
    """Return the tables whose rows are uses: they name their offering and outcome."""
    return [table for table in Base.metadata.sorted_tables if "usage" in table.info]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day_of(column: Column[object], *, is_sqlite: bool) -> ColumnElement[object]:
    return func.date(column) if is_sqlite else func.date(func.timezone("UTC", column))


async def count_days(app: App, now: datetime) -> int:
    """Count every settled day that has not been counted; return how many numbers were stored.

    All days in one transaction, so that a repeat counts nothing twice. A number that is about
    fewer people than the profile's minimum is not stored.
    """
    until = _midnight((now - SETTLED_AFTER).date())
    least = max(_LEAST_PEOPLE, app.profile.usage.aggregate_min_people)
    async with app.transaction() as tx:
        counted = await tx.scalar(select(func.max(UsageDayRow.day)))
        since = None if counted is None else counted + timedelta(days=1)
        rows = [
            row
            for table in sources()
            for row in await _rows_of(app, tx, table, since, until, least)
        ]
        if rows:
            await tx.execute(insert(UsageDayRow), rows)
    return len(rows)


async def _rows_of(
    app: App, tx: AsyncSession, table: Table, since: datetime | None, until: datetime, least: int
) -> list[dict[str, object]]:
    clock = table.columns[table.info["clock"]]
    names = table.info["usage"]
    day = _day_of(clock, is_sqlite=app.database.is_sqlite)
    offering = table.columns[names["offering"]]
    outcome = table.columns[names["outcome"]]
    people = func.count(table.columns["account_id"].distinct())
    query = (
        select(day, offering, outcome, func.count(), people)
        .where(clock < until, outcome.is_not(None))
        .group_by(day, offering, outcome)
        .having(people >= least)
    )
    if since is not None:
        query = query.where(clock >= since)
    return [
        {
            "day": _midnight(date.fromisoformat(str(on))),
            "offering_id": offering_id,
            "outcome": kind,
            "requests": requests,
            "people": count,
        }
        for on, offering_id, kind, requests, count in await tx.execute(query)
    ]
