"""Letters on the page: one card that changes, kept by the core, its file for its person only."""

import asyncio
import json
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from bots.playground.counter import letter_address
from bots.playground.person import SURFACE, open_installation
from core.accounts.commands import meet
from core.app import App
from core.kernel.ids import AccountId, BlobId, new_id
from core.kernel.people import Actor, ReplyTo
from core.privacy.answers import Answer, Step
from core.privacy.letters.people import private_reply_to
from core.privacy.letters.post import FileRef, draft, draft_takeback, letter_id_of, place_of, post
from core.privacy.letters.rows import LetterRow
from core.privacy.notice.wording import Line, Page
from core.storage.envelope import Unreadable
from tests.bots.playground.service import Json, Playground, a_playground
from tests.core.privacy.retention.things import an_aging_app, swept


def an_answer(words: str) -> Answer:
    page = Page("test", Line("rights-step-privacy"), (Line("policy-word", {"word": words}),))
    return Answer(page, "en", (Step(Line("rights-step-glance"), "privacy"),))


async def written(
    app: App,
    words: str,
    *,
    address: str = "",
    name: str = "progress",
    account: AccountId | None = None,
    file: FileRef | None = None,
    is_last: bool = False,
    when: datetime | None = None,
) -> str:
    mine = address or open_installation(app.settings.data).native_id
    letter_id = letter_id_of(app, "export", name)
    letter = await draft(
        app,
        letter_id,
        account_id=account,
        about="export",
        reply_to=ReplyTo(SURFACE, mine),
        answer=an_answer(words),
        file=file,
        is_last=is_last,
    )
    async with app.transaction() as tx:
        await post(tx, letter, when or await app.database.now(tx))
    return letter_id


async def until_sent(app: App, letter_id: str) -> None:
    async with asyncio.timeout(10):
        while True:
            async with app.transaction() as tx:
                row = (await tx.scalars(select(LetterRow).where(LetterRow.id == letter_id))).one()
            if row.state == "done":
                return
            await asyncio.sleep(0.05)


async def words_shown(page: Playground) -> list[str]:
    state = await page.read("/api/state")
    return [letter["lines"][0]["text"] for letter in state["letters"]]


async def heard(page: Playground, name: str) -> Json:
    """Return the newest event of a name that a page hears that was there from the start."""
    async with page.client.stream("GET", "/api/events?after=") as stream, asyncio.timeout(10):
        event = ""
        async for line in stream.aiter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: ") and event == name:
                found: Json = json.loads(line.removeprefix("data: "))
                return found
    raise AssertionError("the stream ended")


async def test_a_letter_reaches_an_open_page_and_stays_for_the_next(tmp_path: Path) -> None:
    async with a_playground(folder=tmp_path, works=False) as page:
        person = await meet(page.app, page.actor)
        listening = asyncio.create_task(heard(page, "letter"))
        letter_id = await written(page.app, "one", account=person.account_id)
        await until_sent(page.app, letter_id)
        card = await listening
        assert card["id"] == letter_address(letter_id)
        assert await words_shown(page) == ["one"]

        await written(page.app, "two", account=person.account_id, is_last=True)
        await until_sent(page.app, letter_id)
        assert await words_shown(page) == ["two"]

    async with a_playground(folder=tmp_path, works=False) as page:
        assert await words_shown(page) == ["two"], "the last words are there after a restart, too"


async def test_a_letter_that_outlives_its_account_is_shown_where_its_address_is() -> None:
    async with a_playground(is_adult=False, works=False) as page:
        mine = await written(page.app, "a receipt", is_last=True)
        other = await written(page.app, "not mine", address="local-other", name="other")
        await until_sent(page.app, mine)
        await until_sent(page.app, other)

        assert await words_shown(page) == ["a receipt"]


async def test_a_letter_to_somebody_who_asked_for_nothing_finds_their_page() -> None:
    async with a_playground(works=False) as page:
        person = await meet(page.app, page.actor)
        reply_to = await private_reply_to(page.app, person.account_id)
        assert reply_to is not None
        listening = asyncio.create_task(heard(page, "letter"))
        letter_id = await written(
            page.app, "a warning", address=reply_to.address, account=person.account_id
        )
        card = await listening
        assert card["id"] == letter_address(letter_id)
        assert await words_shown(page) == ["a warning"]


async def test_a_file_is_saved_by_its_person_and_nobody_else() -> None:
    async with a_playground(works=False) as page:
        person = await meet(page.app, page.actor)
        blob = BlobId(new_id())
        await page.app.vault.put(person.account_id, blob, b"PK some bytes")
        file = FileRef(person.account_id, blob, "limner-export-1.zip", 13)
        mine = await written(page.app, "part 1", account=person.account_id, file=file)
        other = await written(page.app, "x", address="local-other", name="other", file=file)
        await until_sent(page.app, mine)
        state = await page.read("/api/state")
        shown = state["letters"][0]["file"]
        saved = await page.client.get(shown["url"])
        refused = await page.client.get(f"/api/letters/{other}/file")
        await page.app.vault.delete(person.account_id, blob)
        expired = await page.client.get(shown["url"])

    assert "limner-export-1.zip" in shown["label"]
    assert saved.content == b"PK some bytes"
    assert 'filename="limner-export-1.zip"' in saved.headers["content-disposition"]
    assert refused.status_code == expired.status_code == httpx.codes.NOT_FOUND


async def test_what_is_taken_back_is_gone_from_page_and_core() -> None:
    async with a_playground(works=False) as page:
        person = await meet(page.app, page.actor)
        letter_id = await written(page.app, "part 1", account=person.account_id)
        await until_sent(page.app, letter_id)
        listening = asyncio.create_task(heard(page, "gone"))
        taking = await draft_takeback(
            page.app,
            letter_id_of(page.app, "export", "back"),
            about="export",
            surface=SURFACE,
            message_address=letter_address(letter_id),
            language="en",
        )
        async with page.app.transaction() as tx:
            await post(tx, taking, await page.app.database.now(tx))
        assert (await listening) == {"id": letter_address(letter_id)}

        assert await words_shown(page) == []
        with pytest.raises(Unreadable):
            await page.app.keys.seal(place_of(letter_id, "body_sealed"), b"x")


async def test_a_file_of_no_letter_is_not_there() -> None:
    async with a_playground(works=False) as page:
        missing = await page.client.get(f"/api/letters/{new_id()}/file")
        strange = await page.client.get("/api/letters/none/file")

    assert missing.status_code == strange.status_code == httpx.codes.NOT_FOUND


async def test_a_kept_letter_leaves_on_time_and_its_key_with_it(database_url: str) -> None:
    async with an_aging_app(database_url) as (app, clock):
        person = await meet(app, Actor(SURFACE, "local-1", "en"))
        letter_id = await written(app, "done", account=person.account_id, when=clock.now())
        clock.move(days=app.profile.retention_days["operations"] - 2)
        await swept(app)
        assert await app.keys.seal(place_of(letter_id, "body_sealed"), b"x")

        clock.move(days=2)
        await swept(app)
        async with app.transaction() as tx:
            assert list(await tx.scalars(select(LetterRow))) == []
        with pytest.raises(Unreadable):
            await app.keys.seal(place_of(letter_id, "body_sealed"), b"x")
