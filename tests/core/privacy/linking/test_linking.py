"""/link: one account on two surfaces; one quota, one gallery, the stricter of everything."""

import asyncio

import pytest
from sqlalchemy import func, select, update

from core.accounts.choices import choices_of
from core.accounts.consents import consents_of, living
from core.accounts.rows import (
    AccountRow,
    IdentityRow,
    LinkCodeRow,
    MoveRow,
    UsageEventRow,
)
from core.accounts.standing import ban, restrict
from core.app import App
from core.generation.commands import delete_picture, remember_message
from core.generation.errors import NotFound
from core.generation.queries import picture_file, status
from core.generation.rows import PictureRow, RequestRow
from core.kernel.errors import CoreError
from core.kernel.ids import PictureId, RequestId
from core.kernel.units import Credits
from core.privacy.desk.rows import RightsRequestRow, TalkRow
from core.privacy.letters.rows import LetterRow
from core.privacy.linking.errors import (
    LinkBusy,
    LinkClosed,
    LinkCodeUnknown,
    LinkErasing,
    LinkOwnCode,
    LinkSameSurface,
    LinkTooManyTries,
)
from core.privacy.linking.moving import move_all
from core.quotas import ledger
from core.quotas.rows import BalanceRow, HoldRow, LedgerRow
from core.storage.envelope import Place, Unreadable
from tests.core.privacy.choosing.desk import (
    Visitor,
    a_visitor,
    codes_of,
    count,
    elsewhere,
    lines_of,
)
from tests.core.privacy.linking.people import (
    a_code,
    linked,
    owners,
    sees,
    settled,
    things_of,
    two_surfaces,
)
from tests.factories import a_request, accepted, balance_of


async def spends(visitor: Visitor, amount: int) -> None:
    """Use up free allowance."""
    app, owner = visitor.app, await visitor.account_id()
    async with app.transaction() as tx:
        await ledger.lock_balance(tx, owner, app.clock.now())
        await tx.execute(
            update(BalanceRow)
            .where(BalanceRow.account_id == owner)
            .values(day_used=amount, month_used=amount)
        )


async def granted(visitor: Visitor, amount: int) -> None:
    owner = await visitor.account_id()
    async with visitor.app.transaction() as tx:
        await ledger.grant(
            tx,
            owner,
            Credits(amount),
            reference=f"test:{owner}",
            now=visitor.app.clock.now(),
        )


