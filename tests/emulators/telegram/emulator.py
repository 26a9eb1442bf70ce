"""One running emulator, and what a test holds in its hand."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Any, Literal, Self

from aiohttp import web

from tests.emulators.telegram.faults import Faults
from tests.emulators.telegram.people import Person, membership
from tests.emulators.telegram.profile import Profile
from tests.emulators.telegram.questions import Questions
from tests.emulators.telegram.rates import Rates
from tests.emulators.telegram.schema import Schema
from tests.emulators.telegram.server import TOKEN, Recorded, Server, listen, schemas
from tests.emulators.telegram.state import Chat, Message, User, World
from tests.emulators.telegram.updates import Updates
from tests.patience import LONG_S

_FIRST_PERSON_ID = 5_000_001
_FIRST_GROUP_ID = -1_000_001
_FIRST_SUPERGROUP_ID = -1_002_000_000_001


class Emulator:
    """The Bot API on loopback, and the people who use the bot. Use as ``async with``."""

    token = TOKEN

    def __init__(self, *, check_against: list[Schema] | None = None) -> None:
        self.server = Server(schemas=check_against or schemas())
        self.port = 0
        self._runner: web.AppRunner | None = None
        self._pusher: asyncio.Task[None] | None = None

    @property
    def world(self) -> World:
        """Chats, messages and files."""
        return self.server.world

    @property
    def bot(self) -> User:
        """The bot's own account."""
        return self.server.world.bot

    @property
    def violations(self) -> list[str]:
        """What the bot (or the emulator itself) did wrong; tests assert that it is empty."""
        return self.server.violations

    @property
    def faults(self) -> Faults:
        """Trouble to come."""
        return self.server.faults

    @property
    def rates(self) -> Rates:
        """How fast the bot calls."""
        return self.server.rates

    @property
    def calls(self) -> list[Recorded]:
        """Every call but getUpdates, in order of arrival."""
        return self.server.calls

    @property
    def profile(self) -> Profile:
        """Commands, descriptions and menu buttons that the bot has set."""
        return self.server.profile

    @property
    def questions(self) -> Questions:
        """Presses, inline queries and payments."""
        return self.server.questions

    @property
    def updates(self) -> Updates:
        """What the bot still has to hear, and what it was sent."""
        return self.server.updates

    @property
    def base_url(self) -> str:
        """For ``ApplicationBuilder.base_url`` and ``TELEGRAM_API_BASE``."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        """For ``ApplicationBuilder.base_file_url`` and ``TELEGRAM_FILE_BASE``."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    async def start(self, port: int = 0, application: web.Application | None = None) -> Self:
        """Listen; port 0 takes a free one. ``application`` has the routes of the server."""
        served = application or self.server.application()
        self._runner, self.port = await listen(served, port)
        self._pusher = asyncio.create_task(self.updates.push_forever())
        return self

    async def stop(self) -> None:
        """Stop listening and pushing."""
        if self._pusher:
            self._pusher.cancel()
            await asyncio.gather(self._pusher, return_exceptions=True)
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def person(
        self, name: str = "Ada", *, language_code: str | None = "en", started: bool = True
    ) -> Person:
        """A new person; one who has not ``started`` cannot be written to first."""
        people = sum(chat.kind == "private" for chat in self.world.chats.values())
        number = _FIRST_PERSON_ID + people
        user = User(number, name, f"{name.lower()}_{number}", language_code)
        private = Chat(number, "private", person=user, started=started)
        private.members[number] = user
        self.world.chats[number] = private
        return Person(user, self.world, self.questions, self.updates.add)

    def group(
        self,
        *people: Person,
        title: str = "Painters",
        kind: Literal["group", "supergroup"] = "supergroup",
        topics: tuple[str, ...] = (),
        privacy: bool = True,
        bot_is_admin: bool = False,
    ) -> Chat:
        """A new group to which the first of ``people``, an administrator, adds the bot.

        With ``topics`` it is a forum; their thread ids are the keys of ``chat.topics``.
        """
        first = _FIRST_SUPERGROUP_ID if kind == "supergroup" else _FIRST_GROUP_ID
        number = first - sum(chat.kind == kind for chat in self.world.chats.values())
        chat = Chat(number, kind, title=title, is_forum=bool(topics), privacy=privacy)
        chat.members = {person.id: person.user for person in people}
        chat.bot_status = "administrator" if bot_is_admin else "member"
        self.world.chats[number] = chat
        if people:
            chat.admins.add(people[0].id)
            added = membership(self.world, chat, people[0].user, "left")
            self.updates.add("my_chat_member", added)
        for name in topics:
            opener = people[0].user if people else self.bot
            opened = chat.new(opener, self.world.now())
            opened.service = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
            opened.thread_id = opened.message_id
            chat.topics[opened.message_id] = name
        return chat

    def removes_bot(self, chat: Chat, by: Person) -> None:
        """Kick the bot out of a group; it is told."""
        old, chat.bot_status = chat.bot_status, "kicked"
        self.updates.add("my_chat_member", membership(self.world, chat, by.user, old))

    def migrate(self, chat: Chat, by: Person) -> Chat:
        """Turn a group into a supergroup with another id; the old id is refused from now on."""
        new = self.group(title=chat.title, kind="supergroup", privacy=chat.privacy)
        new.members, new.admins = dict(chat.members), set(chat.admins)
        chat.migrated_to = new.id
        for place, service in (
            (chat, {"migrate_to_chat_id": new.id}),
            (new, {"migrate_from_chat_id": chat.id}),
        ):
            message = place.new(by.user, self.world.now())
            message.service = service
            self.updates.add("message", message.to_json())
        return new

    def chat(self, chat_id: int) -> Chat:
        """A chat by its id."""
        return self.world.chats[chat_id]

    @property
    def messages(self) -> list[Message]:
        """Every visible message of every chat."""
        return list(self.world.all_messages())

    def calls_of(self, *methods: str) -> list[dict[str, Any]]:
        """The parameters of the successful calls of these methods."""
        return [call.values for call in self.calls if call.method in methods and not call.error]

    def redeliver(self, update_id: int) -> None:
        """Send an earlier update to the bot once more."""
        self.updates.redeliver(update_id)

    def advance(self, time_ahead: timedelta) -> None:
        """Put the platform's clock forward."""
        self.world.ahead_s += time_ahead.total_seconds()

    async def until(self, predicate: Callable[[], object], timeout_s: float = LONG_S) -> None:
        """Wait until ``predicate`` holds.

        Raises:
            TimeoutError: it never did; says what the chats held and which violations there are.
        """
        give_up_at = time.monotonic() + timeout_s
        while not predicate():
            if time.monotonic() > give_up_at:
                last = [
                    (message.sender.first_name, message.text or message.caption)
                    for message in self.messages[-5:]
                ]
                raise TimeoutError(f"not within {timeout_s} s; {last=}, {self.violations=}")
            await asyncio.sleep(0.01)
