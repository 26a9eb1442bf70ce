"""Every command, for everybody, in both languages: answered, honestly, and nothing else happens."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select

from core.accounts.commands import choose_language, meet
from core.accounts.rows import AccountRow
from core.app import App
from core.generation.rows import RequestRow
from core.kernel.errors import CoreError
from core.kernel.ids import RequestId, new_id
from core.kernel.people import LANGUAGES, Actor, Language, ReplyTo
from core.messages.catalogue import text
from core.messages.speech import refusal
from core.privacy.answers import STEP_CHARS, Answer
from core.privacy.counter.counter import COMMANDS, answer
from core.privacy.counter.values import Ask
from core.privacy.desk.places import authorities, local_lines
from core.privacy.notice.wording import said
from core.quotas.queries import quota
from core.storage.inventory import Base
from tests.core.privacy.desk.people import TRAITS, ask, person_of, put_into, read
from tests.core.privacy.retention.clock import MovingClock
from tests.factories import a_request, accepted, an_actor, an_adult, an_app

KINDS = ("ordinary", "banned", "restricted", "under-age", "not-yet-asked", "unknown")
NAMES = [command.name for command in COMMANDS]
NONSENSE = ("", "\u200b?! 12345", "x" * 600)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_HINTS: dict[Language, str] = {"en": "en-GB", "zh_Hans": "zh-CN"}


async def somebody(app: App, kind: str, language: Language) -> Actor:
    """A person of a kind, who speaks a language; ``unknown`` has no account."""
    actor = an_actor(f"{kind} {language}", language_hint=_HINTS[language])
    if kind == "unknown":
        return actor
    person = await meet(app, actor)
    await choose_language(app, actor, language)
    now = app.clock.now()
    states: dict[str, dict[str, Any]] = {
        "ordinary": {"age": "adult", "age_declared_at": now},
        "banned": {"age": "adult", "age_declared_at": now, "banned_at": now},
        "restricted": {"age": "adult", "age_declared_at": now, "standing": "restricted"},
        "under-age": {"age": "minor", "age_declared_at": now},
        "not-yet-asked": {"age": "unknown"},
    }
    await put_into(app, person, **states[kind])
    return actor


async def counts(app: App) -> dict[str, int]:
    """How many rows each table has."""
    async with app.transaction() as tx:
        return {
            table.name: await tx.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def speaks(answer: Answer, language: Language) -> bool:
    """Whether what is read is in the language: names of countries and sayings may be Chinese."""
    words = read(answer)
    return answer.language == language and bool(_CHINESE.search(words)) == (language == "zh_Hans")


def is_whole(answer: Answer) -> bool:
    """Whether a surface can draw it: each line said, each step short enough for any button."""
    labels = [said(step.label, answer.language) for step in answer.steps]
    asked = [said(step.asks, answer.language) for step in answer.steps if step.asks]
    fit = [f"{step.command} {step.words}".isascii() for step in answer.steps]
    short = [len(f"{step.command} {step.words}") <= STEP_CHARS for step in answer.steps]
    return bool(answer.page.lines) and all([*labels, *asked, *fit, *short])


@pytest.mark.parametrize("name", NAMES)
async def test_everybody_is_answered_in_their_language_and_nothing_else_happens(name: str) -> None:
    async with an_app(clock=MovingClock()) as app:
        for kind in KINDS:
            for language in LANGUAGES:
                actor = await somebody(app, kind, language)
                before = await counts(app)
                could_spend = None if kind == "unknown" else await quota(app, actor)

                shown = await ask(app, name, actor=actor)

                where = (name, kind, language, read(shown))
                assert speaks(shown, language), where
                assert is_whole(shown), where
                for words in NONSENSE:
                    assert await is_told(app, name, words, actor, language), (*where, words)
                after = await counts(app)
                if kind == "unknown":
                    assert after == before, where
                else:
                    assert await quota(app, actor) == could_spend, where
                assert after["accounts"] == before["accounts"], where
                assert after["requests"] == before["requests"], where
                assert after["ledger"] == before["ledger"], where


async def is_told(app: App, name: str, words: str, actor: Actor, language: Language) -> bool:
    """Whether nonsense is answered too, or refused with a reason in the person's language."""
    try:
        shown = await ask(app, name, words, actor=actor)
    except CoreError as refused:
        told = refusal(refused, language)
        return bool(_CHINESE.search(told)) == (language == "zh_Hans")
    return speaks(shown, language) and is_whole(shown)


@pytest.mark.promise("PL-D2")
def test_correction_is_a_command_that_every_surface_offers() -> None:
    assert "correct" in NAMES
    for command in COMMANDS:
        assert re.fullmatch(r"[a-z]{2,32}", command.name)
        for language in LANGUAGES:
            assert len(text(command.about, language)) <= 100


