"""/mydata counts what is there, says until when by the rule, and who received it."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.generation.rows import RequestRow
from core.messages.speech import day
from core.policy.retention import expires_after
from core.privacy.subject.holdings import content_bytes, holdings
from core.privacy.subject.recipients import recipients
from core.privacy.subject.shelves import shelves
from core.providers.routing import Confirmed, RouteReceipt, Wish, route
from tests.core.privacy.retention.things import an_aging_app
from tests.core.privacy.subject.people import also_known_on, asked, said_by, somebody
from tests.factories import an_actor, an_app
from tests.fakes import AN_OFFERING, an_offering


@pytest.mark.promise("AX-35")
@pytest.mark.promise("FA-14.a")
async def test_the_counts_are_those_of_the_database(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor, mine = await somebody(app, "1", pictures=3)
        await somebody(app, "2", pictures=4)

        held = await holdings(app, mine)

        in_all = 0
        for shelf in shelves():
            async with app.transaction() as tx:
                query = select(func.count()).select_from(shelf.table)
                in_all += await tx.scalar(query.where(shelf.owner == mine)) or 0
        assert held.total == in_all
        assert held.count("generated_pictures", "content") == 3
        assert held.count("prompts") == 3
        assert await content_bytes(app, mine) == (3, 24)
        told = said_by(await asked(app, "mydata", actor=actor))
        assert "3 pictures, 3 requests with their prompts" in told
        assert f"{in_all} records in all" in told


async def test_the_day_that_the_oldest_leaves_is_the_rules() -> None:
    async with an_aging_app(policy="artiflux") as (app, clock):
        actor, mine = await somebody(app, pictures=1)
        began = clock.now()
        clock.move(days=10)
        await somebody(app, pictures=1)
        age = expires_after(app.profile, "generated_pictures")
        assert age is not None

        told = said_by(await asked(app, "mydata", actor=actor))

        assert f"the oldest leaves on {day(began + age, 'en')}" in told
        clock.move(days=60)
        late = await holdings(app, mine)
        assert {one.leaves_at for one in late.shown if one.retention == "prompts"} == {clock.now()}


async def test_what_only_the_person_ends_has_no_day() -> None:
    async with an_aging_app(policy="flux-art") as (app, _):
        actor, mine = await somebody(app, pictures=1)
        held = await holdings(app, mine)
        assert {one.leaves_at for one in held.shown if one.category == "content"} == {None}
        assert "until deleted, or until you leave" in said_by(
            await asked(app, "mydata", actor=actor)
        )


async def test_who_received_it_how_often_and_under_which_controls_is_told(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        actor, mine = await somebody(app, pictures=3)
        facts = replace(
            AN_OFFERING.privacy, jurisdictions=frozenset({"US"}), regions=frozenset({"DE"})
        )
        there = an_offering(id="far/model", processor="Far Pictures Ltd", privacy=facts)
        wish = Wish(third_party_allowed=True)
        receipt = json.loads(route(wish, [there], app.clock.now()).to_json())
        async with app.transaction() as tx:
            ids = list(await tx.scalars(select(RequestRow.id).order_by(RequestRow.id)))
            chosen = update(RequestRow).where(RequestRow.id.in_(ids[:2]))
            await tx.execute(chosen.values(route_receipt=receipt, offering_id=there.id))
            own = json.loads(route(Wish(), [AN_OFFERING], app.clock.now()).to_json())
            rest = update(RequestRow).where(RequestRow.id == ids[2])
            await tx.execute(rest.values(route_receipt=own, offering_id=AN_OFFERING.id))

        told = said_by(await asked(app, "mydata", actor=actor))

        assert (
            "Sent to Far Pictures Ltd (DE), without your name: 2 requests"
            " · no training: asked and confirmed · nothing stored there: confirmed"
        ) in told
        assert "Made on the operator's own machine: 1 request." in told
        assert sorted((await recipients(app, mine)).values()) == [1, 2]


async def test_a_receipt_from_before_takes_the_facts_of_today_or_says_that_nobody_knows() -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=2)
        old = json.loads(route(Wish(), [AN_OFFERING], app.clock.now()).to_json())
        del old["confirmed"]
        async with app.transaction() as tx:
            ids = list(await tx.scalars(select(RequestRow.id)))
            for request_id, offering_id in zip(ids, (AN_OFFERING.id, "gone/model"), strict=True):
                chosen = update(RequestRow).where(RequestRow.id == request_id)
                await tx.execute(chosen.values(route_receipt=old, offering_id=offering_id))

        told = said_by(await asked(app, "mydata", actor=actor))

        assert "operator's own machine: 1 request" in told
        assert "not set up any more (gone/model)" in told


def test_a_receipt_comes_back_as_it_was_written() -> None:
    receipt = RouteReceipt(
        chosen="a",
        eligible=("a",),
        refused=(),
        later=(),
        confirmed=Confirmed(
            processor="A",
            places=("DE", "FR"),
            is_pinned=True,
            no_training=True,
            zero_retention=False,
            evidence="contract",
        ),
    )
    assert RouteReceipt.from_json(receipt.to_json()) == receipt


async def test_linked_surfaces_are_named() -> None:
    async with an_app() as app:
        actor, mine = await somebody(app, pictures=0)
        other = await also_known_on(app, mine, "elsewhere", "7")
        for who in (actor, other):
            told = said_by(await asked(app, "mydata", actor=who))
            assert "You are known here on: elsewhere, test." in told


@pytest.mark.promise("LW-9")
@pytest.mark.parametrize("hint", ["en", "zh-CN"])
async def test_somebody_unknown_is_told_that_no_data_is_held(hint: str) -> None:
    async with an_app() as app:
        told = await asked(app, "mydata", actor=an_actor("nobody", language_hint=hint))
        title = said_by(told).splitlines()[0]
        assert title == ("No data held" if hint == "en" else "没有您的数据")
        assert day(app.clock.now(), told.language) in said_by(told)


async def test_a_period_that_was_shortened_shows_at_once() -> None:
    async with an_aging_app(policy="artiflux") as (app, clock):
        _, mine = await somebody(app, pictures=1)
        first = {one.retention: one.leaves_at for one in (await holdings(app, mine)).shown}
        shorter = replace(
            app,
            profile=replace(
                app.profile, retention_days={**app.profile.retention_days, "prompts": 5}
            ),
        )
        now = {one.retention: one.leaves_at for one in (await holdings(shorter, mine)).shown}
        assert now["prompts"] == clock.now() + timedelta(days=4)
        assert first["prompts"] != now["prompts"]
