"""Tasks beside the pictures: queued once under their name, run by any worker."""

import asyncio

import pytest

from core.engine.engine import Steps
from tests.factories import an_app
from tests.patience import LONG_S


async def _nothing() -> None:
    return


async def test_a_task_runs_once_however_often_it_is_queued(database_url: str) -> None:
    done: list[str] = []
    ran = asyncio.Event()

    async def sweep(task_id: str, steps: Steps) -> None:
        async def work() -> str:
            done.append(task_id)
            return "ok"

        await steps.run("work", work)
        ran.set()

    async def no_job(_request_id: str, _steps: Steps) -> None:
        return

    async with an_app(database_url=database_url) as app:
        await app.engine.launch(no_job, _nothing, {"sweep": sweep})
        for _ in range(3):
            async with app.transaction() as tx:
                await app.engine.enqueue_task(tx, "sweep", "2026-11-22T18")
        await asyncio.wait_for(ran.wait(), 20)
        async with app.transaction() as tx:
            await app.engine.enqueue_task(tx, "sweep", "2026-11-22T18")
        await asyncio.sleep(1)

        assert done == ["2026-11-22T18"]


async def test_nobody_waits_behind_tasks_that_take_long() -> None:
    done: list[str] = []
    last, ran = asyncio.Event(), asyncio.Event()

    async def export(_task_id: str, _steps: Steps) -> None:
        await last.wait()

    async def erase(task_id: str, _steps: Steps) -> None:
        done.append(task_id)
        ran.set()

    async def no_job(_request_id: str, _steps: Steps) -> None:
        return

    async with an_app() as app:
        await app.engine.launch(no_job, _nothing, {"export": export, "erase": erase})
        async with app.transaction() as tx:
            for number in range(8):
                await app.engine.enqueue_task(tx, "export", str(number), is_long=True)
        async with app.transaction() as tx:
            await app.engine.enqueue_task(tx, "erase", "me")
        await asyncio.wait_for(ran.wait(), LONG_S)
        last.set()

    assert done == ["me"]


async def test_a_task_that_was_rolled_back_never_runs() -> None:
    done: list[str] = []

    async def sweep(task_id: str, _steps: Steps) -> None:
        done.append(task_id)

    async def no_job(_request_id: str, _steps: Steps) -> None:
        return

    async with an_app() as app:
        await app.engine.launch(no_job, _nothing, {"sweep": sweep})
        with pytest.raises(LookupError):
            async with app.transaction() as tx:
                await app.engine.enqueue_task(tx, "sweep", "never")
                raise LookupError
        await asyncio.sleep(1)

        assert not done
