"""Restricted data are kept and not used, until the person lifts it; retention goes on."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.accounts.commands import meet
from core.accounts.errors import AccountRestricted
from core.accounts.rows import AccountRow
from core.generation.commands import request_images
from core.generation.rows import PictureRow, RequestRow
from core.generation.values import Accepted, RequestState
from core.privacy.desk.rows import RightsRequestRow
from tests.core.privacy.desk.people import ask, person_of, put_into, read, told
from tests.core.privacy.retention.clock import START, MovingClock
from tests.core.privacy.retention.things import (
    a_person,
    a_request_with_a_picture,
    an_aging_app,
    count_of,
    swept,
)
from tests.factories import a_request, accepted, an_actor, an_adult, an_app, balance_of


@pytest.mark.promise("FA-14.e")
async def test_restricted_data_are_kept_and_nothing_is_made_until_it_is_lifted(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        actor = await an_adult(app)
        before = await balance_of(app, actor)
        queued = await accepted(app, a_request(actor))

        shown = await ask(app, "restrict", "on")

        assert "kept, but not used" in read(shown)
        assert await balance_of(app, actor) == before
        with pytest.raises(AccountRestricted):
            await request_images(app, a_request(actor))
        async with app.transaction() as tx:
            row = await tx.get_one(RequestRow, queued.request_id)
            assert row.prompt_sealed
            assert row.state not in (RequestState.QUEUED.value, RequestState.RUNNING.value)
        assert "Lifted" in await told(app, "restrict", "off")
        assert isinstance(await request_images(app, a_request(actor)), Accepted)
        async with app.transaction() as tx:
            records = [
                (one.kind, one.outcome) for one in await tx.scalars(select(RightsRequestRow))
            ]
        assert sorted(records) == [("restrict", "lifted"), ("restrict", "restricted")]


@pytest.mark.promise("FA-14.e")
async def test_retention_goes_on_for_restricted_data(database_url: str) -> None:
    async with an_aging_app(database_url) as (app, clock):
        actor, owner = await a_person(app)
        await a_request_with_a_picture(app, owner, START)
        await ask(app, "restrict", "on", actor=actor)
        clock.move(days=20)
        await a_request_with_a_picture(app, owner, clock.now())

        clock.move(days=10)
        await swept(app)

        # Kept by being restricted, and not a day longer than was promised without it.
        assert await count_of(app, PictureRow) == 1
        assert (await person_of(app, actor)).standing == "restricted"
        assert "Lifted" in await told(app, "restrict", "off", actor=actor)
        assert await count_of(app, PictureRow) == 1


@pytest.mark.promise("FA-14.e")
async def test_nothing_accepted_at_the_same_moment_slips_through(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor = await an_adult(app, credits_extra=100)
        wishes = [request_images(app, a_request(actor)) for _ in range(4)]
        await asyncio.gather(ask(app, "restrict", "on"), *wishes, return_exceptions=True)

        async with app.transaction() as tx:
            undecided = await tx.scalar(
                select(func.count()).where(
                    RequestRow.state.in_([RequestState.QUEUED.value, RequestState.RUNNING.value])
                )
            )
        assert undecided == 0
        assert (await person_of(app)).standing == "restricted"


async def test_asking_twice_and_nonsense_change_nothing_more() -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        assert "ordinary use" in await told(app, "restrict")
        assert "/restrict on or /restrict off" in await told(app, "restrict", "perhaps")
        assert "ordinary use" in await told(app, "restrict", "off")
        assert (await person_of(app)).standing == "active"
        for _ in range(2):
            assert "kept, but not used" in await told(app, "restrict", "ON")
        async with app.transaction() as tx:
            assert len(list(await tx.scalars(select(RightsRequestRow)))) == 1


async def test_off_opens_a_closed_account_again() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        person = await meet(app, an_actor())
        await put_into(app, person, standing="closed", closed_at=START - timedelta(days=3))
        assert "closed" in await told(app, "restrict", "on")
        assert "open again" in await told(app, "restrict", "off")
        async with app.transaction() as tx:
            row = (await tx.scalars(select(AccountRow))).one()
        assert (row.standing, row.closed_at) == ("active", None)
        assert row.last_used_at == START.replace(hour=0)


async def test_a_frozen_account_is_neither_restricted_nor_opened() -> None:
    async with an_app() as app:
        person = await meet(app, an_actor())
        await put_into(app, person, standing="erasing")
        for words in ("on", "off", ""):
            assert "frozen" in await told(app, "restrict", words)
        assert (await person_of(app)).standing == "erasing"
