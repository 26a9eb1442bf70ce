"""The buttons under a result: they do what they say, for the person who asked alone."""

import pytest

from tests.bots.discord.stage import Stage

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_again_makes_a_new_message_and_leaves_the_old_one(stage: Stage) -> None:
    ann = await stage.adult()
    first = await stage.result(ann.uses("imagine", prompt="a fox", seed=7))
    second = await stage.result(ann.presses(first, "Again"))
    assert stage.room.messages == [first, second]
    assert "a fox" in second.text
    assert "seed 7 " not in second.text
    assert await stage.spent(ann) == 4


async def test_vary_under_one_picture_makes_new_ones(stage: Stage) -> None:
    ann = await stage.adult()
    first = await stage.result(ann.uses("imagine", prompt="a fox", count=3, seed=7), "3")
    opened = await ann.presses(first, "3").response()
    varied = await stage.result(ann.presses(opened, "Vary"), "3")
    assert not varied.ephemeral
    assert "a fox" in varied.text
    assert "seed 7 " not in varied.text


async def test_changed_words_keep_everything_else(stage: Stage) -> None:
    ann = await stage.adult()
    first = await stage.result(ann.uses("imagine", prompt="a fox", count=2, aspect="16:9"), "2")
    modal = await ann.presses(first, "Change words").modal()
    assert modal.data["components"][0]["component"]["value"] == "a fox"
    second = await stage.result(ann.submits(modal, {"prompt": "a red fox"}), "2")
    assert "a red fox" in second.text
    orders = list(stage.provider.orders.values())
    assert [(one.prompt, one.count, one.width_px) for one in orders] == [
        ("a fox", 2, orders[0].width_px),
        ("a red fox", 2, orders[0].width_px),
    ]


async def test_delete_takes_the_picture_away_everywhere(stage: Stage) -> None:
    ann = await stage.adult()
    message = await stage.result(ann.uses("imagine", prompt="a fox"))
    ann.presses(message, "Delete")
    await stage.emulator.until(lambda: "deleted" in message.text, what="deletion")
    assert message.attachments == []
    assert message.buttons() == []
    assert "fox" not in message.text


async def test_one_of_several_can_be_deleted_and_the_grid_is_drawn_anew(stage: Stage) -> None:
    ann = await stage.adult()
    message = await stage.result(ann.uses("imagine", prompt="a fox", count=3), "3")
    opened = await ann.presses(message, "2").response()
    ann.presses(opened, "Delete")
    await stage.emulator.until(lambda: "deleted" in opened.text, what="deletion")
    await stage.emulator.until(
        lambda: [b["label"] for b in message.buttons()][:3] == ["1", "3", "Vary"], 10, "grid"
    )
    assert len(message.attachments) == 1
    gone = await ann.presses(message, "3").response()
    assert "seed" in gone.text


async def test_a_stranger_is_told_in_private_that_it_is_not_theirs(stage: Stage) -> None:
    ann, bob = await stage.adult(), await stage.adult("Bob")
    message = await stage.result(ann.uses("imagine", prompt="a fox", count=2), "2")
    before = message.text
    for label in ("1", "Vary", "Again", "Change words", "Original", "Delete"):
        answer = await bob.presses(message, label).response()
        assert answer.text == "Only the person who asked can do that here."
        assert answer.ephemeral
    assert message.text == before
    assert await stage.spent(bob) == 0
    assert await stage.jobs(bob) == 0


async def test_cancel_gives_the_credits_back(stage: Stage) -> None:
    ann = await stage.adult()
    stage.provider.gate.clear()
    message = await stage.waits(ann.uses("imagine", prompt="a fox", count=2))
    assert await stage.spent(ann) == 4
    ann.presses(message, "Cancel")
    await stage.shows(message, "Try again")
    assert "Cancelled" in message.text
    assert "4 credits returned." in message.text
    assert message.attachments == []
    assert await stage.spent(ann) == 0


async def test_cancel_that_comes_too_late_says_so(stage: Stage) -> None:
    ann = await stage.adult()
    stage.provider.gate.clear()
    asked = ann.uses("imagine", prompt="a fox")
    message = await stage.waits(asked)
    cancel = next(part for part in message.buttons() if part["label"] == "Cancel")
    stage.provider.gate.set()
    await stage.shows(message, "Vary")
    # A person may still press what their screen showed a moment ago.
    message.components.append({"type": 1, "id": 90, "components": [{**cancel, "id": 91}]})
    answer = await ann.presses(message, "Cancel").response()
    assert "Too late" in answer.text
    assert answer.ephemeral
