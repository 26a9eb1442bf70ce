"""/unlink: a surface goes its own way with what was made there; nobody gains by it."""

import asyncio
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from core.accounts.choices import choices_of
from core.accounts.consents import consents_of, living
from core.accounts.rows import AccountRow, MoveRow
from core.accounts.standing import ban
from core.kernel.errors import CoreError
from core.kernel.ids import PictureId
from core.privacy.choosing.decisions import give_consent, withdraw_consent
from core.privacy.choosing.offers import words_of
from core.privacy.linking.errors import LinkBusy, LinkErasing, LinkMoving
from core.privacy.linking.facts import joined, plan_after_split
from core.quotas.rows import BalanceRow, HoldRow
from core.quotas.rules import load_plans
from tests.core.privacy.choosing.desk import Visitor, codes_of, count
from tests.core.privacy.linking.people import linked, sees, settled, things_of, two_surfaces
from tests.core.privacy.linking.test_linking import granted, spends
from tests.core.privacy.retention.clock import START
from tests.factories import a_request, accepted, an_actor, balance_of

PLANS = load_plans(None)


async def unlinked(visitor: Visitor) -> None:
    asked = await visitor.says("unlink")
    assert codes_of(asked)[0] == "unlink-look"
    told = await visitor.presses(asked, "unlink ")
    assert codes_of(told)[0] == "unlink-done"


