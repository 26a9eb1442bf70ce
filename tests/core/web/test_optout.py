"""The browser's signal for a known account: by the link from the chat, confirmed in the chat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from core.accounts.choices import choices_of
from core.accounts.rows import ChoiceRow
from core.app import App
from core.privacy.answers import Answer
from core.privacy.letters.loop import LetterLoop
from core.privacy.letters.rows import LetterRow
from core.privacy.notice.wording import paragraphs
from tests.core.privacy.choosing.desk import Visitor
from tests.core.web.public import SIGNAL, the_pages
from tests.factories import an_actor, an_adult, an_app
from tests.fakes import FakeLetters, MovingClock

ADDRESS = "https://limner.example.org"


def link_in(answer: Answer) -> str:
    (url,) = [step.url for step in answer.steps if step.url]
    assert url.startswith(f"{ADDRESS}/o/")
    return urlsplit(url).path


@asynccontextmanager
async def bringing(app: App, surface: FakeLetters) -> AsyncIterator[None]:
    task = asyncio.create_task(LetterLoop(app, surface).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def choices(app: App) -> dict[str, str]:
    async with app.transaction() as tx:
        return {row.kind: row.source for row in await tx.scalars(select(ChoiceRow))}


@pytest.mark.promise("FA-14.4c", "LW-8")
async def test_the_signal_on_the_persons_link_opts_the_account_out_and_the_chat_confirms_it(
    database_url: str,
) -> None:
    surface = FakeLetters()
    async with (
        an_app(database_url=database_url, LIMNER_PUBLIC_URL=ADDRESS) as app,
        the_pages(app) as public,
        bringing(app, surface),
    ):
        visitor = Visitor(app, await an_adult(app))
        path = link_in(await visitor.says("optout"))

        assert "sends no opt-out signal" in await public.read(path)
        assert await choices(app) == {}, "a look, or a preview of the link, changes nothing"

        done = await public.read(path, **SIGNAL)
        assert "your account is opted out" in done
        assert "opt-out signal (Global Privacy Control) is honoured" in done
        assert await choices(app) == {"sale": "signal"}
        await surface.until(lambda: len(surface.brought) == 1)
        (letter,) = surface.brought
        assert letter.reply_to == surface.private_address("1")
        assert "Global Privacy Control" in " ".join(paragraphs(letter.answer.page, "en"))
        assert "opted out" in " ".join(paragraphs((await visitor.says("optout")).page, "en"))

        again = await public.read(path, **SIGNAL)
        assert "has been opted out since" in again
        async with app.transaction() as tx:
            assert len(list(await tx.scalars(select(LetterRow)))) == 1, "told once"


async def test_a_link_of_nobody_or_of_yesterday_changes_nothing() -> None:
    clock = MovingClock()
    async with (
        an_app(clock=clock, LIMNER_PUBLIC_URL=ADDRESS) as app,
        the_pages(app) as public,
    ):
        visitor = Visitor(app, await an_adult(app))
        other = Visitor(app, await an_adult(app, "2"))
        mine = link_in(await visitor.says("optout"))
        theirs = link_in(await other.says("optout"))
        forged = [
            mine[:-4] + ("AAAA" if not mine.endswith("AAAA") else "BBBB"),
            mine.partition(".")[0] + "." + theirs.partition(".")[2],
            mine.partition(".")[0],
            "/o/nonsense",
            "/o/" + "x" * 400,
        ]
        for path in forged:
            for headers in ({}, SIGNAL):
                answer = await public.client.get(path, headers=headers)
                assert answer.status_code == 404
                assert "not one of ours" in answer.text
        clock.move(days=8)
        expired = await public.client.get(mine, headers=SIGNAL)
        assert expired.status_code == 404
        assert "no longer valid" in expired.text
        assert await choices(app) == {}

        await app.keys.destroy(await visitor.account_id())
        gone = await public.client.get(mine, headers=SIGNAL)
        assert "not one of ours" in gone.text


async def test_without_public_pages_there_is_no_link_and_the_chat_does_it() -> None:
    async with an_app() as app:
        visitor = Visitor(app, an_actor())
        await visitor.account_id()
        shown = await visitor.says("optout")
        assert not any(step.url for step in shown.steps)
        await visitor.says("optout sale")
        async with app.transaction() as tx:
            assert (await choices_of(tx, await visitor.account_id())).said_no_to("sale")
