"""Data serve the purposes that they are for: a read for another one is refused before it is run."""

import logging

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import aliased

from core.accounts.commands import meet
from core.accounts.rows import AccountRow, IdentityRow, UsageEventRow
from core.policy.purposes import ALLOWED, LAWS, laws_for
from core.storage.inventory import personal
from core.storage.purposes import PurposeError, read_for
from tests.core.storage.live_schema import declared
from tests.factories import an_actor, an_app

BEYOND = frozenset({"analytics", "marketing"})


@pytest.mark.promise("AX-03")
async def test_account_data_cant_be_read_for_analysis_or_advertising(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = aliased(AccountRow)
    tries = (
        select(AccountRow),
        select(AccountRow.language),
        select(func.count()).where(AccountRow.region == "HK"),
        select(UsageEventRow.feature).join(AccountRow, AccountRow.id == UsageEventRow.account_id),
        select(UsageEventRow.feature).where(
            UsageEventRow.account_id.in_(select(other.id).where(other.plan == "free"))
        ),
        select(IdentityRow.surface),
        update(AccountRow).values(plan="free"),
    )
    caplog.set_level(logging.WARNING, "limner.purposes")
    async with an_app(database_url=database_url) as app:
        await meet(app, an_actor())
        for purpose in sorted(BEYOND):
            for statement in tries:
                caplog.clear()
                with pytest.raises(PurposeError, match=f"not for {purpose}"):
                    async with app.transaction() as tx:
                        read_for(tx, purpose)
                        await tx.execute(statement)
                assert f"a read for {purpose} was refused" in caplog.text
        async with app.transaction() as tx:
            read_for(tx, "analytics")
            assert list(await tx.execute(select(UsageEventRow))) == []


@pytest.mark.promise("AX-03")
def test_account_data_are_for_the_account_help_and_paid_plans_and_for_what_the_law_asks() -> None:
    account = {place: one for place, one in declared().items() if one.category == "account"}
    assert account
    for place, one in account.items():
        assert not one.purposes & BEYOND, place
        assert one.basis in ("contract", "legal_obligation", "legitimate_interest"), place
    with pytest.raises(ValueError, match="account data may not serve analytics"):
        a_column(category="account", purposes={"service", "analytics"})


@pytest.mark.promise("AX-03", "FA-3.1")
def test_no_data_serve_what_their_kind_is_not_for() -> None:
    odd = {
        place: one.purposes - ALLOWED[one.category]
        for place, one in declared().items()
        if one.purposes - ALLOWED[one.category]
    }
    assert odd == {}
    analysed = {one.category for one in declared().values() if "analytics" in one.purposes}
    assert analysed <= {"usage", "operations"}


TECHNICAL = ("ip", "user_agent", "device", "browser", "os", "app_version", "screen", "cookie")
"""What a browser or a device says of itself."""


@pytest.mark.promise("AX-09")
def test_what_a_platform_tells_of_somebody_serves_delivery_and_security() -> None:
    from_platform = {
        place: one
        for place, one in declared().items()
        if one.source == "platform" and one.person_path != "none"
    }
    assert from_platform
    for place, one in from_platform.items():
        # Where the person asked for their copy is where it is delivered: a right.
        assert one.purposes <= {"service", "security", "billing", "rights"}, place


@pytest.mark.promise("AX-09")
def test_nothing_that_a_device_says_of_itself_is_kept() -> None:
    kept = [
        f"{table}.{column}"
        for table, column in declared()
        if any(column == word or column.startswith(f"{word}_") for word in TECHNICAL)
    ]
    assert kept == []


@pytest.mark.promise("FA-4.4")
def test_what_rests_on_a_legal_duty_names_the_law() -> None:
    duties = {place: one for place, one in declared().items() if one.basis == "legal_obligation"}
    assert duties
    for place, one in duties.items():
        assert one.purposes <= set(LAWS), place
        assert laws_for(one.purposes), place
    with pytest.raises(ValueError, match="no law makes it a duty: analytics"):
        a_column(category="usage", purposes={"analytics"}, basis="legal_obligation")


@pytest.mark.promise("FA-4.0")
def test_every_processing_of_somebodys_data_has_a_basis() -> None:
    without = [
        place
        for place, one in declared().items()
        if one.person_path != "none" and one.basis == "none"
    ]
    assert without == []


def a_column(**changes: object) -> object:
    values: dict[str, object] = {
        "category": "account",
        "purposes": {"service"},
        "basis": "contract",
        "retention": "account",
        "export": "plain",
        "erase": "delete",
    }
    return personal(**(values | changes))  # type: ignore[arg-type]