@pytest.mark.promise("FA-14.2b")
@pytest.mark.parametrize("name", NAMES)
async def test_nobody_is_told_anything_of_somebody_else(name: str) -> None:
    async with an_app() as app:
        victim = await an_adult(app, "victim-8812")
        person = await person_of(app, victim)
        made = await accepted(app, a_request(victim, prompt="canary-prompt"))
        await ask(app, "support", "canary-words", actor=victim)
        await ask(app, "region", "IS", actor=victim)
        before = await row_of(app, person.account_id)
        curious = await an_adult(app, "curious")

        for other in (victim.native_id, person.account_id, made.request_id, "@victim-8812"):
            for words in (other, f"{other} all", f"all {other}"):
                told = await heard(app, name, words, curious, about=made.request_id)
                assert "canary" not in told
                assert "Iceland" not in told

        assert await row_of(app, person.account_id) == before
        async with app.transaction() as tx:
            row = await tx.get_one(RequestRow, made.request_id)
            assert row.prompt_sealed


async def heard(app: App, name: str, words: str, actor: Actor, *, about: RequestId) -> str:
    """What somebody reads who points at something of somebody else's."""
    where = ReplyTo(actor.surface, "a private chat")
    try:
        shown = await answer(app, Ask(actor, name, words, where, new_id(), TRAITS, about))
    except CoreError as refused:
        return refusal(refused, "en")
    return read(shown)


async def row_of(app: App, account_id: str) -> dict[str, object]:
    """The whole account, as it stands."""
    async with app.transaction() as tx:
        row = await tx.get_one(AccountRow, account_id)
        return {column.name: getattr(row, column.name) for column in AccountRow.__table__.columns}


@pytest.mark.promise("FA-14.i")
async def test_using_every_right_changes_neither_quota_nor_price_nor_lane() -> None:
    async with an_app(clock=MovingClock()) as app:
        for kind in ("one", "two"):
            await an_adult(app, kind)
        user, other = an_actor("one"), an_actor("two")

        for name in NAMES:
            await ask(app, name, actor=user)
        for command in ("restrict on", "restrict off", "correct region FR", "object analytics"):
            name, _, words = command.partition(" ")
            await ask(app, name, words, actor=user)
        await ask(app, "support", "privacy who got my words?", actor=user)

        assert await quota(app, user) == await quota(app, other)
        rows = []
        for actor in (user, other):
            made = await accepted(app, a_request(actor))
            async with app.transaction() as tx:
                rows.append(await tx.get_one(RequestRow, made.request_id))
        mine, theirs = rows
        assert (mine.lane, mine.credits, mine.state) == (theirs.lane, theirs.credits, theirs.state)
        assert (await person_of(app, user)).is_banned is False


@pytest.mark.promise("FA-14.3a")
@pytest.mark.promise("FA-14.3b")
@pytest.mark.parametrize("place", ["IE", "DE", "NO", "GB", "CH"])
async def test_in_the_eea_uk_and_switzerland_every_answer_names_three_more_rights(
    place: str,
) -> None:
    async with an_app() as app:
        actor = await an_adult(app)
        await ask(app, "region", place, actor=actor)
        for command in COMMANDS:
            told = read(await ask(app, command.name, actor=actor))
            if command.tells_law:
                for right in ("/restrict", "/export", "/object"):
                    assert right in told, command.name
                assert told.count(authorities()[place]["url"]) == 1, command.name


@pytest.mark.promise("FA-14.3a")
@pytest.mark.promise("FA-14.3b")
def test_every_state_of_the_eea_has_its_authority_and_its_rights() -> None:
    places = authorities().keys() - {"HK", "US-CA"}
    assert len(places - {"GB", "CH"}) == 30
    for place in places:
        rights, authority = (said(line, "en") for line in local_lines(place, ""))
        assert "/restrict" in rights
        assert authority.endswith(authorities()[place]["url"])
    assert local_lines("", "") == local_lines("JP", "") == ()


@pytest.mark.promise("FA-14.2a")
async def test_in_hong_kong_seeing_and_correcting_are_named_and_nothing_held_is_an_answer() -> None:
    async with an_app() as app:
        actor = await an_adult(app)
        await ask(app, "region", "HK", actor=actor)
        told = read(await ask(app, "requests", actor=actor))
        assert "Personal Data (Privacy) Ordinance" in told
        assert "within 40 days" in told
        assert "pcpd.org.hk" in told
        nobody = an_actor("nobody")
        for name in ("mydata", "correct", "requests"):
            assert "othing is held" in read(await ask(app, name, actor=nobody))


@pytest.mark.promise("FA-14.4a")
@pytest.mark.promise("FA-14.1c")
async def test_in_california_five_rights_are_named_and_the_clock_is_its_own() -> None:
    async with an_app() as app:
        actor = await an_adult(app)
        await ask(app, "region", "California", actor=actor)
        told = read(await ask(app, "requests", actor=actor))
        for right in ("/mydata", "/export", "/correct", "/delete", "/optout"):
            assert right in told
        assert "within 45 days" in told
        assert "cppa.ca.gov" in told
