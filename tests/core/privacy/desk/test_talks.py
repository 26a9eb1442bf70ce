"""Words for the people who run this: sealed, without card numbers, answered where asked."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.commands import meet
from core.app import App
from core.kernel.people import ReplyTo
from core.privacy.answers import Answer
from core.privacy.counter.counter import answer
from core.privacy.counter.values import Ask
from core.privacy.desk.errors import TalkAnswered, TalkUnknown, TooManyTalks, WordsTooLong
from core.privacy.desk.rows import RightsRequestRow, TalkRow
from core.privacy.desk.talks import (
    WORDS_AT_MOST,
    answer_talk,
    open_talk,
    open_talks,
    place_of,
    read_talk,
)
from core.privacy.letters.loop import LetterLoop
from core.privacy.subject.walk import walk
from tests.core.privacy.desk.people import TRAITS, ask, person_of, put_into, read, told
from tests.core.privacy.retention.clock import START, MovingClock
from tests.core.privacy.retention.things import swept
from tests.factories import an_actor, an_app
from tests.fakes import FakeLetters

VISA = "4111 1111 1111 1111"


async def the_talk(app: App) -> TalkRow:
    async with app.transaction() as tx:
        return (await tx.scalars(select(TalkRow))).one()


@pytest.mark.promise("FA-3.7")
@pytest.mark.promise("FA-8.9")
@pytest.mark.parametrize("kind", ["support", "appeal", "paysupport"])
async def test_a_question_gets_its_answer_where_it_was_asked(kind: str, database_url: str) -> None:
    surface = FakeLetters()
    async with an_app(database_url=database_url) as app:
        actor = an_actor()
        await meet(app, actor)
        where = ReplyTo("test", "exactly this chat")
        asked = Ask(actor, kind, "where is my canary-4b picture?", where, "key", TRAITS)
        assert "the answer comes here" in read(await answer(app, asked))
        (talk,) = await open_talks(app)
        assert talk.kind == kind
        assert "waits for an answer" in await told(app, "requests")

        await answer_talk(app, talk.id, "It is in your gallery.")

        loop = asyncio.create_task(LetterLoop(app, surface).run())
        await surface.until(lambda: len(surface.brought) == 1)
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
        letter = surface.brought[0]
        assert letter.reply_to == "exactly this chat"
        assert "It is in your gallery." in read(letter.answer)
        assert letter.answer.steps[0].command == kind
        assert await open_talks(app) == ()
        assert "was answered" in await told(app, "requests")
        with pytest.raises(TalkAnswered):
            await answer_talk(app, talk.id, "again")


@pytest.mark.promise("FA-2.1d")
async def test_words_are_sealed_and_a_card_number_is_never_stored(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person = await meet(app, an_actor())
        shown = await told(app, "paysupport", f"canary-9c paid with {VISA}")
        assert "card number was taken out" in shown
        row = await the_talk(app)
        assert b"canary-9c" not in row.words_sealed
        place = place_of(row.id, "words_sealed", person.account_id)
        words = (await app.keys.unseal(place, row.words_sealed)).decode()
        assert words == "canary-9c paid with [card number removed]"


@pytest.mark.promise("FA-2.1d")
async def test_talks_are_part_of_a_person_s_own_copy_with_their_words(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person = await meet(app, an_actor())
        await told(app, "support", "my own words")
        (talk,) = await open_talks(app)
        await answer_talk(app, talk.id, "your answer")
        (record,) = [
            one async for one in walk(app, person.account_id) if one.shelf.table.name == "talks"
        ]
        assert "my own words" in record.values.values()
        assert "your answer" in record.values.values()


async def test_the_same_message_twice_is_one_talk(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        await meet(app, an_actor())
        both = await asyncio.gather(*(told(app, "support", "hello", key="one") for _ in range(2)))
        await told(app, "support", "hello", key="one")
        assert len(set(both)) == 1
        assert (await the_talk(app)).state == "open"


async def test_a_question_about_ones_data_is_a_request_with_a_clock() -> None:
    async with an_app(clock=MovingClock()) as app:
        await meet(app, an_actor())
        assert "counts as a request" in await told(app, "support", "privacy who got my words?")
        row = await the_talk(app)
        async with app.transaction() as tx:
            request = (await tx.scalars(select(RightsRequestRow))).one()
        assert (request.id, request.kind, request.state) == (row.id, "support", "open")
        assert request.due_at == START + timedelta(days=30)
        assert (await read_talk(app, row.id)).words == "who got my words?"

        await answer_talk(app, row.id, "Nobody.")
        async with app.transaction() as tx:
            request = (await tx.scalars(select(RightsRequestRow))).one()
        assert (request.state, request.outcome) == ("done", "answered")


async def test_without_words_it_asks_for_them_and_stores_nothing() -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        for kind in ("support", "appeal", "paysupport"):
            shown: Answer = await ask(app, kind)
            assert shown.steps[0].command == kind
            assert shown.steps[0].asks is not None
        await ask(app, "support", " privacy ")
        assert await open_talks(app) == ()


@pytest.mark.parametrize("state", ["banned", "restricted", "closed", "erasing", "minor"])
async def test_everybody_can_appeal(state: str) -> None:
    async with an_app() as app:
        person = await meet(app, an_actor())
        now = app.clock.now()
        if state == "banned":
            await put_into(app, person, banned_at=now)
        elif state == "minor":
            await put_into(app, person, age="minor", age_declared_at=now)
        else:
            await put_into(app, person, standing=state, closed_at=now)
        assert "Sent." in await told(app, "appeal", "it was not me")
        assert len(await open_talks(app)) == 1


async def test_somebody_unknown_is_told_where_to_write_and_nothing_is_kept() -> None:
    async with an_app() as app:
        shown = await told(app, "support", "hello?")
        assert "help@example.org" in shown
        assert "your words were not kept" in shown
        assert await open_talks(app) == ()


async def test_much_within_an_hour_is_slowed_down_and_never_shut_out() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        person = await meet(app, an_actor())
        where = ReplyTo("test", "here")

        async def write(number: int) -> None:
            await open_talk(
                app, person.account_id, "support", "x", reply_to=where, key=f"key {number}"
            )

        for number in range(10):
            await write(number)
            clock.move(minutes=1)
        with pytest.raises(TooManyTalks) as refused:
            await write(10)
        assert refused.value.facts["contact"] == "help@example.org"
        clock.move(seconds=float(str(refused.value.facts["retry_after_s"])))
        await write(11)
        assert len(await open_talks(app)) == 11


async def test_too_many_words_are_refused_whole() -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        with pytest.raises(WordsTooLong):
            await ask(app, "support", "x" * (WORDS_AT_MOST + 1))
        await ask(app, "support", "x" * WORDS_AT_MOST)
        assert len(await open_talks(app)) == 1


async def test_reading_a_talk_leaves_a_line_without_its_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        await told(app, "support", "canary-1e")
        (talk,) = await open_talks(app)
        with caplog.at_level("INFO"):
            assert (await read_talk(app, talk.id)).words == "canary-1e"
        assert f"the words of talk {talk.id} (support) were read" in caplog.text
        assert "canary-1e" not in caplog.text
        for act in (read_talk(app, "no such talk"), answer_talk(app, "no such talk", "x")):
            with pytest.raises(TalkUnknown):
                await act


@pytest.mark.promise("FA-10.6")
async def test_a_talk_goes_36_months_after_its_last_word(database_url: str) -> None:
    clock = MovingClock()
    async with an_app(database_url=database_url, clock=clock) as app:
        await meet(app, an_actor())
        await told(app, "support", "first words")
        clock.move(days=700)
        await told(app, "support", "last words")
        clock.move(days=1000)
        await swept(app)
        async with app.transaction() as tx:
            kept = list(await tx.scalars(select(TalkRow)))
        assert len(kept) == 2  # 1700 days after the first word, 1000 after the last

        clock.move(days=96)
        await swept(app)
        async with app.transaction() as tx:
            assert list(await tx.scalars(select(TalkRow))) == []
        assert (await person_of(app)).account_id
