"""Locking a part with a passphrase, so that nobody else can open it: not the platform, not us.

See docs/decisions/0014-exports.md for the format and why it is this one.
"""

import os
import struct
import unicodedata
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

MAGIC = b"LMNRLOCK"
_VERSION = 1
_HEADER = struct.Struct(">8sBI16s7s")
HEADER_BYTES = _HEADER.size
FRAME_BYTES = 1 << 20
"""So much is sealed at once: opening needs no more memory than this."""
_TAG_BYTES = 16
ROUNDS = 600_000
"""Of PBKDF2-HMAC-SHA-256 (OWASP's recommendation of 2023): what every browser can compute."""
_ROUNDS_AT_MOST = 10 * ROUNDS
"""A file that asks for more was made to keep this machine busy."""
_KEY_BYTES = 32
LEAST_PASSPHRASE_CHARS = 8


class LockedOut(Exception):
    """The passphrase is another one, or the file was changed or cut off; nothing was opened."""


def _tidy(passphrase: str) -> bytes:
    """Give what was typed one form, however a keyboard or a chat composed it."""
    return unicodedata.normalize("NFC", passphrase.strip()).encode()


def _key(passphrase: str, salt: bytes, rounds: int) -> bytes:
    derive = PBKDF2HMAC(algorithm=SHA256(), length=_KEY_BYTES, salt=salt, iterations=rounds)
    return derive.derive(_tidy(passphrase))


def _nonce(prefix: bytes, number: int, *, is_last: bool) -> bytes:
    """Each frame knows its place, and which is the last: none can be moved, lost or added."""
    return prefix + struct.pack(">IB", number, is_last)


def locked(plain: bytes | memoryview, passphrase: str, *, rounds: int = ROUNDS) -> Iterator[bytes]:
    """Yield a part that only the passphrase opens; takes a good part of a second of CPU."""
    salt, prefix = os.urandom(16), os.urandom(7)
    header = _HEADER.pack(MAGIC, _VERSION, rounds, salt, prefix)
    cipher = AESGCM(_key(passphrase, salt, rounds))
    view = memoryview(plain)
    yield header
    count = max(1, -(-len(plain) // FRAME_BYTES))
    for number in range(count):
        frame = view[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
        nonce = _nonce(prefix, number, is_last=number == count - 1)
        yield cipher.encrypt(nonce, frame, header)


def unlocked(sealed: bytes, passphrase: str) -> Iterator[bytes]:
    """Yield a locked part's content, frame by frame.

    Raises:
        LockedOut: a wrong passphrase, or a file that was changed; what was yielded before is true
            but not all.
    """
    if len(sealed) < HEADER_BYTES + _TAG_BYTES:
        raise LockedOut
    magic, version, rounds, salt, prefix = _HEADER.unpack_from(sealed)
    if (magic, version) != (MAGIC, _VERSION) or not 0 < rounds <= _ROUNDS_AT_MOST:
        raise LockedOut
    header = sealed[:HEADER_BYTES]
    cipher = AESGCM(_key(passphrase, salt, rounds))
    size = FRAME_BYTES + _TAG_BYTES
    count = -(-(len(sealed) - HEADER_BYTES) // size)
    for number in range(count):
        start = HEADER_BYTES + number * size
        nonce = _nonce(prefix, number, is_last=number == count - 1)
        try:
            yield cipher.decrypt(nonce, sealed[start : start + size], header)
        except InvalidTag as wrong:
            raise LockedOut from wrong
