"""Use becomes daily numbers without identities, before the events that it is counted from go.

AX-03, AX-05, AX-18, FA-3.10: what is analysed are events of use and nothing else of anybody, with
no word and no picture, and of nobody who said no. What is kept are numbers about at least as many
people as the profile says; a day is counted once, when it is over, so that nobody's leaving changes
a number or shows in one.
"""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import UsageEventRow
from core.accounts.usage import MADE
from core.app import App
from core.privacy.retention.rows import CountedDayRow, FeatureDayRow, UsageDayRow
from core.storage.purposes import read_for

SETTLED_AFTER = timedelta(hours=7)
"""A day is counted when everything that began on it has ended."""
_LEAST_PEOPLE = 5
"""No number is about fewer people than this, whatever a profile allows."""


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day_of(*, is_sqlite: bool) -> ColumnElement[object]:
    column = UsageEventRow.at
    return func.date(column) if is_sqlite else func.date(func.timezone("UTC", column))


async def count_days(app: App, now: datetime) -> int:
    """Count every settled day that has not been counted; return how many numbers were stored.

    All days and the mark that they are counted in one transaction: a repeat counts nothing twice,
    and nothing that happens later to the events changes a number.
    """
    until = _midnight((now - SETTLED_AFTER).date())
    last = until - timedelta(days=1)
    try:
        async with app.transaction() as tx:
            read_for(tx, "analytics")
            counted = [
                await tx.scalar(select(func.max(one)))
                for one in (CountedDayRow.day, UsageDayRow.day)
            ]
            known = max((one for one in counted if one is not None), default=None)
            if known is not None and known >= last:
                return 0
            tx.add(CountedDayRow(day=last, counted_at=now))
            await tx.flush()
            since = None if known is None else known + timedelta(days=1)
            return await _counted(app, tx, since, until)
    except IntegrityError:
        # Another sweep counts the same days at this very moment.
        return 0


async def _counted(app: App, tx: AsyncSession, since: datetime | None, until: datetime) -> int:
    event = UsageEventRow
    least = max(_LEAST_PEOPLE, app.profile.usage.aggregate_min_people)
    day = _day_of(is_sqlite=app.database.is_sqlite)
    people = func.count(event.account_id.distinct())
    models = (
        select(day, event.offering_id, event.outcome, func.count(), people)
        .where(event.at < until, event.feature == MADE)
        .group_by(day, event.offering_id, event.outcome)
        .having(people >= least)
    )
    features = (
        select(day, event.feature, event.outcome, func.count(), people)
        .where(event.at < until, event.feature != MADE)
        .group_by(day, event.feature, event.outcome)
        .having(people >= least)
    )
    if since is not None:
        models, features = models.where(event.at >= since), features.where(event.at >= since)
    made = [
        {"day": _on(on), "offering_id": name, "outcome": outcome, "requests": count, "people": who}
        for on, name, outcome, count, who in await tx.execute(models)
    ]
    used = [
        {"day": _on(on), "feature": name, "outcome": outcome, "uses": count, "people": who}
        for on, name, outcome, count, who in await tx.execute(features)
    ]
    if made:
        await tx.execute(insert(UsageDayRow), made)
    if used:
        await tx.execute(insert(FeatureDayRow), used)
    return len(made) + len(used)


def _on(day: object) -> datetime:
    return _midnight(date.fromisoformat(str(day)))
