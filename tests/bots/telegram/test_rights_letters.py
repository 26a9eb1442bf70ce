"""Letters on the wire: one message that changes, files that arrive once, messages taken back."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from bots.telegram.address import SURFACE, Address
from core.accounts.commands import meet
from core.kernel.ids import BlobId
from core.kernel.people import ReplyTo
from core.privacy.answers import Answer, Step
from core.privacy.letters.post import FileRef, draft, draft_takeback, letter_id_of, post
from core.privacy.letters.rows import LetterRow
from core.privacy.notice.wording import Line, Page
from tests.bots.telegram.stage import Stage, a_stage
from tests.emulators.telegram import Fault, Message, Person

ZIP = b"PK\x03\x04" + b"0" * 50_000


def an_answer(*words: str, steps: tuple[Step, ...] = ()) -> Answer:
    lines = tuple(Line("policy-word", {"word": one}) for one in words)
    return Answer(Page("export", Line("policy-word", {"word": "Your copy"}), lines), "en", steps)


async def written(
    stage: Stage,
    person: Person,
    answer: Answer,
    *,
    name: str = "progress",
    data: bytes = b"",
    is_last: bool = False,
) -> str:
    """Write a letter, or new words into it."""
    app = stage.app
    account_id = (await meet(app, stage.actor_of(person))).account_id
    file = None
    if data:
        blob = BlobId(f"part-{name}")
        await app.vault.put(account_id, blob, data)
        file = FileRef(account_id, blob, "copy.zip", len(data))
    letter_id = letter_id_of(app, str(person.id), name)
    letter = await draft(
        app,
        letter_id,
        account_id=account_id,
        about="export",
        reply_to=ReplyTo(SURFACE, Address(person.id).write()),
        answer=answer,
        file=file,
        is_last=is_last,
    )
    async with app.transaction() as tx:
        await post(tx, letter, await app.database.now(tx))
    return letter_id


async def ended(stage: Stage, letter_id: str, timeout_s: float = 30) -> str:
    """Wait until a letter is done; return how."""
    async with asyncio.timeout(timeout_s):
        while True:
            async with stage.app.transaction() as tx:
                row = (await tx.scalars(select(LetterRow).where(LetterRow.id == letter_id))).one()
                if row.state == "done":
                    return row.result
            await asyncio.sleep(0.05)


def documents(person: Person) -> list[Message]:
    return [message for message in person.received if message.media is not None]


async def test_a_message_of_progress_becomes_the_file_with_its_guide() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        await written(stage, ada, an_answer("Collecting: 3 of 12."))
        shown = await stage.said(ada.chat, "Collecting: 3 of 12.")
        step = Step(Line("rights-step-privacy"), "privacy")
        last = an_answer("Open README.html.", steps=(step,))
        letter_id = await written(stage, ada, last, data=ZIP, is_last=True)

        assert await ended(stage, letter_id) == "sent"
        assert ada.received == [shown]
        assert shown.media is not None
        assert (shown.media.kind, shown.media.data, shown.media.file_name) == (
            "document",
            ZIP,
            "copy.zip",
        )
        assert shown.caption == "Your copy\n\nOpen README.html."
        assert not shown.silent, "news that nobody waits for may be heard"

        # The file stays when a step under it is pressed.
        await ada.presses(shown, "Privacy")
        await stage.said(ada.chat, "Privacy · ")
        assert shown.media is not None


async def test_a_file_whose_answer_was_lost_arrives_once() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        stage.emulator.faults.add("editMessageMedia", Fault.timeout_after_effect(3))
        letter_id = await written(stage, ada, an_answer("Here."), data=ZIP, is_last=True)

        assert await ended(stage, letter_id) == "sent"
        assert stage.emulator.faults.left() == {}
        assert len(documents(ada)) == len(ada.received) == 1


async def test_a_first_line_whose_answer_was_lost_leaves_one_line_and_one_file() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        stage.emulator.faults.add("sendMessage", Fault.timeout_after_effect(3))
        letter_id = await written(stage, ada, an_answer("Here."), data=ZIP, is_last=True)

        assert await ended(stage, letter_id) == "sent"
        assert len(documents(ada)) == 1
        assert [m.text for m in ada.received if m.media is None] == ["Your copy"]


@pytest.mark.slow
async def test_a_push_back_and_a_restart_in_between_are_waited_out() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        stage.emulator.faults.add("editMessageMedia", Fault.retry_after(1))
        stage.emulator.faults.add("editMessageMedia", Fault.connection_reset)
        letter_id = await written(stage, ada, an_answer("Here."), data=ZIP, is_last=True)
        await stage.said(ada.chat, "Your copy")
        await stage.restart()

        assert await ended(stage, letter_id) == "sent"
        assert len(documents(ada)) == len(ada.received) == 1


async def test_a_message_that_was_deleted_is_made_anew() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        await written(stage, ada, an_answer("Collecting."))
        ada.deletes(await stage.said(ada.chat, "Collecting."))
        letter_id = await written(stage, ada, an_answer("Here."), data=ZIP, is_last=True)

        assert await ended(stage, letter_id) == "sent"
        assert len(documents(ada)) == len(ada.received) == 1


async def test_a_file_becomes_words_again_when_it_may_stay_no_longer() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        first = await written(stage, ada, an_answer("Here."), data=ZIP)
        await ended(stage, first)
        await written(stage, ada, an_answer("It has expired."), is_last=True)

        await stage.said(ada.chat, "It has expired.")
        assert documents(ada) == []


async def test_what_fits_no_message_comes_whole_in_a_file() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        lines = [f"{number}. " + "word " * 150 + "." for number in range(9)]
        letter_id = await written(stage, ada, an_answer(*lines), is_last=True)

        assert await ended(stage, letter_id) == "sent"
        [shown] = documents(ada)
        assert shown.media is not None
        assert shown.media.file_name == "export.txt"
        assert all(line in shown.media.data.decode() for line in lines)


async def test_who_blocked_the_bot_gets_nothing_and_nothing_is_tried_again() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.blocks_bot()
        letter_id = await written(stage, ada, an_answer("Here."), data=ZIP, is_last=True)

        assert await ended(stage, letter_id) == "gone:unreachable"
        calls = len(stage.emulator.calls)
        await stage.settled(1)
        assert len(stage.emulator.calls) == calls


async def taken_back(stage: Stage, message: Message, name: str) -> str:
    """Order a message to be removed; return how that ended."""
    letter_id = letter_id_of(stage.app, "erasure", name)
    order = await draft_takeback(
        stage.app,
        letter_id,
        about="erasure",
        surface=SURFACE,
        message_address=Address(message.chat.id).at(message.message_id).write(),
        language="en",
    )
    async with stage.app.transaction() as tx:
        await post(tx, order, await stage.app.database.now(tx))
    return await ended(stage, letter_id)


async def test_messages_are_taken_back_for_two_days_and_made_blank_afterwards() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/terms")
        young = await stage.said(ada.chat, "Terms of use")
        ada.says("/privacy")
        old = await stage.said(ada.chat, "Privacy · ")

        stage.emulator.advance(timedelta(hours=47))
        assert await taken_back(stage, young, "young") == "sent"
        assert await taken_back(stage, young, "again") == "sent", "it is not there any more"
        stage.emulator.advance(timedelta(hours=2))
        assert await taken_back(stage, old, "old") == "sent"
        assert await taken_back(stage, old, "old again") == "sent", "it is blank already"

        assert ada.received == [old]
        assert (old.text, old.caption, old.buttons) == (None, "Deleted.", [])
        ada.blocks_bot()
        assert await taken_back(stage, old, "blocked") == "gone:unreachable"
