"""What the emulated Discord remembers: people, guilds, channels, messages, interactions."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]

COMMAND_MENTION = re.compile(r"</([-_\w ]+):([0-9]+)>")
EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

TEXT, DM, GROUP_DM, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 3, 11, 12
MIB = 1024 * 1024
SIZE_LIMIT_BYTES_BY_TIER = {0: 10 * MIB, 1: 10 * MIB, 2: 50 * MIB, 3: 100 * MIB}
EPOCH_MS = 1_420_070_400_000


class Snowflakes:
    """Hands out growing ids that carry the time, like the real ones."""

    def __init__(self) -> None:
        self._last = 0

    def take(self) -> int:
        now = (int(time.time() * 1000) - EPOCH_MS) << 22
        self._last = max(self._last + 1, now)
        return self._last


@dataclass(slots=True, eq=False)
class User:
    id: int
    name: str
    locale: str = "en-US"
    bot: bool = False
    blocks_direct_messages: bool = False
    installed_the_app: bool = False


@dataclass(slots=True, eq=False)
class Guild:
    id: int
    name: str
    owner_id: int
    locale: str = "en-US"
    has_bot: bool = True
    premium_tier: int = 0


@dataclass(slots=True, eq=False)
class Attachment:
    id: int
    filename: str
    data: bytes
    content_type: str
    channel_id: int
    description: str | None = None
    ephemeral: bool = False
    width_px: int | None = None
    height_px: int | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(slots=True, eq=False)
class Message:
    """One message; ``components`` is the answered tree, media resolved to CDN addresses."""

    id: int
    channel: Channel
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    ephemeral_for: User | None = None
    interaction: Interaction | None = None
    reference_id: int | None = None
    edits: list[Json] = field(default_factory=list)
    """What stood there before each edit: content, components, attachment names, flags."""
    deleted: bool = False
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    edited_at: datetime | None = None

    @property
    def loading(self) -> bool:
        """True while Discord shows "thinking" in its place."""
        return bool(self.flags & LOADING)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    def parts(self) -> Iterator[Json]:
        """Every component, parents first."""
        yield from walk(self.components)

    def buttons(self) -> list[Json]:
        return [part for part in self.parts() if part["type"] == 2]

    @property
    def text(self) -> str:
        """The words a person reads: content, or every text display in order."""
        shown = [self.content, *(p["content"] for p in self.parts() if p["type"] == 10)]
        return COMMAND_MENTION.sub(r"/\1", "\n".join(part for part in shown if part))


@dataclass(slots=True, eq=False)
class Channel:
    id: int
    type: int
    name: str
    guild: Guild | None = None
    nsfw: bool = False
    parent: Channel | None = None
    recipients: list[User] = field(default_factory=list)
    bot_may_see: bool = True
    bot_may_send: bool = True
    deleted: bool = False
    all_messages: list[Message] = field(default_factory=list)

    @property
    def messages(self) -> list[Message]:
        """What everybody in the channel sees, oldest first."""
        return [m for m in self.all_messages if not m.deleted and not m.flags & EPHEMERAL]

    @property
    def size_limit_bytes(self) -> int:
        return SIZE_LIMIT_BYTES_BY_TIER[self.guild.premium_tier if self.guild else 0]


@dataclass(slots=True, eq=False)
class Interaction:
    id: int
    token: str
    type: int
    user: User
    channel: Channel
    data: Json
    asked_at_s: float
    message: Message | None = None
    trigger: Interaction | None = None
    edits_before: int = 0
    """How often ``message`` had been edited when the person acted."""
    user_install_only: bool = False
    callback: Json | None = None
    expired: bool = False
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Entitlement:
    id: int
    sku_id: int
    user: User
    type: int = 8
    deleted: bool = False
    consumed: bool = False
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(slots=True, eq=False)
class Call:
    """One request of the bot and what it was answered; ``status`` 0: never answered."""

    route: str
    path: str
    body: Any
    status: int = 0
    answer: Any = None


class World:
    """All state of one emulated Discord; every change wakes those who wait."""

    def __init__(self, token: str) -> None:
        self.ids = Snowflakes()
        self.tokens = itertools.count(1)
        self.bot_token = token
        self.application_id = self.ids.take()
        self.bot = User(self.application_id, "limner", bot=True)
        self.owner = User(self.ids.take(), "owner")
        self.users = {self.bot.id: self.bot, self.owner.id: self.owner}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.interactions: dict[str, Interaction] = {}
        self.attachments: dict[int, Attachment] = {}
        self.entitlements: dict[int, Entitlement] = {}
        self.commands: dict[int | None, list[Json]] = {None: []}
        """Registered commands: of a guild, or of everybody under ``None``."""
        self.skus: list[Json] = []
        self.violations: list[str] = []
        self.calls: list[Call] = []
        self.ack_limit_s = 3.0
        self.clock: Callable[[], float] = time.monotonic
        """What the three seconds and the fifteen minutes are counted by."""
        self._waiters: set[asyncio.Event] = set()

    def violate(self, text: str) -> None:
        self.violations.append(text)
        self.changed()

    def changed(self) -> None:
        for waiter in self._waiters:
            waiter.set()

    async def next_change(self, timeout_s: float) -> None:
        """Return at the next change, or after ``timeout_s`` without one."""
        waiter = asyncio.Event()
        self._waiters.add(waiter)
        try:
            async with asyncio.timeout(timeout_s):
                await waiter.wait()
        except TimeoutError:
            return
        finally:
            self._waiters.discard(waiter)

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, user: User) -> Channel:
        """The one private channel of the bot and this person, made when first asked for."""
        for channel in self.channels.values():
            if channel.type == DM and channel.recipients == [user] and channel.bot_may_see:
                return channel
        return self.add_channel(Channel(self.ids.take(), DM, "", recipients=[user]))

    def find_message(self, message_id: int) -> Message | None:
        for channel in self.channels.values():
            for message in channel.all_messages:
                if message.id == message_id and not message.deleted:
                    return message
        return None


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component of a tree, parents before children."""
    for part in components:
        yield part
        yield from walk(part.get("components", []))
        for key in ("accessory", "component"):
            if key in part:
                yield from walk([part[key]])
