"""Deleting and exporting on Discord, from the command to the last message."""

import io
import re
import zipfile

import pytest
from sqlalchemy import select

from core.accounts.rows import AccountRow
from tests.bots.discord.stage import Stage
from tests.emulators.discord import Person, Upload
from tests.emulators.discord.state import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

WITHIN_S = 60
"""A deletion completes within minutes; on a loaded machine that is what is waited for."""


async def _accounts(stage: Stage) -> set[str]:
    async with stage.app.transaction() as tx:
        return set(await tx.scalars(select(AccountRow.id)))


async def _pressed(person: Person, panel: Message, *labels: str) -> None:
    for label in labels:
        await person.presses(panel, label).edited()


async def test_a_picture_is_deleted_from_its_menu_and_leaves_the_channel(stage: Stage) -> None:
    ann, bob = await stage.adult(), await stage.adult("Bob")
    mine = await stage.result(ann.uses("imagine", prompt="a fox", channel=stage.room))
    other = await stage.result(bob.uses("imagine", prompt="a wolf", channel=stage.room))
    panel = await ann.uses_message_menu("Delete this picture", mine).response()
    assert panel.ephemeral_for is ann.user
    await _pressed(ann, panel, "This picture")
    assert "Deleted" in panel.text
    await stage.emulator.until(lambda: mine.deleted, WITHIN_S, "the picture's removal")
    foreign = await ann.uses_message_menu("Delete this picture", other).response()
    await _pressed(ann, foreign, "This picture")
    assert "Deleted" not in foreign.text
    talk = await stage.emulator.says(ann, stage.room, "just talk")
    answer = await ann.uses_message_menu("Delete this picture", talk).response()
    assert "not one of my results" in answer.text
    assert stage.room.messages == [other, talk]


@pytest.mark.slow
@pytest.mark.promise("PL-D2")
async def test_an_account_is_deleted_in_chat_with_a_receipt_that_can_be_checked(
    stage: Stage,
) -> None:
    offered = {command["name"]: command for command in stage.emulator.world.commands[None]}
    for name in ("delete", "correct"):
        assert {1, 2} <= set(offered[name]["contexts"]), "direct messages too"
    before = await _accounts(stage)
    ann = await stage.adult()
    picture = await stage.result(ann.uses("imagine", prompt="a fox", channel=stage.room))
    asked = ann.uses("delete", channel=stage.room)
    panel = await asked.response()
    await _pressed(ann, panel, "My account", "Now (can't be undone)")
    found = re.search(r"Code: (\S+)\. ", panel.text)
    assert found is not None
    form = await ann.presses(panel, "Type the code").modal()
    confirmed = ann.submits(form, {"typed": found[1].replace("\\", "")})
    await confirmed.edited()
    await stage.emulator.until(lambda: "Your data is gone" in panel.text, WITHIN_S, "the receipt")
    await stage.emulator.until(lambda: picture.deleted, WITHIN_S, "the picture's removal")
    await stage.emulator.until(
        lambda: any(one.attachments for one in confirmed.followups), WITHIN_S, "the file"
    )
    assert await _accounts(stage) == before
    [file] = [one for message in confirmed.followups for one in message.attachments]
    receipt = Upload(file.filename, file.data)
    checked = await ann.uses("verify", picture=receipt).response()
    assert "This receipt is genuine" in checked.text
    forged = Upload(file.filename, file.data.replace(b'"erased_files": 1', b'"erased_files": 9'))
    assert forged.data != file.data
    assert "does not fit" in (await ann.uses("verify", picture=forged).response()).text
    assert await _accounts(stage) == before, "looking makes no account"
    assert ann.dm.messages == []
    assert stage.room.messages == []


@pytest.mark.slow
async def test_a_copy_of_everything_comes_as_files_that_open(stage: Stage) -> None:
    ann = await stage.adult()
    await stage.result(ann.uses("imagine", prompt="a fox", channel=stage.room))
    panel = await ann.uses("export", channel=stage.room).response()
    ann.presses(panel, "Send it here")
    await stage.emulator.until(lambda: bool(panel.attachments), WITHIN_S, "the file")
    assert panel.ephemeral_for is ann.user
    assert "save the file now" in panel.text
    [file] = panel.attachments
    with zipfile.ZipFile(io.BytesIO(file.data)) as opened:
        assert opened.testzip() is None
        assert any(name.endswith("README.html") for name in opened.namelist())
    assert ann.dm.messages == []
