"""Accounts that nobody uses: warned, closed, opened again, and erased when their tail is over."""

import asyncio
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.accounts.commands import find_person
from core.accounts.errors import AccountClosed
from core.accounts.rows import AccountRow
from core.app import App
from core.generation.rows import OutboxRow, PictureRow, RequestRow
from core.kernel.ids import new_id
from core.policy.closing import closes_on, limits_of
from core.policy.profile import SHIPPED, load_profile
from core.privacy.erasure.rows import ErasureRow
from core.privacy.letters.rows import LetterRow
from core.privacy.retention.closing import close_sleepers, closing_task, warn_sleepers
from tests.core.privacy.choosing.desk import Visitor, a_visitor, codes_of, count
from tests.core.privacy.retention.clock import START
from tests.core.privacy.retention.things import (
    PlainSteps,
    a_request_with_a_picture,
    an_aging_app,
)
from tests.factories import a_request, a_worker, accepted

DAY = timedelta(days=1)
PROFILES = {name: load_profile(name) for name in SHIPPED}


async def passed(app: App) -> None:
    """Do what a worker does every six hours."""
    await closing_task(app)(new_id(), PlainSteps())


@pytest.mark.promise("FA-10.1", "FA-3.12")
async def test_an_account_is_warned_closed_kept_and_only_then_erased(database_url: str) -> None:
    async with an_aging_app(database_url, "flux-art") as (app, clock):
        visitor = await a_visitor(app)
        await visitor.says("privacy")
        clock.at = START + 699 * DAY
        await passed(app)
        assert await count(app, LetterRow) == 0
        clock.at = START + 700 * DAY
        await passed(app)
        await passed(app)
        assert await count(app, LetterRow) == 1, "one warning, not one every six hours"
        clock.at = START + 729 * DAY
        await passed(app)
        assert (await visitor.row()).standing == "active"
        clock.at = START + 730 * DAY
        await passed(app)
        row = await visitor.row()
        assert (row.standing, row.closed_at) == ("closed", clock.at)
        closed_at = clock.at

        clock.at = closed_at + 728 * DAY
        await passed(app)
        assert (await visitor.row()).standing == "closed", "closing is not erasing"
        clock.at = closed_at + 730 * DAY - timedelta(hours=18)
        await passed(app)
        async with app.transaction() as tx:
            erasure = (await tx.scalars(select(ErasureRow))).one()
        assert erasure.requester == "retention"
        assert (await visitor.row()).standing == "erasing"


@pytest.mark.promise("FA-10.1")
async def test_what_is_closed_is_used_for_nothing_and_can_be_opened_again() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        visitor = await a_visitor(app)
        await visitor.stands(standing="closed", closed_at=clock.at)
        with pytest.raises(AccountClosed):
            await accepted(app, a_request(visitor.actor))
        told = await visitor.says("optout")
        assert codes_of(told)[0] == "closing-is-closed"
        await visitor.presses(told, "restrict off")
        row = await visitor.row()
        assert (row.standing, row.closed_at, row.closing_warned_at) == ("active", None, None)
        clock.move(days=10)
        await passed(app)
        assert (await visitor.row()).standing == "active"


@pytest.mark.parametrize("policy", SHIPPED)
async def test_the_warning_names_the_day_and_one_tap_keeps_the_account(policy: str) -> None:
    async with an_aging_app(policy=policy) as (app, clock):
        visitor = await a_visitor(app)
        clock.move(days=700)
        assert await warn_sleepers(app, clock.at) == 1
        async with app.transaction() as tx:
            letter = (await tx.scalars(select(LetterRow))).one()
        assert not letter.is_promotional
        warned = (await visitor.row()).closing_warned_at
        assert warned == clock.at
        clock.move(days=29)
        await visitor.says("mydata")
        clock.move(days=5)
        await passed(app)
        assert (await visitor.row()).standing == "active"
        clock.move(days=700)
        await passed(app)
        assert await count(app, LetterRow) == 2, "the next sleep has a warning of its own"


async def test_a_service_that_was_off_still_warns_before_it_closes() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        visitor = await a_visitor(app)
        clock.move(days=2000)
        await passed(app)
        clock.move(days=29)
        await passed(app)
        assert (await visitor.row()).standing == "active"
        clock.move(days=1)
        await passed(app)
        assert (await visitor.row()).standing == "closed"


@pytest.mark.parametrize("standing", ["restricted", "erasing"])
async def test_who_decided_something_else_is_not_closed(standing: str) -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        visitor = await a_visitor(app)
        await visitor.stands(standing=standing)
        for _ in range(3):
            clock.move(days=731)
            await passed(app)
        assert (await visitor.row()).standing == standing
        assert await count(app, LetterRow) == 0


