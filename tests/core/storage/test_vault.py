"""The picture store keeps only sealed bytes, in a folder or an S3-compatible bucket."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import ObjectStore

from core.kernel.ids import AccountId, BlobId, new_id
from core.storage.envelope import Unreadable
from core.storage.keys import KeyStore
from core.storage.vault import BlobMissing, S3Location, Vault, local_store, s3_store

PICTURE = b"\x89PNG a fox under a blue moon" * 2000
BUCKET = "pictures-of-the-tests"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A vault, with what stands behind it."""

    vault: Vault
    keys: KeyStore
    store: ObjectStore

    async def person(self) -> AccountId:
        owner = AccountId(new_id())
        await self.keys.make(owner)
        return owner

    async def everything(self) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        async for batch in obstore.list(self.store):
            for item in batch:
                path = str(item["path"])
                found[path] = bytes(await (await obstore.get_async(self.store, path)).bytes_async())
        return found


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    httpx.put(f"{endpoint}/{BUCKET}").raise_for_status()
    yield endpoint
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
async def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shelf]:
    keys = KeyStore(tmp_path / "keys")
    if request.param == "folder":
        store = local_store(str(tmp_path / "pictures"))
    else:
        endpoint: str = request.getfixturevalue("s3_endpoint")
        where = S3Location(BUCKET, f"test-{new_id()}", endpoint, "us-east-1", "k", "s")
        store = s3_store(where)
    yield Shelf(Vault(store, keys), keys, store)
    keys.close()


async def test_a_picture_comes_back_as_it_was(shelf: Shelf) -> None:
    owner = await shelf.person()
    await shelf.vault.put(owner, BlobId("b1"), PICTURE)
    assert await shelf.vault.get(owner, BlobId("b1")) == PICTURE


@pytest.mark.promise("AX-20", "PL-T4")
async def test_the_store_never_sees_the_picture(shelf: Shelf) -> None:
    owner = await shelf.person()
    await shelf.vault.put(owner, BlobId("b1"), PICTURE)
    (raw,) = (await shelf.everything()).values()
    assert b"fox" not in raw
    assert not raw.startswith(b"\x89PNG")


async def test_a_repeated_step_replaces_the_bytes(shelf: Shelf) -> None:
    owner = await shelf.person()
    await shelf.vault.put(owner, BlobId("b1"), b"first")
    await shelf.vault.put(owner, BlobId("b1"), PICTURE)
    assert await shelf.vault.get(owner, BlobId("b1")) == PICTURE
    assert await shelf.vault.blobs_of(owner) == ("b1",)


async def test_a_deleted_picture_is_gone_and_deleting_again_is_no_error(shelf: Shelf) -> None:
    owner = await shelf.person()
    await shelf.vault.put(owner, BlobId("b1"), PICTURE)
    await shelf.vault.delete(owner, BlobId("b1"))
    await shelf.vault.delete(owner, BlobId("b1"))
    with pytest.raises(BlobMissing):
        await shelf.vault.get(owner, BlobId("b1"))
    assert await shelf.everything() == {}


async def test_what_is_left_of_a_person_can_be_listed(shelf: Shelf) -> None:
    owner, other = await shelf.person(), await shelf.person()
    for number in range(3):
        await shelf.vault.put(owner, BlobId(f"b{number}"), PICTURE)
    await shelf.vault.put(other, BlobId("b9"), PICTURE)
    assert sorted(await shelf.vault.blobs_of(owner)) == ["b0", "b1", "b2"]
    assert await shelf.vault.blobs_of(AccountId(new_id())) == ()


async def test_everybodys_old_blobs_can_be_listed_some_at_once(shelf: Shelf) -> None:
    people = [await shelf.person() for _ in range(3)]
    for owner in people:
        for number in range(2):
            await shelf.vault.put(owner, BlobId(f"b{number}"), PICTURE)
    now = datetime.now(UTC)
    later = [found async for found in shelf.vault.stored_before(now + timedelta(hours=1), 4)]
    earlier = [found async for found in shelf.vault.stored_before(now - timedelta(hours=1), 4)]

    assert earlier == []
    assert all(len(found) <= 4 for found in later)
    assert {(one.owner, one.blob) for found in later for one in found} == {
        (owner, f"b{number}") for owner in people for number in range(2)
    }


async def test_pictures_swapped_between_people_or_places_do_not_open(shelf: Shelf) -> None:
    owner, other = await shelf.person(), await shelf.person()
    await shelf.vault.put(owner, BlobId("b1"), PICTURE)
    raw = (await shelf.everything())[f"{owner}/b1"]
    for path in (f"{other}/b1", f"{owner}/b2"):
        await obstore.put_async(shelf.store, path, raw)
    with pytest.raises(Unreadable):
        await shelf.vault.get(other, BlobId("b1"))
    with pytest.raises(Unreadable):
        await shelf.vault.get(owner, BlobId("b2"))


async def test_a_picture_is_unreadable_once_its_owners_key_is_destroyed(shelf: Shelf) -> None:
    owner = await shelf.person()
    await shelf.vault.put(owner, BlobId("b1"), PICTURE)
    await shelf.keys.destroy(owner)
    with pytest.raises(Unreadable):
        await shelf.vault.get(owner, BlobId("b1"))


async def test_sealing_a_large_picture_does_not_hold_up_the_loop(shelf: Shelf) -> None:
    owner = await shelf.person()
    worst_s = 0.0
    loop = asyncio.get_running_loop()

    async def tick() -> None:
        nonlocal worst_s
        while True:
            before = loop.time()
            await asyncio.sleep(0.01)
            worst_s = max(worst_s, loop.time() - before)

    ticking = asyncio.create_task(tick())
    large = bytes(24 * 1024 * 1024)
    await shelf.vault.put(owner, BlobId("b1"), large)
    assert await shelf.vault.get(owner, BlobId("b1")) == large
    ticking.cancel()
    assert worst_s < 0.5
