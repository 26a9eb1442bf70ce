"""A process that is already at work when its worker starts is not held up by it."""

import asyncio

import pytest
from sqlalchemy import text

from core.engine.engine import Engine, Steps
from core.kernel.ids import RequestId, new_id
from tests.factories import an_app

pytestmark = pytest.mark.timeout(60)


async def test_a_write_of_the_same_process_does_not_stop_the_worker_that_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loops: list[asyncio.AbstractEventLoop] = []
    done = asyncio.Event()
    writers: list[asyncio.Task[None]] = []

    async def job(_request_id: RequestId, _steps: Steps) -> None:
        loops.append(asyncio.get_running_loop())
        done.set()

    async def repair() -> None:
        pass

    async with an_app() as app:

        async def write(has_lock: asyncio.Event) -> None:
            async with app.transaction() as tx:
                await tx.execute(text("UPDATE accounts SET epoch = epoch"))
                has_lock.set()
                await asyncio.sleep(0.3)

        beat = Engine._beat

        async def beat_then_somebody_writes(self: Engine) -> None:
            await beat(self)
            if not writers:
                has_lock = asyncio.Event()
                writers.append(asyncio.create_task(write(has_lock)))
                await has_lock.wait()

        monkeypatch.setattr(Engine, "_beat", beat_then_somebody_writes)
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        await app.engine.launch(job, repair)
        assert loop.time() - began_s < 15, "nobody waited for the other's timeout"
        await asyncio.gather(*writers)
        async with app.transaction() as tx:
            await app.engine.enqueue(tx, RequestId(new_id()), lane="standard", person="1")
        async with asyncio.timeout(10):
            await done.wait()

    assert loops == [asyncio.get_running_loop()], "jobs run on the loop of those who launched"
