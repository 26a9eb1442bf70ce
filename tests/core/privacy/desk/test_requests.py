"""Requests keep the clock of the day they came, whatever way they came by."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from core.accounts.commands import choose_region, meet
from core.kernel.ids import new_id
from core.privacy.desk.errors import RequestUnknown
from core.privacy.desk.handling import import_request
from core.privacy.desk.requests import (
    close_request,
    note_request,
    open_request,
    open_row,
    words_place,
    written,
)
from core.privacy.desk.rows import RightsRequestRow
from tests.core.privacy.retention.clock import START, MovingClock
from tests.factories import an_actor, an_app


@pytest.mark.promise("AX-42")
async def test_a_request_that_came_by_mail_keeps_its_clock(database_url: str) -> None:
    clock = MovingClock()
    async with an_app(database_url=database_url, clock=clock) as app:
        person = await meet(app, an_actor())
        own_id = new_id()
        words = await written(app, person.account_id, own_id, "please send me everything")
        came = START - timedelta(days=9)
        async with app.transaction() as tx:
            request_id = await open_request(
                tx,
                app,
                person.account_id,
                "export",
                request_id=own_id,
                words=words,
                came_by="mail",
                received_at=came,
            )
        async with app.transaction() as tx:
            row = await tx.get_one(RightsRequestRow, request_id)
        assert (row.received_at, row.due_at) == (came, came + timedelta(days=30))
        assert row.words_sealed is not None
        assert b"everything" not in row.words_sealed
        place = words_place(row.id, row.account_id)
        assert await app.keys.unseal(place, row.words_sealed) == b"please send me everything"


@pytest.mark.promise("FA-14.1a")
@pytest.mark.promise("FA-14.1c")
@pytest.mark.promise("FA-14.2a")
@pytest.mark.parametrize(
    ("region", "days"), [("", 30), ("FR", 30), ("us-ca", 45), ("US-NY", 30), ("HK", 40)]
)
async def test_the_clock_is_that_of_where_the_person_says_they_are(region: str, days: int) -> None:
    async with an_app(clock=MovingClock()) as app:
        person = await meet(app, an_actor())
        if region:
            person = await choose_region(app, an_actor(), region)
        async with app.transaction() as tx:
            await open_request(tx, app, person.account_id, "export")
        async with app.transaction() as tx:
            row = (await tx.scalars(select(RightsRequestRow))).one()
        assert row.due_at == START + timedelta(days=days)


async def test_what_ends_ends_once(database_url: str) -> None:
    clock = MovingClock()
    async with an_app(database_url=database_url, clock=clock) as app:
        person = await meet(app, an_actor())
        async with app.transaction() as tx:
            request_id = await open_request(tx, app, person.account_id, "correct")
        clock.move(days=1)
        async with app.transaction() as tx:
            await close_request(tx, app, request_id, "not-ours", refused=True)
        clock.move(days=1)
        async with app.transaction() as tx:
            await close_request(tx, app, request_id, "done")
            await close_request(tx, app, "no such request", "done")
        async with app.transaction() as tx:
            row = await tx.get_one(RightsRequestRow, request_id)
            assert (row.state, row.outcome) == ("refused", "not-ours")
            assert row.ended_at == START + timedelta(days=1)
            with pytest.raises(RequestUnknown):
                await open_row(tx, request_id)


async def test_what_is_done_at_once_is_on_record() -> None:
    async with an_app(clock=MovingClock()) as app:
        person = await meet(app, an_actor())
        async with app.transaction() as tx:
            await note_request(tx, app, person.account_id, "restrict", "lifted")
        async with app.transaction() as tx:
            row = (await tx.scalars(select(RightsRequestRow))).one()
        assert (row.kind, row.state, row.outcome) == ("restrict", "done", "lifted")
        assert (row.received_at, row.ended_at) == (START, START)


@pytest.mark.promise("FA-14.2c")
async def test_the_database_itself_knows_no_fee_outside_hong_kong(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person = await choose_region(app, an_actor(), "US-CA")
        async with app.transaction() as tx:
            await open_request(tx, app, person.account_id, "export")
        with pytest.raises(IntegrityError):
            async with app.transaction() as tx:
                await tx.execute(update(RightsRequestRow).values(fee_cents=1, fee_reason="copies"))


async def test_what_is_asked_again_joins_what_is_open_and_ends_the_mail_with_it(
    database_url: str,
) -> None:
    clock = MovingClock()
    async with an_app(database_url=database_url, clock=clock) as app:
        person = await meet(app, an_actor())
        async with app.transaction() as tx:
            first = await open_request(tx, app, person.account_id, "export")
        clock.move(days=2)
        mail = await import_request(app, an_actor(), "export", START - timedelta(days=5), "pls")
        async with app.transaction() as tx:
            assert await open_request(tx, app, person.account_id, "export") == mail
            assert await open_request(tx, app, person.account_id, "delete") not in (first, mail)
            await close_request(tx, app, first, "chat")
        async with app.transaction() as tx:
            ended = {one.id: one.state for one in await tx.scalars(select(RightsRequestRow))}
        assert (ended[first], ended[mail]) == ("done", "done")
        assert list(ended.values()).count("open") == 1
