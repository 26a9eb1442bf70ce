"""Everything that is held about a person is found through the inventory, and nothing of others."""

import pytest
from sqlalchemy import MetaData, String, func, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped

from core.app import App
from core.generation.rows import RequestRow
from core.kernel.ids import AccountId
from core.migrations.tables import all_tables
from core.privacy.subject.shelves import shelves
from core.privacy.subject.walk import EXPIRED, THIRD_PARTY, UNREADABLE, Record, records, walk
from core.storage.inventory import declarations, personal
from tests.core.privacy.retention.things import MARK
from tests.core.privacy.subject.people import also_known_on, somebody
from tests.factories import an_app


async def walked(app: App, account_id: AccountId) -> list[Record]:
    return [one async for one in walk(app, account_id)]


@pytest.mark.promise("FA-2.1c")
async def test_every_row_of_a_person_is_found_opened_and_no_row_of_another(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        _, mine = await somebody(app, "1", pictures=3)
        _, other = await somebody(app, "2", pictures=2)

        found = await walked(app, mine)

        for shelf in shelves():
            here = [one for one in found if one.shelf.name == shelf.name]
            async with app.transaction() as tx:
                query = select(func.count()).select_from(shelf.table)
                count = await tx.scalar(query.where(shelf.owner == mine))
            assert len(here) == (0 if shelf.is_left_out else count), shelf.name
        assert other not in str([one.values for one in found])
        prompts = [one.values["prompt"] for one in found if one.shelf.name == "requests"]
        assert prompts == [f"{MARK} a heron"] * 3
        assert sum(len(one.media) for one in found) == 3


def test_every_declared_column_is_shown_or_left_out_with_a_reason() -> None:
    seen = {
        (shelf.name, field.column.name): field
        for shelf in shelves(all_tables())
        for field in (*shelf.shown, *shelf.left_out)
    }
    personal_columns = {
        place for place, one in declarations(all_tables()).items() if one.person_path != "none"
    }
    assert personal_columns <= set(seen)
    for shelf in shelves(all_tables()):
        assert all(one.declaration.reason for one in shelf.left_out), shelf.name


async def test_batches_of_any_size_find_the_same(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        _, mine = await somebody(app, pictures=5)
        for shelf in shelves():
            if shelf.is_left_out:
                continue
            whole = await records(app, mine, shelf)
            steps: list[Record] = []
            while more := await records(app, mine, shelf, steps[-1].key if steps else None, 2):
                steps += more
            assert [one.key for one in steps] == [one.key for one in whole]


async def test_what_was_emptied_or_cannot_be_opened_is_named_with_the_reason() -> None:
    async with an_app() as app:
        _, mine = await somebody(app, pictures=1)
        async with app.transaction() as tx:
            await tx.execute(update(RequestRow).values(negative_sealed=b"", message_sealed=None))
        before = next(one for one in await walked(app, mine) if one.shelf.name == "requests")
        await app.keys.destroy(mine)
        after = next(one for one in await walked(app, mine) if one.shelf.name == "requests")

        assert before.missing == {"negative": EXPIRED}
        assert before.values["prompt"] == f"{MARK} a heron"
        assert after.missing == {
            "negative": EXPIRED,
            "prompt": UNREADABLE,
            "reply_to": UNREADABLE,
        }
        assert after.values["prompt"] is None


async def test_two_surfaces_of_one_account_are_one_person() -> None:
    async with an_app() as app:
        _, mine = await somebody(app, "1", pictures=0)
        await also_known_on(app, mine, "other", "99")
        found = [one.values for one in await walked(app, mine) if one.shelf.name == "identities"]
        assert {(one["surface"], one["native"]) for one in found} == {
            ("test", "1"),
            ("other", "99"),
        }


@pytest.mark.promise("FA-2.3a")
async def test_each_value_says_whether_the_platform_told_it_or_the_person() -> None:
    async with an_app() as app:
        _, mine = await somebody(app, pictures=1)
        found = {one.shelf.name: one for one in await walked(app, mine)}

        assert found["identities"].sources == {"surface": "platform", "native": "platform"}
        assert found["accounts"].sources["language"] == "platform"
        assert found["accounts"].sources["region"] == "person"
        assert found["requests"].sources["prompt"] == "person"
        async with app.transaction() as tx:
            table = found["accounts"].shelf.table
            await tx.execute(table.update().values(language_chosen=True))
        again = next(one for one in await walked(app, mine) if one.shelf.name == "accounts")
        assert again.sources["language"] == "person"


@pytest.mark.promise("LW-9")
async def test_what_may_be_somebody_elses_is_masked(database_url: str) -> None:
    class Base(DeclarativeBase):
        metadata = MetaData()

    def of_a_report(**kwargs: str) -> object:
        return personal(
            String(64),
            category="safety",
            purposes={"abuse"},
            basis="legitimate_interest",
            retention="safety",
            export="plain",
            erase="delete",
            **kwargs,  # type: ignore[arg-type]
        )

    class ReportRow(Base):
        __tablename__ = "reports"
        id: Mapped[str] = of_a_report(primary_key=True)  # type: ignore[arg-type, assignment]
        account_id: Mapped[str] = of_a_report()  # type: ignore[assignment]
        reporter: Mapped[str] = of_a_report(third_party="masked")  # type: ignore[assignment]

    async with an_app(database_url=database_url) as app:
        async with app.database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        async with app.transaction() as tx:
            row = {"id": "1", "account_id": "me", "reporter": "Jane Doe"}
            await tx.execute(insert(ReportRow).values(row))

        (found,) = [one async for one in walk(app, AccountId("me"), Base.metadata)]

        assert found.values == {"id": "1", "account_id": "me", "reporter": None}
        assert found.missing == {"reporter": THIRD_PARTY}
