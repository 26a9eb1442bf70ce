"""Steps that go on: words asked for and typed, results replied to, buttons of another time."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from bots.telegram.keyboards import Verb, read_press
from core.messages.catalogue import text
from core.privacy.counter.counter import COMMANDS
from core.privacy.desk.rows import TalkRow
from tests.bots.telegram.stage import Stage, a_stage
from tests.bots.telegram.test_rights import has_more
from tests.emulators.telegram import Message, Person


async def talks(stage: Stage) -> int:
    async with stage.app.transaction() as tx:
        return await tx.scalar(select(func.count()).select_from(TalkRow)) or 0


def is_question(message: Message) -> bool:
    return bool((message.markup or {}).get("force_reply"))


async def question(stage: Stage, person: Person) -> Message:
    """Wait until the bot asks for words; return the newest question."""
    await stage.emulator.until(lambda: any(is_question(one) for one in person.received))
    return [one for one in person.received if is_question(one)][-1]


async def test_words_that_a_step_asks_for_are_typed_in_a_reply_also_after_a_restart() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/support")
        page = await stage.said(ada.chat, "people will read it")
        await stage.restart()
        await ada.presses(page, "Write")
        asked = await question(stage, ada)
        assert asked.text == f"✎ {text('desk-support-asks', 'en')}"

        told = ada.says("My credits did not come back.", reply_to=asked)
        answer = await stage.said(ada.chat, "Sent.")

        assert answer.reply_to is told
        assert await talks(stage) == 1
        assert told.update_id is not None
        # What the typed words came to stays when its step is pressed.
        await ada.presses(answer, "My requests")
        await stage.said(ada.chat, "waits for an answer")
        assert "Sent." in (answer.text or "")
        # A process that did not see the update before stores nothing twice either.
        await stage.settled(2)
        await stage.restart()
        stage.emulator.redeliver(told.update_id)
        await stage.settled()
        assert await talks(stage) == 1


async def test_a_reply_to_a_question_of_another_bot_or_person_is_no_answer() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        ada.says("/support")
        page = await stage.said(ada.chat, "people will read it")
        await ada.presses(page, "Write")
        asked = await question(stage, ada)
        copied = ada.says("copied")
        copied.text, copied.entities = asked.text, asked.entities
        ada.says("a fox", reply_to=copied)

        await stage.picture(ada.chat)
        assert await talks(stage) == 0


def _pressed_long_ago(stage: Stage, person: Person, data: str) -> str:
    """Press a button of a message that the platform no longer shows to bots."""
    question_id = stage.emulator.questions.ask(60)
    press: dict[str, Any] = {
        "id": question_id,
        "from": person.user.to_json(),
        "chat_instance": "1",
        "data": data,
        "message": {"chat": person.chat.to_json(), "message_id": 1, "date": 0},
    }
    stage.emulator.updates.add("callback_query", press)
    return question_id


async def test_buttons_of_another_time_are_answered() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        old = await stage.emulator.questions.answer_to(
            _pressed_long_ago(stage, ada, "k:a-command-that-was"), 10
        )
        assert text("not-found", "en") in str(old)
        await stage.emulator.questions.answer_to(_pressed_long_ago(stage, ada, "k:terms"), 10)
        await stage.said(ada.chat, "Terms of use")
        await stage.emulator.questions.answer_to(_pressed_long_ago(stage, ada, "q:support"), 10)

        # What it asked for is not told any more, but the answer finds its command.
        asked = await question(stage, ada)
        assert asked.text == "✎ “support”: answer this message with the words for it."
        ada.says("Hello?", reply_to=asked)
        await stage.said(ada.chat, "Sent.")


def _next_steps(message: Message) -> list[str]:
    """The steps of a page that only show something."""
    found = []
    for button in message.buttons:
        press = read_press(button.get("callback_data", ""))
        if press is not None and press.verb is Verb.STEP and "style" not in button:
            found.append(button["callback_data"])
    return found


def is_changed(message: Message, since: int) -> bool:
    return len(message.history) > since


async def _presses_all(stage: Stage, name: str, code: str) -> None:
    """Give a command and press each of its steps once, under a page of its own."""
    person = await stage.adult(name.title(), code)
    person.says(f"/{name}")
    await stage.emulator.until(lambda: person.received, 60)
    for number, data in enumerate(_next_steps(person.received[0])):
        if number:
            before = len(person.received)
            person.says(f"/{name}")
            await stage.emulator.until(partial(has_more, person, before), 60)
        page = next(one for one in reversed(person.received) if one.buttons)
        edits = len(page.history)
        if data not in [one.get("callback_data") for one in page.buttons]:
            continue
        answer = await person.presses(page, data, 60)
        assert text("internal-error", "en") != answer.text
        if not answer.text:
            await stage.emulator.until(partial(is_changed, page, edits), 60)


@pytest.mark.slow
@pytest.mark.parametrize("code", ["en", "zh-hans"])
async def test_every_step_of_every_command_leads_on(code: str) -> None:
    async with a_stage(worker=False) as stage:
        await stage.settled(1.1)
        at_once = asyncio.Semaphore(6)

        async def visit(name: str) -> None:
            async with at_once:
                await _presses_all(stage, name, code)

        await asyncio.gather(*(visit(command.name) for command in COMMANDS))
