"""A task that is cancelled in the middle of a transaction leaves no lock behind."""

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

import aiosqlite
import pytest
from sqlalchemy import event, text
from sqlalchemy.pool import ConnectionPoolEntry

from core.storage.database import Database


async def test_writers_go_on_after_tasks_were_cancelled_mid_statement(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    async with database.transaction() as tx:
        await tx.execute(text("CREATE TABLE written (n INTEGER)"))

    async def write_for_ever() -> None:
        while True:
            async with database.transaction() as tx:
                await tx.execute(text("INSERT INTO written VALUES (1)"))
                await tx.execute(text("SELECT 1"))

    pauses = random.Random(1)
    for _turn in range(60):
        writers = [asyncio.create_task(write_for_ever()) for _ in range(2)]
        await asyncio.sleep(pauses.random() * 0.02)
        for writer in writers:
            writer.cancel()
        await asyncio.gather(*writers, return_exceptions=True)
        async with asyncio.timeout(5), database.transaction() as tx:
            await tx.execute(text("INSERT INTO written VALUES (2)"))
    await database.aclose()


async def test_closing_ends_also_what_a_task_that_was_cut_off_still_holds(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    is_open, forever = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with database.transaction() as tx:
            await tx.execute(text("SELECT 1"))
            is_open.set()
            await forever.wait()

    holding = asyncio.create_task(hold())
    await is_open.wait()
    (driver,) = database.drivers()
    await database.aclose(patience_s=0.05)
    with pytest.raises(ValueError, match="no active connection"):
        await driver.execute("SELECT 1")
    holding.cancel()
    with contextlib.suppress(asyncio.CancelledError, ValueError):
        await holding


async def test_a_connection_that_is_cut_off_while_it_opens_is_closed_at_once(
    sqlite_url: str,
) -> None:
    database = Database(sqlite_url)
    opened: list[aiosqlite.Connection] = []

    def cut_off(connection: Any, _entry: ConnectionPoolEntry) -> None:
        opened.append(connection.driver_connection)
        asking.cancel()

    event.listen(database.engine.sync_engine, "connect", cut_off, insert=True)

    async def ask() -> None:
        async with database.transaction() as tx:
            await tx.execute(text("SELECT 1"))

    asking = asyncio.create_task(ask())
    with pytest.raises(asyncio.CancelledError):
        await asking
    (driver,) = opened
    with pytest.raises(ValueError, match="no active connection"):
        await driver.execute("SELECT 1")
    await database.aclose()


async def test_who_comes_after_the_closing_opens_nothing_more(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.transaction() as tx:
        await tx.execute(text("SELECT 1"))
    await database.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        async with database.transaction():
            pass
