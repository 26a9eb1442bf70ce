"""Which parts of the code open what people wrote and got, and what for: a closed list.

Flux Art 5: beyond making the pictures, content may be read for quality, safety and reliability.
A test compares this list with the code; a part that is not on it can't open anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

OPENERS = frozenset({"open_text", "open_wish", "read_talk", "refuse_text", "refuse_picture"})
"""Functions that open content or look at it, beside all whose name begins with ``unseal``, the
vault's ``get``, and ``OPENED``."""
OPENED = "core.privacy.subject.walk"
"""The module that hands out whole records of a person, opened."""

Why = Literal["make", "judge", "bring", "show", "answer", "own", "move"]


@dataclass(frozen=True, slots=True)
class Reader:
    """Why one module opens content."""

    why: Why
    """``make`` the picture that was asked for; ``judge`` whether it may be made or shown; ``bring``
    it to its person; ``show`` it to them when they ask; ``answer`` a person who wrote to us;
    ``own``: the store itself, which opens for the callers listed here; ``move`` it to another key
    because its person said so, without looking at it."""
    what: str


READERS: Mapping[str, Reader] = {
    "core/storage/keys.py": Reader("own", "opens envelopes"),
    "core/storage/vault.py": Reader("own", "opens blobs"),
    "core/generation/requests.py": Reader("own", "opens the words of a request"),
    "core/generation/admission.py": Reader("judge", "words, before anything is held"),
    "core/generation/commands.py": Reader("make", "the same wish again, when its person asks"),
    "core/generation/workflow.py": Reader("make", "the words that are drawn; judges the pictures"),
    "core/generation/making.py": Reader("judge", "previews, before they are shown"),
    "core/generation/parts.py": Reader("make", "pictures between two steps of their job"),
    "core/generation/delivery.py": Reader("bring", "the address of a request"),
    "core/generation/queries.py": Reader("show", "a person's own pictures and words"),
    "core/privacy/letters/loop.py": Reader("bring", "letters and their files"),
    "core/privacy/letters/people.py": Reader("bring", "the id that a letter's address is made of"),
    "core/privacy/letters/queries.py": Reader("show", "a person's own letters"),
    "core/privacy/subject/walk.py": Reader("show", "everything of a person, for their own copy"),
    "core/privacy/export/gather.py": Reader("show", "everything of a person, for their own copy"),
    "core/privacy/export/build.py": Reader("show", "the passphrase that their copy is locked with"),
    "core/privacy/export/links.py": Reader("show", "a part of their copy, behind its signed link"),
    "core/privacy/export/news.py": Reader("bring", "the address that news of an export go to"),
    "core/privacy/importing/command.py": Reader("judge", "pictures that come with a copy"),
    "core/privacy/erasure/ending.py": Reader("bring", "the address that the receipt goes to"),
    "core/privacy/erasure/memory.py": Reader("move", "what an erasure still needs, to its own key"),
    "core/privacy/erasure/messages.py": Reader("move", "addresses of messages to take back"),
    "core/privacy/erasure/tombstones.py": Reader("move", "a surface's id, into a keyed hash"),
    "core/privacy/choosing/signal.py": Reader("own", "until when a personal link holds"),
    "core/privacy/linking/joining.py": Reader("move", "one person's data to their one account"),
    "core/privacy/linking/moving.py": Reader("move", "files to the key of their one account"),
    "bots/answering.py": Reader("answer", "one talk, by an explicit command that is logged"),
    "core/privacy/desk/talks.py": Reader("answer", "words to the people who run this"),
}
