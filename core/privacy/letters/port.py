"""What the core asks of a surface so that news reach one person: the letters' port."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from core.generation.delivery_port import DeliveryResult
from core.kernel.people import Language
from core.privacy.answers import Answer


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that a letter brings."""

    file_name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to a person; the same letter may come again, with other words."""

    letter_id: str
    reply_to: str
    """The address that the surface gave: one where only the person reads."""
    message_address: str
    """Where the letter was last shown; empty if nowhere yet."""
    attempt: int
    was_started: bool
    """An earlier try began to send and its result is unknown: look before repeating."""
    answer: Answer
    attachment: Attachment | None
    remember: Callable[[str], Awaitable[None]]
    """Store a new message address durably; call it as soon as a message exists."""


class LetterDelivery(Protocol):
    """A surface's way to bring letters. Runs where the surface's client lives."""

    surface: str

    def private_address(self, native_id: str) -> str:
        """Return an address of this surface where only the person with this id reads."""
        ...

    async def bring(self, letter: Letter) -> DeliveryResult:
        """Show the letter in its one message, so that a repeat after a crash is invisible.

        ``Gone`` when the person can't be reached there any more.
        """
        ...

    async def take_back(self, message_address: str, language: Language) -> DeliveryResult:
        """Remove a message from the chat, or leave nothing in it but a line in this language.

        ``Sent`` when it is not there any more (also when somebody else removed it); ``Gone`` when
        the platform does not let us: then only the person can.
        """
        ...
