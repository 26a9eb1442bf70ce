"""Those who want to write to SQLite are served in the order they came, threads and tasks alike."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from core.storage.database import Database
from core.storage.turns import IN_BACKGROUND, Turns


@pytest.fixture
def turns() -> Turns:
    return Turns(patience_s=5)


async def test_threads_and_tasks_behind_are_served_in_the_order_they_came(turns: Turns) -> None:
    served: list[str] = []
    assert await turns.take_async()

    async def task(name: str) -> None:
        IN_BACKGROUND.set(True)
        assert await turns.take_async()
        served.append(name)
        turns.give_back()

    def thread(name: str) -> None:
        assert turns.take()
        served.append(name)
        turns.give_back()

    waiting: list[asyncio.Task[None]] = []
    for number in range(6):
        work = task(f"{number}") if number % 2 else asyncio.to_thread(thread, f"{number}")
        waiting.append(asyncio.create_task(work))
        await asyncio.sleep(0.05)
    turns.give_back()
    await asyncio.gather(*waiting)

    assert served == ["0", "1", "2", "3", "4", "5"]


async def test_who_waits_for_an_answer_comes_first_and_nobody_waits_for_ever(turns: Turns) -> None:
    served: list[str] = []
    assert await turns.take_async()

    async def writer(name: str, *, is_behind: bool) -> None:
        IN_BACKGROUND.set(is_behind)
        assert await turns.take_async()
        served.append(name)
        turns.give_back()

    waiting = [asyncio.create_task(writer("job", is_behind=True))]
    waiting += [asyncio.create_task(writer("answer", is_behind=False)) for _ in range(20)]
    await asyncio.sleep(0.05)
    turns.give_back()
    await asyncio.gather(*waiting)

    assert served[0] == "answer"
    assert "job" in served[:10]


async def test_one_who_gives_up_is_passed_over(turns: Turns) -> None:
    assert await turns.take_async()
    gives_up = asyncio.create_task(turns.take_async())
    stays = asyncio.create_task(turns.take_async())
    await asyncio.sleep(0.01)
    gives_up.cancel()
    await asyncio.gather(gives_up, return_exceptions=True)
    turns.give_back()

    assert await stays


async def test_one_who_is_cancelled_at_the_moment_of_being_served_gives_the_turn_on(
    turns: Turns,
) -> None:
    assert await turns.take_async()
    served = asyncio.create_task(turns.take_async())
    await asyncio.sleep(0.01)
    turns.give_back()
    served.cancel()
    await asyncio.gather(served, return_exceptions=True)

    async with asyncio.timeout(2):
        assert await turns.take_async()


async def test_after_its_patience_sqlites_own_lock_decides() -> None:
    impatient = Turns(patience_s=0.05)
    assert await impatient.take_async()

    assert not await impatient.take_async()
    assert not await asyncio.to_thread(impatient.take)
    impatient.give_back()
    assert await impatient.take_async()


async def test_nobody_waits_long_while_many_write(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'x.db'}")
    engine = database.sync_engine()
    async with database.transaction() as tx:
        await tx.execute(text("CREATE TABLE written (who TEXT)"))
    of_threads: list[int] = []
    of_tasks: list[int] = []
    stop = threading.Event()

    def write_in_a_thread() -> None:
        count = 0
        while not stop.is_set():
            with engine.begin() as connection:
                connection.execute(text("INSERT INTO written VALUES ('thread')"))
            count += 1
        of_threads.append(count)

    async def write() -> None:
        IN_BACKGROUND.set(True)
        count = 0
        while not stop.is_set():
            async with database.transaction() as tx:
                await tx.execute(text("INSERT INTO written VALUES ('task')"))
            count += 1
        of_tasks.append(count)

    writers = [asyncio.to_thread(write_in_a_thread) for _ in range(4)]
    writers += [write() for _ in range(8)]
    asyncio.get_running_loop().call_later(2, stop.set)
    await asyncio.gather(*writers)
    async with database.transaction() as tx:
        written = await tx.scalar(text("SELECT count(*) FROM written"))
    engine.dispose()
    await database.aclose()

    assert written == sum(of_threads) + sum(of_tasks), "nothing was lost"
    # Between two turns a task has more to do than a thread, and a busy machine makes more of it.
    for counts in (of_threads, of_tasks):
        assert min(counts) > max(counts) / 3, "everybody of a kind was served about as often"
