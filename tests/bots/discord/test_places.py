"""Where people use it: private messages, threads, adult channels, servers without the bot."""

import pytest

from tests.bots.discord.stage import Stage
from tests.emulators.discord import state

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_in_a_private_chat_with_the_bot(stage: Stage) -> None:
    ann = await stage.adult()
    message = await stage.result(ann.uses("imagine", prompt="a fox", dm=True))
    assert ann.dm.messages == [message]


async def test_in_a_thread_the_answer_stays_in_the_thread(stage: Stage) -> None:
    ann = await stage.adult()
    thread = await stage.emulator.thread(stage.room)
    asked = ann.uses("imagine", prompt="a fox", channel=thread)
    stage.provider.gate.clear()
    message = await asked.response()
    stage.emulator.expire(asked)
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    assert thread.messages == [message]
    assert stage.room.messages == []


async def test_installed_by_the_person_in_a_server_without_the_bot(stage: Stage) -> None:
    ann = await stage.adult(installed_the_app=True)
    foreign = await stage.emulator.guild("Elsewhere", has_bot=False)
    room = await stage.emulator.text_channel(foreign)
    message = await stage.result(ann.uses("imagine", prompt="a fox", channel=room))
    assert room.messages == [message]
    stage.provider.gate.clear()
    stage.provider.submits.clear()
    asked = ann.uses("imagine", prompt="a wolf", channel=room)
    await stage.waits(asked)
    stage.emulator.expire(asked)
    stage.provider.gate.set()
    await stage.emulator.until(
        lambda: any("a wolf" in one.text for one in ann.dm.messages), 20, "private message"
    )
    assert len(ann.dm.messages) == 1


async def test_installed_by_the_person_in_a_chat_of_two_people(stage: Stage) -> None:
    ann = await stage.adult(installed_the_app=True)
    bob = await stage.adult("Bob")
    chat = stage.emulator.private_chat(ann, bob)
    message = await stage.result(ann.uses("imagine", prompt="a fox", channel=chat))
    assert chat.messages == [message]


async def test_pictures_of_an_adult_channel_are_veiled(stage: Stage) -> None:
    ann = await stage.adult()
    adult = await stage.emulator.text_channel(stage.guild, "adults", nsfw=True)
    message = await stage.result(ann.uses("imagine", prompt="a fox", channel=adult))
    assert message.attachments[0].filename.startswith("SPOILER_")
    items = next(part for part in message.parts() if part["type"] == 12)["items"]
    assert items[0]["spoiler"]
    thread = await stage.emulator.thread(adult)
    inside = await stage.result(ann.uses("imagine", prompt="a fox", channel=thread))
    assert inside.attachments[0].filename.startswith("SPOILER_")
    plain = await stage.result(ann.uses("imagine", prompt="a fox", channel=stage.room))
    assert not plain.attachments[0].filename.startswith("SPOILER_")


async def test_an_original_that_is_too_large_is_said_to_be(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await stage.adult()
    fits = await stage.result(ann.uses("imagine", prompt="a fox", seed=5, channel=stage.room))
    limit_bytes = len(fits.attachments[0].data) - 1
    monkeypatch.setitem(state.SIZE_LIMIT_BYTES_BY_TIER, 0, limit_bytes)
    asked = ann.uses("imagine", prompt="a fox", seed=5, channel=stage.room)
    message = await stage.result(asked)
    assert "smaller copy without its signature" in message.text
    assert message.attachments[0].filename.endswith("-small.jpg")
    assert len(message.attachments[0].data) <= limit_bytes
    answer = await ann.presses(message, "Original").response()
    assert "can't send it to you here" in answer.text
    assert answer.attachments == []


async def test_a_slow_core_is_answered_in_time(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await stage.adult()
    monkeypatch.setattr("bots.discord.reply.DEFER_AFTER_S", 0.0)
    asked = ann.uses("imagine", prompt="a fox", channel=stage.room)
    message = await stage.result(asked)
    assert asked.kind == 5
    refused = ann.uses("imagine", prompt="a fox --ar 99", channel=stage.room)
    answer = await refused.follow_up()
    assert "16:9" in answer.text
    assert answer.ephemeral
    assert stage.room.messages == [message]
