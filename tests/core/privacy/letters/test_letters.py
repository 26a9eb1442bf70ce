"""Letters reach their person once, change in place, and leave no key behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select

from core.accounts.commands import meet
from core.app import App
from core.generation.delivery_port import Gone, Later
from core.kernel.ids import AccountId, BlobId
from core.kernel.people import ReplyTo
from core.privacy.answers import Answer, Step, of_json, to_json
from core.privacy.letters.loop import LetterLoop
from core.privacy.letters.people import private_reply_to
from core.privacy.letters.post import (
    FileRef,
    draft,
    draft_takeback,
    letter_id_of,
    place_of,
    post,
    remember_letter,
)
from core.privacy.letters.rows import LetterRow
from core.privacy.notice.wording import Line, Page
from core.storage.envelope import Unreadable
from tests.factories import an_actor, an_app
from tests.fakes import FakeLetters

TO = ReplyTo("test", "a private chat")


def an_answer(words: str = "under way") -> Answer:
    line = Line("policy-word", {"word": words})
    page = Page("test", Line("policy-word", {"word": "Export"}), (line,))
    steps = (Step(line, "export", "stop", asks=line, is_secret=True, is_grave=True),)
    return Answer(page, "en", steps)


@asynccontextmanager
async def a_loop(app: App, surface: FakeLetters) -> AsyncIterator[None]:
    task = asyncio.create_task(LetterLoop(app, surface).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def written(
    app: App,
    words: str,
    *,
    is_last: bool = False,
    file: FileRef | None = None,
    opens: bool = False,
    account: AccountId | None = None,
) -> str:
    letter_id = letter_id_of(app, "export", "progress")
    letter = await draft(
        app,
        letter_id,
        account_id=account,
        about="export",
        reply_to=TO,
        answer=an_answer(words),
        file=file,
        is_last=is_last,
    )
    async with app.transaction() as tx:
        now = await app.database.now(tx)
        await post(tx, letter, now, opens_with_answer=opens)
    return letter_id


def test_an_answer_comes_out_of_a_letter_as_it_went_in() -> None:
    assert of_json(to_json(an_answer())) == an_answer()


async def test_a_letter_changes_in_place_and_its_key_goes_with_its_end(database_url: str) -> None:
    surface = FakeLetters()
    async with an_app(database_url=database_url) as app, a_loop(app, surface):
        letter_id = await written(app, "one")
        await surface.until(lambda: surface.words() == ["one"])
        await written(app, "two")
        await surface.until(lambda: surface.words() == ["one", "two"])
        await written(app, "three", is_last=True)
        await surface.until(lambda: surface.words() == ["one", "two", "three"])
        await surface.until(lambda: surface.is_idle)

        assert len(surface.messages) == 1
        async with asyncio.timeout(5):
            while True:
                try:
                    await app.keys.seal(place_of(letter_id, "body_sealed"), b"x")
                except Unreadable:
                    break
                await asyncio.sleep(0.05)
        async with app.transaction() as tx:
            row = (await tx.scalars(select(LetterRow))).one()
        assert (row.state, row.result, row.body_sealed, row.message_sealed) == (
            "done",
            "sent",
            b"",
            None,
        )


async def test_an_answer_that_is_being_shown_is_changed_and_not_doubled() -> None:
    surface = FakeLetters()
    async with an_app() as app, a_loop(app, surface):
        letter_id = await written(app, "asked", opens=True)
        await asyncio.sleep(0.6)
        assert surface.words() == []
        await remember_letter(app, letter_id, "shown already")
        await surface.until(lambda: surface.words() == ["asked"])

        assert surface.brought[0].message_address == "shown already"
        assert surface.messages == {"shown already"}


async def test_what_the_platform_refuses_is_tried_again_and_what_is_gone_is_left() -> None:
    surface = FakeLetters(results=[Later(0.1), Gone("blocked")])
    async with an_app() as app, a_loop(app, surface):
        await written(app, "one")
        await surface.until(lambda: len(surface.brought) == 2)
        await asyncio.sleep(0.5)

        assert [one.attempt for one in surface.brought] == [1, 2]
        assert surface.brought[1].was_started


async def test_a_letter_brings_its_file_and_one_that_is_gone_ends_it() -> None:
    surface = FakeLetters()
    async with an_app() as app, a_loop(app, surface):
        owner = (await meet(app, an_actor())).account_id
        await app.vault.put(owner, BlobId("part"), b"PK...")
        await written(app, "here", file=FileRef(owner, BlobId("part"), "a.zip", 5))
        await surface.until(lambda: len(surface.brought) == 1)
        brought = surface.brought[0].attachment
        assert brought is not None
        assert (brought.file_name, brought.mime, brought.data) == (
            "a.zip",
            "application/zip",
            b"PK...",
        )

        await app.vault.delete(owner, BlobId("part"))
        await written(app, "again", file=FileRef(owner, BlobId("part"), "a.zip", 5))
        async with asyncio.timeout(5):
            while True:
                async with app.transaction() as tx:
                    row = (await tx.scalars(select(LetterRow))).one()
                if row.result == "gone:expired":
                    break
                await asyncio.sleep(0.05)
        assert len(surface.brought) == 1


async def test_messages_are_taken_back_and_what_may_not_be_is_recorded() -> None:
    surface = FakeLetters(taking=[Gone("too-old")])
    async with an_app() as app, a_loop(app, surface):
        for name in ("one", "two"):
            letter = await draft_takeback(
                app,
                letter_id_of(app, "erasure", name),
                about="erasure",
                surface="test",
                message_address=name,
                language="en",
            )
            async with app.transaction() as tx:
                await post(tx, letter, await app.database.now(tx))
        await surface.until(lambda: len(surface.taken) == 2)
        async with asyncio.timeout(5):
            while True:
                async with app.transaction() as tx:
                    results = set(await tx.scalars(select(LetterRow.result)))
                if results == {"sent", "gone:too-old"}:
                    break
                await asyncio.sleep(0.05)


async def test_words_of_a_letter_are_not_in_the_database(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        await written(app, "canary-words-7f")
        async with app.transaction() as tx:
            row = (await tx.scalars(select(LetterRow))).one()
        assert b"canary-words-7f" not in row.body_sealed
        with pytest.raises(Unreadable):
            await app.keys.unseal(place_of(row.id, "reply_to_sealed"), row.body_sealed)


async def test_a_letter_to_a_person_goes_to_where_only_they_read(database_url: str) -> None:
    surface = FakeLetters()
    async with an_app(database_url=database_url) as app, a_loop(app, surface):
        person = await meet(app, an_actor("42"))
        reply_to = await private_reply_to(app, person.account_id)
        assert reply_to is not None
        letter = await draft(
            app,
            letter_id_of(app, "news", "one"),
            account_id=person.account_id,
            about="news",
            reply_to=reply_to,
            answer=an_answer("news"),
        )
        async with app.transaction() as tx:
            await post(tx, letter, await app.database.now(tx))
        await surface.until(lambda: surface.words() == ["news"])

        assert surface.brought[0].reply_to == "private chat of 42"
        async with app.transaction() as tx:
            row = (await tx.scalars(select(LetterRow))).one()
        assert row.reply_to_sealed is not None
        place = place_of(row.id, "reply_to_sealed")
        assert await app.keys.unseal(place, row.reply_to_sealed) == b"private chat of 42"
        assert await private_reply_to(app, AccountId("nobody")) is None
