"""The emulated Discord drives the real discord.py, and notices what Discord would refuse."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from tests.emulators.discord import DiscordEmulator, NotOfferedError, Upload, faults
from tests.emulators.discord.sample_bot import SampleBot, a_png, running
from tests.emulators.discord.state import Channel

POST = "POST /channels/{channel_id}/messages"


@pytest.fixture
async def emulator() -> AsyncIterator[DiscordEmulator]:
    async with DiscordEmulator() as started:
        await started.text_channel(await started.guild())
        yield started
        assert started.violations == []


@pytest.fixture
async def bot(emulator: DiscordEmulator) -> AsyncIterator[SampleBot]:
    async with running(emulator) as started:
        yield started


def _general(emulator: DiscordEmulator) -> Channel:
    return next(iter(emulator.world.channels.values()))


async def _post(bot: SampleBot, channel: Channel, text: str, nonce: int | None = None) -> int:
    place = bot.get_partial_messageable(channel.id)
    sent = await (place.send(text) if nonce is None else place.send(text, nonce=nonce))
    return sent.id


async def test_a_command_ends_as_a_picture_with_buttons(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    ann = emulator.person("Ann", locale="de")
    handle = ann.uses("imagine", prompt="a fox", size="Wide")
    message = await handle.response()
    assert message.text == "a fox 16:9  0 de 10485760"
    assert message.attachments[0].data == a_png()
    assert message.attachments[0].width_px == 8
    assert [button["label"] for button in message.buttons()] == ["Again", "Edit"]
    assert message in _general(emulator).messages
    assert handle.kind == 5


async def test_a_picture_handed_over_can_be_read(emulator: DiscordEmulator, bot: SampleBot) -> None:
    ann = emulator.person("Ann")
    upload = Upload("photo.png", a_png())
    message = await ann.uses("imagine", prompt="like this", like=upload).response()
    assert f" {len(a_png())} " in message.text


async def test_commands_are_registered_with_their_translations(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    registered = {command["name"]: command for command in emulator.world.commands[None]}
    assert registered["imagine"]["name_localizations"] == {"de": "vorstellen"}
    assert registered["adult"]["nsfw"] is True
    assert (await bot.tree.fetch_commands())[0].name in registered


async def test_typing_offers_choices(emulator: DiscordEmulator, bot: SampleBot) -> None:
    ann = emulator.person("Ann")
    handle = ann.autocompletes("imagine", focused="style", value="po", prompt="x")
    assert [choice["name"] for choice in await handle.choices()] == ["poster", "polaroid"]


async def test_a_secret_answer_is_seen_by_one_person_only(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    ann = emulator.person("Ann")
    handle = ann.uses("hello")
    assert (await handle.response()).content == "hello"
    assert (await handle.follow_up()).content == "and more"
    assert _general(emulator).messages == []


async def test_a_button_works_after_the_bot_came_back(emulator: DiscordEmulator) -> None:
    ann = emulator.person("Ann")
    async with running(emulator):
        message = await ann.uses("imagine", prompt="a fox").response()
    async with running(emulator):
        answer = await ann.presses(message, "Again").response()
        assert answer.content == "again with 7"


async def test_a_button_pressed_while_away_is_answered_after_the_resume(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    ann = emulator.person("Ann")
    message = await ann.uses("imagine", prompt="a fox").response()
    await emulator.gateway.drop()
    await emulator.until(lambda: emulator.gateway.resumed == 1, 10, "resume")
    assert (await ann.presses(message, "Again").response()).content == "again with 7"


async def test_a_modal_changes_the_message_it_came_from(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    ann = emulator.person("Ann")
    message = await ann.uses("imagine", prompt="a fox").response()
    modal = await ann.presses(message, "Edit").modal()
    assert modal.title == "Edit"
    await ann.submits(modal, {"Prompt": "a red fox"}).edited()
    assert message.text == "a red fox"
    assert len(message.edits) == 2
    with pytest.raises(NotOfferedError):
        ann.submits(modal, {"Prompt": "x" * 101})


async def test_a_message_menu_gets_the_message(emulator: DiscordEmulator, bot: SampleBot) -> None:
    ann = emulator.person("Ann")
    said = await emulator.says(
        ann, _general(emulator), "look", files=[Upload("a.png", a_png()), Upload("b.png", a_png())]
    )
    answer = await ann.uses_message_menu("Describe", said).response()
    assert answer.content == "2 pictures"


async def test_a_person_cannot_send_what_discord_does_not_offer(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    ann = emulator.person("Ann")
    for options in ({}, {"prompt": "x" * 101}, {"prompt": "x", "size": "3:1"}, {"oops": 1}):
        with pytest.raises(NotOfferedError):
            ann.uses("imagine", options)
    with pytest.raises(NotOfferedError):
        ann.uses("adult")
    place = await emulator.text_channel(next(iter(emulator.world.guilds.values())), nsfw=True)
    assert (await ann.uses("adult", channel=place).response()).content == "shown"


async def test_an_own_install_answers_but_cannot_post(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    foreign = await emulator.text_channel(await emulator.guild(has_bot=False))
    ann = emulator.person("Ann", installed_the_app=True)
    message = await ann.uses("imagine", prompt="a fox", channel=foreign).response()
    assert message.text.startswith("a fox")
    with pytest.raises(discord.Forbidden) as refusal:
        await _post(bot, foreign, "hello")
    assert refusal.value.code == 50001
    bob = emulator.person("Bob")
    chat = emulator.private_chat(ann, bob)
    assert (await ann.uses("imagine", prompt="a cat", channel=chat).response()).text


async def test_a_private_chat_can_be_opened_and_refused(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    ann, bob = emulator.person("Ann"), emulator.person("Bob", blocks_direct_messages=True)
    await (await bot.create_dm(discord.Object(ann.id))).send("your picture")
    assert [m.content for m in ann.dm.messages] == ["your picture"]
    dm = await bot.create_dm(discord.Object(bob.id))
    with pytest.raises(discord.Forbidden) as refusal:
        await dm.send("hello")
    assert refusal.value.code == 50007


async def test_the_same_nonce_makes_one_message(emulator: DiscordEmulator, bot: SampleBot) -> None:
    place = _general(emulator)
    first = await _post(bot, place, "once", nonce=42)
    assert await _post(bot, place, "once", nonce=42) == first
    assert len(place.messages) == 1


async def test_an_expired_token_is_refused(emulator: DiscordEmulator, bot: SampleBot) -> None:
    handle = emulator.person("Ann").uses("imagine", prompt="a fox")
    await handle.response()
    emulator.expire(handle)
    late = discord.Webhook.partial(emulator.application_id, handle.interaction.token, client=bot)
    with pytest.raises(discord.HTTPException) as refusal:
        await late.send("too late", wait=True)
    assert (refusal.value.status, refusal.value.code) == (401, 50027)


async def test_a_lost_answer_leaves_the_message_behind(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    place = _general(emulator)
    emulator.faults.add(POST, faults.LostAnswer())
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await _post(bot, place, "delivered", nonce=1)
    assert [m.content for m in place.messages] == ["delivered"]
    assert await _post(bot, place, "delivered", nonce=1) == place.messages[0].id


async def test_scripted_refusals_arrive_as_discord_sends_them(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    place = _general(emulator)
    for code, status in ((10003, 404), (50001, 403), (50013, 403), (50007, 403)):
        emulator.faults.add(POST, faults.Refused(code))
        with pytest.raises(discord.HTTPException) as refusal:
            await _post(bot, place, "x")
        assert (refusal.value.status, refusal.value.code) == (status, code)
    emulator.faults.add(POST, faults.RateLimited(5, via=False))
    with pytest.raises(discord.HTTPException) as limited:
        await _post(bot, place, "x")
    assert limited.value.status == 429
    emulator.faults.add(POST, faults.RateLimited(0.05, is_global=True))
    emulator.faults.add(POST, faults.Status(503))
    with pytest.raises(discord.DiscordServerError):
        await _post(bot, place, "x")
    assert await _post(bot, place, "x")
    place.bot_may_send = False
    with pytest.raises(discord.Forbidden) as mute:
        await _post(bot, place, "x")
    assert mute.value.code == 50013


async def test_history_reads_newest_first_and_edits_stay_known(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    place = _general(emulator)
    for text in ("one", "two", "three"):
        await _post(bot, place, text)
    channel = await bot.fetch_channel(place.id)
    assert isinstance(channel, discord.TextChannel)
    found = [message async for message in channel.history(limit=2)]
    assert [message.content for message in found] == ["three", "two"]
    await found[0].edit(content="3", attachments=[discord.File(io.BytesIO(a_png()), "a.png")])
    assert place.messages[2].edits[0]["content"] == "three"
    await found[1].delete()
    assert [m.content for m in place.messages] == ["one", "3"]
    with pytest.raises(discord.NotFound):
        await channel.fetch_message(found[1].id)


async def test_purchases_and_removals_reach_the_bot(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    ann = emulator.person("Ann")
    held = await emulator.entitle(ann, 77, days=30)
    await emulator.until(lambda: bot.entitled == [77], 5, "entitlement")
    assert [e.id async for e in bot.entitlements()] == [held.id]
    guild = next(iter(emulator.world.guilds.values()))
    await emulator.remove_guild(guild)
    await emulator.until(lambda: bot.gone == [guild.id], 5, "removal")
    with pytest.raises(discord.Forbidden):
        await _post(bot, _general(emulator), "anyone?")


async def test_a_large_file_survives_the_way_through_the_cdn(
    emulator: DiscordEmulator, bot: SampleBot
) -> None:
    ann = emulator.person("Ann")
    upload = Upload("big.bin", b"\x01\x02" * 1_000_000)
    message = await ann.uses("imagine", prompt="like this", like=upload).response()
    assert " 2000000 " in message.text


async def test_a_job_ends_in_a_thread(emulator: DiscordEmulator, bot: SampleBot) -> None:
    place = _general(emulator)
    first = await _post(bot, place, "start")
    channel = await bot.fetch_channel(place.id)
    assert isinstance(channel, discord.TextChannel)
    thread = await channel.get_partial_message(first).create_thread(name="pictures")
    async with thread.typing():
        await thread.send("done")
    assert [m.content for m in emulator.channel(thread.id).messages] == ["done"]
    assert (await bot.fetch_user(emulator.world.owner.id)).name == "owner"
    guild = await bot.fetch_guild(channel.guild.id, with_counts=False)
    assert [c.id for c in await guild.fetch_channels()] == [place.id]
    await emulator.remove_channel(place)
    with pytest.raises(discord.NotFound) as refusal:
        await _post(bot, place, "anyone?")
    assert refusal.value.code == 10003


async def test_two_shards_share_the_work() -> None:
    async with DiscordEmulator() as emulator:
        emulator.gateway.shards = 2
        guilds = [await emulator.guild(f"Guild {number}") for number in range(6)]
        places = [await emulator.text_channel(guild) for guild in guilds]
        async with running(emulator) as bot:
            await emulator.until(lambda: len(emulator.gateway.newest()) == 2, 10, "shards")
            shards = [identify["shard"] for identify in emulator.gateway.identified]
            assert sorted(shards) == [[0, 2], [1, 2]]
            ann = emulator.person("Ann")
            for place in places:
                assert (await ann.uses("hello", channel=place).response()).content == "hello"
            assert {guild.shard_id for guild in bot.guilds} <= {0, 1}
            assert len(bot.guilds) == 6
        assert emulator.violations == []
