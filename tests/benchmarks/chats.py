"""What a chat platform is to the benchmark: people ask, and the wire tells when they were answered.

The emulators run in this process, the bots in others; every time is taken at the platform's end.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import Child

_LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Asked:
    """One request of one person, at a monotonic time in seconds."""

    at_s: float
    where: str
    """How the platform knows its answers again."""


class Chat(ABC):
    """An emulated platform with people on it."""

    name: str
    surface: str
    service: tuple[str, ...]
    """The command of Limner that runs this bot alone."""
    bare: str
    """The module of the bare bot."""

    @abstractmethod
    def environment(self) -> dict[str, str]:
        """Return the settings that bring Limner's bot here."""

    @abstractmethod
    def bare_arguments(self, picture: Path) -> tuple[str, ...]:
        """Return the arguments of the bare bot."""

    @abstractmethod
    def add_people(self, count: int) -> tuple[str, ...]:
        """Make people and return their native ids."""

    @abstractmethod
    def forget_bot(self) -> None:
        """Expect a new bot: what the last one did is done."""

    @abstractmethod
    def is_connected(self) -> bool:
        """Whether the bot is there and offers its command."""

    @abstractmethod
    def ask(self, person: str, prompt: str, *, count: int = 1, model: str = "") -> Asked:
        """Send ``/imagine`` as a person."""

    @abstractmethod
    def answered_at_s(self, asked: Asked) -> float | None:
        """Return when the first answer arrived; None while there is none."""

    @abstractmethod
    def has_picture(self, person: str) -> bool:
        """Whether the person's last request has ended in a picture."""

    @abstractmethod
    def findings(self) -> Sequence[str]:
        """Return what the bot did that the platform would refuse."""

    async def until(self, done: Callable[[], bool], child: Child, timeout_s: float) -> float:
        """Wait until something holds; return the seconds it took.

        Raises:
            TimeoutError: it never did.
            RuntimeError: the bot ended meanwhile.
        """
        began_s = time.monotonic()
        async with asyncio.timeout(timeout_s):
            while not done():
                child.check()
                await asyncio.sleep(_LOOK_EVERY_S)
        return time.monotonic() - began_s
