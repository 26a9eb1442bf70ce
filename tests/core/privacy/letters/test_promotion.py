"""Advertising reaches only who asked for it, where it may; what concerns an account always does."""

import pytest
from sqlalchemy import select

from core.accounts.choices import Choices
from core.accounts.consents import PURPOSES, Consent
from core.app import App
from core.kernel.ids import AccountId, new_id
from core.kernel.people import ReplyTo
from core.privacy.answers import Answer
from core.privacy.choosing.decisions import give_consent
from core.privacy.choosing.offers import words_of
from core.privacy.letters.post import draft, place_of, post
from core.privacy.letters.promotion import (
    UNSUBSCRIBED,
    AdvertisingRefused,
    may_advertise,
    send_promotion,
)
from core.privacy.letters.rows import LetterRow
from core.privacy.notice.wording import Line, Page
from core.storage.envelope import Unreadable
from tests.architecture.source import ROOT, name_of, parsed, python_files, strings
from tests.core.privacy.choosing.desk import SHUT, Visitor, a_visitor, count, lines_of
from tests.core.privacy.letters.test_letters import a_loop
from tests.core.privacy.retention.clock import START
from tests.factories import an_app
from tests.fakes import FakeLetters

THERE = ReplyTo("test", "a private chat")


async def advertised(app: App, owner: AccountId, surface: str = "test") -> str:
    letter_id = new_id()
    where = ReplyTo(surface, "a private chat")
    await send_promotion(app, letter_id, owner, where, "New brushes this week.", "en")
    return letter_id


async def who_asked_for_it(app: App) -> Visitor:
    visitor = await a_visitor(app)
    await visitor.says(lines_of(await visitor.says("consent marketing"))[0])
    return visitor


@pytest.mark.promise("FA-3.9", "FA-15.1", "FA-15.2")
async def test_advertising_needs_a_yes_and_carries_the_one_tap_that_ends_it(
    database_url: str,
) -> None:
    surface = FakeLetters()
    async with an_app(database_url=database_url) as app, a_loop(app, surface):
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        with pytest.raises(AdvertisingRefused):
            await advertised(app, owner)
        assert await count(app, LetterRow) == 0
        await visitor.says(lines_of(await visitor.says("consent marketing"))[0])
        await advertised(app, owner)
        await surface.until(lambda: len(surface.brought) == 1)
        shown = surface.brought[0].answer
        assert lines_of(shown) == ["unsubscribe"]

        await visitor.presses(shown, "unsubscribe")
        with pytest.raises(AdvertisingRefused):
            await advertised(app, owner)


@pytest.mark.promise("FA-14.h", "FA-15.2", "FA-14.f")
@pytest.mark.parametrize(
    "no", ["unsubscribe", "optout marketing", "object marketing", "consent marketing off"]
)
async def test_after_any_no_nothing_is_sent_not_even_what_waits(no: str) -> None:
    async with an_app() as app:
        visitor = await who_asked_for_it(app)
        owner = await visitor.account_id()
        letter_id = await advertised(app, owner)
        await visitor.says(no)
        async with app.transaction() as tx:
            row = (await tx.scalars(select(LetterRow))).one()
        assert (row.state, row.result, row.body_sealed) == ("done", UNSUBSCRIBED, b"")
        with pytest.raises(Unreadable):
            await app.keys.seal(place_of(letter_id, "body_sealed"), b"x")
        with pytest.raises(AdvertisingRefused):
            await advertised(app, owner)
        surface = FakeLetters()
        async with a_loop(app, surface):
            await transactional(app, owner)
            await surface.until(lambda: len(surface.brought) == 1)
        assert surface.words() == ["Your bill"]


async def transactional(app: App, owner: AccountId) -> None:
    line = Line("policy-word", {"word": "Your bill"})
    letter = await draft(
        app,
        new_id(),
        account_id=owner,
        about="bill",
        reply_to=THERE,
        answer=Answer(Page("bill", line, (line,)), "en"),
    )
    async with app.transaction() as tx:
        await post(tx, letter, await app.database.now(tx))


@pytest.mark.promise("FA-3.8", "FA-15.3")
async def test_news_of_an_account_come_whatever_was_said_about_advertising() -> None:
    surface = FakeLetters()
    async with an_app() as app, a_loop(app, surface):
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        for line in ("unsubscribe", "optout all", "object analytics"):
            await visitor.says(line)
        await transactional(app, owner)
        await surface.until(lambda: len(surface.brought) == 1)
        async with app.transaction() as tx:
            assert not (await tx.scalars(select(LetterRow.is_promotional))).one()


@pytest.mark.promise("PL-D5", "FA-15.1")
async def test_where_a_platform_forbids_it_nobody_is_asked_and_sending_is_refused() -> None:
    async with an_app() as app:
        visitor = await a_visitor(app, surface="strict", traits=SHUT)
        owner = await visitor.account_id()
        told = await visitor.says("consent marketing")
        assert not [one for one in lines_of(told) if one.startswith("consent marketing")]
        mark = lines_of(await (await a_visitor(app, "2")).says("consent marketing"))[0]
        await visitor.says(mark)
        with pytest.raises(AdvertisingRefused):
            await advertised(app, owner, "strict")
        # Not even a yes on another surface of the same person opens this one.
        words = words_of("marketing", app.profile, "en")
        await give_consent(app, owner, "marketing", words, "test")
        with pytest.raises(AdvertisingRefused):
            await advertised(app, owner, "strict")
        await advertised(app, owner, "test")


@pytest.mark.promise("FA-3.9")
def test_only_a_living_yes_of_that_surface_and_no_no_allows_it() -> None:
    yes = Consent("1", "marketing", True, "a", START)
    no = Consent("2", "marketing", False, "b", START)
    other = Consent("3", PURPOSES[0], True, "a", START)
    assert may_advertise("a", Choices(), [yes])
    assert not may_advertise("b", Choices(), [yes])
    assert not may_advertise("a", Choices(), [yes, no])
    assert not may_advertise("a", Choices(), [other])
    assert not may_advertise("a", Choices({"marketing": START}), [yes])
    assert not may_advertise("a", Choices(), [])


GATE = "core/privacy/letters/promotion.py"


@pytest.mark.promise("FA-15.3", "PL-D5")
def test_nothing_advertises_past_the_gate() -> None:
    setters = {
        name_of(path)
        for path in python_files("core", "bots")
        if "is_promotional=True" in path.read_text("utf-8")
    }
    assert setters == {GATE}
    sayers = {
        name_of(path)
        for path in python_files("core", "bots")
        for value, _ in strings(parsed(path))
        if value.startswith("promotion-")
    }
    assert sayers == {GATE}, "words of advertising stand in no other letter"
    assert (ROOT / GATE).is_file()
