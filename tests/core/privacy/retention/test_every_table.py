"""Every real table while years go by: nothing live past its promise, nothing gone before its time.

The rows are made from the inventory (tests/core/privacy/erasure/filling.py), so a new table is in.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Table, select

from core.app import App
from core.migrations.tables import all_tables
from core.policy.profile import SHIPPED
from core.policy.retention import BY_CLOSURE, expires_after
from core.privacy.retention.plan import by_class, clock_of, declared, empty_value
from core.privacy.retention.sweep import overdue_s
from tests.core.privacy.erasure.filling import Canary, a_canary
from tests.core.privacy.retention.clock import MovingClock
from tests.core.privacy.retention.things import swept
from tests.factories import an_app

pytestmark = pytest.mark.slow


def steps_of(app: App) -> Iterator[timedelta]:
    """The days before, at and after the end of each period of the profile."""
    margin = timedelta(hours=app.profile.deletion.purge_margin_hours)
    ages = set()
    for name in app.profile.retention_days:
        period = app.profile.keeps_for(name)
        if period is not None:
            ages |= {period - margin - timedelta(hours=3), period - margin, period}
    yield from sorted(age for age in ages if age > timedelta(days=1))


async def row_of(app: App, canary: Canary, table: Table) -> dict[str, Any] | None:
    known = canary.rows[table.name]
    same = [column == known[column.name] for column in table.primary_key.columns]
    async with app.transaction() as tx:
        found = (await tx.execute(select(table).where(*same))).mappings().first()
    return None if found is None else dict(found)


def is_sealed(column: Column[Any]) -> bool:
    rule = declared(column)
    return rule is not None and rule.encryption == "sealed"


def started(canary: Canary, table: Table) -> datetime | None:
    clock = clock_of(table)
    return None if clock is None else canary.rows[table.name].get(clock.name)


def problems_of(app: App, canary: Canary, table: Table, row: dict[str, Any] | None) -> list[str]:
    """What is wrong with one row now: something that lives too long, or went too early."""
    begun = started(canary, table)
    if begun is None:
        return []
    age = app.clock.now() - begun
    found = []
    ends = []
    for retention, columns in by_class(table).items():
        period = None if retention in BY_CLOSURE else app.profile.keeps_for(retention)
        ends.append(expires_after(app.profile, retention))
        if row is None or period is None or age < period:
            continue
        # A row may wait for others that stand on it; nothing sealed of it is left then.
        found += [
            f"{table.name}.{column.name} lives {age - period} too long"
            for column in columns
            if is_sealed(column) and row[column.name] != empty_value(column)
        ]
    is_over = all(end is not None and age >= end for end in ends)
    if row is None and not is_over:
        found.append(f"{table.name} went early, at {age}")
    return found


@pytest.mark.parametrize("policy", SHIPPED)
async def test_nothing_of_any_table_lives_too_long_or_goes_too_early(policy: str) -> None:
    clock = MovingClock(datetime(2026, 3, 1, 1, 10, tzinfo=UTC))
    async with an_app(clock=clock, LIMNER_POLICY=policy) as app:
        canary = await a_canary(app, "a")
        begun = clock.at
        gone: set[str] = set()
        for age in steps_of(app):
            clock.at = begun + age
            await swept(app)
            wrong = []
            for name in canary.rows:
                table = all_tables().tables[name]
                row = await row_of(app, canary, table)
                wrong += problems_of(app, canary, table, row)
                if row is None:
                    gone.add(name)
            assert wrong == [], f"after {age}"
            async with app.transaction() as tx:
                assert await overdue_s(app, tx, clock.at) == 0, f"after {age}"
        timed = {
            name
            for name in canary.rows
            if clock_of(all_tables().tables[name]) is not None
            and all(
                one not in BY_CLOSURE and app.profile.keeps_for(one) is not None
                for one in by_class(all_tables().tables[name])
            )
        }
        assert timed <= gone, "in the end everything with a period has left"
        assert {"accounts", "identities", "choices"} <= set(canary.rows) - gone
