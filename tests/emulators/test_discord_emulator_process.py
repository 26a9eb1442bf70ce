"""The emulated Discord as a process of its own, driven through its control API."""

from __future__ import annotations

import asyncio
import hashlib

import discord
import pytest
import yarl

from tests.emulators.discord import NotOfferedError
from tests.emulators.discord.control_client import emulator_process, upload
from tests.emulators.discord.sample_bot import SampleBot, a_png


async def test_a_test_elsewhere_drives_the_bot(monkeypatch: pytest.MonkeyPatch) -> None:
    async with emulator_process() as control:
        about = await control.tell("about")
        socket = discord.gateway.DiscordWebSocket
        monkeypatch.setattr(discord.http.Route, "BASE", about["api_base"])
        monkeypatch.setattr(socket, "DEFAULT_GATEWAY", yarl.URL(about["gateway_url"]))
        guild = await control.tell("guild", name="Studio")
        channel = (await control.tell("channel", guild=guild["id"]))["id"]
        ann = (await control.tell("person", name="Ann", locale="de"))["id"]
        async with SampleBot() as bot:
            await bot.login(about["token"])
            connection = asyncio.create_task(bot.connect())
            await control.connected()
            options = {"prompt": "a fox", "like": upload("like.png", a_png())}
            asked = await control.tell(
                "uses", person=ann, name="imagine", options=options, channel=channel
            )
            done = await control.response(asked["interaction"])
            assert done["attachments"][0]["sha256"] == hashlib.sha256(a_png()).hexdigest()
            assert [m["id"] for m in await control.tell("messages", channel=channel)] == [
                done["id"]
            ]
            pressed = await control.tell("presses", person=ann, message=done["id"], button="Again")
            assert (await control.response(pressed["interaction"]))["content"] == "again with 7"
            with pytest.raises(NotOfferedError):
                await control.tell("uses", person=ann, name="paint", channel=channel)
            await control.tell(
                "fault",
                route="POST /channels/{channel_id}/messages",
                kind="refused",
                facts={"code": 50001},
            )
            with pytest.raises(discord.Forbidden):
                await bot.get_partial_messageable(int(channel)).send("x")
            await bot.close()
            await connection
        assert await control.tell("violations") == []
