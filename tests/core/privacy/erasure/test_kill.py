"""kill -9 before, inside and after every step: it ends, with one receipt, delivered once."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from core.app import App
from core.kernel.ids import BlobId
from core.privacy.erasure.plan import count_rows
from core.privacy.erasure.receipt import as_file, check_receipt
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.saga import STEPS
from core.privacy.letters.rows import LetterRow
from tests.core.privacy.erasure.stage import a_person_with_pictures, confirmed
from tests.factories import an_app
from tests.fakes import FakeProvider, an_offering

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

MOMENTS = [f"inside:{step}" for step in STEPS]
"""What the step did has happened, and nothing is recorded: the hardest moment of each."""
MOMENTS += ["before:erase-begin", "after:erase-keys", "after:erase-rows", "after:erase-end"]
MOMENTS += ["before:bring", "after:bring"]


@asynccontextmanager
async def a_process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.core.privacy.erasure.process", *arguments
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def all_brought(app: App, timeout_s: float) -> None:
    """Wait until the erasure is done and every letter has reached its end."""
    async with asyncio.timeout(timeout_s):
        while True:
            async with app.transaction() as tx:
                states = list(await tx.scalars(select(ErasureRow.state)))
                letters = list(await tx.scalars(select(LetterRow.state)))
            if states == ["done"] and letters and set(letters) == {"done"}:
                return
            await asyncio.sleep(0.1)


@pytest.mark.promise("AX-37", "FA-14.c")
@pytest.mark.parametrize("moment", MOMENTS)
async def test_an_erasure_killed_anywhere_ends_with_one_receipt_delivered_once(
    moment: str, tmp_path: Path, database_url: str
) -> None:
    folder = tmp_path / "app"
    provider = FakeProvider(offering=an_offering(id="builtin/illustrator"))
    async with an_app(folder=folder, database_url=database_url, providers=[provider]) as app:
        _, owner, _ = await a_person_with_pictures(app, 2)
        _, other, kept = await a_person_with_pictures(app, 1, native_id="2")
        await confirmed(app, "now")

        async with a_process(str(folder), database_url, moment) as mortal:
            assert await asyncio.wait_for(mortal.wait(), 60) == -9, "it died where it was told to"
        async with a_process(str(folder), database_url):
            await all_brought(app, 90)

        assert await count_rows(app, owner) == {}
        assert await app.vault.blobs_of(owner) == ()
        assert await app.vault.get(other, BlobId(kept[0][1]))
        async with app.transaction() as tx:
            (row,) = list(await tx.scalars(select(ErasureRow)))
        assert row.receipt is not None
        checked = check_receipt(app.keys, as_file(row.receipt))
        assert checked is not None
        assert checked.state == "genuine"
        assert row.receipt["erased_rows"]["pictures"] == 2, "counted before anything went"
        assert row.receipt["erased_files"] == 2
        assert row.receipt["chat_messages"]["removal_asked"] == 2
        check_shown((folder / "shown").read_text().splitlines())


def check_shown(lines: list[str]) -> None:
    """One message ends as the receipt, one brings its file, and each taken message is taken."""
    last: dict[str, str] = {}
    for line in lines:
        address, _, words = line.partition("\t")
        last[address] = words.strip()
    assert Counter(last.values()) == {
        "erasure-receipt-title": 1,
        "erasure-file-title\treceipt.json": 1,
        "taken": 2,
    }
