"""/imagine on Discord: from the typed words to the picture, in one message."""

import pytest

from tests.bots.discord.stage import Stage
from tests.emulators.discord.state import EPHEMERAL

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.promise("FA-5.0a")
async def test_a_prompt_becomes_a_picture_in_the_same_message(stage: Stage) -> None:
    ann = await stage.adult()
    stage.provider.gate.clear()
    asked = ann.uses("imagine", prompt="a lighthouse in a storm")
    message = await stage.waits(asked)
    assert "credits held, 22 left" in stage.seen(message)
    await stage.emulator.until(lambda: "Painting · 50" in message.text, what="progress")
    assert message.attachments[0].filename == "preview.jpg"
    assert [button["label"] for button in message.buttons()] == ["Cancel"]
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    assert stage.room.messages == [message]
    assert "a lighthouse in a storm" in message.text
    assert "made by AI" in message.text
    assert "2 credits" in message.text
    assert message.attachments[0].description == "a lighthouse in a storm"
    assert not message.flags & EPHEMERAL
    assert await stage.spent(ann) == 2


async def test_four_pictures_come_as_one_numbered_grid(stage: Stage) -> None:
    ann = await stage.adult()
    asked = ann.uses("imagine", prompt="a fox", count=4, aspect="16:9", seed=7, style="ink")
    message = await stage.result(asked)
    labels = [button["label"] for button in message.buttons()]
    assert labels == ["1", "2", "3", "4", "Vary", "Again", "Change words", "Original", "Delete"]
    assert len(message.attachments) == 1
    opened = await ann.presses(message, "3").response()
    assert opened.ephemeral
    assert "seed 9" in opened.text
    originals = await ann.presses(message, "Original").response()
    assert len(originals.attachments) == 4
    assert originals.ephemeral
    assert opened.attachments[0].data == originals.attachments[2].data


async def test_chinese_people_read_chinese(stage: Stage) -> None:
    ling = await stage.adult("Ling", locale="zh-CN")
    message = await stage.result(ling.uses("imagine", prompt="雪中的红狐狸"), "再来一次")
    assert "雪中的红狐狸" in message.text
    assert "由 AI 生成" in message.text
    assert "变化" in [button["label"] for button in message.buttons()]
