"""Opting out and objecting: at once, for good, told; what goes on is explained."""

import pytest
from sqlalchemy import select

from core.accounts.choices import (
    OPT_OUTS,
    Choices,
    choices_of,
    exclusion_of,
    outlives_erasure,
    say_no,
    slug_of,
)
from core.accounts.rows import AccountRow, ChoiceRow, ConsentRow, UsageEventRow
from core.app import App
from core.generation.rows import RequestRow
from core.kernel.ids import AccountId
from core.privacy.answers import STEP_CHARS
from core.privacy.choosing.interests import INTERESTS, interests_used, stoppable
from core.privacy.counter.counter import COMMANDS
from core.privacy.desk.rows import RightsRequestRow
from core.storage.inventory import Base, declarations
from tests.core.privacy.choosing.desk import (
    Visitor,
    a_visitor,
    codes_of,
    count,
    lines_of,
    text_of,
)
from tests.factories import a_request, a_service, accepted, an_actor, an_app, until
from tests.fakes import RecordingSurface


async def choices(app: App, owner: AccountId) -> Choices:
    async with app.transaction() as tx:
        return await choices_of(tx, owner)


@pytest.mark.promise("FA-7.8", "FA-6.6", "AX-39")
@pytest.mark.parametrize("kind", OPT_OUTS)
async def test_each_opt_out_holds_at_once_is_confirmed_and_can_be_taken_back(kind: str) -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        told = await visitor.presses(await visitor.says("optout"), f"optout {kind} on")
        assert codes_of(told)[0].startswith("optout-done")
        first = (await choices(app, owner)).since[kind]
        assert await count(app, RightsRequestRow, kind="optout", state="done") == 1
        again = await visitor.says(f"optout {kind}")
        assert codes_of(again)[0] == "optout-already"
        assert (await choices(app, owner)).since == {kind: first}

        await visitor.presses(again, f"optout {kind} off")
        assert (await choices(app, owner)).since == {}


async def test_all_at_once_and_words_as_people_type_them() -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        await visitor.says("optout   ALL")
        assert set((await choices(app, owner)).since) == set(OPT_OUTS)
        await visitor.says("optout 出售 关")
        assert set((await choices(app, owner)).since) == {"analytics", "marketing"}
        for nonsense in ("optout everything please now", "optout cats", "optout sale maybe"):
            assert codes_of(await visitor.says(nonsense))[0] == "optout-usage"
        assert set((await choices(app, owner)).since) == {"analytics", "marketing"}


@pytest.mark.promise("AX-39", "FA-14.d")
@pytest.mark.parametrize("no", ["optout analytics", "object analytics", "object analysis on"])
async def test_who_said_no_to_analysis_leaves_no_event_and_the_old_ones_go(
    no: str, database_url: str
) -> None:
    async with an_app(database_url=database_url) as app, a_service(app, RecordingSurface()):
        visitor, other = await a_visitor(app), await a_visitor(app, "2")
        for one in (visitor, other):
            await one.says("privacy")
        assert await count(app, UsageEventRow) == 2
        told = await visitor.says(no)
        assert "1 record" in text_of(told)
        done = await accepted(app, a_request(visitor.actor))
        await until(app, visitor.actor, done.request_id)
        await visitor.says("terms")
        owner = await visitor.account_id()
        assert await count(app, UsageEventRow, account_id=owner) == 0
        assert await count(app, UsageEventRow) == 1
        assert (await visitor.row()).last_used_at is not None, "closing needs the day alone"


@pytest.mark.promise("FA-14.d")
async def test_who_objects_to_receipts_of_routing_keeps_none(database_url: str) -> None:
    async with an_app(database_url=database_url) as app, a_service(app, RecordingSurface()):
        visitor = await a_visitor(app)

        async def receipts() -> list[object]:
            async with app.transaction() as tx:
                found = await tx.scalars(select(RequestRow).order_by(RequestRow.created_at))
                return [row.route_receipt is not None for row in found]

        first = await accepted(app, a_request(visitor.actor))
        await until(app, visitor.actor, first.request_id)
        assert await receipts() == [True]
        await visitor.says("object transparency")
        assert await receipts() == [False]
        second = await accepted(app, a_request(visitor.actor))
        await until(app, visitor.actor, second.request_id)
        assert await receipts() == [False, False]
        await visitor.says("object transparency off")
        third = await accepted(app, a_request(visitor.actor))
        await until(app, visitor.actor, third.request_id)
        assert await receipts() == [False, False, True]


