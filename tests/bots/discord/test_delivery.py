"""Every way to a person, and every way it can be closed: one result, once, or gone for good."""

import asyncio

import pytest

from core.generation.queries import history, picture_file
from core.generation.values import RequestState
from tests.bots.discord.stage import Stage, actor
from tests.emulators.discord import Handle, Person
from tests.emulators.discord.faults import LostAnswer, RateLimited, Refused, Status
from tests.emulators.discord.state import Channel, Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOOK_EDIT = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
POST = "POST /channels/{channel_id}/messages"


async def _held(
    stage: Stage, ann: Person, room: Channel | None = None, *, prompt: str = "a fox"
) -> tuple[Handle, Message]:
    """A request that waits for the provider's word."""
    stage.provider.gate.clear()
    asked = ann.uses("imagine", prompt=prompt, channel=room or stage.room)
    return asked, await stage.waits(asked)


def _calls(stage: Stage, route: str, status: int | None = None) -> int:
    return sum(
        call.route == route and status in {None, call.status} for call in stage.emulator.world.calls
    )


async def _one_message(stage: Stage, room: Channel, words: str = "a fox") -> Message:
    await stage.emulator.until(
        lambda: any("Vary" in [b["label"] for b in m.buttons()] for m in room.messages),
        20,
        f"result; shown {[m.text for m in room.messages]}",
    )
    shown = [message for message in room.messages if words in message.text]
    assert len(shown) == 1
    return shown[0]


async def test_a_job_longer_than_15_minutes_ends_in_the_same_message(stage: Stage) -> None:
    ann = await stage.adult()
    asked, message = await _held(stage, ann)
    stage.emulator.expire(asked)
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    assert stage.room.messages == [message]


async def test_a_deleted_message_is_made_anew_once(stage: Stage) -> None:
    ann = await stage.adult()
    asked, message = await _held(stage, ann)
    message.deleted = True
    stage.provider.gate.set()
    again = await _one_message(stage, stage.room)
    assert again is not message
    assert asked.followups == []
    opened = await stage.result(ann.presses(again, "Again"))
    assert "a fox" in opened.text


async def test_a_lost_answer_to_a_new_message_does_not_double_it(stage: Stage) -> None:
    ann = await stage.adult()
    asked, message = await _held(stage, ann)
    stage.emulator.expire(asked)
    message.deleted = True
    stage.emulator.faults.add(POST, LostAnswer())
    before = _calls(stage, POST)
    stage.provider.gate.set()
    again = await _one_message(stage, stage.room)
    # The nonce would have caught it too; after some minutes only the look does.
    await stage.emulator.until(lambda: len(again.edits) == 1, what="second try")
    assert _calls(stage, POST) == before + 1
    assert len(stage.room.messages) == 1


async def test_a_lost_answer_to_an_edit_is_repeated_unseen(stage: Stage) -> None:
    ann = await stage.adult()
    _asked, message = await _held(stage, ann)
    await stage.emulator.until(lambda: "50" in message.text, what="progress")
    stage.emulator.faults.add(HOOK_EDIT, LostAnswer())
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    await stage.emulator.until(lambda: _done(stage), what="second try")
    await _delivered(stage, ann)
    assert stage.room.messages == [message]


def _done(stage: Stage) -> bool:
    return not stage.emulator.faults.waiting


async def _delivered(stage: Stage, ann: Person) -> None:
    async with asyncio.timeout(20):
        while (await history(stage.app, actor(ann)))[0].state != RequestState.DELIVERED:
            await asyncio.sleep(0.05)


async def test_the_platform_pushing_back_only_delays(stage: Stage) -> None:
    ann = await stage.adult()
    _asked, message = await _held(stage, ann)
    await stage.emulator.until(lambda: "50" in message.text, what="progress")
    stage.emulator.faults.add(HOOK_EDIT, RateLimited(0.2, via=False))
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    assert _done(stage)


async def test_a_server_error_only_delays(stage: Stage) -> None:
    ann = await stage.adult()
    asked, message = await _held(stage, ann)
    await stage.emulator.until(lambda: "50" in message.text, what="progress")
    stage.emulator.expire(asked)
    stage.emulator.faults.add(EDIT, Status(503))
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    assert _done(stage)
    assert stage.room.messages == [message]


async def test_without_access_the_picture_comes_in_private(stage: Stage) -> None:
    ann = await stage.adult()
    asked, _message = await _held(stage, ann)
    stage.emulator.expire(asked)
    stage.room.bot_may_see = False
    stage.provider.gate.set()
    private = await _one_message(stage, ann.dm)
    assert private.text.startswith("I couldn't answer any more where you asked")
    assert "a fox" in (await stage.result(ann.presses(private, "Again"))).text


async def test_a_deleted_channel_moves_the_picture_to_private(stage: Stage) -> None:
    ann = await stage.adult()
    asked, _message = await _held(stage, ann)
    stage.emulator.expire(asked)
    await stage.emulator.remove_channel(stage.room)
    stage.emulator.faults.add(POST, LostAnswer())
    stage.provider.gate.set()
    private = await _one_message(stage, ann.dm)
    await stage.emulator.until(lambda: len(private.edits) == 1, what="second try")
    assert len(ann.dm.messages) == 1


async def test_who_takes_no_messages_finds_the_picture_stored(stage: Stage) -> None:
    ann = await stage.adult(blocks_direct_messages=True)
    asked, _message = await _held(stage, ann)
    stage.emulator.expire(asked)
    await stage.emulator.remove_channel(stage.room)
    before = _calls(stage, POST, 403)
    stage.provider.gate.set()
    await _delivered(stage, ann)
    assert _calls(stage, POST, 403) == before + 1
    kept = (await history(stage.app, actor(ann)))[0]
    assert kept.outcome is not None
    picture = kept.outcome.pictures[0]
    assert (await picture_file(stage.app, actor(ann), picture.picture_id)).data
    await asyncio.sleep(3)
    assert _calls(stage, POST, 403) == before + 1


async def test_a_bot_that_may_not_write_comes_in_private(stage: Stage) -> None:
    ann = await stage.adult()
    asked, message = await _held(stage, ann)
    stage.emulator.expire(asked)
    message.deleted = True
    stage.room.bot_may_send = False
    stage.provider.gate.set()
    await _one_message(stage, ann.dm)


async def test_a_token_that_dies_early_is_survived(stage: Stage) -> None:
    ann = await stage.adult()
    _asked, message = await _held(stage, ann)
    stage.emulator.faults.add(HOOK_EDIT, Refused(10015), times=3)
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    stage.emulator.faults.clear()


async def test_the_same_interaction_twice_is_one_job_and_one_message(stage: Stage) -> None:
    ann = await stage.adult()
    asked, message = await _held(stage, ann)
    await stage.replay(ann, asked)
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    await asyncio.sleep(0.3)
    assert await stage.jobs(ann) == 1
    assert await stage.spent(ann) == 2
    assert stage.room.messages == [message]


async def test_a_late_answer_still_brings_the_picture(stage: Stage) -> None:
    ann = await stage.adult()
    stage.emulator.faults.add(
        "POST /interactions/{interaction_id}/{interaction_token}/callback", Refused(10062)
    )
    ann.uses("imagine", prompt="a fox", channel=stage.room)
    # The interaction stays unanswered, so nothing but the channel itself is left.
    assert "a fox" in (await _one_message(stage, stage.room)).text
