"""The keys, kept apart from the data: one data key a person, wrapped by a master key."""

import asyncio
import hashlib
import hmac
import os
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.keywrap import aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    Column,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

from core.kernel.ids import AccountId
from core.storage.database import harden
from core.storage.envelope import KEY_BYTES, Place, Unreadable, key_version_of, seal, unseal

_THREADS = 4
Result = TypeVar("Result")

_METADATA = MetaData()
# Not in the data's inventory: it lives in its own file or database; a row is one person's key.
PERSON_KEYS = Table(
    "person_keys",
    _METADATA,
    Column("account_id", String(26), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)


def _read_or_make(path: Path) -> bytes:
    """Return the secret in a file, making it once even if two processes start together."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        msg = f"{path.name} is not a key of {KEY_BYTES} bytes"
        raise ValueError(msg)
    return secret


class KeyStore:
    """Makes, hands out and destroys the data keys of people; hashes their native ids.

    One SQLite file in the keys folder, or a PostgreSQL database of its own when several hosts
    share the data. Never the data's own database: an old backup of that must not hold the keys.
    """

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Open or make the key folder (mode 0700) with the master key and the pepper (0600)."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._master = _read_or_make(folder / "master.key")
        self._pepper = _read_or_make(folder / "pepper.key")
        self._engine: Engine = harden(create_engine(url or f"sqlite:///{folder / 'keys.db'}"))
        _METADATA.create_all(self._engine)
        # Threads of its own: an answer to a person never waits behind a picture being encoded.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="limner-keys")

    def fingerprint(self, purpose: str, *parts: str) -> str:
        """Return a keyed hash (HMAC-SHA-256, hex) for look-ups; useless without the pepper."""
        message = "\x1f".join((purpose, *parts)).encode()
        return hmac.new(self._pepper, message, hashlib.sha256).hexdigest()

    def _latest(self, owner: AccountId) -> tuple[int, bytes]:
        query = (
            select(PERSON_KEYS.c.version, PERSON_KEYS.c.wrapped)
            .where(PERSON_KEYS.c.account_id == owner)
            .order_by(PERSON_KEYS.c.version.desc())
            .limit(1)
        )
        with self._engine.begin() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise Unreadable
        return row.version, aes_key_unwrap(self._master, row.wrapped)

    def _key(self, owner: AccountId, version: int) -> bytes:
        query = select(PERSON_KEYS.c.wrapped).where(
            PERSON_KEYS.c.account_id == owner, PERSON_KEYS.c.version == version
        )
        with self._engine.begin() as connection:
            wrapped = connection.execute(query).scalar_one_or_none()
        if wrapped is None:
            raise Unreadable
        return aes_key_unwrap(self._master, wrapped)

    def make_sync(self, owner: AccountId) -> None:
        """Make the person's first key; does nothing when there is one."""
        wrapped = aes_key_wrap(self._master, secrets.token_bytes(KEY_BYTES))
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(PERSON_KEYS).values(account_id=owner, version=1, wrapped=wrapped)
                )
        except IntegrityError:
            return

    def seal_sync(self, owner: AccountId, plain: bytes, place: Place) -> bytes:
        """Seal with the person's newest key.

        Raises:
            Unreadable: the person has no key (any more); nothing was sealed.
        """
        version, key = self._latest(owner)
        return seal(key, version, plain, place)

    def unseal_sync(self, owner: AccountId, sealed: bytes, place: Place) -> bytes:
        """Open with the key the envelope names.

        Raises:
            Unreadable: the key is destroyed, or the envelope was moved or changed.
        """
        return unseal(self._key(owner, key_version_of(sealed)), sealed, place)

    def destroy_sync(self, owner: AccountId) -> int:
        """Destroy every key of a person, overwritten on disk; return how many there were."""
        with self._engine.begin() as connection:
            count = connection.execute(
                delete(PERSON_KEYS).where(PERSON_KEYS.c.account_id == owner)
            ).rowcount
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                connection.rollback()
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return count

    async def _off_loop(self, work: Callable[..., Result], *args: object) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(work, *args))

    async def make(self, owner: AccountId) -> None:
        """Make the person's first key, off the event loop."""
        await self._off_loop(self.make_sync, owner)

    async def seal(self, place: Place, plain: bytes) -> bytes:
        """Seal for the place's owner, off the event loop; see ``seal_sync``."""
        return await self._off_loop(self.seal_sync, AccountId(place.owner), plain, place)

    async def unseal(self, place: Place, sealed: bytes) -> bytes:
        """Open for the place's owner, off the event loop; see ``unseal_sync``."""
        return await self._off_loop(self.unseal_sync, AccountId(place.owner), sealed, place)

    async def destroy(self, owner: AccountId) -> int:
        """Destroy every key of a person; see ``destroy_sync``."""
        return await self._off_loop(self.destroy_sync, owner)

    def close(self) -> None:
        """Close the connections and end the threads."""
        self._threads.shutdown()
        self._engine.dispose()


def prove_shredding(keys: KeyStore) -> None:
    """At start: seal, destroy the key, and see that opening fails.

    Raises:
        RuntimeError: a destroyed key still opens, so erasure would be a promise without a deed.
    """
    owner = AccountId("0proof" + secrets.token_hex(10))
    place = Place("proof", "proof", "proof", owner)
    keys.make_sync(owner)
    sealed = keys.seal_sync(owner, b"proof", place)
    if keys.unseal_sync(owner, sealed, place) != b"proof":
        msg = "sealed data does not open with its own key"
        raise RuntimeError(msg)
    keys.destroy_sync(owner)
    try:
        keys.unseal_sync(owner, sealed, place)
    except Unreadable:
        return
    msg = "data stays readable after its key was destroyed"
    raise RuntimeError(msg)
