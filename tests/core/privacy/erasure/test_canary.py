"""The proof above all proofs: everything of A is filled, A is erased, every byte is searched."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import ObjectStore
from sqlalchemy import func, select

from core.app import App
from core.kernel.ids import new_id
from core.privacy.erasure.commands import begin_erasure
from core.privacy.erasure.rows import ErasureRow
from core.storage.vault import S3Location, local_store, s3_store
from tests.core.privacy.erasure.filling import Canary, a_canary, everything_of, uncovered
from tests.core.privacy.erasure.scanning import in_files, in_objects, in_tables
from tests.core.privacy.erasure.stage import (
    a_letter_loop,
    a_person_with_pictures,
    an_order,
    confirmed,
    erased,
)
from tests.factories import an_app
from tests.fakes import FakeLetters, FakeProvider, an_offering

BUCKET = "canaries"
MADE_BY = "builtin/illustrator"


@pytest.fixture(scope="module")
def s3_endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    httpx.put(f"{endpoint}/{BUCKET}").raise_for_status()
    yield endpoint
    server.stop()


def the_store(folder: Path, endpoint: str, prefix: str) -> ObjectStore:
    if not endpoint:
        return local_store(str(folder / "data" / "pictures"))
    return s3_store(S3Location(BUCKET, prefix, endpoint, "us-east-1", "k", "s"))


def settings_of(endpoint: str, prefix: str, policy: str) -> dict[str, Any]:
    found = {"LIMNER_POLICY": policy}
    if endpoint:
        found |= {
            "LIMNER_S3_BUCKET": BUCKET,
            "LIMNER_S3_PREFIX": prefix,
            "LIMNER_S3_ENDPOINT": endpoint,
            "LIMNER_S3_ACCESS_KEY": "k",
            "LIMNER_S3_SECRET_KEY": "s",
        }
    return found


async def found_of(canary: Canary, url: str, folder: Path, store: ObjectStore) -> list[str]:
    """Return where anything of a person stands, in any byte there is."""
    wanted = canary.all_bytes()
    found = in_files(wanted, folder)
    database = Path(url.removeprefix("sqlite:///")).parent
    if url.startswith("sqlite"):
        found += in_files(wanted, database)
    found += in_tables(wanted, url)
    return found + await in_objects(wanted, store)


async def running_erasure(app: App, canary: Canary) -> str:
    query = select(ErasureRow.id).where(
        ErasureRow.account_id == canary.account_id, ErasureRow.state == "running"
    )
    async with app.transaction() as tx:
        return (await tx.scalars(query)).one()


async def everything_opens(app: App, canary: Canary) -> None:
    for where, (place, envelope, content) in canary.sealed.items():
        assert await app.keys.unseal(place, envelope) == content, where
    for blob, content in canary.blobs.items():
        assert await app.vault.get(canary.account_id, blob) == content


async def sweep_the_canaries(
    url: str, folder: Path, endpoint: str, policy: str, caplog: pytest.LogCaptureFixture
) -> None:
    prefix = f"test-{new_id()}"
    store = the_store(folder, endpoint, prefix)
    provider = FakeProvider(offering=an_offering(id=MADE_BY))
    surface = FakeLetters()
    caplog.set_level(logging.INFO)
    async with an_app(
        database_url=url,
        folder=folder,
        providers=[provider],
        **settings_of(endpoint, prefix, policy),
    ) as app:
        a, b = await a_canary(app, "a"), await a_canary(app, "b")
        await a_person_with_pictures(app, 2, native_id=a.actor.native_id)
        before = await everything_of(app, b.account_id)
        seen = await found_of(a, url, folder, store)
        missed = [what for what in a.plain if not any(one.startswith(what) for one in seen)]
        assert missed == [], "the scan itself must find what is there"

        async with a_letter_loop(app, surface):
            await confirmed(app, "now", actor=a.actor)
            assert await erased(app, await running_erasure(app, a)) == "done"
            await surface.until(lambda: any(one.attachment for one in surface.brought))
            await surface.until(lambda: len(surface.taken) == 4)
        await app.database.checkpoint()

        assert await found_of(a, url, folder, store) == []
        # The bucket's own server runs in this process and writes down what it is asked for.
        ours = [one for one in caplog.records if one.name != "werkzeug"]
        logged = "\n".join(one.getMessage() for one in ours).encode()
        assert [what for what, value in a.all_bytes().items() if value in logged] == []
        assert await everything_of(app, b.account_id) == before
        await everything_opens(app, b)


def test_every_table_that_leads_to_people_says_how() -> None:
    assert uncovered() == []


@pytest.mark.promise("AX-37", "FA-14.c", "FA-10.4")
async def test_nothing_of_a_is_left_in_any_byte_and_b_is_untouched(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await sweep_the_canaries(sqlite_url, tmp_path / "app", "", "flux-art", caplog)


@pytest.mark.slow
@pytest.mark.promise("AX-37", "FA-14.c", "FA-10.4")
@pytest.mark.parametrize("policy", ["artiflux", "flux-art"])
@pytest.mark.parametrize("keeps", ["folder", "bucket"])
async def test_on_every_database_and_store_and_under_both_policies(
    request: pytest.FixtureRequest,
    database_url: str,
    tmp_path: Path,
    keeps: str,
    policy: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    endpoint: str = request.getfixturevalue("s3_endpoint") if keeps == "bucket" else ""
    await sweep_the_canaries(database_url, tmp_path / "app", endpoint, policy, caplog)


@pytest.mark.promise("AX-37", "FA-14.c")
async def test_a_restored_backup_is_erased_again_before_anybody_is_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder, backup = tmp_path / "app", tmp_path / "backup"
    async with an_app(folder=folder) as app:
        a, b = await a_canary(app, "a"), await a_canary(app, "b")
        await app.database.checkpoint()
        before = await everything_of(app, b.account_id)
    shutil.copytree(folder / "data", backup)
    async with an_app(folder=folder) as app:
        erasure = await begin_erasure(app, an_order(a.account_id))
        assert await erased(app, erasure.erasure_id) == "done"

    shutil.rmtree(folder / "data")
    shutil.copytree(backup, folder / "data")
    # What an earlier erasure left stays, as declared: keyed hashes.
    kept = "tombstones."
    wanted = {what: raw for what, raw in a.all_bytes().items() if not what.startswith(kept)}
    assert in_files(wanted, folder / "data"), "the backup brought everything back"
    async with an_app(folder=folder) as app:
        # Nothing was called after the start: it is gone by then.
        await app.database.checkpoint()
        assert in_files(wanted, folder) == []
        assert await everything_of(app, b.account_id) == before
        await everything_opens(app, b)
        async with app.transaction() as tx:
            rows = list(await tx.scalars(select(ErasureRow).where(ErasureRow.state == "done")))
        assert [(row.requester, row.reason) for row in rows] == [("operator", "restored")]
    async with an_app(folder=folder) as app:
        async with app.transaction() as tx:
            count = await tx.scalar(select(func.count()).select_from(ErasureRow))
        assert count == 3, "the next start erases nothing again"