async def test_each_surface_keeps_what_was_made_there(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        mine, theirs = await things_of(one), await things_of(other)
        kept = await one.account_id()
        await linked(one, other)
        await settled(app, clock)
        later_here, later_there = await things_of(one, 1), await things_of(other, 1)
        await unlinked(other)
        assert await one.account_id() == kept
        assert await other.account_id() != kept
        await settled(app, clock)
        await sees(one, [*mine, *later_here])
        await sees(other, [*theirs, *later_there])
        assert await count(app, MoveRow) == 0

        # Holds go with their requests: who deletes one account takes nothing of the other along.
        async with app.transaction() as tx:
            account = await tx.get_one(AccountRow, kept)
            await tx.delete(account)
        assert await count(app, HoldRow) == 3
        for blob in await app.vault.blobs_of(kept):
            await app.vault.delete(kept, blob)
        await sees(other, [*theirs, *later_there])


async def test_splitting_and_joining_again_and_again_gives_nobody_an_allowance() -> None:
    async with two_surfaces() as (app, clock, one, other):
        whole = await balance_of(app, one.actor)
        await spends(one, 3)
        await granted(one, 5)
        for _ in range(3):
            await linked(one, other)
            await settled(app, clock)
            await unlinked(other)
            await settled(app, clock)
            assert await balance_of(app, other.actor) <= whole - 3
            assert await balance_of(app, one.actor) <= whole - 3 + 5
        async with app.transaction() as tx:
            credits_ = sorted(await tx.scalars(select(BalanceRow.credits)))
        assert credits_ == [0, 5], "bought credits are neither lost nor doubled"


async def test_every_no_holds_for_both_and_no_yes_comes_back_to_life() -> None:
    async with two_surfaces() as (app, clock, one, other):
        await linked(one, other)
        await settled(app, clock)
        joint = await one.account_id()
        words = words_of("training", app.profile, "en")
        await give_consent(app, joint, "training", words, "strict")
        clock.move(minutes=1)
        await withdraw_consent(app, joint, "training", words, "test")
        await one.says("optout all")
        async with app.transaction() as tx:
            await ban(tx, joint, clock.at)
        await unlinked(other)
        for visitor in (one, other):
            owner = await visitor.account_id()
            async with app.transaction() as tx:
                assert set((await choices_of(tx, owner)).since) == {
                    "sale",
                    "analytics",
                    "marketing",
                }
                known = await consents_of(tx, owner)
            assert living(known, "training", "strict") is None
            row = await visitor.row()
            assert row.banned_at == clock.at
            assert row.age == "adult"


async def test_what_is_not_linked_has_nothing_to_split() -> None:
    async with two_surfaces() as (app, _clock, one, _other):
        for line in ("unlink", "unlink yes"):
            assert codes_of(await one.says(line)) == ["unlink-nothing"]
        stranger = Visitor(app, an_actor("never seen"))
        assert codes_of(await stranger.says("unlink yes")) == ["link-nobody"]
        assert await count(app, AccountRow) == 2


async def test_looking_splits_nothing_and_what_is_under_way_is_waited_for() -> None:
    async with two_surfaces() as (app, clock, one, other):
        await things_of(other, 1)
        await linked(one, other)
        for line in ("unlink", "unlink yes"):
            with pytest.raises(LinkMoving):
                await other.says(line)
        await settled(app, clock)
        await accepted(app, a_request(other.actor))
        with pytest.raises(LinkBusy):
            await other.says("unlink yes")
        await other.stands(standing="erasing")
        with pytest.raises(LinkErasing):
            await other.says("unlink")
        assert await one.account_id() == await other.account_id()


async def test_of_two_at_once_one_splits(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        await linked(one, other)
        await settled(app, clock)
        results = await asyncio.gather(
            other.says("unlink yes"), one.says("unlink yes"), return_exceptions=True
        )
        assert await one.account_id() != await other.account_id()
        assert await count(app, AccountRow) == 2
        assert all(
            isinstance(found, CoreError) for found in results if isinstance(found, BaseException)
        )


def test_a_plan_that_came_with_a_surface_goes_with_it() -> None:
    first = {"playground": "local", "a": "free", "b": "free"}
    assert plan_after_split("local", "playground", ["a"], first, PLANS) == "free"
    assert plan_after_split("local", "a", ["playground"], first, PLANS) == "local"
    assert plan_after_split("premium", "a", ["b"], first, PLANS) == "premium"
    assert plan_after_split("free", "a", ["b"], first, PLANS) == "free"


def an_account(age: str, standing: str, region: str, plan: str, *, is_banned: bool) -> AccountRow:
    return AccountRow(
        id="x",
        created_at=START,
        language="en",
        language_chosen=False,
        age=age,
        age_declared_at=None,
        region=region,
        subdivision="",
        plan=plan,
        welcomed_at=None,
        epoch=0,
        standing=standing,
        closed_at=None,
        banned_at=START if is_banned else None,
        last_used_at=None,
        closing_warned_at=None,
    )


ACCOUNTS = st.builds(
    an_account,
    st.sampled_from(["unknown", "adult", "minor"]),
    st.sampled_from(["active", "restricted"]),
    st.sampled_from(["", "CN", "DE", "US"]),
    st.sampled_from(sorted(PLANS)),
    is_banned=st.booleans(),
)


@given(ACCOUNTS, ACCOUNTS)
def test_whichever_stays_the_stricter_wins(one: AccountRow, other: AccountRow) -> None:
    for first, second in itertools.permutations((one, other)):
        found = joined(first, second, PLANS)
        both = (first, second)
        assert (found["banned_at"] is None) == all(row.banned_at is None for row in both)
        is_restricted = any(row.standing == "restricted" for row in both)
        assert found["standing"] == ("restricted" if is_restricted else "active")
        ages = {row.age for row in both}
        assert found["age"] == next(age for age in ("minor", "adult", "unknown") if age in ages)
        if any(row.region not in ("", "CN") for row in both):
            assert found["region"] not in ("", "CN")
        assert found["plan"] in {row.plan for row in both}


EVENTS = st.lists(st.sampled_from(["make-one", "make-other", "link", "unlink"]), max_size=7)


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(events=EVENTS)
async def test_whatever_the_order_nothing_is_lost_and_everybody_sees_their_own(
    events: list[str],
) -> None:
    async with two_surfaces() as (app, clock, one, other):
        made: dict[str, list[PictureId]] = {"one": [], "other": []}
        is_joint = False
        for event in events:
            if event == "make-one":
                made["one"] += await things_of(one, 1)
            elif event == "make-other":
                made["other"] += await things_of(other, 1)
            elif event == "link" and not is_joint:
                await linked(one, other)
                is_joint = True
            elif event == "unlink" and is_joint:
                await unlinked(other)
                is_joint = False
            await settled(app, clock)
            everything = [*made["one"], *made["other"]]
            await sees(one, everything if is_joint else made["one"])
            await sees(other, everything if is_joint else made["other"])
