"""Discord as the benchmark sees it."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.benchmarks.chats import Asked, Chat
from tests.emulators.discord import DiscordEmulator, Handle, Person
from tests.emulators.discord.state import Call, Channel


class TimedCalls(list[Call]):
    """The wire's record, with the moment at which each call arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.at_s: dict[str, float] = {}
        """By path, the first time; an interaction's callback has a path of its own."""

    def append(self, call: Call) -> None:
        self.at_s.setdefault(call.path, time.monotonic())
        super().append(call)


class DiscordChat(Chat):
    """Everybody writes in one channel of one server."""

    name = "Discord"
    surface = "discord"
    service = ("discord",)
    bare = "tests.benchmarks.bare_discord"

    def __init__(self, emulator: DiscordEmulator, channel: Channel) -> None:
        self._emulator = emulator
        self._channel = channel
        self._people: dict[str, Person] = {}
        self._last: dict[str, Handle] = {}
        self._calls = TimedCalls()
        emulator.world.calls = self._calls

    def environment(self) -> dict[str, str]:
        return {
            "DISCORD_TOKEN": self._emulator.token,
            "DISCORD_API_BASE": self._emulator.api_base,
            "DISCORD_GATEWAY_URL": self._emulator.gateway_url,
            "DISCORD_CDN_BASE": self._emulator.cdn_base,
        }

    def bare_arguments(self, picture: Path) -> tuple[str, ...]:
        emulator = self._emulator
        return (emulator.api_base, emulator.gateway_url, emulator.token, str(picture))

    def add_people(self, count: int) -> tuple[str, ...]:
        made = [self._emulator.person(f"Ann{number}") for number in range(count)]
        self._people |= {str(person.id): person for person in made}
        return tuple(str(person.id) for person in made)

    def forget_bot(self) -> None:
        self._emulator.world.commands[None] = []

    def is_connected(self) -> bool:
        commands = self._emulator.world.commands[None]
        is_offered = any(command["name"] == "imagine" for command in commands)
        return is_offered and self._emulator.gateway.connected

    def ask(self, person: str, prompt: str, *, count: int = 1, model: str = "") -> Asked:
        options: dict[str, object] = {"prompt": prompt}
        if count > 1:
            options["count"] = count
        if model:
            options["model"] = model
        at_s = time.monotonic()
        handle = self._people[person].uses("imagine", options, channel=self._channel)
        self._last[person] = handle
        asked = handle.interaction
        return Asked(at_s, f"/interactions/{asked.id}/{asked.token}/callback")

    def answered_at_s(self, asked: Asked) -> float | None:
        return self._calls.at_s.get(asked.where)

    def has_picture(self, person: str) -> bool:
        shown = self._last[person].original
        return shown is not None and not shown.loading and bool(shown.attachments)

    def findings(self) -> Sequence[str]:
        return self._emulator.violations


@asynccontextmanager
async def a_discord() -> AsyncIterator[DiscordChat]:
    """Run an emulated Discord."""
    async with DiscordEmulator() as emulator:
        guild = await emulator.guild("Studio")
        yield DiscordChat(emulator, await emulator.text_channel(guild))
