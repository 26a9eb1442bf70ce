"""The real bot on the real core, with people of the emulated platform around it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from bots.telegram.address import SURFACE
from bots.telegram.app import Patience, run
from bots.telegram.settings import TelegramSettings
from core.accounts.commands import set_age, welcome
from core.app import App
from core.generation.queries import history
from core.generation.values import RequestStatus
from core.kernel.people import Actor
from core.quotas.queries import quota
from tests.emulators.telegram import Chat, Emulator, Message, Person
from tests.factories import a_worker, an_app
from tests.fakes import FakeProvider
from tests.patience import LONG_S

QUICK = Patience(connect_s=2, read_s=1.5, write_s=2, media_write_s=2)


def settings_for(emulator: Emulator, **changes: object) -> TelegramSettings:
    values: dict[str, object] = {
        "TELEGRAM_TOKEN": SecretStr(emulator.token),
        "TELEGRAM_API_BASE": emulator.base_url,
        "TELEGRAM_FILE_BASE": emulator.base_file_url,
    }
    return TelegramSettings.model_validate(values | changes)


@dataclass(frozen=True)
class _AtWork:
    """What the bot has not confirmed yet, and how often it has spoken."""

    waiting: int
    calls: int


@dataclass
class Stage:
    """One bot, one platform, one core."""

    app: App
    emulator: Emulator
    provider: FakeProvider
    settings: TelegramSettings
    bot: asyncio.Task[None] | None = field(default=None)

    async def start(self) -> None:
        """Start the bot and wait until it listens."""
        polls = self.emulator.updates.polls
        self.bot = asyncio.create_task(run(self.app, self.settings, patience=QUICK))
        if not self.settings.webhook_url:
            bot = self.bot
            await self.emulator.until(lambda: bot.done() or self.emulator.updates.polls > polls)
            if bot.done():
                bot.result()

    async def stop(self) -> None:
        """Stop the bot in order; a fault that ended it before is raised."""
        if self.bot is None:
            return
        self.bot.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.bot
        self.bot = None

    async def restart(self) -> None:
        """Another process takes over: nothing in memory survives."""
        await self.stop()
        await self.start()

    def actor_of(self, person: Person) -> Actor:
        return Actor(SURFACE, str(person.id), person.user.language_code or "")

    async def adult(self, name: str = "Ada", language_code: str = "en") -> Person:
        """Someone who was welcomed and has said their age before."""
        person = self.emulator.person(name, language_code=language_code)
        await welcome(self.app, self.actor_of(person))
        await set_age(self.app, self.actor_of(person), is_adult=True)
        return person

    async def requests_of(self, person: Person) -> Sequence[RequestStatus]:
        return await history(self.app, self.actor_of(person))

    async def credits_of(self, person: Person) -> int:
        return int((await quota(self.app, self.actor_of(person))).available)

    async def picture(self, chat: Chat, number: int = 1, timeout_s: float = LONG_S) -> Message:
        """Wait until the bot shows ``number`` finished results in a chat; the last of them."""

        def finished() -> list[Message]:
            return [m for m in chat.sent_by(self.emulator.bot) if is_result(m)]

        await self.emulator.until(lambda: len(finished()) >= number, timeout_s)
        return finished()[-1]

    async def said(self, chat: Chat, words: str, timeout_s: float = LONG_S) -> Message:
        """Wait until the bot says something with these words in a chat."""

        def found() -> list[Message]:
            sent = chat.sent_by(self.emulator.bot)
            return [m for m in sent if words in (m.text or m.caption or "")]

        await self.emulator.until(found, timeout_s)
        return found()[-1]

    async def settled(self, seconds: float = 0.6) -> None:
        """Let whatever would still happen happen: no update is left, and the bot is quiet."""
        loop = asyncio.get_running_loop()
        quiet_since_s, before = loop.time(), self._at_work()
        async with asyncio.timeout(LONG_S):
            while loop.time() - quiet_since_s < seconds:
                await asyncio.sleep(0.05)
                now = self._at_work()
                if now != before or now.waiting:
                    quiet_since_s, before = loop.time(), now

    def _at_work(self) -> _AtWork:
        polls = self.bot is not None and not self.settings.webhook_url
        return _AtWork(
            waiting=len(self.emulator.updates.pending) if polls else 0,
            calls=sum(call.method != "getUpdates" for call in self.emulator.calls),
        )


def is_result(message: Message) -> bool:
    """Whether a message shows finished pictures with the buttons of a result."""
    data = [str(button.get("callback_data")) for button in message.buttons]
    return message.media is not None and any(item.startswith("a:") for item in data)


@asynccontextmanager
async def a_stage(
    *,
    provider: FakeProvider | None = None,
    folder: Path | None = None,
    worker: bool = True,
    webhook: dict[str, object] | None = None,
    check: bool = True,
) -> AsyncIterator[Stage]:
    """A running bot; at the end nothing may have been wrong at the wire."""
    fake = provider or FakeProvider()
    async with Emulator() as emulator, an_app(providers=[fake], folder=folder) as app:
        stage = Stage(app, emulator, fake, settings_for(emulator, **(webhook or {})))
        async with contextlib.AsyncExitStack() as stack:
            if worker:
                await stack.enter_async_context(a_worker(app))
            await stage.start()
            try:
                yield stage
            finally:
                await stage.stop()
        if check:
            assert emulator.violations == [], emulator.violations
            assert emulator.rates.observations == [], emulator.rates.observations
