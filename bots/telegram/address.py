"""Where a request came from and where its one message is: one short text."""

import json
from dataclasses import dataclass, replace
from typing import Self

SURFACE = "telegram"


class AddressInvalid(ValueError):
    """The text was not written by ``Address.write``; a bug, because nobody else writes any."""


@dataclass(frozen=True, slots=True)
class Address:
    """All that any later process needs to find the message or to make it anew."""

    chat_id: int
    thread_id: int | None = None
    """The topic of a forum."""
    reply_id: int | None = None
    """The message that asked; answers reply to it."""
    message_id: int | None = None
    """The one message of the request, once there is one."""
    update_id: int = 0
    """The update that asked: makes the address of every request its own."""
    is_file: bool = False
    """The message holds a file; one of an album can become nothing but another file."""

    @property
    def is_private(self) -> bool:
        """Say whether only one person reads the chat (Bot API: ids of people are positive)."""
        return self.chat_id > 0

    def write(self) -> str:
        """Return the address as compact JSON."""
        parts = {
            "c": self.chat_id,
            "t": self.thread_id,
            "r": self.reply_id,
            "m": self.message_id,
            "u": self.update_id,
            "d": int(self.is_file),
        }
        kept = {name: value for name, value in parts.items() if value}
        return json.dumps(kept, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the address that ``write`` wrote.

        Raises:
            AddressInvalid: it is not one.
        """
        try:
            parts = json.loads(text)
            return cls(
                chat_id=parts["c"],
                thread_id=parts.get("t"),
                reply_id=parts.get("r"),
                message_id=parts.get("m"),
                update_id=parts.get("u", 0),
                is_file=bool(parts.get("d", 0)),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as broken:
            raise AddressInvalid from broken

    def at(self, message_id: int) -> Self:
        """Return the address with its message."""
        return replace(self, message_id=message_id)

    def moved_to(self, chat_id: int) -> Self:
        """Return the address after a group got another id; old message ids mean nothing there."""
        return replace(self, chat_id=chat_id, reply_id=None, message_id=None)