@pytest.mark.promise("FA-4.2")
def test_whatever_rests_on_an_interest_was_weighed_and_can_be_objected_to() -> None:
    assert set(interests_used()) == set(INTERESTS)
    assert stoppable() == ("analytics", "transparency")
    resting = {
        place
        for place, one in declarations(Base.metadata).items()
        if one.basis == "legitimate_interest" and not one.purposes <= set(INTERESTS)
    }
    assert resting == set()


@pytest.mark.promise("FA-14.d", "FA-4.2")
async def test_an_objection_to_security_is_answered_with_the_reason_and_a_way_on() -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        for purpose in ("security", "abuse", "rights"):
            told = await visitor.says(f"object {purpose}")
            assert codes_of(told)[0] == "object-refused"
            assert "support" in lines_of(told)
        assert await count(app, RightsRequestRow, kind="object", state="refused") == 3
        assert (await choices(app, await visitor.account_id())).since == {}
        assert codes_of(await visitor.says("object marketing"))[0] == "object-absolute"
        assert set((await choices(app, await visitor.account_id())).since) == {"marketing"}
        assert codes_of(await visitor.says("object to you"))[0] == "object-usage"


@pytest.mark.promise("FA-14.h", "FA-15.2")
async def test_unsubscribing_is_one_tap_without_a_question() -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        told = await visitor.says("unsubscribe")
        assert codes_of(told) == ["unsubscribe-done", "unsubscribe-still"]
        assert all(step.asks is None for step in told.steps)
        assert (await choices(app, await visitor.account_id())).said_no_to("marketing")
        assert codes_of(await visitor.says("unsubscribe"))[0] == "unsubscribe-already"


async def test_somebody_unknown_is_answered_and_stays_unknown() -> None:
    async with an_app() as app:
        stranger = Visitor(app, an_actor("never seen", language_hint="zh-CN"))
        lines = ("optout", "optout sale", "unsubscribe", "object", "object analytics")
        consents = ("consent", "consent training", "consent training off", "consent off")
        for line in (*lines, *consents):
            assert "没有您的任何数据" in text_of(await stranger.says(line))
        assert await count(app, AccountRow) == 0
        assert await count(app, ChoiceRow) == await count(app, ConsentRow) == 0


@pytest.mark.parametrize("language", ["en", "zh-CN"])
async def test_every_step_is_a_command_that_fits_a_button(language: str) -> None:
    async with an_app() as app:
        visitor = await a_visitor(app, language=language)
        known = {one.name for one in COMMANDS}
        for line in ("optout all", "object", "object analytics", "consent", "consent training"):
            shown = await visitor.says(line)
            assert text_of(shown)
            assert all(len(one) <= STEP_CHARS and one.isascii() for one in lines_of(shown))
            later = {"age", "support"}
            assert {one.command for one in shown.steps} <= known | later


@pytest.mark.parametrize("standing", ["restricted", "closed", "erasing", "banned", "minor"])
async def test_who_may_make_nothing_can_still_say_no(standing: str) -> None:
    async with an_app() as app:
        visitor = await a_visitor(app, age=standing != "minor")
        now = app.clock.now()
        if standing == "banned":
            await visitor.stands(banned_at=now)
        elif standing != "minor":
            await visitor.stands(standing=standing, closed_at=now)
        for line in ("optout all", "object transparency", "consent off", "unsubscribe"):
            await visitor.says(line)
        held = set((await choices(app, await visitor.account_id())).since)
        assert held == {*OPT_OUTS, "object-transparency"}


@pytest.mark.promise("FA-15.2")
def test_opt_outs_and_objections_outlive_an_erasure_and_settings_do_not() -> None:
    assert all(outlives_erasure(kind) for kind in (*OPT_OUTS, "object-analytics"))
    assert not any(outlives_erasure(kind) for kind in ("only-here", "provider-openai"))


def test_a_service_s_name_is_one_word_that_fits() -> None:
    names = ["OpenAI", "Black Forest Labs GmbH & Co. KG", "智谱", "智谱清言", "a" * 80, "fal.ai"]
    slugs = [slug_of(name) for name in names]
    assert len(set(slugs)) == len(names)
    assert slugs[0] == slug_of(" openai ") == "openai"
    for name in names:
        assert exclusion_of(name).isascii()
        assert len(exclusion_of(name)) <= 32


async def test_a_no_from_a_browser_s_signal_says_where_it_came_from() -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        async with app.transaction() as tx:
            assert await say_no(tx, owner, "sale", app.clock.now(), "signal")
            assert not await say_no(tx, owner, "sale", app.clock.now(), "chat")
            assert (await tx.scalars(select(ChoiceRow.source))).one() == "signal"
