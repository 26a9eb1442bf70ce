"""What an erasure does to a table follows from its declarations; contradictions are found."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import ForeignKey, MetaData, String, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped

from core.kernel.ids import AccountId
from core.migrations.tables import all_tables
from core.policy.profile import SHIPPED, load_profile
from core.privacy.erasure.plan import Detachment, problems, works_of
from core.privacy.retention.plan import Deletion
from core.storage.database import UtcDateTime
from core.storage.inventory import personal
from tests.factories import an_app


@pytest.mark.parametrize("name", SHIPPED)
def test_every_table_can_do_what_its_columns_promise(name: str) -> None:
    assert problems(all_tables(), load_profile(name)) == []


def test_rows_that_belong_to_others_come_before_them() -> None:
    works = list(works_of(all_tables(), AccountId("a")))
    order = [work.table.name for work in works]
    assert order[-1] == "accounts"
    assert order.index("pictures") < order.index("requests") < order.index("holds")
    kept = {work.table.name for work in works if isinstance(work, Detachment)}
    assert kept == {"tombstones"}


def _bill(*args: Any, **kwargs: Any) -> Any:
    values: dict[str, Any] = {
        "category": "billing",
        "purposes": {"billing"},
        "basis": "legal_obligation",
        "retention": "billing",
        "export": "plain",
        "erase": "keyed_hash",
    }
    return personal(*args, **(values | kwargs))


def planted(**account: Any) -> MetaData:
    """Bills, as a later release may have them."""

    class Planted(DeclarativeBase):
        metadata = MetaData()

    class BillRow(Planted):
        __tablename__ = "bills"
        __table_args__ = ({"info": {"clock": "made_at"}},)

        id: Mapped[str] = _bill(String(26), primary_key=True)
        account_id: Mapped[str] = _bill(String(64), **account)
        address: Mapped[str] = _bill(String(200), retention="account", erase="delete")
        amount: Mapped[int] = _bill()
        made_at: Mapped[datetime] = _bill(UtcDateTime())

    assert BillRow.__tablename__ in Planted.metadata.tables
    return Planted.metadata


def test_a_bill_stays_with_its_amount_and_without_its_person() -> None:
    (work,) = works_of(planted(), AccountId("a"))
    assert isinstance(work, Detachment)
    assert work.values("hash") == {"account_id": "hash", "address": ""}


async def test_a_bill_is_cut_off_in_the_database_and_can_still_be_counted() -> None:
    metadata = planted()
    bills = metadata.tables["bills"]
    async with an_app() as app:
        async with app.database.engine.begin() as connection:
            await connection.run_sync(metadata.create_all)
            for number, owner in enumerate(("a", "a", "b")):
                await connection.execute(
                    insert(bills).values(
                        id=str(number),
                        account_id=owner,
                        address="canary street 1",
                        amount=7,
                        made_at=app.clock.now(),
                    )
                )
        (work,) = works_of(metadata, AccountId("a"))
        assert isinstance(work, Detachment)
        async with app.transaction() as tx:
            await tx.execute(bills.update().where(work.condition).values(work.values("h" * 64)))
            rows = list(await tx.execute(select(bills).order_by(bills.c.id)))
        assert [(row.account_id, row.address, row.amount) for row in rows] == [
            ("h" * 64, "", 7),
            ("h" * 64, "", 7),
            ("b", "canary street 1", 7),
        ]


def test_a_row_that_must_stay_and_cannot_be_cut_off_is_found() -> None:
    class Planted(DeclarativeBase):
        metadata = MetaData()

    class PersonRow(Planted):
        __tablename__ = "people"
        id: Mapped[str] = _bill(String(26), primary_key=True, path="self", erase="delete")

    class BillRow(Planted):
        __tablename__ = "bills"
        id: Mapped[str] = _bill(String(26), primary_key=True)
        account_id: Mapped[str] = _bill(ForeignKey("people.id"))

    assert {PersonRow.__tablename__, BillRow.__tablename__} == set(Planted.metadata.tables)
    found = problems(Planted.metadata, load_profile("flux-art"))
    assert any("bills.account_id must stay and can't be cut off" in one for one in found)
    assert any(
        "people.id is deleted with the account, although class billing" in one for one in found
    )


def test_a_table_of_a_class_without_a_minimum_goes_whole() -> None:
    class Planted(DeclarativeBase):
        metadata = MetaData()

    class UploadRow(Planted):
        __tablename__ = "uploads"
        id: Mapped[str] = _bill(String(26), primary_key=True, retention="uploads", erase="delete")
        account_id: Mapped[str] = _bill(String(26), retention="uploads", erase="delete")

    assert UploadRow.__tablename__ == "uploads"
    (work,) = works_of(Planted.metadata, AccountId("a"))
    assert isinstance(work, Deletion)
