"""Brings a database up to date: Limner's tables by Alembic, the engine's by the engine."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib import resources
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from dbos import DBOS
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from core.engine.engine import SCHEMA
from core.kernel.errors import CannotStart
from core.settings import Settings
from core.storage.database import Database

_LOOK_AGAIN_S = 0.2
_LOCK = 727_001
"""The name of the lock on PostgreSQL; for SQLite it is a file beside the database."""


NO_DATA_FOLDER = "LIMNER_DATA can't be made: check the path and who may write there"
UNREACHABLE = "The database can't be reached or opened: check DATABASE_URL, or LIMNER_DATA"


def config(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection; there is no ini file."""
    result = Config()
    result.set_main_option("script_location", str(resources.files("core.migrations")))
    result.set_main_option("path_separator", "os")
    result.attributes["connection"] = connection
    return result


@contextmanager
def _alone(database: Database, connection: Connection) -> Iterator[None]:
    """Keep other processes that start at the same time from migrating too, until we are done."""
    if database.is_sqlite:
        file = database.sync_url.database
        with Path(f"{file}.lock").open("w") if file else nullcontext() as lock:
            if lock is not None:
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        return
    # Asked for again and again, never waited for inside a transaction: building an index beside
    # running work waits for every open transaction, so both would wait for each other.
    while not connection.execute(text(f"SELECT pg_try_advisory_lock({_LOCK})")).scalar_one():
        connection.commit()
        time.sleep(_LOOK_AGAIN_S)
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
        connection.commit()


def migrate(database: Database) -> None:
    """Apply what is missing; does nothing on a database that is up to date. Blocking."""
    engine = database.sync_engine()
    try:
        with engine.connect() as connection, _alone(database, connection):
            command.upgrade(config(connection), "head")
            connection.commit()
            DBOS.migrate(database.sync_url.render_as_string(hide_password=False), schema=SCHEMA)
    finally:
        engine.dispose()


def revision_of(database: Database) -> str | None:
    """Return the newest migration that a database has seen; None for an empty one. Blocking."""
    engine = database.sync_engine()
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def migrate_database(settings: Settings) -> None:
    """Make the data folder if need be and bring the configured database up to date. Blocking.

    Raises:
        CannotStart: the data folder can't be made, or the database can't be reached or opened;
            nothing was changed.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as trouble:
        raise CannotStart(NO_DATA_FOLDER) from trouble
    try:
        migrate(Database(settings.resolved_database_url()))
    except OperationalError as unreachable:
        raise CannotStart(UNREACHABLE) from unreachable
