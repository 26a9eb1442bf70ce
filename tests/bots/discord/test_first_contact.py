"""The first message, and the question of age: in private, and the prompt is not asked again."""

import pytest

from core.accounts.commands import meet
from tests.bots.discord.stage import Stage, actor

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_first_request_asks_for_the_age_and_goes_on_with_the_press(stage: Stage) -> None:
    ann = stage.emulator.person("Ann")
    question = await ann.uses("imagine", prompt="a lighthouse").response()
    assert question.ephemeral
    assert "Run by Example Studio" in question.text
    assert "/privacy" in question.text
    assert "aged 18 or over" in question.text
    assert "lighthouse" not in question.text
    assert stage.room.messages == []
    pressed = ann.presses(question, "I am 18 or older")
    message = await stage.shows(await pressed.follow_up(), "Vary")
    assert stage.room.messages == [message]
    assert "a lighthouse" in message.text
    assert question.text == "Thank you. Let's go."
    assert await stage.spent(ann) == 2
    assert not (await meet(stage.app, actor(ann))).is_new
    again = await stage.result(ann.uses("imagine", prompt="a second one"))
    assert "Run by" not in stage.seen(again)


async def test_the_age_is_asked_in_chinese(stage: Stage) -> None:
    ling = stage.emulator.person("Ling", locale="zh-CN")
    question = await ling.uses("imagine", prompt="灯塔").response()
    assert "18" in question.text
    pressed = ling.presses(question, "我已满 18 岁")
    message = await stage.shows(await pressed.follow_up(), "再来一次")
    assert "灯塔" in message.text


async def test_who_is_younger_gets_no_picture_and_nothing_is_kept(stage: Stage) -> None:
    ann = stage.emulator.person("Ann")
    question = await ann.uses("imagine", prompt="a lighthouse").response()
    ann.presses(question, "I am younger")
    await stage.emulator.until(lambda: "honest" in question.text, what="answer")
    assert question.buttons() == []
    refused = await ann.uses("imagine", prompt="a lighthouse").response()
    assert refused.ephemeral
    assert "under 18" in refused.text
    assert await stage.jobs(ann) == 0
    assert (await ann.uses("privacy").response()).text.startswith("### Privacy")


async def test_help_greets_a_new_person_after_the_answer(stage: Stage) -> None:
    ann = stage.emulator.person("Ann")
    asked = ann.uses("help")
    assert "How to use me" in (await asked.response()).text
    greeting = await asked.follow_up()
    assert greeting.ephemeral
    assert "Pictures are made by AI" in greeting.text
    ann.presses(greeting, "I am 18 or older")
    await stage.emulator.until(lambda: "Thank you" in greeting.text, what="thanks")
    message = await stage.result(ann.uses("imagine", prompt="a fox"))
    assert "a fox" in message.text
