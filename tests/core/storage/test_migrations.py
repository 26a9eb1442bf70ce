"""Migrations bring an empty database to what the code expects, and can run twice at once."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from core.migrations.migrate import config, migrate, revision_of
from core.migrations.tables import all_tables
from core.storage.database import Database


def newest() -> str:
    with create_engine("sqlite://").connect() as connection:
        heads = ScriptDirectory.from_config(config(connection)).get_heads()
    assert len(heads) == 1
    return heads[0]


def is_ours(_item: object, _name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Leave out the durable engine's tables, which are in the database and not in the code."""
    return kind != "table" or not reflected or other is not None


def differences(database: Database) -> list[object]:
    """What Alembic would still change to reach the tables that the code knows."""
    engine = database.sync_engine()
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": is_ours}
        )
        found = list(compare_metadata(context, all_tables()))
    engine.dispose()
    return found


def test_an_empty_database_becomes_what_the_code_expects(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    assert revision_of(database) is None
    migrate(database)
    assert revision_of(database) == newest()
    assert differences(database) == []


def test_a_column_that_no_migration_made_is_noticed(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    migrate(database)
    engine = database.sync_engine()
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE accounts DROP COLUMN region"))
    engine.dispose()
    assert len(differences(database)) == 1


def test_constraints_are_in_the_live_database_too(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    migrate(database)
    engine = database.sync_engine()
    seen = inspect(engine)
    for table in all_tables().sorted_tables:
        wanted = {one.name for one in table.constraints if one.__visit_name__ == "check_constraint"}
        found = {one["name"] for one in seen.get_check_constraints(table.name)}
        assert wanted <= found, table.name
        targets = {key.column.table.name for key in table.foreign_keys}
        live = {key["referred_table"] for key in seen.get_foreign_keys(table.name)}
        assert targets == live, table.name
    engine.dispose()


def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    migrate(database)
    migrate(database)
    assert differences(database) == []


def test_every_migration_can_be_undone(empty_database_url: str) -> None:
    database = Database(empty_database_url)
    migrate(database)
    engine = database.sync_engine()
    with engine.connect() as connection:
        command.downgrade(config(connection), "base")
        connection.commit()
    own = set(all_tables().tables)
    assert own & set(inspect(engine).get_table_names()) == set()
    engine.dispose()
    migrate(database)
    assert differences(database) == []


def _migrate(url: str) -> str | None:
    database = Database(url)
    migrate(database)
    return revision_of(database)


@pytest.mark.slow
def test_processes_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, mp_context=spawn) as pool:
        assert set(pool.map(_migrate, [empty_database_url] * 8)) == {newest()}
    assert differences(Database(empty_database_url)) == []
