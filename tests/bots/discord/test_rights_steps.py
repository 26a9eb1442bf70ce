"""Steps of an answer: buttons, menus and forms that any process answers, after any restart."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.discord import steps
from bots.discord.answers import Asked, page_of
from bots.discord.page import MAX_TEXT_CHARS
from bots.discord.page import Page as Drawn
from bots.discord.steps import CUSTOM_ID_CHARS, Kind, Pressed, of_step, read
from bots.discord.wording import literal
from core.kernel.people import ReplyTo
from core.privacy.answers import STEP_CHARS, Answer, Step
from core.privacy.letters.post import draft, letter_id_of, post
from core.privacy.notice.history import publish_policy
from core.privacy.notice.wording import Line, Page
from tests.bots.discord.stage import Stage, the_bot
from tests.emulators.discord import DiscordEmulator, Person
from tests.emulators.discord.contract_components import message_components
from tests.emulators.discord.state import Json, Message
from tests.factories import an_app
from tests.fakes import FakeProvider

ASKS = "settings-region-ask"
"""Any text that the catalogue has, without facts."""


def _word(word: str) -> Line:
    return Line("policy-word", {"word": word})


def _answer(*shown: Step, lines: tuple[str, ...] = ("words",)) -> Answer:
    page = Page("test", _word("Title"), tuple(_word(line) for line in lines))
    return Answer(page, "en", shown)


def _many(count: int) -> tuple[Step, ...]:
    return tuple(Step(_word(f"Step {n}"), "privacy", f"word{n}") for n in range(count))


def _wrong(page: Drawn) -> list[str]:
    """What Discord would refuse of a page."""
    return message_components(_components(page), v2=True)


def _components(page: Drawn) -> list[Json]:
    return list(page.view().to_components())  # type: ignore[no-untyped-call]


WORDS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20)


@given(st.lists(WORDS, max_size=2), st.booleans(), st.booleans())
def test_a_step_is_read_as_it_was_written(words: list[str], asks: bool, facts: bool) -> None:
    said = " ".join(words)
    question = Line(ASKS, {"a": "b"} if facts else {}) if asks else None
    pressed = of_step(Step(_word("x"), "delete", said, asks=question))
    assert read(pressed.write()) == pressed
    assert (pressed.command, pressed.words) == ("delete", said)
    assert pressed.asks == (ASKS if asks and not facts else "")
    assert len(pressed.write()) <= CUSTOM_ID_CHARS


def test_the_longest_step_fits_with_its_question() -> None:
    words = "w" * (STEP_CHARS - len("delete "))
    for asks in (None, Line(ASKS), Line("a-code-that-is-far-too-long-to-be-carried-along")):
        pressed = of_step(Step(_word("x"), "delete", words, asks=asks))
        assert len(pressed.write()) <= CUSTOM_ID_CHARS
        assert read(pressed.write()) == pressed


@pytest.mark.parametrize("typed", ["一" * 20, "w" * 100, "a\u202eb"])
def test_what_no_button_can_carry_comes_whole_as_a_file(typed: str) -> None:
    lines = tuple("word " * 100 for _ in range(20))
    page = page_of(_answer(lines=lines), Asked("privacy", typed))
    [file] = page.documents
    assert file.data.count(b"word") == 2000
    assert page.rows == ()


@pytest.mark.parametrize("count", [1, 5, 6, 10, 11, 25, 26, 60])
def test_every_number_of_steps_is_drawn_as_discord_takes_it(count: int) -> None:
    grave = Step(_word("Erase"), "delete", "all", is_grave=True)
    link = Step(_word("Open"), "export", url="https://example.org/export")
    page = page_of(_answer(*_many(count), grave, link))
    assert _wrong(page) == []
    written = str(_components(page))
    assert all(f"word{n}'" in written for n in range(count))
    assert "https://example.org/export" in written
    assert "'style': 4" in written


@given(st.lists(st.text(max_size=3000), min_size=1, max_size=12))
def test_whatever_people_wrote_it_fits_and_stays_words(lines: list[str]) -> None:
    answer = _answer(*_many(3), lines=tuple(lines))
    for leaf in (1, 2, 99):
        page = page_of(answer, Asked("privacy", "", leaf))
        assert _wrong(page) == []
        assert sum(len(one) for one in page.lines) <= MAX_TEXT_CHARS


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("*bold* _it_ ||veil||", r"\*bold\* \_it\_ \|\|veil\|\|"),
        ("# big", r"\# big"),
        ("1. one\n> two\n-# three", "1\\. one\n\\> two\n\\-# three"),
        ("https://example.org [a](b)", r"https\://example.org \[a\](b)"),
        ("<@1> @everyone", r"\<\@1> \@everyone"),
        ("at 12:30: now", r"at 12\:30: now"),
        ("a\u202eb", "ab"),
    ],
)
def test_signs_are_shown_as_they_are(words: str, shown: str) -> None:
    assert literal(words) == shown


def test_a_step_of_another_version_that_cannot_be_read_is_nobodys() -> None:
    assert read("steps:0") is None
    assert read("step:") is None
    assert read("vary:01ABC") is None
    assert steps.question(Pressed(Kind.ASK, "x", "", asks="no-such-text"), "Code", "en") == "Code"


async def _letter(stage: Stage, person: Person, answer: Answer) -> Message:
    """Show an answer to a person: as a letter, the way that takes any answer."""
    letter = await draft(
        stage.app,
        letter_id_of(stage.app, str(person.id), "test"),
        account_id=None,
        about=str(person.id),
        reply_to=ReplyTo("discord", str(person.id)),
        answer=answer,
    )
    async with stage.app.transaction() as tx:
        await post(tx, letter, await stage.app.database.now(tx))
    await stage.emulator.until(lambda: len(person.dm.messages) == 1, 15, "the letter")
    return person.dm.messages[0]


@pytest.mark.promise("PL-D1")
async def test_steps_menus_and_forms_work_after_a_restart(tmp_path: Path) -> None:
    asks = Step(_word("Another topic"), "privacy", asks=Line("server-option-topic"))
    long = Step(_word("A country"), "privacy", asks=Line(ASKS))
    gone = Step(_word("Older"), "nosuchcommand")
    many = Answer(_answer().page, "en", (*_many(20), asks, long, gone))
    async with DiscordEmulator() as emulator:
        guild = await emulator.guild()
        room = await emulator.text_channel(guild)
        async with an_app(folder=tmp_path) as app:
            await publish_policy(app)
            stage = Stage(app, emulator, FakeProvider(), guild, room)
            ann, bob = await stage.adult(), await stage.adult("Bob")
            async with the_bot(app, emulator):
                panel = await ann.uses("privacy").response()
                first = await _letter(stage, ann, _answer(asks, long, gone))
                second = await _letter(stage, bob, many)
                form = await ann.presses(first, "Another topic").modal()
        async with an_app(folder=tmp_path) as app:
            stage = Stage(app, emulator, FakeProvider(), guild, room)
            async with the_bot(app, emulator):
                ann.picks(panel, "What next?", "How long")
                await emulator.until(lambda: "How long" in panel.text, 10, "the topic")
                assert form.data["components"][0]["label"] == "topic"
                answer = await ann.submits(form, {"typed": "who"}).response()
                assert "Who receives what" in answer.text
                chosen = bob.picks(second, "What next?", "A country")
                asked = await chosen.modal()
                assert asked.title == "A country"
                assert "Two letters" in asked.data["components"][0]["content"]
                glance = await bob.submits(asked, {"typed": "nonsense"}).response()
                assert "Privacy" in glance.text
                old = await ann.presses(first, "Older").response()
                assert "find" in old.text
                assert first.edits == []
        assert emulator.violations == []


async def test_a_changed_policy_is_told_once_after_what_was_asked(tmp_path: Path) -> None:
    async with DiscordEmulator() as emulator, an_app(folder=tmp_path) as app:
        guild = await emulator.guild()
        await emulator.text_channel(guild)
        await publish_policy(app)
        ann, bob = emulator.person("Ann"), emulator.person("Bob", locale="zh-CN")
        async with the_bot(app, emulator):
            for person in (ann, bob):
                await person.uses("quota").follow_up()
        periods = {**app.profile.retention_days, "support": 365}
        later = replace(app, profile=replace(app.profile, retention_days=periods))
        await publish_policy(later)
        async with the_bot(later, emulator):
            asked = ann.uses("terms")
            news = await asked.follow_up()
            assert news.ephemeral_for is ann.user
            assert "is now 1 year" in news.text
            in_chat = bob.uses("quota")
            assert "现为 1 年" in (await in_chat.follow_up()).text
            stranger = emulator.person("Nobody").uses("terms")
            await stranger.response()
            again = ann.uses("quota")
            await again.response()
            last = ann.uses("terms")
            await last.response()
            assert again.followups == []
            assert stranger.followups == []
        assert emulator.violations == []
