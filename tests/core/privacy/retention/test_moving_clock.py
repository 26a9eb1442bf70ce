"""Rows of every class in a real database while time goes by: none too late, none too early."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select

from core.app import App
from core.policy.profile import RETENTION_CLASSES, SHIPPED
from core.policy.retention import BY_CLOSURE, Fate, Item, due, floor_of
from core.privacy.retention.batches import destroy_all
from core.privacy.retention.plan import limits_for, work_of
from core.storage.database import UtcDateTime
from tests.core.privacy.retention.test_plan import of_class
from tests.core.privacy.retention.things import an_aging_app

CLASSES = sorted(RETENTION_CLASSES)
DAYS = st.integers(0, 1500)


@dataclass(frozen=True)
class Born:
    """Rows of every class appear; they may be held for some days, or not at all."""

    held_days: int | None


@dataclass(frozen=True)
class Passed:
    """Time goes by, and then a sweep comes."""

    hours: int


EVENTS = st.lists(
    st.builds(Born, st.none() | DAYS) | st.builds(Passed, st.integers(1, 24 * 400)),
    min_size=4,
    max_size=12,
)


def a_table_of_every_class() -> MetaData:
    metadata = MetaData()
    for name in CLASSES:
        Table(
            f"things_{name}",
            metadata,
            Column("id", Integer, primary_key=True, info=of_class(name)),
            Column("at", UtcDateTime(), info=of_class(name)),
            Column("held_until", UtcDateTime(), nullable=True, info=of_class(name)),
            Column("word", String(9), info=of_class(name)),
            info={"clock": "at", "floor": "held_until"},
        )
    return metadata


async def born(app: App, metadata: MetaData, row: dict[str, object]) -> None:
    async with app.transaction() as tx:
        for table in metadata.sorted_tables:
            await tx.execute(insert(table).values(row))


async def living(app: App, metadata: MetaData) -> set[tuple[str, int]]:
    found = set()
    async with app.transaction() as tx:
        for table in metadata.sorted_tables:
            name = table.name.removeprefix("things_")
            found |= {(name, key) for key in await tx.scalars(select(table.c.id))}
    return found


@pytest.mark.parametrize("policy", SHIPPED)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=EVENTS)
async def test_after_every_sweep_exactly_what_may_live_lives(
    policy: str, events: list[Born | Passed]
) -> None:
    metadata = a_table_of_every_class()
    items: dict[int, tuple[datetime, datetime | None]] = {}
    async with an_aging_app(policy=policy) as (app, clock):
        engine = app.database.sync_engine()
        metadata.create_all(engine)
        engine.dispose()
        for event in [*events, Passed(1)]:
            if isinstance(event, Born):
                at = clock.now()
                held = None if event.held_days is None else at + timedelta(days=event.held_days)
                items[len(items)] = (at, held)
                row = {"id": len(items) - 1, "at": at, "held_until": held, "word": "w"}
                await born(app, metadata, row)
                continue
            before = await living(app, metadata)
            clock.move(hours=event.hours)
            now = clock.now()
            for work in work_of(metadata, limits_for(app.profile, now, {}), now):
                await destroy_all(app, work, "")
            after = await living(app, metadata)
            for name, key in after:
                period = None if name in BY_CLOSURE else app.profile.keeps_for(name)
                item = Item(name, *items[key])
                is_held = now < floor_of(item, app.profile)
                assert period is None or is_held or now - item.started_at < period, "too late"
            for name, key in before - after:
                item = Item(name, *items[key])
                assert now >= floor_of(item, app.profile), "too early"
                assert due(item, app.profile, now).fate is Fate.PURGE
