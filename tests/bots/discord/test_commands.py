"""The other commands, their registration, and what can be typed where."""

import pytest

from core.accounts.commands import meet
from core.messages.catalogue import text
from core.privacy.counter.counter import COMMANDS
from tests.bots.discord.stage import Stage, actor
from tests.emulators.discord import Upload
from tests.fakes import a_picture

MESSAGE_MENU, MENUS_AT_MOST = 3, 5
OVERWRITE = "PUT /applications/{application_id}/commands"

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _overwrites(stage: Stage) -> int:
    return sum(call.route == OVERWRITE for call in stage.emulator.world.calls)


async def test_commands_are_registered_in_both_languages_for_every_place(stage: Stage) -> None:
    registered = {command["name"]: command for command in stage.emulator.world.commands[None]}
    ours = {"imagine", "help", "cancel", "quota", "settings", "verify"}
    menus = {name for name, command in registered.items() if command["type"] == MESSAGE_MENU}
    assert ours | {command.name for command in COMMANDS} == set(registered) - menus
    assert {"Verify this picture", "Make this again"} <= menus
    assert len(menus) <= MENUS_AT_MOST
    imagine = registered["imagine"]
    assert imagine["name_localizations"] == {"zh-CN": "画图"}
    assert imagine["contexts"] == [0, 1, 2]
    assert imagine["integration_types"] == [0, 1]
    options = {option["name"]: option for option in imagine["options"]}
    assert options["count"]["min_value"] == 1
    assert options["count"]["max_value"] == 4
    assert options["style"]["autocomplete"]
    assert options["model"]["autocomplete"]
    assert options["prompt"]["name_localizations"] == {"zh-CN": "描述"}
    assert [choice["value"] for choice in options["format"]["choices"]] == ["png", "jpeg", "webp"]
    assert not options["prompt"].get("required")


async def test_typing_a_style_or_a_model_offers_what_there_is(stage: Stage) -> None:
    ann = await stage.adult()
    styles = await ann.autocompletes("imagine", focused="style", value="p").choices()
    assert [choice["value"] for choice in styles] == ["plain", "poster"]
    models = await ann.autocompletes("imagine", focused="model", value="SQU").choices()
    assert models == [{"name": "Squares", "value": "fake/squares"}]
    assert await ann.autocompletes("imagine", focused="style", value="zzz").choices() == []


async def test_imagine_without_words_opens_a_form_with_the_options(stage: Stage) -> None:
    ann = await stage.adult()
    modal = await ann.uses("imagine", count=2, style="ink").modal()
    assert modal.title == "A new picture"
    assert modal.data["components"][1]["component"]["value"] == "--n 2 --style ink"
    message = await stage.result(ann.submits(modal, {"prompt": "a fox"}), "2")
    assert "a fox" in message.text
    order = next(iter(stage.provider.orders.values()))
    assert (order.count, order.style) == (2, "ink")


async def test_quota_says_what_is_left(stage: Stage) -> None:
    ann = await stage.adult()
    await stage.result(ann.uses("imagine", prompt="a fox"))
    answer = await ann.uses("quota").response()
    assert answer.ephemeral
    assert "22 credits can be spent now" in answer.text


async def test_cancel_stops_everything_of_ones_own(stage: Stage) -> None:
    ann = await stage.adult()
    nothing = await ann.uses("cancel").response()
    assert "Nothing of yours" in nothing.text
    stage.provider.gate.clear()
    message = await stage.waits(ann.uses("imagine", prompt="a fox"))
    answer = await ann.uses("cancel").response()
    assert "2 credits returned." in answer.text
    await stage.shows(message, "Try again")
    assert await stage.spent(ann) == 0


async def test_settings_change_the_language_and_the_region(stage: Stage) -> None:
    ann = await stage.adult()
    panel = await ann.uses("settings").response()
    assert panel.ephemeral
    assert "Region: not given" in panel.text
    modal = await ann.presses(panel, "Region").modal()
    saved = await ann.submits(modal, {"country": "de"}).response()
    assert "Region: DE" in saved.text
    ann.presses(panel, "简体中文")
    await stage.emulator.until(lambda: "语言" in panel.text, what="Chinese")
    assert (await meet(stage.app, actor(ann))).language == "zh_Hans"
    assert "点" in (await ann.uses("quota").response()).text
    back = await ann.uses("settings", language="en", region="hk").response()
    assert "Saved" in back.text
    refused = await ann.uses("settings", region="1!").response()
    assert "two letters" in refused.text


@pytest.mark.promise("PL-D1")
async def test_help_by_topic_and_privacy_never_ask_for_an_age(stage: Stage) -> None:
    ling = stage.emulator.person("Ling", locale="zh-CN")
    everything = await ling.uses("help").response()
    topic = await ling.uses("help", topic="credits").response()
    assert len(topic.text) < len(everything.text)
    rights = await ling.uses("help", topic="privacy").response()
    for command in COMMANDS:
        assert f"`/{command.name}` {text(command.about, 'zh_Hans')}" in rights.text
    privacy = await ling.uses("privacy").response()
    assert privacy.ephemeral
    assert "privacy\\@example" in privacy.text


async def test_verify_knows_our_pictures_and_no_others(stage: Stage) -> None:
    ann = await stage.adult()
    message = await stage.result(ann.uses("imagine", prompt="a fox"))
    ours = Upload("saved.png", message.attachments[0].data)
    answer = await ann.uses("verify", picture=ours).response()
    assert answer.ephemeral
    assert "made here" in answer.text
    assert "Marked as made by AI" in answer.text
    other = await ann.uses("verify", picture=Upload("x.png", a_picture(99))).response()
    assert "no signature" in other.text
    broken = await ann.uses("verify", picture=Upload("x.png", b"not a picture")).response()
    assert "can't read that" in broken.text


async def test_the_message_menus_work_on_a_result(stage: Stage) -> None:
    ann = await stage.adult()
    message = await stage.result(ann.uses("imagine", prompt="a fox"))
    answer = await ann.uses_message_menu("Verify this picture", message).response()
    assert "made here" in answer.text
    again = await stage.result(ann.uses_message_menu("Make this again", message))
    assert "a fox" in again.text
    talk = await stage.emulator.says(ann, stage.room, "just talk")
    for menu, words in (("Verify this picture", "no picture"), ("Make this again", "not one")):
        answer = await ann.uses_message_menu(menu, talk).response()
        assert words in answer.text
        assert answer.ephemeral


async def test_a_picture_on_a_foreign_host_is_never_fetched(stage: Stage) -> None:
    ann = await stage.adult()
    talk = await stage.emulator.says(ann, stage.room, "look")
    media = {"url": "http://internal.example/secret.png", "proxy_url": "http://internal.example/"}
    talk.components = [{"type": 12, "id": 1, "items": [{"media": media, "spoiler": False}]}]
    answer = await ann.uses_message_menu("Verify this picture", talk).response()
    assert "no picture" in answer.text
