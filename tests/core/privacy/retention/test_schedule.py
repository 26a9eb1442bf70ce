"""Sweeps come by themselves, once in a fleet, and the engine's rows leave with them."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import select, text

from core.app import App
from core.engine.engine import Steps
from core.generation.rows import RequestRow
from core.policy.profile import SHIPPED
from core.privacy.retention.rows import SweepRow
from core.privacy.retention.schedule import SweepSchedule, slot_of, sweep_now
from core.privacy.retention.sweep import sweep
from core.web.metrics import metrics_app
from tests.core.privacy.retention.clock import MovingClock
from tests.core.privacy.retention.things import count_of, swept
from tests.factories import a_request, a_service, a_worker, accepted, an_adult, an_app, until
from tests.fakes import RecordingSurface


async def finished_sweeps(app: App, count: int = 1) -> list[str]:
    """Wait until so many sweeps have come to their end."""
    query = select(SweepRow.id).where(SweepRow.finished_at.is_not(None)).order_by(SweepRow.id)
    async with asyncio.timeout(30):
        while True:
            async with app.transaction() as tx:
                found = list(await tx.scalars(query))
            if len(found) >= count:
                return found
            await asyncio.sleep(0.05)


async def engine_rows(app: App, job: str) -> int:
    schema = "" if app.database.is_sqlite else "dbos."
    total = 0
    async with app.transaction() as tx:
        for table in ("workflow_status", "operation_outputs", "workflow_input", "workflow_output"):
            query = text(f"SELECT count(*) FROM {schema}{table} WHERE workflow_uuid = :job")
            total += await tx.scalar(query, {"job": job}) or 0
    return total


@pytest.mark.parametrize(
    ("hour", "slot"), [(0, "00"), (5, "00"), (6, "06"), (13, "12"), (18, "18"), (23, "18")]
)
def test_a_day_has_four_sweeps(hour: int, slot: str) -> None:
    assert slot_of(datetime(2026, 3, 1, hour, 59, tzinfo=UTC)) == f"2026-03-01T{slot}"


async def test_a_worker_sweeps_by_itself_and_once_in_six_hours(database_url: str) -> None:
    clock = MovingClock()
    async with an_app(clock=clock, database_url=database_url) as app, a_worker(app):
        assert await finished_sweeps(app) == ["2026-03-01T12"]
        for _ in range(3):
            await SweepSchedule(app).keep()
        clock.move(hours=6)
        assert await finished_sweeps(app, 2) == ["2026-03-01T12", "2026-03-01T18"]


async def test_an_operator_can_ask_for_a_sweep(database_url: str) -> None:
    clock = MovingClock()
    async with an_app(clock=clock, database_url=database_url) as app, a_worker(app):
        name = await sweep_now(app)
        assert await finished_sweeps(app, 2) == ["2026-03-01T12", name]


@pytest.mark.parametrize("policy", SHIPPED)
async def test_the_engine_forgets_jobs_when_their_time_is_over(
    database_url: str, policy: str
) -> None:
    clock = MovingClock(datetime.now(UTC))
    async with (
        an_app(clock=clock, database_url=database_url, LIMNER_POLICY=policy) as app,
        a_service(app, RecordingSurface()),
    ):
        person = await an_adult(app)
        done = await accepted(app, a_request(person))
        await until(app, person, done.request_id)
        (first,) = await finished_sweeps(app)
        assert await engine_rows(app, done.request_id) > 0
        assert await engine_rows(app, f"sweep:{first}") > 0
        clock.move(days=31)
        async with asyncio.timeout(20):
            while await engine_rows(app, done.request_id):
                await asyncio.sleep(0.05)
            while await engine_rows(app, f"sweep:{first}"):
                await asyncio.sleep(0.05)
        assert await count_of(app, RequestRow) == (0 if policy == "artiflux" else 1)


async def test_steps_that_are_repeated_leave_one_account_of_the_sweep() -> None:
    class Twice(Steps):
        """Every step is cut off after its work and before it is recorded."""

        async def run(self, name, step):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            del name
            await step()
            return await step()

    clock = MovingClock()
    async with an_app(clock=clock) as app:
        await sweep(app, "once", Twice())
        assert await count_of(app, SweepRow) == 1


async def test_operators_see_whether_data_leaves_on_time() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        await swept(app)
        transport = httpx.ASGITransport(metrics_app(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://limner") as client:
            lines = (await client.get("/metrics")).text.splitlines()
    found = dict(line.rsplit(" ", 1) for line in lines if line.startswith("limner_"))
    assert float(found["limner_oldest_overdue_seconds"]) == 0
    assert float(found["limner_last_sweep_timestamp_seconds"]) == clock.at.timestamp()


async def test_sweeps_side_by_side_do_not_get_in_each_other_s_way(database_url: str) -> None:
    async with an_app(clock=MovingClock(), database_url=database_url) as app:
        await asyncio.gather(*(swept(app, name) for name in ("a", "b", "c")))
        assert await finished_sweeps(app, 3) == ["a", "b", "c"]
