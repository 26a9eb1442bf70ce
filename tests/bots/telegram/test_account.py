"""Settings, help, verification: what a person can ask besides pictures."""

import pytest

from core.accounts.commands import meet
from core.generation.queries import picture_file
from tests.bots.telegram.stage import a_stage
from tests.emulators.telegram import Message
from tests.emulators.telegram.library import a_picture
from tests.fakes import FakeProvider


async def test_the_language_is_chosen_by_a_button_and_kept() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/settings")
        shown = await stage.said(ada.chat, "Language: English")
        assert "Region: not given" in (shown.text or "")

        answer = await ada.presses(shown, "简体中文")
        await stage.said(ada.chat, "简体中文")
        await stage.restart()
        ada.says("/quota")

        await stage.said(ada.chat, "24")
        assert answer.text == "已保存。"
        assert (await meet(stage.app, stage.actor_of(ada))).language == "zh_Hans"


@pytest.mark.promise("FA-9.3")
async def test_the_region_is_chosen_by_its_letter_and_never_guessed() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/settings")
        shown = await stage.said(ada.chat, "Region: not given")

        await ada.presses(shown, "Region")
        await stage.said(ada.chat, "Where are you?")
        await ada.presses(shown, "D")
        await stage.emulator.until(lambda: "DE Germany" in [b["text"] for b in shown.buttons])
        await ada.presses(shown, "DE Germany")
        await stage.said(ada.chat, "Region: Germany")

        assert (await meet(stage.app, stage.actor_of(ada))).region == "DE"


async def test_help_has_topics_and_names_styles_and_models() -> None:
    async with a_stage(worker=False) as stage:
        ada = stage.emulator.person("Ada")
        ada.says("/help")
        shown = await stage.said(ada.chat, "How to use me")
        assert "help@example.org" in (shown.text or "")

        await ada.presses(shown, "Options")
        await stage.said(ada.chat, "--ar 16:9")
        ada.says("/help buttons")
        await stage.said(ada.chat, "Under every picture")

        assert "Styles: plain, poster, ink" in (shown.text or "")
        assert "fake/squares (Squares)" in (shown.text or "")
        await ada.presses(shown, "Privacy")
        await stage.said(ada.chat, "/export · A copy of everything")


async def test_an_unknown_command_in_private_points_to_help() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/draw a fox")

        await stage.said(ada.chat, "/help says what I can do")


async def test_cancel_ends_everything_that_waits() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        ada.says("/cancel")
        await stage.said(ada.chat, "Nothing of yours is waiting")
        ada.says("a fox")
        ada.says("a wolf --n 2")
        await stage.emulator.until(lambda: len(ada.received) == 3)

        ada.says("/cancel")

        await stage.said(ada.chat, "6 credits returned.")
        assert await stage.credits_of(ada) == 24


@pytest.mark.promise("LW-3")
async def test_an_original_verifies_as_made_here_by_reply_and_by_caption() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        ada.says("a fox")
        await stage.picture(ada.chat)
        [request] = await stage.requests_of(ada)
        assert request.outcome is not None
        picture_id = request.outcome.pictures[0].picture_id
        original = await picture_file(stage.app, stage.actor_of(ada), picture_id)

        ada.sends_document(original.data, "/verify")
        signed = await stage.said(ada.chat, "our signature is intact")
        room = stage.emulator.group(ada)
        file = ada.sends_document(original.data, "", room)
        ada.says("/verify", room, reply_to=file)
        await stage.said(room, "our signature is intact")

        assert "Marked as made by AI." in (signed.text or "")


async def test_a_picture_from_elsewhere_and_a_broken_one_are_told_apart() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says("/verify")
        await stage.said(ada.chat, "Send me a picture with /verify")
        ada.sends_photo(a_picture("green"), "/verify@limner_test_bot")
        await stage.said(ada.chat, "I find no signature")
        ada.sends_document(b"not a picture at all", "/verify")
        await stage.said(ada.chat, "I can't read that as a picture")
        ada.sends_photo(a_picture("blue"))

        def asks() -> list[Message]:
            return [m for m in ada.received if "Send me a picture" in (m.text or "")]

        await stage.emulator.until(lambda: len(asks()) == 2)
        await stage.settled()
        assert len(asks()) == 2


async def test_commands_and_descriptions_are_registered_by_scope_and_language() -> None:
    async with a_stage(worker=False) as stage:
        await stage.emulator.until(lambda: len(stage.emulator.calls_of("setMyDescription")) == 2)
        await stage.restart()
        await stage.emulator.until(lambda: len(stage.emulator.calls_of("setMyCommands")) == 8)

        calls = stage.emulator.calls_of("setMyCommands")[:4]
        seen = {(call["scope"]["type"], call.get("language_code", "")) for call in calls}
        assert seen == {
            ("all_private_chats", ""),
            ("all_group_chats", ""),
            ("all_private_chats", "zh"),
            ("all_group_chats", "zh"),
        }
        chinese = next(call for call in calls if call.get("language_code") == "zh")
        assert chinese["commands"][0]["description"] == "用文字画一张图"
        # What has not changed is not set again: the platform takes few such changes a day.
        await stage.settled()
        assert len(stage.emulator.calls_of("setMyDescription")) == 2
