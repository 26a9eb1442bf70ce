"""An emulated Discord (REST v10, gateway, CDN) on loopback that drives the real discord.py.

Use::

    async with DiscordEmulator() as emulator:
        guild = await emulator.guild("Studio", locale="zh-CN", premium_tier=0)
        channel = await emulator.text_channel(guild, nsfw=False)
        ann = emulator.person("Ann", locale="de")
        with emulator.seams():                       # or through settings, see below
            await client.login(emulator.token)
            running = asyncio.create_task(client.connect())
            await emulator.connected()
            handle = ann.uses("imagine", prompt="a fox", channel=channel)   # or dm=True
            message = await handle.response()        # waits out a deferred reply
            again = ann.presses(message, "Again")    # label, emoji or custom_id
            modal = await ann.presses(message, "Edit").modal()
            ann.submits(modal, {"Prompt": "a red fox"})
        assert message.attachments[0].data.startswith(b"\\x89PNG")
        assert emulator.violations == []

Seams by hand: ``discord.http.Route.BASE = emulator.api_base`` before login,
``DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(emulator.gateway_url)`` and
``discord.Asset.BASE = emulator.cdn_base``; as settings ``DISCORD_API_BASE``,
``DISCORD_GATEWAY_URL``, ``DISCORD_CDN_BASE``. A client made with ``guild_ready_timeout=0`` is ready
at once instead of after two seconds.

More: ``autocompletes``, ``picks``, ``uses_message_menu``, ``handle.choices()``,
``handle.follow_up()``, ``handle.acknowledged()``,
``handle.edited()`` (the pressed message, after its edit); ``emulator.unanswered()``;
``emulator.channel(id).messages``;
``emulator.expire(handle)``; ``emulator.faults.add("POST /channels/{channel_id}/messages",
faults.LostAnswer(), times=1)``; ``emulator.gateway.drop()`` (the bot resumes);
``emulator.entitle``; ``emulator.private_chat`` and ``guild(has_bot=False)`` with
``person(installed_the_app=True)`` for user installs. ``LIMNER_SPECS`` adds the published
description to the checks. As a process: ``python -m tests.emulators.discord --port N``, see
``control_client``.
"""

from tests.emulators.discord.asking import NotOfferedError
from tests.emulators.discord.emulator import DiscordEmulator
from tests.emulators.discord.people import Handle, Modal, Person
from tests.emulators.discord.posting import Upload

__all__ = ["DiscordEmulator", "Handle", "Modal", "NotOfferedError", "Person", "Upload"]
