"""Jobs are queued with the caller's transaction, run within limits, and leave only ids behind."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from core.engine.engine import APPLICATION_VERSION, Engine, Lane, Steps
from core.engine.liveness import beat, dead_executors, retire
from core.kernel.ids import RequestId, new_id
from core.migrations.migrate import migrate
from core.storage.database import Database
from tests.core.engine.worker_process import options
from tests.core.storage.live_schema import all_cells
from tests.patience import LONG_S

PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"gAI", b"gAM", b"gAQ", b"gAU")
"""How pickles of protocols 2 to 5 begin, as bytes and in base 64."""


@dataclass
class Bench:
    """An engine on a database of its own, with a job that a test steers."""

    database: Database
    engine: Engine
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    running: Counter[str] = field(default_factory=Counter)
    peak: Counter[str] = field(default_factory=Counter)
    done: list[str] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    bug: Exception | None = None

    async def job(self, request_id: RequestId, steps: Steps) -> None:
        person = self.people[request_id]

        async def work() -> str:
            self.running[person] += 1
            self.peak[person] = max(self.peak[person], self.running[person])
            try:
                await self.gate.wait()
            finally:
                self.running[person] -= 1
            if self.bug is not None:
                raise self.bug
            return "worked"

        assert await steps.run("work", work) == "worked"
        self.done.append(request_id)

    async def queue(self, person: str = "p1", lane: Lane = "standard") -> RequestId:
        request_id = RequestId(new_id())
        self.people[request_id] = person
        async with self.database.transaction() as tx:
            await self.engine.enqueue(tx, request_id, lane=lane, person=person)
        return request_id

    async def rows(self, table: str) -> list[dict[str, Any]]:
        schema = "" if self.database.is_sqlite else "dbos."
        async with self.database.transaction() as tx:
            found = await tx.execute(text(f"SELECT * FROM {schema}{table}"))
            return [dict(row) for row in found.mappings()]

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        async def repair() -> None:
            return

        await self.engine.launch(self.job, repair)
        yield

    async def until(self, condition: Any, timeout_s: float = LONG_S) -> None:
        async with asyncio.timeout(timeout_s):
            while True:
                if condition():
                    return
                await asyncio.sleep(0.02)


async def a_bench(url: str, **changes: object) -> Bench:
    database = Database(url)
    await asyncio.to_thread(migrate, database)
    engine = Engine(database, options(**changes))
    engine.connect()
    bench = Bench(database, engine)
    bench.gate.set()
    return bench


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    made = await a_bench(database_url)
    yield made
    made.gate.set()
    await made.engine.stop()
    await made.database.aclose()


async def test_a_queued_job_runs_once(bench: Bench) -> None:
    request_id = await bench.queue()
    async with bench.working():
        await bench.until(lambda: bench.done)
        await asyncio.sleep(0.3)
    assert bench.done == [request_id]


async def test_a_transaction_that_fails_queues_nothing(bench: Bench) -> None:
    async def failing() -> None:
        async with bench.database.transaction() as tx:
            await bench.engine.enqueue(tx, RequestId(new_id()), lane="standard", person="p")
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await failing()
    assert await bench.rows("workflow_status") == []
    assert await bench.rows("workflow_input") == []


async def test_a_request_cannot_be_queued_twice(bench: Bench) -> None:
    request_id = await bench.queue()

    async def again() -> None:
        async with bench.database.transaction() as tx:
            await bench.engine.enqueue(tx, request_id, lane="standard", person="p1")

    with pytest.raises(Exception, match=request_id):
        await again()
    assert len(await bench.rows("workflow_status")) == 1


async def test_the_engine_stores_portable_json_of_ids_and_nothing_else(bench: Bench) -> None:
    request_id = await bench.queue()
    async with bench.working():
        await bench.until(lambda: bench.done)
    (status,) = await bench.rows("workflow_status")
    (given,) = await bench.rows("workflow_input")
    steps = await bench.rows("operation_outputs")

    assert status["application_version"] == APPLICATION_VERSION == "1"
    assert status["executor_id"] == bench.engine.executor_id
    assert status["workflow_timeout_ms"] == 60_000
    assert json.loads(given["inputs"]) == {"positionalArgs": [request_id], "namedArgs": {}}
    assert [json.loads(step["output"]) for step in steps] == ["worked"]
    formats = {row["serialization"] for row in [status, *steps]}
    assert formats == {"portable_json"}


async def test_no_pickled_byte_is_in_the_database(bench: Bench) -> None:
    await bench.queue()
    async with bench.working():
        await bench.until(lambda: bench.done)
    engine = bench.database.sync_engine()
    pickles = [where for where, raw in all_cells(engine) if raw.startswith(PICKLES)]
    engine.dispose()
    assert pickles == []


async def test_rows_of_finished_jobs_can_be_forgotten(bench: Bench) -> None:
    first, second = await bench.queue(), await bench.queue()
    async with bench.working():
        await bench.until(lambda: len(bench.done) == 2)
    await bench.engine.stop()
    bench.engine.connect()
    await bench.engine.forget([first, RequestId(new_id())])
    for table in ("workflow_status", "workflow_input", "operation_outputs"):
        ids = {row["workflow_uuid"] for row in await bench.rows(table)}
        assert ids == {second}, table


async def test_one_person_runs_only_so_many_at_once_and_blocks_nobody(bench: Bench) -> None:
    bench.gate.clear()
    for _ in range(6):
        await bench.queue("hog")
    async with bench.working():
        await bench.until(lambda: bench.running["hog"] == 2)
        await bench.queue("other")
        await bench.until(lambda: bench.running["other"] == 1)
        await asyncio.sleep(0.5)
        assert bench.running["hog"] == 2
        bench.gate.set()
        await bench.until(lambda: len(bench.done) == 7)
    assert bench.peak["hog"] == 2


async def test_priority_has_slots_of_its_own(sqlite_url: str) -> None:
    bench = await a_bench(sqlite_url, slots={"standard": 2, "premium": 1})
    bench.gate.clear()
    for number in range(6):
        await bench.queue(f"standard-{number}")
    async with bench.working():
        await bench.until(lambda: sum(bench.running.values()) == 2)
        await bench.queue("premium-1", "premium")
        await bench.until(lambda: bench.running["premium-1"] == 1)
        bench.gate.set()
        await bench.until(lambda: len(bench.done) == 7)
    await bench.engine.stop()
    await bench.database.aclose()


async def test_a_queued_job_that_was_cancelled_never_runs(bench: Bench) -> None:
    bench.gate.clear()
    blockers = [await bench.queue("p1") for _ in range(2)]
    async with bench.working():
        await bench.until(lambda: bench.running["p1"] == 2)
        waiting = await bench.queue("p1")
        await bench.engine.cancel(waiting)
        bench.gate.set()
        await bench.until(lambda: len(bench.done) == 2)
        await asyncio.sleep(0.5)
        assert sorted(bench.done) == sorted(blockers)
        assert waiting in await bench.engine.failed_jobs([waiting])


@pytest.mark.promise("FA-2.2b")
async def test_a_job_with_a_bug_is_given_up_and_its_error_text_is_not_kept(bench: Bench) -> None:
    bench.bug = RuntimeError("canary words of a person")
    request_id = await bench.queue()
    async with bench.working():
        async with asyncio.timeout(LONG_S):
            while await bench.engine.failed_jobs([request_id]) != [request_id]:
                await asyncio.sleep(0.05)
    engine = bench.database.sync_engine()
    leaks = [where for where, raw in all_cells(engine) if b"canary" in raw]
    engine.dispose()
    assert bench.done == []
    assert leaks == []


@pytest.mark.slow
async def test_a_job_that_takes_too_long_is_given_up(database_url: str) -> None:
    bench = await a_bench(database_url, job_timeout_s=1)
    bench.gate.clear()
    request_id = await bench.queue()
    async with bench.working():
        await bench.until(lambda: bench.running["p1"] == 1)
        async with asyncio.timeout(LONG_S):
            while await bench.engine.failed_jobs([request_id]) != [request_id]:
                await asyncio.sleep(0.1)
        bench.gate.set()
    await bench.engine.stop()
    await bench.database.aclose()


def test_every_start_of_a_process_has_an_id_of_its_own(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    ids = {Engine(database, options()).executor_id for _ in range(50)}
    assert len(ids) == 50


async def test_an_engine_that_is_not_connected_says_so(sqlite_url: str) -> None:
    engine = Engine(Database(sqlite_url), options())
    with pytest.raises(RuntimeError, match="not connected"):
        await engine.cancel(RequestId(new_id()))


async def test_only_the_silent_count_as_dead(bench: Bench) -> None:
    database = bench.database
    async with database.transaction() as tx:
        now = await database.now(tx)
        await beat(tx, "living", now)
        await beat(tx, "stopped", now)
        await retire(tx, "stopped", now)
        await beat(tx, "living", now)
        assert await dead_executors(tx, now, 15) == ["stopped"]
