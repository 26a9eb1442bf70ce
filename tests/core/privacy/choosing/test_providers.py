"""A standing no to one service, or to all outside: it holds for every later picture."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.app import App
from core.generation.errors import OfferingUnavailable
from core.generation.rows import RequestRow
from core.privacy.answers import STEP_CHARS
from tests.core.privacy.choosing.desk import (
    Visitor,
    a_visitor,
    codes_of,
    lines_of,
    text_of,
)
from tests.factories import a_request, a_service, accepted, an_actor, an_app, until
from tests.fakes import AN_OFFERING, FakeProvider, RecordingSurface, an_offering

OUTSIDE = replace(AN_OFFERING.privacy, jurisdictions=frozenset({"US"}), regions=frozenset({"US"}))


def a_company(name: str, processor: str) -> FakeProvider:
    offering = an_offering(id=f"{name}/model", provider=name, processor=processor, privacy=OUTSIDE)
    return FakeProvider(name=name, offering=offering)


def companies() -> list[FakeProvider]:
    return [a_company("acme", "Acme Cloud Inc."), a_company("zeta", "智绘")]


async def routes(app: App) -> list[str]:
    async with app.transaction() as tx:
        return list(await tx.scalars(select(RequestRow.offering_id).order_by(RequestRow.id)))


@pytest.mark.promise("FA-5.2c")
async def test_an_excluded_service_is_never_routed_to_and_when_none_is_left_it_is_said(
    database_url: str,
) -> None:
    both = companies()
    async with (
        an_app(providers=list(both), database_url=database_url) as app,
        a_service(app, RecordingSurface()),
    ):
        visitor = await a_visitor(app)
        shown = await visitor.says("providers")
        assert "Acme Cloud Inc." in text_of(shown)
        assert all(len(one) <= STEP_CHARS and one.isascii() for one in lines_of(shown))
        told = await visitor.presses(shown, "providers exclude acme")
        assert codes_of(told)[:2] == ["providers-now-excluded", "providers-excluded"]
        done = await accepted(app, a_request(visitor.actor))
        await until(app, visitor.actor, done.request_id)
        assert await routes(app) == ["zeta/model"]
        with pytest.raises(OfferingUnavailable) as refused:
            await accepted(app, a_request(visitor.actor, offering_id="acme/model"))
        assert refused.value.facts["reason"] == "excluded"

        await visitor.says("providers exclude 智绘")
        with pytest.raises(OfferingUnavailable) as refused:
            await accepted(app, a_request(visitor.actor))
        assert refused.value.facts["reason"] == "excluded"
        assert both[0].submits == []
        other = await a_visitor(app, "2")
        await accepted(app, a_request(other.actor))

        await visitor.says("providers include ACME cloud inc.")
        await accepted(app, a_request(visitor.actor))


@pytest.mark.promise("FA-5.2c", "FA-7.6")
async def test_only_on_this_machine_sends_nothing_out_until_it_is_taken_back() -> None:
    company, own = a_company("acme", "Acme"), FakeProvider()
    async with (
        an_app(providers=[company, own]) as app,
        a_service(app, RecordingSurface()),
    ):
        visitor = await a_visitor(app)
        told = await visitor.says("providers only-here")
        assert codes_of(told)[:2] == ["providers-now-here", "providers-only-here"]
        done = await accepted(app, a_request(visitor.actor))
        await until(app, visitor.actor, done.request_id)
        assert company.submits == []
        with pytest.raises(OfferingUnavailable) as refused:
            await accepted(app, a_request(visitor.actor, offering_id="acme/model"))
        assert refused.value.facts["reason"] == "only-here"
        await visitor.presses(told, "providers only-here off")
        done = await accepted(app, a_request(visitor.actor, offering_id="acme/model"))
        await until(app, visitor.actor, done.request_id)
        assert len(company.submits) == 1


async def test_a_no_that_comes_while_a_request_waits_is_honoured_too() -> None:
    (company, _) = companies()
    async with an_app(providers=[company]) as app:
        visitor = await a_visitor(app)
        done = await accepted(app, a_request(visitor.actor))
        await visitor.says("providers exclude acme-cloud-inc")
        async with a_service(app, RecordingSurface()):
            seen = await until(app, visitor.actor, done.request_id)
        assert company.submits == []
        assert seen.outcome is not None
        assert seen.outcome.credits_charged == 0


async def test_nonsense_and_unknown_names_change_nothing() -> None:
    async with an_app(providers=list(companies())) as app:
        visitor = await a_visitor(app)
        for line, code in (
            ("providers exclude nobody", "providers-unknown"),
            ("providers include nobody", "providers-unknown"),
            ("providers exclude", "providers-usage"),
            ("providers please", "providers-usage"),
            ("providers only-here perhaps", "providers-usage"),
        ):
            assert codes_of(await visitor.says(line))[0] == code
        stranger = Visitor(app, an_actor("never seen"))
        assert codes_of(await stranger.says("providers only-here"))[0] == "providers-nobody"


@pytest.mark.promise("FA-7.6")
async def test_a_service_is_sent_one_order_for_one_wish_and_nothing_by_any_other_command() -> None:
    (company, _) = companies()
    async with an_app(providers=[company]) as app, a_service(app, RecordingSurface()):
        visitor, other = await a_visitor(app), await a_visitor(app, "2")
        for line in ("privacy", "providers", "optout", "consent", "object", "mydata", "requests"):
            await visitor.says(line)
        assert company.submits == []
        done = await accepted(app, a_request(visitor.actor))
        await until(app, visitor.actor, done.request_id)
        assert company.submits == [done.request_id]
        await other.says("providers")
        assert company.submits == [done.request_id]
