"""Telegram as the benchmark sees it."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests.benchmarks.chats import Asked, Chat
from tests.emulators.telegram import Emulator, Person

_NOT_AN_ANSWER = frozenset({"getUpdates", "sendChatAction", "answerCallbackQuery"})


class TelegramChat(Chat):
    """Everybody writes in private."""

    name = "Telegram"
    surface = "telegram"
    service = ("telegram",)
    bare = "tests.benchmarks.bare_telegram"

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._people: dict[str, Person] = {}
        self._received_before: dict[str, int] = {}
        self._seen_calls = 0

    def environment(self) -> dict[str, str]:
        return {
            "TELEGRAM_TOKEN": self._emulator.token,
            "TELEGRAM_API_BASE": self._emulator.base_url,
            "TELEGRAM_FILE_BASE": self._emulator.base_file_url,
        }

    def bare_arguments(self, picture: Path) -> tuple[str, ...]:
        return (self._emulator.base_url, self._emulator.token, str(picture))

    def add_people(self, count: int) -> tuple[str, ...]:
        made = [self._emulator.person(f"Ada{number}") for number in range(count)]
        self._people |= {str(person.id): person for person in made}
        return tuple(str(person.id) for person in made)

    def forget_bot(self) -> None:
        self._seen_calls = len(self._emulator.rates.calls)

    def is_connected(self) -> bool:
        calls = self._emulator.rates.calls[self._seen_calls :]
        return any(call.method == "getUpdates" for call in calls)

    def ask(self, person: str, prompt: str, *, count: int = 1, model: str = "") -> Asked:
        flags = f" --n {count}" + (f" --model {model}" if model else "")
        self._received_before[person] = len(self._people[person].received)
        at_s = time.monotonic()
        said = self._people[person].says(f"/imagine {prompt}{flags}")
        return Asked(at_s, str(said.chat.id))

    def answered_at_s(self, asked: Asked) -> float | None:
        return next(
            (
                call.at_s
                for call in self._emulator.rates.calls
                if call.at_s >= asked.at_s
                and str(call.chat_id) == asked.where
                and call.method not in _NOT_AN_ANSWER
            ),
            None,
        )

    def has_picture(self, person: str) -> bool:
        received = self._people[person].received[self._received_before[person] :]
        return any(message.media for message in received)

    def findings(self) -> Sequence[str]:
        return self._emulator.violations


@asynccontextmanager
async def a_telegram() -> AsyncIterator[TelegramChat]:
    """Run an emulated Telegram."""
    async with Emulator() as emulator:
        yield TelegramChat(emulator)
