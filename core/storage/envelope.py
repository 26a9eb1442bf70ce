"""The sealed envelope: AES-GCM with the place of the value bound to it."""

import mmap
import os
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORMAT = 1
_HEADER = struct.Struct(">BI")
_NONCE_BYTES = 12
_TAG_BYTES = 16
KEY_BYTES = 32


class Unreadable(Exception):
    """The envelope cannot be opened: its key is destroyed, it was moved, or it was changed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives. A ciphertext moved elsewhere does not open."""

    table: str
    column: str
    row: str
    owner: str

    def associated(self) -> bytes:
        """Return the associated data: the four parts, each led by its length."""
        parts = (self.table, self.column, self.row, self.owner)
        return b"".join(
            struct.pack(">I", len(raw)) + raw for raw in (part.encode() for part in parts)
        )


def seal(key: bytes, key_version: int, plain: bytes, place: Place) -> bytes:
    """Return format (1 byte), key version (4), nonce (12), then ciphertext with its tag."""
    header = _HEADER.pack(_FORMAT, key_version)
    nonce = os.urandom(_NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, plain, header + place.associated())


def seal_buffer(key: bytes, key_version: int, plain: bytes | memoryview, place: Place) -> mmap.mmap:
    """Seal something large: as ``seal``, into memory that goes back to the system at once.

    What the allocator frees it keeps for later; after files of many sizes that is several of them.
    """
    header = _HEADER.pack(_FORMAT, key_version)
    nonce = os.urandom(_NONCE_BYTES)
    begin = len(header) + _NONCE_BYTES
    sealed = mmap.mmap(-1, begin + len(plain) + _TAG_BYTES)
    sealed[:begin] = header + nonce
    AESGCM(key).encrypt_into(nonce, plain, header + place.associated(), memoryview(sealed)[begin:])
    return sealed


def key_version_of(sealed: bytes) -> int:
    """Return which version of the owner's key an envelope needs.

    Raises:
        Unreadable: it is no envelope.
    """
    if len(sealed) < _HEADER.size + _NONCE_BYTES or sealed[0] != _FORMAT:
        raise Unreadable
    version: int = _HEADER.unpack_from(sealed)[1]
    return version


def unseal(key: bytes, sealed: bytes, place: Place) -> bytes:
    """Open an envelope.

    Raises:
        Unreadable: wrong key, wrong place, or changed bytes; nothing is returned.
    """
    key_version_of(sealed)
    header, rest = sealed[: _HEADER.size], sealed[_HEADER.size :]
    try:
        return AESGCM(key).decrypt(
            rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], header + place.associated()
        )
    except InvalidTag as wrong:
        raise Unreadable from wrong
