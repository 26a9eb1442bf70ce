"""A joining that is killed in its middle is finished by the next process, and loses nothing."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from core.accounts.rows import AccountRow, MoveRow
from tests.core.privacy.choosing.desk import count
from tests.core.privacy.linking.people import linked, sees, things_of, two_surfaces

pytestmark = pytest.mark.slow
PICTURES = 12


@asynccontextmanager
async def a_mover(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.core.privacy.linking.process", *arguments
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_joining_killed_again_and_again_comes_to_its_end(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "app"
    moved = folder / "moved"

    def steps_done() -> int:
        return len(moved.read_text().split()) if moved.exists() else 0

    async with two_surfaces(database_url, folder=folder) as (app, clock, one, other):
        mine, theirs = await things_of(one), await things_of(other, PICTURES)
        await linked(one, other)
        now = (clock.at + timedelta(minutes=2)).isoformat()
        for kills in (3, 9):
            async with a_mover(str(folder), database_url, now, "0.2") as process:
                async with asyncio.timeout(90):
                    while steps_done() < kills:
                        await asyncio.sleep(0.02)
                process.kill()
                await process.wait()
            assert await count(app, MoveRow) == 1, "it was killed in the middle"
        async with a_mover(str(folder), database_url, now, "0"):
            async with asyncio.timeout(120):
                while await count(app, AccountRow) > 1:
                    await asyncio.sleep(0.1)
        for visitor in (one, other):
            await sees(visitor, [*mine, *theirs])
        assert await count(app, MoveRow) == 0
