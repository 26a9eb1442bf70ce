"""Who asks, where, and where the answer goes: opaque to everything but the surface."""

from dataclasses import dataclass
from typing import Literal

Language = Literal["en", "zh_Hans"]

LANGUAGES: tuple[Language, ...] = ("en", "zh_Hans")


@dataclass(frozen=True, slots=True)
class Actor:
    """A person as one surface knows them."""

    surface: str
    native_id: str
    """The surface's own id of the person; never stored in the clear."""
    language_hint: str = ""
    """The language tag the platform tells, for example ``zh-CN``; used until the person chooses."""


@dataclass(frozen=True, slots=True)
class Room:
    """Where something was asked."""

    key: str
    """The surface's own id of the room, opaque to the core."""
    is_private: bool
    """Only the person and the bot read it."""
    is_age_restricted: bool = False
    """The platform itself has marked the room as for adults."""


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where the answer goes; written and read only by the surface that made it."""

    surface: str
    address: str


def language_of(tag: str) -> Language:
    """Return the language to speak for a platform's language tag (BCP 47); English if unknown."""
    return "zh_Hans" if tag.lower().replace("_", "-").split("-")[0] == "zh" else "en"
