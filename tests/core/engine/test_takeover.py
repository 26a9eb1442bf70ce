"""When a worker dies, another one goes on with its jobs; a living one is left alone.

These tests guard the one private function of the engine that we call.
"""

import asyncio
from pathlib import Path

import pytest

from core.engine.engine import Engine
from core.kernel.ids import RequestId, new_id
from core.migrations.migrate import migrate
from core.storage.database import Database
from tests.core.engine.worker_process import a_worker_process, options, written
from tests.patience import LONG_S

pytestmark = pytest.mark.slow


async def queue_a_job(url: str) -> RequestId:
    database = Database(url)
    engine = Engine(database, options())
    engine.connect()
    request_id = RequestId(new_id())
    async with database.transaction() as tx:
        await engine.enqueue(tx, request_id, lane="standard", person="p1")
    await engine.stop()
    await database.aclose()
    return request_id


async def until_written(folder: Path, request_id: str, step: str, times: int = 1) -> list[int]:
    """Wait until a step has begun so often; return the processes that began it."""
    async with asyncio.timeout(LONG_S):
        while True:
            found = [pid for one, name, pid in written(folder) if (one, name) == (request_id, step)]
            if len(found) >= times:
                return found
            await asyncio.sleep(0.05)


async def test_a_job_whose_process_was_killed_goes_on_in_another(
    database_url: str, tmp_path: Path
) -> None:
    await asyncio.to_thread(migrate, Database(database_url))
    request_id = await queue_a_job(database_url)
    with a_worker_process(database_url, tmp_path) as first:
        assert await until_written(tmp_path, request_id, "wait") == [first.pid]
        with a_worker_process(database_url, tmp_path) as second:
            first.kill()
            began = await until_written(tmp_path, request_id, "wait", 2)
            (tmp_path / "open").touch()
            ended = await until_written(tmp_path, request_id, "end")
            await asyncio.sleep(2)
    steps = [(step, pid) for one, step, pid in written(tmp_path) if one == request_id]

    assert began == [first.pid, second.pid]
    assert ended == [second.pid]
    assert [step for step, _ in steps] == ["begin", "wait", "wait", "end"], "a step ran again"


async def test_a_job_whose_only_process_was_killed_goes_on_after_a_restart(
    database_url: str, tmp_path: Path
) -> None:
    await asyncio.to_thread(migrate, Database(database_url))
    request_id = await queue_a_job(database_url)
    with a_worker_process(database_url, tmp_path) as first:
        await until_written(tmp_path, request_id, "wait")
        first.kill()
    (tmp_path / "open").touch()
    with a_worker_process(database_url, tmp_path) as second:
        assert await until_written(tmp_path, request_id, "end") == [second.pid]


async def test_the_jobs_of_a_living_process_are_not_taken_from_it(
    database_url: str, tmp_path: Path
) -> None:
    await asyncio.to_thread(migrate, Database(database_url))
    request_id = await queue_a_job(database_url)
    with (
        a_worker_process(database_url, tmp_path, 2.0) as first,
        a_worker_process(database_url, tmp_path, 2.0) as second,
    ):
        (runner,) = await until_written(tmp_path, request_id, "wait")
        await asyncio.sleep(6)
        (tmp_path / "open").touch()
        assert await until_written(tmp_path, request_id, "end") == [runner]
        assert runner in (first.pid, second.pid)
    steps = [step for one, step, _ in written(tmp_path) if one == request_id]
    assert steps == ["begin", "wait", "end"]
