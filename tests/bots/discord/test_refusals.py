"""When it does not go well: what happened, what it cost, what to do; in private."""

import pytest

from core.providers.port import Failure, FailureKind
from tests.bots.discord.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_refused_prompt_is_refused_in_private_and_costs_nothing(stage: Stage) -> None:
    ann = await stage.adult()
    refused = await ann.uses("imagine", prompt="porn of a nude woman having sex").response()
    assert refused.ephemeral
    assert "sexual content" in refused.text
    assert "Nothing was charged" in refused.text
    assert "nude" not in refused.text
    assert stage.room.messages == []
    assert await stage.spent(ann) == 0


async def test_a_bad_flag_says_what_works_and_gives_the_words_back(stage: Stage) -> None:
    ann = await stage.adult()
    refused = await ann.uses("imagine", prompt="a fox --ar 99").response()
    assert refused.ephemeral
    assert "16:9" in refused.text
    assert "a fox --ar 99" in refused.text


async def test_a_prompt_of_4000_letters_is_refused_with_the_limit(stage: Stage) -> None:
    ann = await stage.adult()
    refused = await ann.uses("imagine", prompt="a " * 2000).response()
    assert refused.ephemeral
    assert "2000" in refused.text


async def test_an_empty_balance_says_when_it_refills(stage: Stage) -> None:
    ann = await stage.adult()
    for number in range(3):
        await stage.result(ann.uses("imagine", prompt=f"fox {number}", count=4), "4")
    refused = await ann.uses("imagine", prompt="one more").response()
    assert refused.ephemeral
    assert "you have 0" in refused.text
    assert "refill" in refused.text


async def test_provider_trouble_returns_the_credits_and_can_be_tried_again(stage: Stage) -> None:
    ann = await stage.adult()
    stage.provider.failure = Failure(FailureKind.UNAVAILABLE)
    message = await stage.result(ann.uses("imagine", prompt="a fox"), "Try again")
    assert "didn't answer" in message.text
    assert "fox" not in message.text
    assert await stage.spent(ann) == 0
    stage.provider.failure = None
    second = await stage.result(ann.presses(message, "Try again"))
    assert "a fox" in second.text


async def test_hostile_words_are_shown_as_words(stage: Stage) -> None:
    ann = await stage.adult()
    prompt = (
        "@everyone <@123> **bold** [link](https://evil.example) `code` "
        "\u202eevil\u202c\u200b # head ||spoiler|| a fox"
    )
    asked = ann.uses("imagine", prompt=prompt)
    message = await stage.result(asked)
    shown = message.text
    assert "\u202e" not in shown
    assert "\\@everyone" in shown
    assert "\\<\\@123\\>" in shown
    assert "\\*\\*bold" in shown
    assert "\\[link\\]\\(https\\:" in shown
    calls = [call for call in stage.emulator.world.calls if isinstance(call.body, dict)]
    sent = [call.body for call in calls if "components" in (call.body.get("data") or call.body)]
    bodies = [body.get("data") or body for body in sent]
    assert bodies
    assert all(body["allowed_mentions"] == {"parse": []} for body in bodies)


async def test_a_very_long_prompt_is_cut_in_the_caption_only(stage: Stage) -> None:
    ann = await stage.adult()
    prompt = "*_" * 900 + " fox"
    message = await stage.result(ann.uses("imagine", prompt=prompt))
    assert len(message.text) < 4000
    assert next(iter(stage.provider.orders.values())).prompt == prompt


async def test_refusals_cancelling_and_strangers_are_answered_in_chinese(stage: Stage) -> None:
    ling, bob = await stage.adult("Ling", locale="zh-CN"), await stage.adult("Bob", locale="zh-CN")
    refused = await ling.uses("imagine", prompt="一只狐狸 --ar 99").response()
    assert refused.ephemeral
    assert "16:9" in refused.text
    assert "一只狐狸" in refused.text
    stage.provider.gate.clear()
    message = await stage.waits(ling.uses("imagine", prompt="一只狐狸"))
    stranger = await bob.presses(message, "取消").response()
    assert stranger.ephemeral
    assert "只有" in stranger.text
    ling.presses(message, "取消")
    await stage.shows(message, "重试")
    assert "已取消" in message.text
    assert await stage.spent(ling) == 0
