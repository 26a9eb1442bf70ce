"""The database keeps what privacy needs of it, on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import String, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.storage.database import Database, UtcDateTime

CANARY = "canary-4f1c-the-grey-heron"


class Base(DeclarativeBase):
    pass


class NoteRow(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(100_000))
    at: Mapped[datetime | None] = mapped_column(UtcDateTime())


async def a_database(url: str) -> Database:
    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    return database


async def test_sqlite_runs_with_the_settings_that_privacy_needs(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    wanted = {"journal_mode": "wal", "secure_delete": 1, "foreign_keys": 1, "synchronous": 2}
    async with database.transaction() as tx:
        found = {name: await tx.scalar(text(f"PRAGMA {name}")) for name in wanted}
        timeout_ms = await tx.scalar(text("PRAGMA busy_timeout"))
    with database.sync_engine().connect() as connection:
        same = {name: connection.scalar(text(f"PRAGMA {name}")) for name in wanted}
    await database.aclose()

    assert found == wanted
    # The engine's records of steps reach the disk with the next commit of our own.
    assert same == wanted | {"synchronous": 1}
    assert timeout_ms >= 10_000


async def test_deleted_content_is_gone_from_every_byte_after_a_checkpoint(sqlite_url: str) -> None:
    database = await a_database(sqlite_url)
    folder = Path(sqlite_url.removeprefix("sqlite:///")).parent

    def holds_canary() -> bool:
        return any(CANARY.encode() in file.read_bytes() for file in folder.iterdir())

    async with database.transaction() as tx:
        # Longer than a page, so that overflow pages are freed as well.
        tx.add_all(NoteRow(id=number, words=CANARY * 400) for number in range(5))
    assert holds_canary()
    async with database.transaction() as tx:
        await tx.execute(text("DELETE FROM notes"))
    await database.checkpoint()
    assert not holds_canary()
    await database.aclose()


async def test_a_checkpoint_that_a_reader_holds_up_is_no_silent_success(sqlite_url: str) -> None:
    database = await a_database(sqlite_url)
    reader = database.sync_engine()
    with reader.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT * FROM notes").fetchall()
        async with database.transaction() as tx:
            tx.add(NoteRow(id=1, words="x"))
        with pytest.raises(TimeoutError):
            await database.checkpoint(patience_s=0.3)
    await database.checkpoint()
    reader.dispose()
    await database.aclose()


async def test_an_exception_undoes_the_whole_transaction(database_url: str) -> None:
    database = await a_database(database_url)

    async def failing() -> None:
        async with database.transaction() as tx:
            tx.add(NoteRow(id=1, words="x"))
            await tx.flush()
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await failing()
    async with database.transaction() as tx:
        assert list(await tx.scalars(select(NoteRow))) == []
    await database.aclose()


async def test_times_come_back_aware_and_in_utc(database_url: str) -> None:
    database = await a_database(database_url)
    hong_kong = datetime(2026, 11, 22, 20, 30, tzinfo=timezone(timedelta(hours=8)))
    async with database.transaction() as tx:
        tx.add(NoteRow(id=1, words="", at=hong_kong))
    async with database.transaction() as tx:
        found = await tx.scalar(select(NoteRow.at))
    await database.aclose()

    assert found == hong_kong
    assert found is not None
    assert found.tzinfo == UTC


async def test_a_time_without_a_zone_is_refused(database_url: str) -> None:
    database = await a_database(database_url)
    naive = datetime(2026, 11, 22)  # noqa: DTZ001 - the mistake that is refused
    with pytest.raises(StatementError, match="no zone"):
        async with database.transaction() as tx:
            tx.add(NoteRow(id=1, words="", at=naive))
    await database.aclose()


async def test_the_databases_clock_is_aware_and_about_right(database_url: str) -> None:
    database = Database(database_url)
    async with database.transaction() as tx:
        now = await database.now(tx)
    await database.aclose()

    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)
