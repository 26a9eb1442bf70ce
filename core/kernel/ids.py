"""Identifiers: 26 letters and digits that sort by the time they were made."""

import secrets
import time
from datetime import datetime
from typing import NewType

AccountId = NewType("AccountId", str)
RequestId = NewType("RequestId", str)
PictureId = NewType("PictureId", str)
HoldId = NewType("HoldId", str)
BlobId = NewType("BlobId", str)

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 26
_RANDOM_BITS = 82


def new_id() -> str:
    """Return a new id: 48 bits of milliseconds, then 82 random bits, in base 32.

    Two ids of one millisecond sort at random; nobody can guess the next one.
    """
    return _spelled(time.time_ns() // 1_000_000, secrets.randbits(_RANDOM_BITS))


def id_at(at: datetime, digest: str) -> str:
    """Return the one id that belongs to a time and a keyed hash (hex); it sorts by the time."""
    return _spelled(int(at.timestamp() * 1000), int(digest, 16) & ((1 << _RANDOM_BITS) - 1))


def _spelled(at_ms: int, rest: int) -> str:
    value = (at_ms << _RANDOM_BITS) | rest
    letters = []
    for _ in range(_LENGTH):
        letters.append(_ALPHABET[value & 31])
        value >>= 5
    return "".join(reversed(letters))


def is_id(text: str) -> bool:
    """Say whether a text, for example from a button, has the form of an id."""
    return len(text) == _LENGTH and all(letter in _ALPHABET for letter in text)
