"""The database: one SQLite file, or PostgreSQL by one setting; one transaction a command."""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from weakref import WeakSet

import aiosqlite
from sqlalchemy import DateTime, Dialect, Engine, create_engine, event, make_url, text
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlalchemy.types import TypeDecorator

from core.storage.turns import Turns, in_turn

BUSY_TIMEOUT_MS = 30_000
_SQLITE_POOL = 24
_CHECKPOINT_PAUSE_S = 0.05
_UNIXEPOCH_SINCE = (3, 42, 0)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, stored in UTC on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC (naive for SQLite, which knows no zones)."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "times are aware; this one has no zone"
            raise ValueError(msg)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _into_wal(cursor: Any) -> None:
    """Switch to write-ahead logging, once in the file's life.

    SQLite does not wait when two processes switch at once: one of them is told that it is locked.
    """
    give_up_at_s = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone()[0] == "wal":
            return
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.fetchall()
        except sqlite3.OperationalError:
            if time.monotonic() > give_up_at_s:
                raise
            time.sleep(_CHECKPOINT_PAUSE_S)


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Set what privacy and concurrency need on every SQLite connection, and assert it."""
    # Writers queue at their first write instead of failing half way with "database is locked";
    # what only reads takes no lock. Rules hold by conditional writes, as on PostgreSQL.
    connection.isolation_level = "IMMEDIATE"
    cursor = connection.cursor()
    _into_wal(cursor)
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "secure_delete=ON",
        "synchronous=FULL",
    ):
        cursor.execute(f"PRAGMA {pragma}")
        cursor.fetchall()
    cursor.execute("PRAGMA secure_delete")
    secure = cursor.fetchone()[0]
    cursor.execute("PRAGMA foreign_keys")
    keys = cursor.fetchone()[0]
    cursor.execute("SELECT sqlite_version()")
    version = tuple(int(part) for part in cursor.fetchone()[0].split("."))
    cursor.close()
    if secure != 1 or keys != 1:
        msg = "this SQLite cannot overwrite deleted content or keep foreign keys"
        raise RuntimeError(msg)
    if version < _UNIXEPOCH_SINCE:
        # The engine's SQL calls unixepoch('subsec'), which older SQLite does not know.
        connection.create_function("unixepoch", 1, _unixepoch)


def _sync_less(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Let the engine's records of steps reach the disk with the next of our own commits.

    A killed process loses none of them. A power cut may lose the last ones; those steps are
    done again, and the request's own row, always synced, keeps them from doing harm.
    """
    connection.execute("PRAGMA synchronous=NORMAL")


class _RollingBack(sqlite3.Connection):
    """Ends its transaction before it closes.

    When a task is cancelled inside a statement, the connection is closed with a cursor still
    open; SQLite then keeps the connection, its transaction and the lock for as long as the
    cursor lives, and every other writer waits in vain (SQLite, "sqlite3_close_v2").
    """

    def close(self) -> None:
        """Give up what was not committed, then close."""
        try:
            is_open = self.in_transaction
        except sqlite3.ProgrammingError:
            is_open = False
        if is_open:
            self.rollback()
        super().close()


def _unixepoch(_modifier: str) -> float:
    return time.time()


def harden(engine: Engine) -> Engine:
    """Apply the SQLite settings to an engine; PostgreSQL needs none."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _in_use(engine: AsyncEngine) -> int:
    pool = engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


async def _is_busy(driver: Any) -> bool:
    cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    busy, _log, _folded = await cursor.fetchone()
    await cursor.close()
    return bool(busy)


class Database:
    """Limner's tables, and the durable engine's beside them."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """Prepare connections to ``sqlite:///file`` or ``postgresql://…``; opens none yet."""
        parsed = make_url(url)
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.url = parsed.set(drivername="sqlite+aiosqlite")
            self.sync_url = parsed.set(drivername="sqlite")
            self.engine: AsyncEngine = create_async_engine(
                self.url,
                connect_args={"factory": _RollingBack},
                # Who waits to write keeps a connection meanwhile; readers need some beside those.
                pool_size=_SQLITE_POOL,
                max_overflow=_SQLITE_POOL,
            )
        else:
            self.url = parsed.set(drivername="postgresql+psycopg")
            self.sync_url = self.url
            self.engine = create_async_engine(
                self.url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True
            )
        harden(self.engine.sync_engine)
        self._drivers: WeakSet[aiosqlite.Connection] = WeakSet()
        if self.is_sqlite:
            event.listen(self.engine.sync_engine, "connect", self._note)
        self._is_closed = False
        self._turns = Turns(BUSY_TIMEOUT_MS / 1000)
        if self.is_sqlite:
            in_turn(self.engine.sync_engine, self._turns)
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    def _note(self, connection: Any, _entry: ConnectionPoolEntry) -> None:
        self._drivers.add(connection.driver_connection)

    def drivers(self) -> tuple[aiosqlite.Connection, ...]:
        """Return the open connections of SQLite's driver; none on PostgreSQL."""
        return tuple(self._drivers)

    def sync_engine(self) -> Engine:
        """Make a second, synchronous engine on the same database, for the durable engine."""
        if self.is_sqlite:
            engine = harden(create_engine(self.sync_url))
            in_turn(engine, self._turns)
            event.listen(engine, "connect", _sync_less)
            return engine
        return create_engine(self.sync_url, pool_size=10, max_overflow=10, pool_pre_ping=True)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Open one transaction: all of it happens, or none of it when an exception leaves.

        Raises:
            RuntimeError: the database was closed for good; nothing was done.
        """
        if self._is_closed:
            # A pool would open another connection, which nobody closes any more.
            msg = "the database is closed"
            raise RuntimeError(msg)
        async with self._sessions() as session, session.begin():
            yield session

    async def now(self, tx: AsyncSession) -> datetime:
        """Return the database's time, so that hosts with wrong clocks agree."""
        if self.is_sqlite:
            return datetime.now(UTC)
        value: datetime = (await tx.execute(text("SELECT clock_timestamp()"))).scalar_one()
        return value.astimezone(UTC)

    async def checkpoint(self, *, patience_s: float = 30) -> None:
        """After a purge: fold SQLite's write-ahead log into the file and empty it.

        Raises:
            TimeoutError: somebody read or wrote all the time, so that deleted content may still
                be in the log.
        """
        if not self.is_sqlite:
            return
        async with asyncio.timeout(patience_s), self.engine.connect() as connection:
            await connection.rollback()
            raw = await connection.get_raw_connection()
            driver = raw.driver_connection
            assert driver is not None
            # Waiting inside SQLite would keep every writer out meanwhile.
            await driver.execute("PRAGMA busy_timeout=0")
            try:
                while True:
                    if not await _is_busy(driver):
                        break
                    await asyncio.sleep(_CHECKPOINT_PAUSE_S)
            finally:
                await driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")

    async def aclose(self, *, patience_s: float = 5) -> None:
        """Close every connection, also those that a task which was cut off still holds.

        Who is in the middle of a transaction gets ``patience_s`` seconds to end it; nobody can
        begin another one.
        """
        self._is_closed = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                # The pool has no signal for it.
                while _in_use(self.engine):  # noqa: ASYNC110
                    await asyncio.sleep(_CHECKPOINT_PAUSE_S)
        await self.engine.dispose()
        for driver in self.drivers():
            # One that is being closed already says so.
            with contextlib.suppress(ValueError):
                await driver.close()