async def test_a_use_at_the_last_moment_prevents_the_closing() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        visitor = await a_visitor(app)
        clock.move(days=700)
        await warn_sleepers(app, clock.at)
        clock.move(days=31)
        before = clock.at
        await visitor.says("privacy")
        assert await close_sleepers(app, before) == 0


@pytest.mark.promise("FA-10.1")
async def test_what_was_made_goes_thirty_days_after_the_closing_and_the_account_stays(
    database_url: str,
) -> None:
    async with an_aging_app(database_url, "flux-art") as (app, clock):
        closed, other = await a_visitor(app), await a_visitor(app, "2")
        for one in (closed, other):
            owner = await one.account_id()
            await a_request_with_a_picture(app, owner, clock.at)
        await closed.stands(standing="closed", closed_at=clock.at)
        await other.stands(last_used_at=clock.at + 400 * DAY)
        clock.move(days=28)
        await passed(app)
        assert await count(app, PictureRow) == 2
        clock.move(days=1)
        await passed(app)
        for row in (PictureRow, RequestRow, OutboxRow):
            assert await count(app, row, account_id=await closed.account_id()) == 0
            assert await count(app, row) == 1
        assert await app.vault.blobs_of(await closed.account_id()) == ()
        assert len(await app.vault.blobs_of(await other.account_id())) == 1
        assert await count(app, AccountRow) == 2


async def test_workers_do_it_by_themselves() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        visitor = await a_visitor(app)
        clock.move(days=705)
        async with a_worker(app):
            async with asyncio.timeout(30):
                while await count(app, LetterRow) == 0:
                    await asyncio.sleep(0.05)
        assert (await visitor.row()).closing_warned_at is not None
        assert await count(app, LetterRow) == 1


@pytest.mark.parametrize("name", SHIPPED)
@given(moment=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))  # noqa: DTZ001 - shifted below
def test_the_lines_keep_what_the_profile_says(name: str, moment: datetime) -> None:
    profile = PROFILES[name]
    now = moment.replace(tzinfo=START.tzinfo)
    limits = limits_of(profile, now)
    assert limits.close < limits.warn < now
    assert now - limits.close == timedelta(days=profile.closure.inactive_days)
    assert limits.warn - limits.close == timedelta(days=profile.closure.warning_days)
    assert now - limits.erase <= timedelta(days=profile.closure.account_days)
    assert now - limits.content < timedelta(days=profile.deletion.live_days)
    assert closes_on(profile, limits.warn, now) == now + timedelta(
        days=profile.closure.warning_days
    )


EVENTS = st.lists(st.just(0) | st.integers(1, 800), min_size=3, max_size=9)


@pytest.mark.slow
@pytest.mark.parametrize("policy", SHIPPED)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(days=EVENTS)
async def test_nobody_is_closed_early_and_nobody_outlives_the_tail(
    policy: str, days: list[int]
) -> None:
    """0 is a use; any other number of days passes, with the task's visits in between."""
    async with an_aging_app(policy=policy) as (app, clock):
        visitor = await a_visitor(app)
        await visitor.says("privacy")
        closure = app.profile.closure
        last_use, closed_at = clock.at, None
        for step in days:
            if step == 0:
                if closed_at is None:
                    await visitor.says("privacy")
                    last_use = clock.at
                continue
            for _ in range(step // 20 + 1):
                clock.move(days=min(step, 20))
                await passed(app)
                row = await _standing(app, visitor)
                if row is None or row.standing == "erasing":
                    assert closed_at is not None or closure.account_days == 0
                    held = clock.at - (closed_at or clock.at)
                    assert held >= timedelta(days=closure.account_days - 1)
                    assert clock.at - last_use >= timedelta(days=closure.inactive_days)
                    return
                if row.standing == "closed":
                    closed_at = row.closed_at
                    assert closed_at is not None
                    assert closed_at - last_use >= timedelta(days=closure.inactive_days - 1)
                    assert clock.at - closed_at < timedelta(days=closure.account_days)
                else:
                    # The task came within 20 days of each line.
                    most = closure.inactive_days + closure.warning_days + 40
                    assert clock.at - last_use < timedelta(days=most)


async def _standing(app: App, visitor: Visitor) -> AccountRow | None:
    async with app.transaction() as tx:
        person = await find_person(app, tx, visitor.actor)
        return None if person is None else await tx.get(AccountRow, person.account_id)
