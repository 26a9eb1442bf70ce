"""What is brought over to the one account: by workers, beside an erasure, to a third surface."""

import asyncio

import pytest
from sqlalchemy import select

from core.accounts.choices import choices_of
from core.accounts.commands import find_person
from core.accounts.rows import AccountRow, MoveRow
from core.kernel.errors import CoreError
from core.migrations.tables import all_tables
from core.privacy.erasure.commands import begin_erasure
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.values import EraseAccount
from core.privacy.linking.moving import finish_moves, move_all
from core.privacy.linking.plan import problems, shelves
from tests.core.privacy.choosing.desk import (
    a_visitor,
    count,
    text_of,
)
from tests.core.privacy.erasure.stage import erased
from tests.core.privacy.linking.people import (
    a_code,
    linked,
    owners,
    sees,
    settled,
    things_of,
    two_surfaces,
)
from tests.core.privacy.linking.test_linking import spends
from tests.factories import a_worker, balance_of


async def test_what_should_join_an_account_that_is_gone_is_destroyed(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, _clock, one, other):
        await things_of(other)
        gone = await other.account_id()
        await linked(one, other)
        kept = await one.account_id()
        await app.keys.destroy(kept)
        async with app.transaction() as tx:
            (move_id,) = await tx.scalars(select(MoveRow.id))
        assert await move_all(app, move_id) == "dropped"
        assert await app.vault.blobs_of(gone) == ()
        assert await owners(app) == set()


async def test_what_waits_for_everything_gets_what_is_on_its_way(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        mine, theirs = await things_of(one), await things_of(other)
        await linked(one, other)
        assert await finish_moves(app, await one.account_id())
        await sees(one, [*mine, *theirs])
        assert await count(app, MoveRow) == 1, "the old account lingers for a minute"
        await settled(app, clock)
        assert await count(app, MoveRow) == 0


@pytest.mark.parametrize("surface", ["test", "strict"])
async def test_an_erasure_right_after_a_joining_takes_everything(
    surface: str, database_url: str
) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        mine, theirs = await things_of(one), await things_of(other)
        both = [await one.account_id(), await other.account_id()]
        await linked(one, other)
        who = one if surface == "test" else other
        erasure = await begin_erasure(
            app, EraseAccount(await who.account_id(), "person", is_now=True)
        )
        assert await erased(app, erasure.erasure_id) == "done"
        assert await owners(app) == set()
        assert [await app.vault.blobs_of(owner) for owner in both] == [(), ()]
        async with app.transaction() as tx:
            row = (await tx.scalars(select(ErasureRow))).one()
        assert row.receipt is not None
        assert row.receipt["erased_files"] == len(mine) + len(theirs), "counted before it went"
        await settled(app, clock)
        assert await count(app, AccountRow) == 0


async def test_an_erasure_right_after_a_split_takes_nothing_of_the_other() -> None:
    async with two_surfaces() as (app, clock, one, other):
        await things_of(one)
        theirs = await things_of(other)
        await linked(one, other)
        await settled(app, clock)
        await other.says("unlink yes")
        erasure = await begin_erasure(
            app, EraseAccount(await one.account_id(), "person", is_now=True)
        )
        assert await erased(app, erasure.erasure_id) == "done"
        await sees(other, theirs)


async def test_workers_bring_it_over_by_themselves() -> None:
    async with two_surfaces() as (app, clock, one, other):
        theirs = await things_of(other)
        async with a_worker(app):
            await linked(one, other)
            clock.move(minutes=2)
            async with asyncio.timeout(60):
                while await count(app, MoveRow):
                    await asyncio.sleep(0.1)
        await sees(one, theirs)


def test_every_table_of_people_can_be_moved() -> None:
    assert problems(all_tables()) == []
    assert {"requests", "pictures", "talks", "exports"} <= {
        one.table.name for one in shelves(all_tables())
    }


async def test_the_same_account_can_be_linked_to_a_third_surface_afterwards() -> None:
    async with two_surfaces() as (app, clock, one, other):
        third = await a_visitor(app, "3", surface="third")
        await linked(one, other)
        await settled(app, clock)
        await linked(other, third)
        await settled(app, clock)
        async with app.transaction() as tx:
            found = [await find_person(app, tx, who.actor) for who in (one, other, third)]
        assert {who.account_id for who in found if who} == {await one.account_id()}
        told = await third.says("unlink")
        assert "strict" in text_of(told)
        assert "test" in text_of(told)


async def test_two_people_who_join_each_other_at_once_both_get_an_answer(
    database_url: str,
) -> None:
    async with two_surfaces(database_url) as (_app, _clock, one, other):
        codes = [await a_code(one), await a_code(other)]
        results = await asyncio.gather(
            other.says(f"link {codes[0]} yes"),
            one.says(f"link {codes[1]} yes"),
            return_exceptions=True,
        )
        assert sum(not isinstance(found, BaseException) for found in results) == 1
        assert all(
            isinstance(found, CoreError) for found in results if isinstance(found, BaseException)
        )
        assert await one.account_id() == await other.account_id()


async def test_who_was_erased_does_not_shake_off_a_ban_by_joining(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        whole = await balance_of(app, one.actor)
        await spends(other, 4)
        await other.says("optout sale")
        await other.stands(banned_at=clock.at)
        erasure = await begin_erasure(
            app, EraseAccount(await other.account_id(), "person", is_now=True)
        )
        assert await erased(app, erasure.erasure_id) == "done"
        async with app.transaction() as tx:
            assert await find_person(app, tx, other.actor) is None
        await linked(one, other)
        row = await one.row()
        assert row.banned_at is not None
        assert await balance_of(app, one.actor) == whole - 4
        async with app.transaction() as tx:
            assert (await choices_of(tx, await one.account_id())).said_no_to("sale")
        await settled(app, clock)
        assert await other.account_id() == await one.account_id()
