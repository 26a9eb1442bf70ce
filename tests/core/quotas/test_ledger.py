"""Credits move by the rules, whatever the order: a model says what the balance must be."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from core.kernel.ids import HoldId
from core.kernel.units import Credits
from core.migrations.migrate import migrate
from core.quotas import ledger
from core.quotas.rows import BalanceRow
from core.quotas.rules import day_of, month_of
from core.storage.database import Database
from tests.core.quotas.rows import (
    NOTHING_FREE,
    PLAN,
    an_account,
    balance,
    hold_rows,
    ledger_rows,
)

START = datetime(2026, 11, 29, 22, tzinfo=UTC)


@dataclass
class ModelHold:
    free: int
    paid: int
    day: str


class Credit(RuleBasedStateMachine):
    """Grants, holds, settlements and time, in any order, beside a model in plain numbers."""

    database: Database
    holds = Bundle("holds")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.now = START
        self.credits = self.day_used = self.month_used = 0
        self.granted = self.captured_paid = 0
        self.day = day_of(START)
        self.open: dict[str, ModelHold] = {}

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    @initialize()
    def begin(self) -> None:
        self.owner = self.do(an_account(self.database, self.now))

    def touch(self) -> None:
        today = day_of(self.now)
        if today > self.day:
            if month_of(today) > month_of(self.day):
                self.month_used = 0
            self.day, self.day_used = today, 0

    @rule(hours=st.integers(-2, 40))
    def time_passes(self, hours: int) -> None:
        """Also backwards a little: the next process may have a slow clock."""
        self.now += timedelta(hours=hours)

    @rule(amount=st.integers(0, 30), reference=st.sampled_from("abcdef"))
    def grant(self, amount: int, reference: str) -> None:
        async def work() -> bool:
            async with self.database.transaction() as tx:
                name = f"{self.owner}:{reference}"
                return await ledger.grant(
                    tx, self.owner, Credits(amount), reference=name, now=self.now
                )

        is_new = self.do(work())
        self.touch()
        if is_new:
            self.credits += amount
            self.granted += amount

    @rule(target=holds, price=st.integers(1, 16))
    def hold(self, price: int) -> Any:
        async def work() -> ledger.Held | None:
            async with self.database.transaction() as tx:
                return await ledger.hold(tx, self.owner, PLAN, Credits(price), self.now)

        held = self.do(work())
        self.touch()
        free_left = max(0, min(10 - self.day_used, 25 - self.month_used))
        if held is None:
            assert price > free_left + self.credits, "refused although it was covered"
            return multiple()
        free = min(price, free_left)
        paid = price - free
        assert paid <= self.credits, "granted although it was not covered"
        self.credits -= paid
        self.day_used += free
        self.month_used += free
        self.open[held.hold_id] = ModelHold(free, paid, self.day)
        assert held.left == self.credits + free_left - free
        return held.hold_id

    @rule(hold_id=consumes(holds), share=st.floats(0, 1), again=st.integers(0, 2))
    def settle(self, hold_id: str, share: float, again: int) -> None:
        """Capture a part, all or nothing; settling again changes nothing."""
        one = self.open.pop(hold_id)
        charge = round((one.free + one.paid) * share)

        async def work() -> int:
            async with self.database.transaction() as tx:
                return await ledger.settle(tx, HoldId(hold_id), Credits(charge), self.now)

        returned = self.do(work())
        rest = one.free + one.paid - charge
        assert returned == rest
        paid_back = min(rest, one.paid)
        self.captured_paid += one.paid - paid_back
        if rest:
            self.touch()
            self.credits += paid_back
            free_back = rest - paid_back
            self.day_used -= free_back if one.day == self.day else 0
            self.month_used -= free_back if month_of(one.day) == month_of(self.day) else 0
        for _ in range(again):
            assert self.do(work()) == 0

    @precondition(lambda self: hasattr(self, "owner"))
    @invariant()
    def balance_is_what_the_model_says(self) -> None:
        row = self.do(balance(self.database, self.owner))
        if row is None:
            assert (self.credits, self.open) == (0, {})
            return
        assert (row.credits, row.day_used, row.month_used, row.day) == (
            self.credits,
            self.day_used,
            self.month_used,
            self.day,
        )
        assert row.month == month_of(row.day)
        assert min(row.credits, row.day_used, row.month_used) >= 0
        assert row.day_used <= 10
        assert row.month_used <= 25

    @precondition(lambda self: hasattr(self, "owner"))
    @invariant()
    def ledger_adds_up_to_the_balance(self) -> None:
        moved: Counter[str] = Counter()
        for entry in self.do(ledger_rows(self.database, self.owner)):
            moved[entry.kind] += entry.credits
        waiting = sum(one.free + one.paid for one in self.open.values())
        assert moved["grant"] == self.granted
        assert moved["hold"] - moved["release"] - moved["capture"] == waiting
        held_paid = sum(one.paid for one in self.open.values())
        assert self.credits == moved["grant"] - held_paid - self.captured_paid
        found = self.do(hold_rows(self.database, self.owner))
        assert {one.id for one in found if one.state == "open"} == set(self.open)

    def teardown(self) -> None:
        self.do(self.database.engine.dispose())
        self.loop.close()


def _run_machine(url: str, examples: int) -> None:
    database = Database(url)
    migrate(database)

    class OnThisDatabase(Credit):
        pass

    OnThisDatabase.database = database
    run_state_machine_as_test(
        OnThisDatabase,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            # A failure is told as it was found: making it smaller takes minutes on a database.
            phases=(Phase.explicit, Phase.generate),
        ),
    )


@pytest.mark.slow
def test_any_order_of_movements_keeps_balance_and_ledger_true_on_sqlite() -> None:
    with TemporaryDirectory() as folder:
        _run_machine(f"sqlite:///{Path(folder) / 'limner.db'}", 25)


@pytest.mark.slow
@pytest.mark.postgres
def test_any_order_of_movements_keeps_balance_and_ledger_true_on_postgres(
    postgres_url: str,
) -> None:
    _run_machine(postgres_url, 15)


@pytest.fixture
async def database(database_url: str) -> Any:
    made = Database(database_url)
    await asyncio.to_thread(migrate, made)
    yield made
    await made.aclose()


async def test_a_price_is_split_and_bought_credits_come_back_first(database: Database) -> None:
    owner = await an_account(database, START)
    async with database.transaction() as tx:
        await ledger.grant(tx, owner, Credits(5), reference="gift", now=START)
        held = await ledger.hold(tx, owner, PLAN, Credits(13), START)
    assert held is not None
    assert held.left == 2
    async with database.transaction() as tx:
        assert await ledger.settle(tx, held.hold_id, Credits(8), START) == 5
    row = await balance(database, owner)
    assert row is not None
    assert (row.credits, row.day_used) == (5, 8)


async def test_what_was_held_yesterday_does_not_refill_today(database: Database) -> None:
    owner = await an_account(database, START)
    tomorrow = START + timedelta(hours=3)
    async with database.transaction() as tx:
        held = await ledger.hold(tx, owner, PLAN, Credits(10), START)
    assert held is not None
    async with database.transaction() as tx:
        second = await ledger.hold(tx, owner, PLAN, Credits(6), tomorrow)
        assert second is not None
        await ledger.settle(tx, held.hold_id, Credits(0), tomorrow)
        standing = await ledger.standing(tx, owner, PLAN, tomorrow)
    assert standing.free_left == 4
    row = await balance(database, owner)
    assert row is not None
    assert (row.day_used, row.month_used) == (6, 6)


async def test_bought_credits_can_be_spent_after_a_change_to_a_smaller_plan(
    database: Database,
) -> None:
    owner = await an_account(database, START)
    async with database.transaction() as tx:
        await ledger.grant(tx, owner, Credits(5), reference=f"gift:{owner}", now=START)
        assert await ledger.hold(tx, owner, PLAN, Credits(10), START) is not None
    async with database.transaction() as tx:
        held = await ledger.hold(tx, owner, NOTHING_FREE, Credits(4), START)
    assert held is not None
    assert held.left == 1


async def test_looking_at_the_balance_changes_nothing(database: Database) -> None:
    owner = await an_account(database, START)
    async with database.transaction() as tx:
        assert (await ledger.standing(tx, owner, PLAN, START)).available == 10
    assert await balance(database, owner) is None


async def test_the_same_gift_counts_once_even_at_the_same_moment(database: Database) -> None:
    owner = await an_account(database, START)

    async def give() -> bool:
        async with database.transaction() as tx:
            return await ledger.grant(tx, owner, Credits(5), reference="once", now=START)

    given = await asyncio.gather(*(give() for _ in range(8)))
    row = await balance(database, owner)
    assert row is not None
    assert given.count(True) == 1
    assert row.credits == 5


async def test_settling_at_the_same_moment_happens_once(database: Database) -> None:
    owner = await an_account(database, START)
    async with database.transaction() as tx:
        await ledger.grant(tx, owner, Credits(9), reference="gift", now=START)
        held = await ledger.hold(tx, owner, NOTHING_FREE, Credits(9), START)
    assert held is not None

    async def settle(charge: int) -> int:
        async with database.transaction() as tx:
            return await ledger.settle(tx, held.hold_id, Credits(charge), START)

    returned = await asyncio.gather(*(settle(0) for _ in range(8)))
    row = await balance(database, owner)
    assert row is not None
    assert sorted(returned) == [0] * 7 + [9]
    assert row.credits == 9


async def test_nobody_can_be_charged_more_than_was_held(database: Database) -> None:
    owner = await an_account(database, START)
    async with database.transaction() as tx:
        held = await ledger.hold(tx, owner, PLAN, Credits(4), START)
    assert held is not None

    async def overcharge() -> None:
        async with database.transaction() as tx:
            await ledger.settle(tx, held.hold_id, Credits(5), START)

    with pytest.raises(IntegrityError):
        await overcharge()
    assert [one.state for one in await hold_rows(database, owner)] == ["open"]


async def test_the_database_itself_refuses_a_negative_balance(database: Database) -> None:
    owner = await an_account(database, START)
    async with database.transaction() as tx:
        await ledger.grant(tx, owner, Credits(1), reference="gift", now=START)

    async def spoil() -> None:
        async with database.transaction() as tx:
            await tx.execute(
                update(BalanceRow).where(BalanceRow.account_id == owner).values(credits=-1)
            )

    with pytest.raises(IntegrityError):
        await spoil()
