"""Every column of the live database says what it is for, the durable engine's included."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.engine.inventory import engine_declarations
from core.migrations.migrate import migrate
from core.migrations.tables import all_tables
from core.policy.profile import SHIPPED, load_profile
from core.storage.database import Database
from core.storage.inventory import declarations, personal
from tests.core.storage.live_schema import declared, live_columns, problems

PROFILES = [load_profile(name) for name in SHIPPED]


def migrated(url: str) -> Engine:
    database = Database(url)
    migrate(database)
    return database.sync_engine()


def test_every_column_of_the_live_database_is_declared(database_url: str) -> None:
    engine = migrated(database_url)
    live = live_columns(engine)
    engine.dispose()

    assert {"workflow_status", "alembic_version", "requests"} <= {table for table, _ in live}
    assert problems(live, declared(), PROFILES) == []


def test_nothing_is_declared_that_does_not_exist(sqlite_url: str, postgres_url: str) -> None:
    live = set()
    for url in (sqlite_url, postgres_url):
        engine = migrated(url)
        live |= live_columns(engine)
        engine.dispose()
    assert set(declared()) - live == set()


def test_an_undeclared_column_is_found(database_url: str) -> None:
    engine = migrated(database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE accounts ADD COLUMN shoe_size INTEGER"))
    found = problems(live_columns(engine), declared(), PROFILES)
    engine.dispose()

    assert found == ["accounts.shoe_size is undeclared"]


def test_an_undeclared_column_of_the_engine_is_found(database_url: str) -> None:
    engine = migrated(database_url)
    schema = "" if engine.dialect.name == "sqlite" else "dbos."
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {schema}workflow_status ADD COLUMN notes TEXT"))
        connection.execute(text(f"CREATE TABLE {schema}gossip (words TEXT)"))
    found = problems(live_columns(engine), declared(), PROFILES)
    engine.dispose()

    assert found == ["gossip.words is undeclared", "workflow_status.notes is undeclared"]


def test_a_column_made_without_a_declaration_has_none() -> None:
    class Base(DeclarativeBase):
        metadata = MetaData()

    class PlantedRow(Base):
        __tablename__ = "planted"
        id: Mapped[int] = mapped_column(primary_key=True)

    assert declarations(Base.metadata) == {}
    assert problems({("planted", "id")}, {}, PROFILES) == ["planted.id is undeclared"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"retention": "for ever"}, "gives for ever no period"),
        ({"export": "omit", "reason": " "}, "without a reason"),
        ({"erase": "keep", "reason": ""}, "without a reason"),
        ({"encryption": "sealed"}, "is exported opened"),
        ({"erase": "keep", "reason": "we like it"}, "would outlive their erasure"),
        ({"person_path": "nowhere"}, "is no column"),
    ],
)
def test_a_declaration_that_promises_too_little_is_found(
    change: dict[str, str], problem: str
) -> None:
    known = declared()
    key = ("ledger", "credits")
    spoiled = known | {key: replace(known[key], **change)}  # type: ignore[arg-type]

    assert any(problem in one for one in problems(set(), spoiled, PROFILES))


def test_leaving_out_without_a_reason_cannot_even_be_written() -> None:
    with pytest.raises(ValueError, match="reason"):
        personal(
            category="quota",
            purposes={"service"},
            basis="contract",
            retention="quota",
            export="omit",
            erase="delete",
        )


def test_keeping_without_a_reason_cannot_even_be_written() -> None:
    with pytest.raises(ValueError, match="reason"):
        personal(
            category="quota",
            purposes={"service"},
            basis="contract",
            retention="quota",
            export="plain",
            erase="keep",
        )


def test_every_table_of_the_house_is_wholly_declared() -> None:
    own = {
        (table.name, column.name) for table in all_tables().tables.values() for column in table.c
    }
    assert set(declarations(all_tables())) == own
    assert not own & set(engine_declarations())
