"""Who the playground's person is: one per installation, known by an id that stays in its data."""

import os
from dataclasses import dataclass
from pathlib import Path

from core.accounts.commands import known_person
from core.app import App
from core.kernel.ids import is_id, new_id
from core.kernel.people import Actor, Language, ReplyTo, Room, language_of

SURFACE = "playground"
ROOM = Room(key="page", is_private=True)
_FILE = "playground-person"


@dataclass(frozen=True, slots=True)
class Installation:
    """One installation's person; two that share a database stay two people."""

    native_id: str

    def actor(self, language_hint: str = "") -> Actor:
        """Return the person; the hint is the browser's language, used until one is chosen."""
        return Actor(SURFACE, self.native_id, language_hint)

    def reply_to(self) -> ReplyTo:
        """Return where outcomes go: to every page this installation has open."""
        return ReplyTo(SURFACE, self.native_id)

    def request_key(self, page_key: str) -> str:
        """Return the key of one press of a button: the same press twice makes one job."""
        return f"{SURFACE}:{self.native_id}:{page_key}"


def open_installation(data: Path) -> Installation:
    """Read the installation's id from its data folder, or make it once.

    Raises:
        OSError: the folder can't be written; nothing was made.
        ValueError: the file holds no id; nothing was changed.
    """
    file = data / _FILE
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(descriptor, "w", encoding="ascii") as fresh:
            fresh.write(new_id())
    known = file.read_text("ascii").strip()
    if not is_id(known):
        msg = f"{_FILE} in the data folder holds no id; remove it to begin anew"
        raise ValueError(msg)
    return Installation(f"local-{known}")


async def spoken_with(app: App, actor: Actor) -> Language:
    """Return the language to speak with a person; asking makes no account."""
    person = await known_person(app, actor)
    return person.language if person else language_of(actor.language_hint)


def message_address(request_id: str) -> str:
    """Return where a request's one message is: the page finds it by the request."""
    return f"turn-{request_id}"
