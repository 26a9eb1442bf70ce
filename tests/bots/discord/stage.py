"""The real client against the emulated Discord, with a real app behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bots.discord.app import run
from bots.discord.asking import SURFACE
from bots.discord.settings import DiscordSettings
from core.accounts.commands import set_age, welcome
from core.app import App
from core.generation.queries import history
from core.kernel.clock import Clock
from core.kernel.people import Actor
from core.quotas.queries import quota
from tests.emulators.discord import DiscordEmulator, Handle, Person
from tests.emulators.discord.state import Channel, Guild, Message, walk
from tests.factories import a_worker, an_app
from tests.fakes import FakeProvider
from tests.patience import LONG_S, GivenTime

TEXT_DISPLAY = 10


def settings_of(emulator: DiscordEmulator, **more: object) -> DiscordSettings:
    """The bot's settings for the emulator."""
    values: dict[str, object] = {
        "DISCORD_TOKEN": emulator.token,
        "DISCORD_API_BASE": emulator.api_base,
        "DISCORD_GATEWAY_URL": emulator.gateway_url,
        "DISCORD_CDN_BASE": emulator.cdn_base,
    }
    return DiscordSettings.model_validate(values | more)


def actor(person: Person) -> Actor:
    return Actor(SURFACE, str(person.id), person.user.locale)


@asynccontextmanager
async def the_bot(
    app: App, emulator: DiscordEmulator, **more: object
) -> AsyncIterator[asyncio.Task[None]]:
    """The bot as `limner discord` runs it, until the context ends."""
    with emulator.seams():
        # The bot and Discord share this process: only its own slowness is the bot's.
        emulator.world.clock = given = GivenTime()
        ticking = asyncio.create_task(given.run())
        task = asyncio.create_task(run(app, settings_of(emulator, **more)))
        try:
            await emulator.connected()
            yield task
            assert not task.done(), task
        finally:
            for one in (task, ticking):
                one.cancel()
            await asyncio.gather(task, ticking, return_exceptions=True)


@dataclass
class Stage:
    """A guild with the bot in it, an app, a worker."""

    app: App
    emulator: DiscordEmulator
    provider: FakeProvider
    guild: Guild
    room: Channel

    async def adult(self, name: str = "Ann", *, locale: str = "en-US", **facts: bool) -> Person:
        """A person who has been here before."""
        person = self.emulator.person(name, locale=locale, **facts)
        await welcome(self.app, actor(person))
        await set_age(self.app, actor(person), is_adult=True)
        return person

    def replay(self, person: Person, asked: Handle) -> asyncio.Task[None]:
        """Let the gateway send an interaction once more, as it does after a resume."""
        event = person._event(asked.interaction)
        place = asked.interaction.channel
        return asyncio.create_task(
            self.emulator.gateway.dispatch("INTERACTION_CREATE", event, guild=place.guild)
        )

    async def jobs(self, person: Person) -> int:
        """How many requests a person has ever made."""
        return len(await history(self.app, actor(person)))

    async def spent(self, person: Person) -> int:
        """Credits that a person can no longer spend."""
        view = await quota(self.app, actor(person))
        return view.daily_credits - view.available

    async def shows(self, message: Message, label: str, timeout_s: float = LONG_S) -> Message:
        """Wait until a message has a button with this label."""
        await self.emulator.until(
            lambda: label in [button.get("label") for button in message.buttons()],
            timeout_s,
            f"button {label}; shown is {message.text!r}",
        )
        return message

    async def result(self, asked: Handle, label: str = "Vary") -> Message:
        """The finished message of a request."""
        return await self.shows(await asked.response(), label)

    def seen(self, message: Message) -> str:
        """Everything the message has ever said."""
        earlier = [
            part["content"]
            for edit in message.edits
            for part in walk(edit["components"])
            if part["type"] == TEXT_DISPLAY
        ]
        return "\n".join([*earlier, message.text])

    async def waits(self, asked: Handle) -> Message:
        """The message of a request that has come to the provider and waits for its word."""
        message = await asked.response()
        await self.emulator.until(lambda: bool(self.provider.submits), what="submit")
        return message


@asynccontextmanager
async def a_stage(
    *,
    folder: Path | None = None,
    provider: FakeProvider | None = None,
    starts_bot: bool = True,
    daily_plans: Path | None = None,
    policy: str = "flux-art",
    clock: Clock | None = None,
) -> AsyncIterator[Stage]:
    """Everything started; at the end no violation may have been seen on the wire."""
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(DiscordEmulator())
        guild = await emulator.guild()
        room = await emulator.text_channel(guild)
        fake = provider or FakeProvider()
        app = await stack.enter_async_context(
            an_app(
                providers=[fake],
                folder=folder,
                clock=clock,
                LIMNER_PLANS=daily_plans,
                LIMNER_POLICY=policy,
            )
        )
        await stack.enter_async_context(a_worker(app))
        if starts_bot:
            await stack.enter_async_context(the_bot(app, emulator))
        yield Stage(app, emulator, fake, guild, room)
        assert emulator.violations == [], emulator.violations
