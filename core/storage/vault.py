"""The picture store: sealed blobs in a local folder or an S3-compatible bucket."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

import obstore
from obstore import store as obstores
from obstore.exceptions import NotFoundError
from obstore.store import ObjectStore

from core.kernel.ids import AccountId, BlobId
from core.storage.envelope import Place
from core.storage.keys import KeyStore


class BlobMissing(Exception):
    """There is no such blob (any more)."""


@dataclass(frozen=True, slots=True)
class S3Location:
    """An S3-compatible bucket; ``endpoint`` empty means the vendor's own."""

    bucket: str
    prefix: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str


def local_store(folder: str) -> ObjectStore:
    """Keep blobs in a folder of this machine, made when missing."""
    return obstores.LocalStore(folder, mkdir=True, automatic_cleanup=True)


def s3_store(where: S3Location) -> ObjectStore:
    """Keep blobs in an S3-compatible bucket."""
    return obstores.S3Store(
        where.bucket,
        prefix=where.prefix or None,
        endpoint=where.endpoint or None,
        region=where.region or "us-east-1",
        access_key_id=where.access_key,
        secret_access_key=where.secret_key,
        virtual_hosted_style_request=False,
        client_options={"allow_http": where.endpoint.startswith("http://")},
    )


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """What the store itself knows of a blob."""

    owner: AccountId
    blob: BlobId


class Vault:
    """Holds bytes that belong to a person, sealed with that person's key."""

    def __init__(self, store: ObjectStore, keys: KeyStore) -> None:
        self._store = store
        self._keys = keys

    @staticmethod
    def _path(owner: AccountId, blob: BlobId) -> str:
        # One folder a person, so that erasure can list what is left.
        return f"{owner}/{blob}"

    async def put(self, owner: AccountId, blob: BlobId, data: bytes | memoryview) -> None:
        """Seal and store; the same blob id again replaces the bytes (a repeated step)."""
        sealed = await self._keys.seal_buffer(Place("vault", "blob", blob, owner), data)
        await obstore.put_async(self._store, self._path(owner, blob), sealed)

    async def get(self, owner: AccountId, blob: BlobId) -> bytes:
        """Read and open.

        Raises:
            BlobMissing: it was deleted or never stored.
            Unreadable: the owner's key is destroyed.
        """
        try:
            result = await obstore.get_async(self._store, self._path(owner, blob))
        except (NotFoundError, FileNotFoundError) as missing:
            raise BlobMissing from missing
        sealed = bytes(await result.bytes_async())
        return await self._keys.unseal(Place("vault", "blob", blob, owner), sealed)

    async def delete(self, owner: AccountId, blob: BlobId) -> None:
        """Delete; a blob that is gone already is no error."""
        try:
            await obstore.delete_async(self._store, self._path(owner, blob))
        except (NotFoundError, FileNotFoundError):
            return

    async def blobs_of(self, owner: AccountId) -> tuple[BlobId, ...]:
        """List what is stored for a person."""
        found: list[BlobId] = []
        async for batch in obstore.list(self._store, prefix=f"{owner}/"):
            found.extend(BlobId(str(item["path"]).rsplit("/", 1)[-1]) for item in batch)
        return tuple(found)

    async def stored_before(
        self, when: datetime, at_once: int
    ) -> AsyncIterator[tuple[StoredBlob, ...]]:
        """List everybody's blobs that were written before a time, some at once."""
        batches = iter(obstore.list(self._store, chunk_size=at_once))
        # In a thread of ours: a command that ends right after the last batch would otherwise end
        # under the store's own threads, which abort the process.
        while (batch := await asyncio.to_thread(next, batches, None)) is not None:
            found = [
                StoredBlob(AccountId(owner), BlobId(blob))
                for item in batch
                if item["last_modified"] < when
                for owner, _, blob in [str(item["path"]).rpartition("/")]
            ]
            if found:
                yield tuple(found)
