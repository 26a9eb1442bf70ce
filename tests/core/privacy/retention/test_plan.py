"""Every class has a sweeper; tables of several classes lose their columns one by one."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import JSON, Column, Integer, LargeBinary, MetaData, String, Table, insert, select

from core.app import App
from core.migrations.tables import all_tables
from core.policy.profile import RETENTION_CLASSES, SHIPPED, Profile, load_profile
from core.policy.retention import BY_CLOSURE
from core.privacy.retention.batches import destroy_all
from core.privacy.retention.leftovers import blob_columns
from core.privacy.retention.plan import by_class, limits_for, problems, work_of
from core.storage.database import UtcDateTime
from core.storage.inventory import INFO, Declaration
from tests.core.privacy.retention.clock import START
from tests.core.privacy.retention.things import an_aging_app

PROFILES = [load_profile(name) for name in SHIPPED]


def every_period_given(profile: Profile) -> Profile:
    """The hardest profile of an operator's own: nothing stays until it is deleted."""
    days = {name: max(period, 7) for name, period in profile.retention_days.items()}
    return replace(profile, retention_days=days)


def of_class(retention: str, *, is_sealed: bool = False) -> dict[str, Declaration]:
    return {
        INFO: Declaration(
            category="support",
            person_path="none",
            purposes=frozenset({"service"}),
            basis="contract",
            retention=retention,
            export="omit",
            erase="delete",
            encryption="sealed" if is_sealed else "none",
            third_party="none",
            recipients=frozenset(),
            reason="planted by a test",
        )
    }


def a_planted_table(metadata: MetaData, **info: str) -> Table:
    """A conversation: its words for 30 days, that it was for 1095."""
    return Table(
        "planted",
        metadata,
        Column("id", String(26), primary_key=True, info=of_class("support")),
        Column("part", Integer, primary_key=True, info=of_class("support")),
        Column("at", UtcDateTime(), info=of_class("support")),
        Column("held_until", UtcDateTime(), nullable=True, info=of_class("support")),
        Column("topic", String(20), nullable=False, info=of_class("support")),
        Column("words", LargeBinary, nullable=False, info=of_class("prompts", is_sealed=True)),
        Column("note", String(20), nullable=False, info=of_class("prompts")),
        Column("facts", JSON, nullable=True, info=of_class("prompts")),
        info=info,
    )


async def sown(app: App, table: Table, *rows: tuple[str, datetime, datetime | None]) -> None:
    engine = app.database.sync_engine()
    table.create(engine)
    engine.dispose()
    async with app.transaction() as tx:
        for name, at, held_until in rows:
            facts = {
                "id": name,
                "part": 1,
                "at": at,
                "held_until": held_until,
                "topic": "refund",
                "words": b"sealed",
                "note": "canary",
                "facts": {"a": 1},
            }
            await tx.execute(insert(table).values(facts))


async def swept_planted(app: App, table: Table) -> list[tuple[object, ...]]:
    now = app.clock.now()
    for work in work_of(table.metadata, limits_for(app.profile, now, {}), now):
        await destroy_all(app, work, "planted")
    async with app.transaction() as tx:
        query = select(table.c.id, table.c.topic, table.c.words, table.c.note, table.c.facts)
        return [tuple(row) for row in await tx.execute(query.order_by(table.c.id))]


@pytest.mark.promise("FA-10.0")
@pytest.mark.parametrize("profile", PROFILES, ids=SHIPPED)
def test_every_retention_class_of_every_table_has_a_sweeper(profile: Profile) -> None:
    assert problems(all_tables(), profile) == []


def test_a_table_without_a_clock_is_found() -> None:
    metadata = MetaData()
    a_planted_table(metadata)
    for profile in PROFILES:
        assert any("planted has no clock" in one for one in problems(metadata, profile))


def test_a_column_that_cannot_be_emptied_is_found() -> None:
    metadata = MetaData()
    table = a_planted_table(metadata, clock="at")
    table.append_column(Column("score", Integer, nullable=False, info=of_class("prompts")))
    assert problems(metadata, PROFILES[0]) == ["planted.score can't be emptied while its row stays"]


def test_every_timed_table_has_work_whatever_an_operator_s_profile_says() -> None:
    profile = every_period_given(PROFILES[0])
    limits = limits_for(profile, START, {})
    reached = {work.table.name for work in work_of(all_tables(), limits, START)}
    by_closure = {
        table.name
        for table in all_tables().tables.values()
        if frozenset(by_class(table)) <= BY_CLOSURE
    }
    without_clock = {one.split()[0] for one in problems(all_tables(), profile)}
    assert without_clock <= {"balances"}, "a balance has no age: it ends with its account"
    assert reached | by_closure | without_clock >= set(all_tables().tables)


def test_children_go_before_the_rows_that_they_belong_to() -> None:
    limits = limits_for(PROFILES[0], START, {})
    order = [work.table.name for work in work_of(all_tables(), limits, START)]
    assert order.index("pictures") < order.index("requests")
    assert order.index("outbox") < order.index("requests")


def test_every_column_that_names_a_blob_is_known() -> None:
    named = {
        column
        for table in all_tables().tables.values()
        for column in table.columns
        if column.name == "blob" or column.name.endswith("_blob")
    }
    assert named <= set(blob_columns())


def test_every_class_has_a_limit_or_none_under_every_profile() -> None:
    for profile in PROFILES:
        assert set(limits_for(profile, START, {})) == RETENTION_CLASSES


@pytest.mark.promise("FA-10.9")
async def test_what_is_no_longer_needed_is_emptied_first_and_deleted_later(
    database_url: str,
) -> None:
    table = a_planted_table(MetaData(), clock="at")
    async with an_aging_app(database_url, "artiflux") as (app, clock):
        await sown(app, table, ("a", START, None), ("b", START + timedelta(days=10), None))
        full = ("refund", b"sealed", "canary", {"a": 1})
        assert await swept_planted(app, table) == [("a", *full), ("b", *full)]

        clock.move(days=30)
        empty = ("refund", b"", "", None)
        assert await swept_planted(app, table) == [("a", *empty), ("b", *full)]

        clock.at = START + timedelta(days=1095)
        assert await swept_planted(app, table) == [("b", *empty)]


async def test_a_row_under_a_preservation_duty_is_left_whole_until_its_end(
    database_url: str,
) -> None:
    table = a_planted_table(MetaData(), clock="at", floor="held_until")
    held_until = START + timedelta(days=1200)
    async with an_aging_app(database_url, "artiflux") as (app, clock):
        await sown(app, table, ("a", START, held_until), ("b", START, None))
        clock.at = held_until - timedelta(seconds=1)
        assert await swept_planted(app, table) == [("a", "refund", b"sealed", "canary", {"a": 1})]
        clock.at = held_until
        assert await swept_planted(app, table) == []


async def test_batches_reach_every_row_of_a_table_with_a_key_of_two_columns(
    database_url: str,
) -> None:
    table = a_planted_table(MetaData(), clock="at")
    async with an_aging_app(database_url, "artiflux") as (app, clock):
        await sown(app, table)
        async with app.transaction() as tx:
            rows = [
                {
                    "id": f"{number // 3:05}",
                    "part": number % 3,
                    "at": START,
                    "topic": "t",
                    "words": b"w",
                    "note": "n",
                }
                for number in range(1301)
            ]
            await tx.execute(insert(table), rows)
        clock.move(days=30)
        left = await swept_planted(app, table)
        assert len(left) == 1301
        assert {row[2] for row in left} == {b""}
        clock.move(days=1100)
        assert await swept_planted(app, table) == []
