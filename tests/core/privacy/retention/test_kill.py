"""A sweep that is killed in its middle goes on in another process and loses nothing."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.generation.rows import PictureRow, RequestRow
from core.privacy.retention.rows import SweepRow
from tests.core.privacy.retention.clock import START
from tests.core.privacy.retention.crowd import a_crowd
from tests.core.privacy.retention.things import a_person, an_aging_app, count_of

pytestmark = pytest.mark.slow
ITEMS = 2200


@asynccontextmanager
async def a_sweeper(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.core.privacy.retention.process", *arguments
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_a_sweep_killed_between_batches_is_finished_by_the_next_process(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "app"
    now = START + timedelta(days=30)
    batches = folder / "batches"
    async with an_aging_app(database_url, "artiflux", folder) as (app, _clock):
        _, owner = await a_person(app)
        await a_crowd(app, owner, START, ITEMS, with_blobs=True)
        assert await count_of(app, PictureRow) == ITEMS
        async with a_sweeper(str(folder), database_url, now.isoformat(), "0.4") as first:
            async with asyncio.timeout(60):
                while not batches.exists() or len(batches.read_text().split()) < 2:
                    await asyncio.sleep(0.02)
            first.kill()
            await first.wait()
        left = await count_of(app, PictureRow)
        assert 0 < left < ITEMS, "it was killed in the middle"

        async with a_sweeper(str(folder), database_url, now.isoformat(), "0"):
            async with asyncio.timeout(90):
                while True:
                    async with app.transaction() as tx:
                        row = await tx.scalar(select(SweepRow))
                    if row is not None and row.finished_at is not None:
                        break
                    await asyncio.sleep(0.1)
        assert [await count_of(app, one) for one in (PictureRow, RequestRow)] == [0, 0]
        assert await app.vault.blobs_of(owner) == ()
        assert row.counts["pictures"] == ITEMS, "what was done before the kill is in the account"
        assert row.counts["requests"] == ITEMS
        assert row.overdue_after_s == 0
