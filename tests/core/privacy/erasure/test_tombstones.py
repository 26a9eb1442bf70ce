"""A ban, an opt-out and a used-up allowance outlive an erasure; nothing else does."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from core.accounts.choices import choices_of, say_no
from core.accounts.commands import find_person, meet, set_age
from core.accounts.rows import AccountRow, ChoiceRow, IdentityRow, TombstoneRow
from core.accounts.standing import ban, unban
from core.accounts.values import Person
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import Actor
from core.kernel.units import Credits
from core.privacy.erasure.commands import begin_erasure
from core.quotas import ledger
from core.quotas.rules import load_plans
from core.storage.envelope import Place
from tests.core.privacy.erasure.stage import an_order, erased
from tests.core.privacy.retention.things import an_aging_app
from tests.factories import an_actor, an_app, balance_of


def _place(identity_id: str, owner: AccountId) -> Place:
    return Place("identities", "native_sealed", identity_id, owner)


async def erase_all(app: App, actor: Actor) -> None:
    person = await meet(app, actor)
    erasure = await begin_erasure(app, an_order(person.account_id))
    assert await erased(app, erasure.erasure_id) == "done"


async def spend(app: App, actor: Actor, credits_: int) -> None:
    person = await meet(app, actor)
    plan = load_plans(app.settings.plans)[person.plan]
    async with app.transaction() as tx:
        held = await ledger.hold(tx, person.account_id, plan, Credits(credits_), app.clock.now())
        assert held is not None
        await ledger.settle(tx, held.hold_id, Credits(credits_), app.clock.now())


async def the_choices(app: App, owner: AccountId) -> dict[str, str]:
    async with app.transaction() as tx:
        rows = await tx.scalars(select(ChoiceRow).where(ChoiceRow.account_id == owner))
        return {row.kind: row.source for row in rows}


async def tombstones(app: App) -> list[TombstoneRow]:
    async with app.transaction() as tx:
        return list(await tx.scalars(select(TombstoneRow)))


async def test_a_ban_and_every_no_come_back_with_the_person(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor = an_actor("77")
        owner = (await meet(app, actor)).account_id
        since = datetime(2026, 4, 5, 6, 7, 8, tzinfo=UTC)
        async with app.transaction() as tx:
            await ban(tx, owner, since)
            for kind in ("sale", "object-analytics", "only-here"):
                await say_no(tx, owner, kind, since, "chat")
        await erase_all(app, actor)

        assert {one.kind for one in await tombstones(app)} == {"ban", "sale", "object-analytics"}
        stranger = await meet(app, an_actor("78"))
        assert not stranger.is_banned
        assert await the_choices(app, stranger.account_id) == {}

        again = await meet(app, actor)
        assert again.account_id != owner
        assert again.is_banned
        assert await the_choices(app, again.account_id) == {
            "sale": "kept",
            "object-analytics": "kept",
        }
        async with app.transaction() as tx:
            kept = (await choices_of(tx, again.account_id)).since
        assert kept["sale"] == datetime(2026, 4, 5, tzinfo=UTC), "the day alone"


async def test_nothing_else_comes_back() -> None:
    async with an_app() as app:
        actor = an_actor("77")
        await set_age(app, actor, is_adult=False)
        async with app.transaction() as tx:
            row = (await tx.scalars(select(AccountRow))).one()
            row.region, row.language, row.language_chosen = "DE", "zh_Hans", True
        await erase_all(app, actor)
        again: Person = await meet(app, actor)
        assert (again.age, again.region, again.language, again.is_new) == (
            "unknown",
            "",
            "en",
            True,
        )
        assert await tombstones(app) == []


async def test_erasing_gives_no_fresh_allowance_and_tomorrow_everybody_has_one(
    database_url: str,
) -> None:
    async with an_aging_app(database_url) as (app, clock):
        actor = an_actor("77")
        whole = await balance_of(app, actor)
        await spend(app, actor, 4)
        for _ in range(2):
            await erase_all(app, actor)
            assert await balance_of(app, actor) == whole - 4
            await spend(app, actor, 1)
            whole -= 1
        clock.move(days=1)
        await erase_all(app, actor)
        fresh = await balance_of(app, actor)
        assert fresh > whole - 4
        assert fresh == await balance_of(app, an_actor("new")), "the day's is whole again"
        clock.move(days=31)
        assert await balance_of(app, actor) == await balance_of(app, an_actor("other"))


async def test_what_was_lifted_meanwhile_does_not_come_back() -> None:
    async with an_app() as app:
        actor = an_actor("77")
        owner = (await meet(app, actor)).account_id
        async with app.transaction() as tx:
            await ban(tx, owner, app.clock.now())
            await say_no(tx, owner, "sale", app.clock.now(), "chat")
        await erase_all(app, actor)
        second = (await meet(app, actor)).account_id
        async with app.transaction() as tx:
            await unban(tx, second)
        await erase_all(app, actor)

        again = await meet(app, actor)
        assert not again.is_banned
        assert await the_choices(app, again.account_id) == {"sale": "kept"}


async def test_each_surface_of_a_linked_account_is_known_by_a_hash_of_its_own() -> None:
    async with an_app() as app:
        actor = an_actor("77")
        owner = (await meet(app, actor)).account_id
        other = Actor("other", "88", "en")
        second = (await meet(app, other)).account_id
        async with app.transaction() as tx:
            identity = (
                await tx.scalars(select(IdentityRow).where(IdentityRow.account_id == second))
            ).one()
            sealed = await app.keys.unseal(_place(identity.id, second), identity.native_sealed)
            identity.native_sealed = await app.keys.seal(_place(identity.id, owner), sealed)
            identity.account_id = owner
            await ban(tx, owner, app.clock.now())
        await erase_all(app, actor)

        hashes = {one.native_hash for one in await tombstones(app)}
        assert len(hashes) == 2
        assert (await meet(app, other)).is_banned
        async with app.transaction() as tx:
            assert await find_person(app, tx, actor) is None, "they are two now"
        assert (await meet(app, actor)).is_banned


@pytest.mark.parametrize("kind", ["ban", "sale"])
async def test_a_tombstone_is_found_only_with_the_pepper(kind: str) -> None:
    async with an_app() as app, an_app() as elsewhere:
        actor = an_actor("77")
        owner = (await meet(app, actor)).account_id
        async with app.transaction() as tx:
            await ban(tx, owner, app.clock.now())
            await say_no(tx, owner, "sale", app.clock.now(), "chat")
        await erase_all(app, actor)
        (one,) = [one for one in await tombstones(app) if one.kind == kind]
        assert one.account_id is None
        assert elsewhere.keys.fingerprint("tombstone", kind, "test", "77") != one.native_hash
