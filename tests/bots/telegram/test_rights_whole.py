"""Whole conversations: delete a result, take a copy with a passphrase, leave, check the receipt."""

import asyncio
import io
import zipfile

import pytest
from sqlalchemy import func, select

from core.accounts.commands import known_person
from core.accounts.rows import AccountRow, IdentityRow
from core.generation.errors import NotFound
from core.generation.queries import picture_file
from core.generation.rows import PictureRow
from core.kernel.people import Actor
from core.messages.catalogue import text
from core.privacy.linking.codes import make_code
from core.privacy.linking.joining import join
from tests.bots.telegram.stage import Stage, a_stage, is_result
from tests.bots.telegram.test_rights_letters import an_answer, written
from tests.bots.telegram.test_rights_steps import question
from tests.emulators.telegram import Message, Person


async def count(stage: Stage, table: type[AccountRow] | type[PictureRow]) -> int:
    async with stage.app.transaction() as tx:
        return await tx.scalar(select(func.count()).select_from(table)) or 0


async def file_of(stage: Stage, person: Person, name: str) -> Message:
    """Wait until a file arrives in the private chat."""

    def found() -> list[Message]:
        return [m for m in person.received if m.media and m.media.file_name.endswith(name)]

    await stage.emulator.until(found, 60)
    return found()[-1]


@pytest.mark.promise("AX-40")
async def test_delete_in_reply_to_a_result_removes_it_from_the_store_and_the_chat() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        ada.says("a fox")
        kept = await stage.picture(ada.chat)
        ada.says("a wolf")
        shown = await stage.picture(ada.chat, 2)
        assert shown is not kept
        newest = (await stage.requests_of(ada))[0]
        assert newest.outcome is not None
        [picture] = newest.outcome.pictures

        ada.says("/delete", reply_to=shown)
        page = await stage.said(ada.chat, "What shall go?")
        await ada.presses(page, text("delete-step-this", "en"))
        await stage.said(ada.chat, "1 picture is gone, bytes included.")
        await stage.emulator.until(lambda: shown.deleted)

        assert not kept.deleted
        assert await count(stage, PictureRow) == 1
        with pytest.raises(NotFound):
            await picture_file(stage.app, stage.actor_of(ada), picture.picture_id)


async def test_somebody_elses_result_is_not_deleted_by_replying_to_it() -> None:
    async with a_stage() as stage:
        ada, bob = await stage.adult(), await stage.adult("Bob")
        room = stage.emulator.group(ada, bob)
        ada.says("/imagine a fox", room)
        shown = await stage.picture(room)
        bob.says("/delete this", room, reply_to=shown)

        await stage.said(bob.chat, text("delete-nothing", "en"))
        await stage.said(room, "Answered in private.")
        assert await count(stage, PictureRow) == 1
        assert is_result(shown)


async def test_a_copy_with_a_passphrase_leaves_no_passphrase_in_the_chat() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        ada.says("a fox")
        await stage.picture(ada.chat)
        ada.says("/export")
        page = await stage.said(ada.chat, "Your copy")
        await ada.presses(page, text("export-step-protect", "en"))
        asked = await question(stage, ada)

        # Typed without replying, it is neither drawn nor kept.
        ada.says("correct horse battery")
        await stage.said(ada.chat, "Was that the answer to my question?")
        refused = ada.says("short", reply_to=asked)
        await stage.said(ada.chat, "too short")
        taken = ada.says("correct horse battery", reply_to=asked)
        shown = await file_of(stage, ada, ".zip")

        assert shown.media is not None
        names = zipfile.ZipFile(io.BytesIO(shown.media.data)).namelist()
        assert "OPEN.html" in names
        await stage.emulator.until(lambda: refused.deleted and taken.deleted)
        assert len(await stage.requests_of(ada)) == 1
        typed = ada.says("/export protect correct horse battery")
        await stage.emulator.until(lambda: typed.deleted)


@pytest.mark.slow
async def test_leaving_brings_a_receipt_that_a_stranger_can_check() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        ada.says("a fox")
        shown = await stage.picture(ada.chat)
        ada.says("/delete account now")
        page = await stage.said(ada.chat, "Type it within")
        code = (page.text or "").partition("Code: ")[2][:6]
        await ada.presses(page, text("delete-step-code", "en"))
        ada.says(code, reply_to=await question(stage, ada))
        receipt = await file_of(stage, ada, "receipt.json")
        await stage.said(ada.chat, "Your data is gone")
        await stage.emulator.until(lambda: shown.deleted)

        assert receipt.media is not None
        assert await count(stage, AccountRow) == 0
        ada.says("/verify", reply_to=receipt)
        await stage.said(ada.chat, "This receipt is genuine")
        broken = receipt.media.data.replace(b"2", b"3")
        ada.sends_document(
            broken, "/verify", file_name="receipt.json", mime_type="application/json"
        )
        await stage.said(ada.chat, text("erasure-checked-changed", "en"))
        # Checking it makes no account of somebody who has just left.
        assert await count(stage, AccountRow) == 0


async def forgotten(stage: Stage, person: Person) -> None:
    """Wait until nothing is known of somebody any more."""
    async with asyncio.timeout(60):
        while await known_person(stage.app, stage.actor_of(person)) is not None:
            await asyncio.sleep(0.05)


@pytest.mark.slow
async def test_who_deletes_their_account_on_the_platform_is_erased_here_too() -> None:
    async with a_stage() as stage:
        ada, bob, eve = await stage.adult(), await stage.adult("Bob"), await stage.adult("Eve")
        for person in (ada, bob, eve):
            person.says("a fox")
            await stage.picture(person.chat)
        # Eve is known on another platform too: she is still there.
        known = await known_person(stage.app, stage.actor_of(eve))
        assert known is not None
        code = await make_code(stage.app, known.account_id)
        await join(stage.app, Actor("elsewhere", "1"), code.text)
        ada.deletes_account()
        bob.blocks_bot()
        eve.deletes_account()
        for person in (ada, bob, eve):
            await written(stage, person, an_answer("News."), is_last=True)

        await forgotten(stage, ada)
        await stage.settled()
        assert await known_person(stage.app, stage.actor_of(bob)) is not None
        assert await known_person(stage.app, stage.actor_of(eve)) is not None
        async with stage.app.transaction() as tx:
            assert await tx.scalar(select(func.count()).select_from(IdentityRow)) == 3
