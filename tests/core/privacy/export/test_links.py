"""A link opens one export, for some days, for a few downloads; nothing else opens anything."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.errors import CoreError
from core.kernel.ids import BlobId
from core.privacy.export.links import (
    LinkExpired,
    LinkGone,
    LinkUsedUp,
    LinkWrong,
    address_of_export,
    listing,
    token_for,
    verify,
)
from core.privacy.export.rows import ExportPartRow, ExportRow
from core.privacy.export.values import DOWNLOADS_AT_MOST
from core.privacy.letters.loop import LetterLoop
from tests.core.privacy.export.reading import asked_for, check, made, opened, raw_parts, the_export
from tests.core.privacy.retention.things import an_aging_app
from tests.core.privacy.subject.people import said_by, somebody
from tests.factories import an_app
from tests.fakes import FakeLetters

PUBLIC = "https://pictures.example/"


async def a_link(app: App) -> tuple[ExportRow, str]:
    actor, _ = await somebody(app, pictures=2)
    await asked_for(app, "link", actor=actor)
    await made(app)
    row = await the_export(app)
    return row, address_of_export(app, row).rpartition("/")[2]


async def fetched(app: App, token: str, number: int = 1) -> bytes:
    download = await verify(app, token, number)
    return b"".join([chunk async for chunk in download.chunks])


async def test_a_link_gives_the_very_parts(database_url: str) -> None:
    async with an_app(database_url=database_url, LIMNER_PUBLIC_URL=PUBLIC) as app:
        row, token = await a_link(app)
        assert address_of_export(app, row) == f"https://pictures.example/export/{token}"

        shown = await listing(app, token)
        data = await fetched(app, token)

        assert [one.number for one in shown.parts] == [1]
        assert shown.parts[0].downloads_left == DOWNLOADS_AT_MOST
        assert [data] == await raw_parts(app, row)
        check(opened(data))
        assert (await listing(app, token)).parts[0].downloads_left == DOWNLOADS_AT_MOST - 1


async def test_downloads_are_few_however_many_come_at_once(database_url: str) -> None:
    async with an_app(database_url=database_url, LIMNER_PUBLIC_URL=PUBLIC) as app:
        _, token = await a_link(app)
        told = await asyncio.gather(
            *(verify(app, token, 1) for _ in range(DOWNLOADS_AT_MOST + 4)), return_exceptions=True
        )
        refused = [one for one in told if isinstance(one, LinkUsedUp)]
        assert len(refused) == 4
        assert len(told) - len(refused) == DOWNLOADS_AT_MOST
        assert (await listing(app, token)).parts[0].downloads_left == 0


@pytest.mark.parametrize("what", ["mac", "export", "time", "cut", "empty", "nonsense"])
async def test_a_link_that_was_changed_opens_nothing(what: str) -> None:
    async with an_app(LIMNER_PUBLIC_URL=PUBLIC) as app:
        row, token = await a_link(app)
        export_id, seconds, mac = token.split("-")
        other = {
            "mac": f"{export_id}-{seconds}-{mac[::-1]}",
            "export": f"{export_id[::-1]}-{seconds}-{mac}",
            "time": f"{export_id}-{int(seconds, 16) + 9:x}-{mac}",
            "cut": f"{export_id}-{seconds}",
            "empty": "",
            "nonsense": "../../etc-zz-é",
        }[what]
        for look in (listing(app, other), verify(app, other, 1)):
            with pytest.raises(LinkWrong):
                await look
        async with app.transaction() as tx:
            assert list(await tx.scalars(select(ExportPartRow.downloads))) == [0]
        assert row.state == "ready"


async def test_a_link_ends_with_its_days() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        actor, _ = await somebody(app, pictures=1)
        await asked_for(app, "send", actor=actor)
        await made(app)
        row = await the_export(app)
        assert row.expires_at is not None
        token = token_for(app, row.id, row.expires_at)
        days = app.profile.exports.link_days
        assert row.expires_at <= row.created_at + timedelta(days=days)

        await fetched(app, token)
        clock.at = row.expires_at
        with pytest.raises(LinkExpired):
            await verify(app, token, 1)


@pytest.mark.parametrize("what", ["frozen", "epoch", "replaced", "bytes", "number"])
async def test_a_link_to_what_is_gone_says_so(what: str) -> None:
    async with an_app(LIMNER_PUBLIC_URL=PUBLIC) as app:
        row, token = await a_link(app)
        number = 2 if what == "number" else 1
        if what == "bytes":
            async with app.transaction() as tx:
                blob = (await tx.scalars(select(ExportPartRow.blob))).one()
            await app.vault.delete(row.account_id, BlobId(blob))  # type: ignore[arg-type]
        changes: dict[str, object] = {
            "frozen": update(AccountRow).values(standing="erasing"),
            "epoch": update(AccountRow).values(epoch=5),
            "replaced": update(ExportRow).values(state="gone"),
        }
        if what in changes:
            async with app.transaction() as tx:
                await tx.execute(changes[what])  # type: ignore[call-overload]
        with pytest.raises(LinkGone) as refused:
            await verify(app, token, number)
        assert isinstance(refused.value, CoreError)


@pytest.mark.slow
async def test_the_link_comes_in_the_message_that_showed_the_progress() -> None:
    async with an_app(LIMNER_PUBLIC_URL=PUBLIC) as app:
        row, token = await a_link(app)
        surface = FakeLetters()
        loop = asyncio.create_task(LetterLoop(app, surface).run())
        try:
            await surface.until(lambda: bool(surface.brought), 40)
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
        (letter,) = surface.brought
        assert letter.letter_id == row.letter_id
        assert letter.attachment is None
        assert [one.url for one in letter.answer.steps] == [
            f"https://pictures.example/export/{token}"
        ]
        assert "each can be fetched 5 times" in said_by(letter.answer)
