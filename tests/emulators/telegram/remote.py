"""Starts an emulator in a process of its own and drives it with the same words, awaited."""

import asyncio
import base64
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.emulators.telegram.questions import CallbackAnswer
from tests.emulators.telegram.server import TOKEN

READY = "listening on "


@dataclass(frozen=True, slots=True)
class RemoteMessage:
    """A message as it stood when it was asked for."""

    chat_id: int
    message_id: int
    from_bot: bool
    sender_id: int
    text: str | None
    caption: str | None
    media_kind: str | None
    media_sha256: str | None
    file_id: str | None
    has_spoiler: bool
    buttons: list[dict[str, Any]]
    thread_id: int | None
    reply_to: int | None
    media_group_id: str | None
    edits: int
    update_id: int | None


@dataclass(frozen=True, slots=True)
class Findings:
    """What the emulator has noticed so far."""

    violations: list[str]
    observations: list[str]
    faults_left: dict[str, int]
    pending_updates: int
    calls: list[list[str | None]]


@dataclass(frozen=True, slots=True)
class RemoteChat:
    """A group; ``topics`` holds thread ids by name."""

    id: int
    topics: dict[str, int]


class RemoteEmulator:
    """An emulator in another process. Use as ``async with``; leaving it ends the process.

    With ``port`` it drives one that already runs, and leaves it running.
    """

    token = TOKEN

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._process: asyncio.subprocess.Process | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def base_url(self) -> str:
        """For ``ApplicationBuilder.base_url`` and ``TELEGRAM_API_BASE``."""
        return f"http://127.0.0.1:{self.port}/bot"

    @property
    def base_file_url(self) -> str:
        """For ``ApplicationBuilder.base_file_url`` and ``TELEGRAM_FILE_BASE``."""
        return f"http://127.0.0.1:{self.port}/file/bot"

    async def __aenter__(self) -> Self:
        if not self.port:
            command = (sys.executable, "-m", "tests.emulators.telegram", "--port", "0")
            self._process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE
            )
            assert self._process.stdout is not None
            line = (await self._process.stdout.readline()).decode().strip()
            self.port = int(line.removeprefix(READY).rpartition(":")[2])
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session:
            await self._session.close()
        if self._process:
            self._process.terminate()
            await self._process.communicate()

    async def ask(self, operation: str, **asked: object) -> dict[str, Any]:
        """Carry out one operation of the control side.

        Raises:
            LookupError: it was refused; the message says why.
        """
        assert self._session is not None
        url = f"http://127.0.0.1:{self.port}/control/{operation}"
        async with self._session.post(url, json=asked) as answer:
            body: dict[str, Any] = await answer.json()
            if not answer.ok:
                raise LookupError(f"{operation}: {body.get('kind')} {body['error']}")
            return body

    async def person(
        self, name: str = "Ada", *, language_code: str | None = "en", started: bool = True
    ) -> "RemotePerson":
        """A new person."""
        made = await self.ask("person", name=name, language_code=language_code, started=started)
        return RemotePerson(self, made["id"])

    async def group(
        self,
        *people: "RemotePerson",
        title: str = "Painters",
        topics: tuple[str, ...] = (),
        privacy: bool = True,
        bot_is_admin: bool = False,
    ) -> RemoteChat:
        """A new supergroup to which the first of ``people`` adds the bot."""
        made = await self.ask(
            "group",
            people=[person.id for person in people],
            title=title,
            topics=topics,
            privacy=privacy,
            bot_is_admin=bot_is_admin,
        )
        return RemoteChat(**made)

    async def messages(self, chat_id: int | None = None) -> list[RemoteMessage]:
        """The visible messages of one chat, or of all."""
        found = await self.ask("messages", chat_id=chat_id)
        return [RemoteMessage(**item) for item in found["messages"]]

    async def add_fault(
        self, method: str, kind: str, value: float | None = None, times: int = 1
    ) -> None:
        """Script trouble: ``kind`` is a name of ``Fault``, ``value`` its seconds, status or id."""
        await self.ask("faults", method=method, kind=kind, value=value, times=times)

    async def findings(self) -> Findings:
        """Violations, rates, calls and what is still to come."""
        return Findings(**await self.ask("findings"))

    async def redeliver(self, update_id: int) -> None:
        """Send an earlier update to the bot once more."""
        await self.ask("redeliver", update_id=update_id)

    async def advance(self, seconds: float) -> None:
        """Put the platform's clock forward."""
        await self.ask("advance", seconds=seconds)

    async def until(
        self, predicate: Callable[[], Awaitable[object]], timeout_s: float = 20.0
    ) -> None:
        """Wait until ``await predicate()`` holds.

        Raises:
            TimeoutError: it never did.
        """
        give_up_at = time.monotonic() + timeout_s
        while not await predicate():
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"not within {timeout_s} s; {await self.findings()}")
            await asyncio.sleep(0.05)


