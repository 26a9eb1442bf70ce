"""The keys, kept apart from the data: one data key a person, wrapped by a master key."""

import asyncio
import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy import (
    URL,
    Column,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    insert,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from core.kernel.ids import AccountId
from core.storage.database import BUSY_TIMEOUT_MS, harden
from core.storage.deletions import DeletionLedger
from core.storage.envelope import KEY_BYTES, Place, Unreadable, key_version_of, seal, unseal

_THREADS = 4
_CHECKPOINT_PAUSE_S = 0.05
_PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700
_CHECK = "0-installation"
"""Not an account: proof that this folder's secrets are those that the table was made with."""
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


class WrongKeys(Exception):
    """The master key or the pepper is not the one that people's keys were made with.

    Nothing was read or written. Restore both files from their backup, or copy them from the
    host that made them.
    """


def _read_or_make(path: Path) -> bytes:
    """Return the secret in a file, making it once even if two processes start together."""
    if not path.exists():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE_FILE)
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


def _address(folder: Path, url: str | None) -> str | URL:
    """Return the key table's address; a file of ours is made first, for our eyes only."""
    if url is not None:
        return make_url(url).set(drivername="postgresql+psycopg")
    file = folder / "keys.db"
    # SQLite gives its log files the mode of the database.
    file.touch(mode=_PRIVATE_FILE)
    return f"sqlite:///{file}"


class KeyStore:
    """Makes, hands out and destroys the data keys of people; hashes their native ids.

    One SQLite file in the keys folder, or a PostgreSQL database of its own when several hosts
    share the data. Never the data's own database: an old backup of that must not hold the keys.
    """

    def __init__(self, folder: Path, url: str | None = None) -> None:
        """Open or make the key folder (mode 0700) with the master key and the pepper (0600).

        Raises:
            WrongKeys: the folder's secrets are not those that the table was made with.
        """
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        self.folder = folder
        self._master = _read_or_make(folder / "master.key")
        self._pepper = _read_or_make(folder / "pepper.key")
        self._receipt_key = Ed25519PrivateKey.from_private_bytes(
            _read_or_make(folder / "receipt.key")
        )
        self._engine = harden(create_engine(_address(folder, url)))
        try:
            self._make_table()
            self.ledger = DeletionLedger(self._engine, self.fingerprint, self._off_loop)
            self._check_secrets()
        except BaseException:
            self._engine.dispose()
            raise
        # Threads of its own: an answer to a person never waits behind a picture being encoded.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="limner-keys")

    def _make_table(self) -> None:
        try:
            _METADATA.create_all(self._engine)
        except (IntegrityError, OperationalError, ProgrammingError):
            # Two processes start at once: the other one has just made it.
            if not inspect(self._engine).has_table(PERSON_KEYS.name):
                raise

    def _check_secrets(self) -> None:
        proof = hmac.digest(self._master, self._pepper, "sha256")
        row = {"account_id": _CHECK, "version": 0, "wrapped": proof}
        query = select(PERSON_KEYS.c.wrapped).where(PERSON_KEYS.c.account_id == _CHECK)
        try:
            with self._engine.begin() as connection:
                known = connection.execute(query).scalar_one_or_none()
                if known is None:
                    connection.execute(insert(PERSON_KEYS).values(row))
                    return
        except IntegrityError:
            with self._engine.begin() as connection:
                known = connection.execute(query).scalar_one()
        if not hmac.compare_digest(known, proof):
            raise WrongKeys

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
        return row.version, self._unwrap(row.wrapped)

    def _key(self, owner: AccountId, version: int) -> bytes:
        query = select(PERSON_KEYS.c.wrapped).where(
            PERSON_KEYS.c.account_id == owner, PERSON_KEYS.c.version == version
        )
        with self._engine.begin() as connection:
            wrapped = connection.execute(query).scalar_one_or_none()
        if wrapped is None:
            raise Unreadable
        return self._unwrap(wrapped)

    def _unwrap(self, wrapped: bytes) -> bytes:
        try:
            return aes_key_unwrap(self._master, wrapped)
        except InvalidUnwrap as changed:
            raise Unreadable from changed

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

    def unseal_many_sync(self, sealed: Sequence[tuple[Place, bytes]]) -> list[bytes | None]:
        """Open many, looking each key up once; None for each that can't be opened (any more)."""
        keys: dict[tuple[str, int], bytes | None] = {}
        found: list[bytes | None] = []
        for place, one in sealed:
            try:
                needed = (place.owner, key_version_of(one))
                if needed not in keys:
                    keys[needed] = self._key_or_none(AccountId(place.owner), needed[1])
                key = keys[needed]
                found.append(None if key is None else unseal(key, one, place))
            except Unreadable:
                found.append(None)
        return found

    def _key_or_none(self, owner: AccountId, version: int) -> bytes | None:
        try:
            return self._key(owner, version)
        except Unreadable:
            return None

    def destroy_sync(self, owner: AccountId) -> int:
        """Destroy every key of a person; return how many there were.

        In SQLite the bytes are overwritten at once. PostgreSQL reuses the space in its own time.

        Raises:
            TimeoutError: the keys are gone from the table, but SQLite's log could not be emptied.
        """
        with self._engine.begin() as connection:
            count = connection.execute(
                delete(PERSON_KEYS).where(PERSON_KEYS.c.account_id == owner)
            ).rowcount
        if self._engine.dialect.name == "sqlite":
            self._empty_log()
        return count

    def destroy_all_sync(self) -> int:
        """Destroy every key of everybody; return how many there were. See ``destroy_sync``."""
        with self._engine.begin() as connection:
            count = connection.execute(
                delete(PERSON_KEYS).where(PERSON_KEYS.c.account_id != _CHECK)
            ).rowcount
        if self._engine.dialect.name == "sqlite":
            self._empty_log()
        return count

    def sign(self, message: bytes) -> bytes:
        """Sign a receipt with this deployment's key (Ed25519, 64 bytes)."""
        return self._receipt_key.sign(message)

    def receipt_key(self) -> bytes:
        """Return the public key that receipts are checked with (32 bytes)."""
        return self._receipt_key.public_key().public_bytes_raw()

    def _empty_log(self) -> None:
        with self._engine.connect() as connection:
            connection.rollback()
            raw = connection.connection.driver_connection
            assert raw is not None
            # SQLite does not wait for another checkpoint: two erasures at once need a second try.
            give_up_at_s = time.monotonic() + BUSY_TIMEOUT_MS / 1000
            while raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                if time.monotonic() > give_up_at_s:
                    raise TimeoutError
                time.sleep(_CHECKPOINT_PAUSE_S)

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

    async def unseal_many(self, sealed: Sequence[tuple[Place, bytes]]) -> list[bytes | None]:
        """Open many, off the event loop; see ``unseal_many_sync``."""
        return await self._off_loop(self.unseal_many_sync, sealed)

    async def destroy_all(self) -> int:
        """Destroy every key of everybody; see ``destroy_all_sync``."""
        return await self._off_loop(self.destroy_all_sync)

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
