"""However many ask at once, a budget for one is spent once."""

import asyncio
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.generation.commands import request_images
from core.generation.errors import QuotaExceeded
from core.generation.values import Accepted
from core.kernel.ids import AccountId
from core.kernel.units import Credits
from core.migrations.migrate import migrate
from core.quotas import ledger
from core.storage.database import Database
from tests.core.quotas.rows import NOTHING_FREE, an_account, balance, hold_rows, ledger_rows
from tests.factories import a_request, an_adult, an_app, balance_of

PRICE = Credits(2)
AT_ONCE = 64
PLANS = """
[free]
daily_credits = 2
monthly_credits = 2
running_at_once = 2
waiting_at_most = 100
lane = "standard"
"""


async def _hold_many(database: Database, owner: AccountId, times: int) -> int:
    async def one() -> bool:
        now = datetime.now(UTC)
        async with database.transaction() as tx:
            return await ledger.hold(tx, owner, NOTHING_FREE, PRICE, now) is not None

    return sum(await asyncio.gather(*(one() for _ in range(times))))


async def a_budget_for(database: Database, times: int) -> AccountId:
    now = datetime.now(UTC)
    owner = await an_account(database, now)
    async with database.transaction() as tx:
        await ledger.grant(tx, owner, Credits(PRICE * times), reference=f"gift:{owner}", now=now)
    return owner


async def assert_spent(database: Database, owner: AccountId, times: int) -> None:
    row = await balance(database, owner)
    assert row is not None
    assert row.credits == 0
    assert len(await hold_rows(database, owner)) == times
    kinds = [entry.kind for entry in await ledger_rows(database, owner)]
    assert kinds.count("hold") == times


async def test_64_holds_at_once_on_a_budget_for_one(database_url: str) -> None:
    database = Database(database_url)
    await asyncio.to_thread(migrate, database)
    owner = await a_budget_for(database, 1)
    assert await _hold_many(database, owner, AT_ONCE) == 1
    await assert_spent(database, owner, 1)
    await database.aclose()


async def test_64_first_holds_at_once_make_one_balance(database_url: str) -> None:
    database = Database(database_url)
    await asyncio.to_thread(migrate, database)
    owner = await an_account(database, datetime.now(UTC))
    assert await _hold_many(database, owner, AT_ONCE) == 0
    row = await balance(database, owner)
    assert row is not None
    assert (row.credits, row.day_used) == (0, 0)
    await database.aclose()


def _hold_in_a_process(url: str, owner: AccountId, times: int) -> int:
    async def work() -> int:
        database = Database(url)
        try:
            return await _hold_many(database, owner, times)
        finally:
            await database.aclose()

    return asyncio.run(work())


@pytest.mark.slow
async def test_four_processes_cannot_spend_a_budget_twice(database_url: str) -> None:
    database = Database(database_url)
    await asyncio.to_thread(migrate, database)
    loop = asyncio.get_running_loop()
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(4, mp_context=spawn) as pool:
        for budget in (1, 5):
            owner = await a_budget_for(database, budget)
            calls = [
                loop.run_in_executor(pool, _hold_in_a_process, database_url, owner, AT_ONCE // 4)
                for _ in range(4)
            ]
            assert sum(await asyncio.gather(*calls)) == budget
            await assert_spent(database, owner, budget)
    await database.aclose()


async def test_64_requests_at_once_on_a_budget_for_one_accept_exactly_one(
    database_url: str, tmp_path: Path
) -> None:
    plans = tmp_path / "plans.toml"
    plans.write_text(PLANS)
    async with an_app(database_url=database_url, LIMNER_PLANS=plans) as app:
        person = await an_adult(app)
        results = await asyncio.gather(
            *(request_images(app, a_request(person)) for _ in range(AT_ONCE)),
            return_exceptions=True,
        )
        accepted = [one for one in results if isinstance(one, Accepted)]
        refused = [one for one in results if isinstance(one, QuotaExceeded)]
        assert (len(accepted), len(refused)) == (1, AT_ONCE - 1), set(map(type, results))
        assert await balance_of(app, person) == 0


async def test_the_same_update_64_times_at_once_is_one_request(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person = await an_adult(app)
        before = await balance_of(app, person)
        results = await asyncio.gather(
            *(request_images(app, a_request(person, request_key="test:same")) for _ in range(64))
        )
        accepted = [one for one in results if isinstance(one, Accepted)]
        assert len(accepted) == 64
        assert len({one.request_id for one in accepted}) == 1
        assert [one.is_replay for one in accepted].count(False) == 1
        assert await balance_of(app, person) == before - 2