@dataclass(frozen=True, slots=True)
class RemotePerson:
    """Someone who uses the bot, in the other process."""

    emulator: RemoteEmulator
    id: int

    async def received(self) -> list[RemoteMessage]:
        """What the bot has said to this person in private and what is still there."""
        return [item for item in await self.emulator.messages(self.id) if item.from_bot]

    async def says(
        self,
        text: str,
        chat: RemoteChat | None = None,
        reply_to: RemoteMessage | None = None,
        thread: int | None = None,
    ) -> RemoteMessage:
        """Write a text."""
        place = _place(chat, reply_to)
        said = await self.emulator.ask("says", person=self.id, text=text, thread=thread, **place)
        return RemoteMessage(**said)

    async def sends_photo(self, data: bytes, caption: str = "") -> RemoteMessage:
        """Send a picture as a photo, in private."""
        return await self._sends("photo", data, caption)

    async def sends_document(self, data: bytes, caption: str = "") -> RemoteMessage:
        """Send bytes as a file, in private."""
        return await self._sends("document", data, caption)

    async def edits(self, message: RemoteMessage, text: str) -> RemoteMessage:
        """Change the text or caption of an own message."""
        where = {"chat_id": message.chat_id, "message_id": message.message_id}
        changed = await self.emulator.ask("edits", person=self.id, text=text, **where)
        return RemoteMessage(**changed)

    async def forwards(self, message: RemoteMessage) -> RemoteMessage:
        """Forward a message to the bot."""
        where = {"chat_id": message.chat_id, "message_id": message.message_id}
        return RemoteMessage(**await self.emulator.ask("forwards", person=self.id, **where))

    async def press(self, message: RemoteMessage, button: str) -> int:
        """Press a button and do not wait; the id of the update."""
        return int((await self._press(message, button, 0))["update_id"])

    async def presses(
        self, message: RemoteMessage, button: str, timeout_s: float = 10.0
    ) -> CallbackAnswer:
        """Press a button and wait until the bot answers."""
        answer = await self._press(message, button, timeout_s)
        return CallbackAnswer(answer["text"], answer["show_alert"], answer["url"])

    async def blocks_bot(self) -> None:
        """Block the bot in the private chat."""
        await self.emulator.ask("blocks", person=self.id)

    async def _sends(self, kind: str, data: bytes, caption: str) -> RemoteMessage:
        sent = await self.emulator.ask(
            "sends",
            person=self.id,
            kind=kind,
            data=base64.b64encode(data).decode(),
            caption=caption,
            thread=None,
            **_place(None, None),
        )
        return RemoteMessage(**sent)

    async def _press(self, message: RemoteMessage, button: str, wait_s: float) -> dict[str, Any]:
        return await self.emulator.ask(
            "presses",
            person=self.id,
            chat_id=message.chat_id,
            message_id=message.message_id,
            button=button,
            wait_s=wait_s,
        )


def _place(chat: RemoteChat | None, reply_to: RemoteMessage | None) -> dict[str, int | None]:
    where = chat.id if chat else reply_to.chat_id if reply_to else None
    return {"chat_id": where, "reply_to": reply_to.message_id if reply_to else None}