async def test_two_accounts_become_one_with_everything_readable(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        mine, theirs = await things_of(one), await things_of(other)
        kept, gone = await one.account_id(), await other.account_id()
        told = await linked(one, other)
        assert codes_of(told)[0] == "link-done"
        assert await one.account_id() == await other.account_id() == kept
        await settled(app, clock)

        for visitor in (one, other):
            await sees(visitor, [*mine, *theirs])
        assert await owners(app) == {kept}
        assert await count(app, AccountRow) == 1
        assert await count(app, MoveRow) == 0
        assert await app.vault.blobs_of(gone) == ()
        with pytest.raises(Unreadable):
            await app.keys.seal(Place("a", "b", "c", gone), b"the key is destroyed")
        async with app.transaction() as tx:
            for row in await tx.scalars(select(IdentityRow)):
                place = Place("identities", "native_sealed", row.id, kept)
                assert (await app.keys.unseal(place, row.native_sealed)).decode() in (
                    "one",
                    "other",
                )


async def test_nothing_is_gained_used_allowances_and_credits_add_up(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        before = await balance_of(app, one.actor)
        await spends(one, 3)
        await spends(other, 4)
        await granted(one, 5)
        await granted(other, 7)
        await linked(one, other)
        assert await balance_of(app, one.actor) == before - 3 - 4 + 5 + 7
        assert await balance_of(app, other.actor) == await balance_of(app, one.actor)
        await settled(app, clock)
        async with app.transaction() as tx:
            kept = set(await tx.scalars(select(LedgerRow.account_id)))
            total = await tx.scalar(select(func.sum(LedgerRow.credits)))
        assert kept == {await one.account_id()}
        assert total == 12


async def test_an_allowance_of_another_day_counts_for_its_month_alone() -> None:
    async with two_surfaces() as (app, clock, one, other):
        clock.at = clock.at.replace(day=10, hour=12)
        await spends(other, 4)
        clock.move(days=1)
        whole = await balance_of(app, one.actor)
        await linked(one, other)
        async with app.transaction() as tx:
            row = await tx.get_one(BalanceRow, await one.account_id())
        assert (row.day_used, row.month_used) == (0, 4)
        assert await balance_of(app, one.actor) <= whole


async def test_the_stricter_of_everything_holds() -> None:
    async with two_surfaces() as (app, clock, one, other):
        first, second = await one.account_id(), await other.account_id()
        await one.says("optout sale")
        clock.move(hours=1)
        await other.says("optout all")
        await other.says("object transparency")
        async with app.transaction() as tx:
            await ban(tx, second, clock.at)
            await restrict(tx, first)
        await other.stands(age="minor", region="DE")
        await one.stands(region="CN", subdivision="")
        await linked(one, other)
        row = await one.row()
        assert (row.age, row.region, row.standing) == ("minor", "DE", "restricted")
        assert row.banned_at == clock.at
        async with app.transaction() as tx:
            held = await choices_of(tx, first)
        assert set(held.since) == {"sale", "analytics", "marketing", "object-transparency"}
        assert held.since["sale"] < held.since["analytics"]


@pytest.mark.promise("PL-D4", "AX-19")
async def test_a_consent_carries_over_and_holds_where_it_was_given_only() -> None:
    async with two_surfaces() as (app, clock, one, other):
        await one.says(lines_of(await one.says("consent training"))[0])
        await linked(one, other)
        await settled(app, clock)
        async with app.transaction() as tx:
            known = await consents_of(tx, await other.account_id())
        assert living(known, "training", "test") is not None
        assert living(known, "training", "strict") is None
        told = await other.says("consent")
        assert "consent-given-elsewhere" in codes_of(told)
        assert "consent-not-training-platform" in codes_of(told)
        await other.says("consent training off")
        async with app.transaction() as tx:
            known = await consents_of(tx, await other.account_id())
        assert living(known, "training", "test") is None


async def test_everything_else_comes_along_sealed_anew(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        await other.says("support my words canary-5c")
        await other.says("optout sale")
        await other.says("privacy")
        await linked(one, other)
        await settled(app, clock)
        kept = await one.account_id()
        for column in (
            RightsRequestRow.account_id,
            TalkRow.account_id,
            LetterRow.account_id,
            UsageEventRow.account_id,
            HoldRow.account_id,
        ):
            async with app.transaction() as tx:
                assert set(await tx.scalars(select(column))) <= {kept, None}, column
        async with app.transaction() as tx:
            for talk in await tx.scalars(select(TalkRow)):
                place = Place("talks", "words_sealed", talk.id, kept)
                assert b"canary-5c" in await app.keys.unseal(place, talk.words_sealed)


async def test_somebody_unknown_is_joined_to_the_account_of_the_code() -> None:
    async with two_surfaces() as (app, _clock, one, _other):
        newcomer = elsewhere(one, "third", "9")
        assert codes_of(await newcomer.says("link"))[0] == "link-nobody"
        told = await linked(one, newcomer)
        assert codes_of(told)[0] == "link-done"
        assert await newcomer.account_id() == await one.account_id()
        assert await count(app, AccountRow) == 2
        assert await count(app, MoveRow) == 0


async def test_looking_changes_nothing_and_the_other_surface_is_told_of_the_joining() -> None:
    async with two_surfaces() as (app, _clock, one, other):
        code = await a_code(one)
        asked = await other.says(f"LINK {code.lower().replace('-', ' ')}".replace("LINK", "link"))
        assert codes_of(asked)[-1] == "link-look-warning"
        assert asked.steps[0].is_grave
        assert await one.account_id() != await other.account_id()
        assert await count(app, LetterRow) == 0
        await other.presses(asked, "link ")
        async with app.transaction() as tx:
            letter = (await tx.scalars(select(LetterRow))).one()
        assert (letter.surface, letter.account_id) == ("test", await one.account_id())


async def refused(visitor: Visitor, line: str) -> type[CoreError]:
    with pytest.raises(CoreError) as found:
        await visitor.says(line)
    return type(found.value)


async def test_a_code_is_good_once_for_ten_minutes_and_for_somebody_else(
    database_url: str,
) -> None:
    async with two_surfaces(database_url) as (app, clock, one, other):
        code = await a_code(one)
        assert await refused(one, f"link {code}") is LinkOwnCode
        assert await refused(one, f"link {code} yes") is LinkOwnCode
        newer = await a_code(one)
        assert await refused(other, f"link {code}") is LinkCodeUnknown
        clock.move(minutes=10, seconds=1)
        assert await refused(other, f"link {newer} yes") is LinkCodeUnknown
        last = await a_code(one)
        async with app.transaction() as tx:
            stored = await tx.scalar(select(LinkCodeRow.code_hash))
        assert last.replace("-", "") not in str(stored)
        await other.says(f"link {last} yes")
        third = elsewhere(one, "third", "3")
        assert await refused(third, f"link {last}") is LinkCodeUnknown
        assert codes_of(await third.says("link what?")) == ["link-usage"]
        assert await count(app, LinkCodeRow) == 0


async def test_few_codes_may_be_tried() -> None:
    async with two_surfaces() as (_app, _clock, _one, other):
        for _ in range(10):
            assert await refused(other, "link ABCD-EFGH") is LinkCodeUnknown
        assert await refused(other, "link ABCD-EFGH") is LinkTooManyTries


async def test_of_two_at_once_one_is_joined(database_url: str) -> None:
    async with two_surfaces(database_url) as (app, _clock, one, other):
        third = await a_visitor(app, "3", surface="third")
        code = await a_code(one)
        results = await asyncio.gather(
            other.says(f"link {code} yes"),
            third.says(f"link {code} yes"),
            return_exceptions=True,
        )
        assert sum(isinstance(found, LinkCodeUnknown) for found in results) == 1
        assert await count(app, AccountRow) == 3
        assert await count(app, MoveRow) == 1


@pytest.mark.parametrize(
    ("whose", "values", "error"),
    [
        ("one", {"standing": "erasing"}, LinkErasing),
        ("other", {"standing": "erasing"}, LinkErasing),
        ("other", {"standing": "closed"}, LinkClosed),
    ],
)
async def test_an_account_on_its_way_out_is_not_joined(
    whose: str, values: dict[str, object], error: type[CoreError]
) -> None:
    async with two_surfaces() as (app, clock, one, other):
        code = await a_code(one)
        who = one if whose == "one" else other
        await who.stands(closed_at=clock.at, **values)
        for line in (f"link {code}", f"link {code} yes"):
            assert await refused(other, line) is error
        assert codes_of(await who.says("link"))[-1] == "link-not-now"
        assert await count(app, MoveRow) == 0
        await who.stands(standing="active")
        await other.says(f"link {code} yes")


async def test_work_under_way_and_the_same_surface_are_refused_and_the_code_still_counts() -> None:
    async with two_surfaces() as (app, _clock, one, other):
        await accepted(app, a_request(other.actor))
        code = await a_code(one)
        assert await refused(other, f"link {code} yes") is LinkBusy
        twin = await a_visitor(app, "twin")
        assert await refused(twin, f"link {code} yes") is LinkSameSurface
        third = await a_visitor(app, "3", surface="third")
        await third.says(f"link {code} yes")


async def test_what_is_still_on_its_way_is_the_persons_already() -> None:
    async with two_surfaces() as (app, clock, one, other):
        (picture,) = await things_of(other, 1)
        await linked(one, other)
        async with app.transaction() as tx:
            row = (await tx.scalars(select(RequestRow))).one()
        assert row.account_id != await one.account_id()
        for visitor in (one, other):
            assert (await status(app, visitor.actor, RequestId(row.id))).outcome is not None
            assert (await picture_file(app, visitor.actor, picture)).data
        await remember_message(app, one.actor, RequestId(row.id), "shown here")
        stranger = await a_visitor(app, "stranger")
        with pytest.raises(CoreError):
            await status(app, stranger.actor, RequestId(row.id))
        await delete_picture(app, one.actor, picture)
        await settled(app, clock)
        await sees(one, [])
        async with app.transaction() as tx:
            row = (await tx.scalars(select(RequestRow))).one()
        assert row.account_id == await one.account_id()
        with pytest.raises(NotFound):
            await picture_file(app, one.actor, picture)


async def test_a_row_that_changes_while_it_is_moved_is_moved_with_its_change() -> None:
    async with two_surfaces() as (app, clock, one, other):
        await things_of(other, 3)
        await linked(one, other)
        async with app.transaction() as tx:
            (move_id,) = await tx.scalars(select(MoveRow.id))
            ids = [RequestId(found) for found in await tx.scalars(select(RequestRow.id))]

        async def writes() -> None:
            for number in range(12):
                await remember_message(app, one.actor, ids[number % 3], f"at {number}")

        await asyncio.gather(writes(), move_all(app, move_id), move_all(app, move_id))
        await settled(app, clock)
        for request_id in ids:
            assert (await status(app, one.actor, request_id)).outcome is not None
        await sees(one, [PictureId(found) for found in await pictures(app)])


async def pictures(app: App) -> list[str]:
    async with app.transaction() as tx:
        return list(await tx.scalars(select(PictureRow.id)))
