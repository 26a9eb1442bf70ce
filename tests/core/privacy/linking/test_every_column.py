"""Whatever is held in any table comes over to the one account, and opens with its key."""

from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from core.accounts.rows import AccountRow, MoveRow
from core.app import App
from core.generation.rows import OutboxRow
from core.kernel.ids import AccountId
from core.migrations.tables import all_tables
from core.privacy.erasure.plan import tables_of_people
from core.privacy.export.rows import ExportRow
from core.privacy.linking.plan import BY_RULE
from core.storage.envelope import Place
from tests.core.privacy.choosing.desk import Visitor, a_visitor, count
from tests.core.privacy.erasure.filling import Canary, a_canary, everything_of
from tests.core.privacy.linking.people import linked, settled
from tests.factories import an_app
from tests.fakes import MovingClock

ENDS_WITH_THE_OLD_ACCOUNT = {"accounts", "link_codes", "confirmations", "account_moves"}
"""A code that was good for minutes joins or confirms nothing any more."""


async def at_rest(app: App) -> None:
    """What is under way would be waited for."""
    async with app.transaction() as tx:
        await tx.execute(update(ExportRow).values(state="ready"))
        await tx.execute(update(OutboxRow).values(state="done"))
        await tx.execute(delete(MoveRow))


async def rows_of(app: App, account_id: AccountId) -> dict[str, int]:
    found = {}
    for table, person in tables_of_people(all_tables()):
        async with app.transaction() as tx:
            query = select(func.count()).select_from(table).where(person == account_id)
            found[table.name] = await tx.scalar(query) or 0
    return found


async def opens(app: App, canary: Canary, owner: AccountId) -> None:
    """Assert that every sealed value of a canary opens for its new owner."""
    for where, (place, _, content) in canary.sealed.items():
        table = all_tables().tables[place.table]
        (key,) = table.primary_key.columns
        async with app.transaction() as tx:
            raw: Any = await tx.scalar(select(table.c[place.column]).where(key == place.row))
        is_own = place.owner == canary.account_id
        there = Place(place.table, place.column, place.row, owner if is_own else place.owner)
        assert await app.keys.unseal(there, raw) == content, where
    for blob, content in canary.blobs.items():
        assert await app.vault.get(owner, blob) == content


async def test_everything_of_one_account_is_found_in_the_other(database_url: str) -> None:
    clock = MovingClock()
    async with an_app(clock=clock, database_url=database_url) as app:
        canary = await a_canary(app, "b")
        await at_rest(app)
        one = await a_visitor(app, "one", surface="elsewhere")
        other = Visitor(app, canary.actor)
        before = await rows_of(app, canary.account_id)
        assert set(before) - ENDS_WITH_THE_OLD_ACCOUNT == {
            name for name, rows in before.items() if rows and name not in ENDS_WITH_THE_OLD_ACCOUNT
        }, "each table has something to bring"
        await linked(one, other)
        await settled(app, clock)

        kept = await one.account_id()
        assert sum((await rows_of(app, canary.account_id)).values()) == 0
        after = await rows_of(app, kept)
        for name, rows in before.items():
            if name not in ENDS_WITH_THE_OLD_ACCOUNT:
                assert after[name] >= rows, name
        await opens(app, canary, kept)
        assert await count(app, AccountRow) == 1
        assert await everything_of(app, canary.account_id) == {
            table.name: [] for table, _ in tables_of_people(all_tables())
        }


def test_rules_are_for_tables_that_are_there() -> None:
    assert set(all_tables().tables) >= BY_RULE


@pytest.mark.parametrize("surface", ["test", "elsewhere"])
async def test_a_split_brings_each_thing_where_it_was_made(surface: str) -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        canary = await a_canary(app, "b")
        await at_rest(app)
        one = await a_visitor(app, "one", surface="elsewhere")
        other = Visitor(app, canary.actor)
        async with app.transaction() as tx:
            for table in all_tables().tables.values():
                if "surface" in table.columns and table.name not in ("account_moves", "identities"):
                    await tx.execute(
                        update(table)
                        .where(table.c.surface != "elsewhere")
                        .values(surface=canary.actor.surface)
                    )
        await linked(one, other)
        await settled(app, clock)
        leaves = other if surface == "test" else one
        await leaves.says("unlink yes")
        await settled(app, clock)
        # What was made there is with its surface, whichever of the two it is that goes.
        owner = await other.account_id()
        held = await rows_of(app, owner)
        for name in ("requests", "pictures", "outbox", "talks", "exports", "export_parts"):
            assert held[name] == 1, name
        for blob, content in canary.blobs.items():
            assert await app.vault.get(owner, blob) == content
        total = await rows_of(app, await one.account_id())
        assert total["pictures"] == 0
