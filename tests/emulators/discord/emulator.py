"""One emulated Discord on loopback: start it, put people in it, look at what the bot did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import discord
import yarl
from aiohttp import web

from tests.emulators.discord import shapes
from tests.emulators.discord.callbacks import Callbacks
from tests.emulators.discord.faults import Faults
from tests.emulators.discord.gateway import Gateway
from tests.emulators.discord.people import Handle, Person, wait_until
from tests.emulators.discord.posting import Posting, Upload
from tests.emulators.discord.routes import Routes
from tests.emulators.discord.server import Server
from tests.emulators.discord.spec import published_spec
from tests.emulators.discord.state import (
    DM,
    GROUP_DM,
    PUBLIC_THREAD,
    TEXT,
    Call,
    Channel,
    Entitlement,
    Guild,
    Message,
    User,
    World,
)
from tests.patience import LONG_S


class DiscordEmulator:
    """``async with DiscordEmulator() as emulator``; leaving closes every socket."""

    def __init__(self, *, token: str = "emulated.bot.token", port: int = 0) -> None:
        self.world = World(token)
        self.gateway = Gateway(self.world)
        self.posting = Posting(self.world)
        self._callbacks = Callbacks(self.world, self.posting, self.gateway)
        routes = Routes(self.world, self.posting, self.gateway, self._callbacks)
        self._server = Server(self.world, routes, published_spec())
        self._port = port
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, extra: Callable[[web.Application], None] | None = None) -> None:
        """Listen on 127.0.0.1; ``extra`` may add routes of its own before that."""
        app = self._server.application(self.gateway.serve)
        if extra is not None:
            extra(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self.url = f"http://127.0.0.1:{self._port}"
        self.gateway.url = self.gateway_url
        self.posting.cdn_url = self.cdn_base

    async def stop(self) -> None:
        await self.gateway.drop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def token(self) -> str:
        return self.world.bot_token

    @property
    def application_id(self) -> int:
        return self.world.application_id

    @property
    def api_base(self) -> str:
        """For ``DISCORD_API_BASE`` or ``discord.http.Route.BASE``."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """For ``DISCORD_GATEWAY_URL`` or ``DiscordWebSocket.DEFAULT_GATEWAY``."""
        return f"ws://127.0.0.1:{self._port}/gateway"

    @property
    def cdn_base(self) -> str:
        """For ``DISCORD_CDN_BASE`` or ``discord.Asset.BASE``."""
        return f"{self.url}/cdn"

    @property
    def violations(self) -> list[str]:
        """Everything the bot, or the emulator itself, did that Discord would not do."""
        return self.world.violations

    @property
    def calls(self) -> list[Call]:
        return self.world.calls

    @property
    def faults(self) -> Faults:
        return self._server.faults

    @contextmanager
    def seams(self) -> Iterator[None]:
        """Point discord.py at this emulator, and back at the end."""
        socket = discord.gateway.DiscordWebSocket
        before = discord.http.Route.BASE, socket.DEFAULT_GATEWAY, discord.Asset.BASE
        discord.http.Route.BASE = self.api_base
        socket.DEFAULT_GATEWAY = yarl.URL(self.gateway_url)
        discord.Asset.BASE = self.cdn_base
        try:
            yield
        finally:
            discord.http.Route.BASE, socket.DEFAULT_GATEWAY, discord.Asset.BASE = before

    async def connected(self, timeout_s: float = LONG_S) -> None:
        """Wait until the bot's gateway is up on every shard."""
        await self.until(lambda: self.gateway.connected, timeout_s, "gateway connection")

    async def until(
        self, done: Callable[[], bool], timeout_s: float = LONG_S, what: str = "change"
    ) -> None:
        """Wait until ``done()``; TimeoutError after ``timeout_s`` seconds."""
        await wait_until(self.world, done, timeout_s, what)

    def person(
        self,
        name: str,
        *,
        locale: str = "en-US",
        installed_the_app: bool = False,
        blocks_direct_messages: bool = False,
    ) -> Person:
        user = User(
            self.world.ids.take(),
            name,
            locale=locale,
            installed_the_app=installed_the_app,
            blocks_direct_messages=blocks_direct_messages,
        )
        self.world.users[user.id] = user
        return Person(user, self.world, self.posting, self.gateway)

    async def guild(
        self,
        name: str = "Studio",
        *,
        has_bot: bool = True,
        locale: str = "en-US",
        premium_tier: int = 0,
    ) -> Guild:
        """A new guild; without ``has_bot`` the app is there only through people's own installs."""
        guild = Guild(
            self.world.ids.take(), name, self.world.owner.id, locale, has_bot, premium_tier
        )
        self.world.guilds[guild.id] = guild
        if has_bot:
            await self.gateway.guild_appears(guild)
        return guild

    async def text_channel(
        self, guild: Guild, name: str = "general", *, nsfw: bool = False
    ) -> Channel:
        channel = Channel(self.world.ids.take(), TEXT, name, guild=guild, nsfw=nsfw)
        self.world.add_channel(channel)
        if guild.has_bot:
            await self.gateway.channel_event("CHANNEL_CREATE", channel)
        return channel

    async def thread(self, parent: Channel, name: str = "thread") -> Channel:
        thread = Channel(
            self.world.ids.take(), PUBLIC_THREAD, name, guild=parent.guild, parent=parent
        )
        self.world.add_channel(thread)
        await self.gateway.channel_event("THREAD_CREATE", thread)
        return thread

    def private_chat(self, *people: Person) -> Channel:
        """A chat between people, where the bot is only a command someone installed."""
        kind = DM if len(people) == 2 else GROUP_DM
        members = [person.user for person in people]
        channel = Channel(self.world.ids.take(), kind, "", recipients=members, bot_may_see=False)
        return self.world.add_channel(channel)

    def channel(self, channel_id: int) -> Channel:
        return self.world.channels[channel_id]

    async def says(
        self,
        person: Person,
        channel: Channel,
        content: str,
        *,
        files: list[Upload] | None = None,
    ) -> Message:
        """Post a message as a person; the bot gets MESSAGE_CREATE if its intents allow."""
        message = self.posting.create(channel, person.user, {"content": content}, files or [])
        drawn = shapes.message(message, self.posting.cdn_url)
        await self.gateway.message_event("MESSAGE_CREATE", channel, drawn)
        return message

    async def remove_guild(self, guild: Guild) -> None:
        """The bot is thrown out: GUILD_DELETE, and its channels answer 50001."""
        await self.gateway.guild_vanishes(guild)
        guild.has_bot = False

    async def remove_channel(self, channel: Channel) -> None:
        channel.deleted = True
        name = "THREAD_DELETE" if channel.parent is not None else "CHANNEL_DELETE"
        await self.gateway.channel_event(name, channel)

    async def entitle(self, person: Person, sku_id: int, *, days: int | None = None) -> Entitlement:
        """A purchase: ENTITLEMENT_CREATE, and part of every interaction from now on."""
        now = datetime.now(UTC)
        ends_at = now + timedelta(days=days) if days is not None else None
        held = Entitlement(
            self.world.ids.take(), sku_id, person.user, starts_at=now, ends_at=ends_at
        )
        self.world.entitlements[held.id] = held
        await self.entitlement_event("ENTITLEMENT_CREATE", held)
        return held

    async def entitlement_event(self, name: str, held: Entitlement) -> None:
        """Send ENTITLEMENT_UPDATE or ENTITLEMENT_DELETE after a test changed ``held``."""
        drawn = shapes.entitlement(held, self.application_id)
        await self.gateway.dispatch(name, drawn)

    def unanswered(self) -> list[str]:
        """Names of the interactions that the bot left without a first response."""
        silent = [i for i in self.world.interactions.values() if i.callback is None]
        return [str(i.data.get("name") or i.data.get("custom_id")) for i in silent]

    def expire(self, handle: Handle) -> None:
        """The 15 minutes are over: its token answers 50027, its callback 10062."""
        handle.interaction.expired = True
