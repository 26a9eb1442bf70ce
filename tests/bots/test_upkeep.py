"""An operator erases somebody, checks receipts, and ends the service, at the command line."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from core.privacy.erasure.commands import begin_erasure
from core.privacy.erasure.decommission import SENTENCE
from core.privacy.erasure.plan import count_rows
from core.privacy.erasure.receipt import as_file
from tests.bots.test_cli import an_environment, limner
from tests.core.privacy.erasure.stage import (
    a_person_with_pictures,
    an_order,
    erased,
    erasure_row,
)
from tests.factories import an_app

pytestmark = pytest.mark.timeout(120)


async def typed(folder: Path, words: str, *command: str) -> tuple[int, str]:
    """Run one command and type something into it."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots.cli", *command),
        cwd=folder,
        env=an_environment(folder),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(words.encode())
    assert process.returncode is not None
    return process.returncode, said.decode()


@pytest.mark.slow
async def test_a_person_is_erased_with_a_reason_and_the_receipt_is_printed(
    tmp_path: Path,
) -> None:
    async with an_app(folder=tmp_path) as app:
        _, owner, _ = await a_person_with_pictures(app, 1)
    status, said = await limner(tmp_path, "erase", "test", "1", "--reason", "law", "--now")
    assert (status, "is running" in said) == (0, True), said
    async with an_app(folder=tmp_path) as app:
        row = await erasure_row(app)
        assert (row.requester, row.reason) == ("operator", "law")
        status, said = await limner(tmp_path, "receipt", "show", row.id)
        assert (status, said.strip()) == (0, f"{row.id} running")
        assert await erased(app, row.id) == "done"
        assert await count_rows(app, owner) == {}
    status, said = await limner(tmp_path, "receipt", "show", row.id)
    assert json.loads(said)["reason"] == "law"

    status, said = await limner(tmp_path, "erase", "test", "1", "--reason", "law")
    assert status == 2
    assert "Traceback" not in said


@pytest.mark.slow
async def test_a_receipt_is_checked_and_a_changed_one_fails(tmp_path: Path) -> None:
    async with an_app(folder=tmp_path) as app:
        _, owner, _ = await a_person_with_pictures(app, 1)
        erasure = await begin_erasure(app, an_order(owner))
        await erased(app, erasure.erasure_id)
        receipt = (await erasure_row(app)).receipt
        assert receipt is not None
    file = tmp_path / "receipt.json"
    for content, status, word in (
        (as_file(receipt), 0, "genuine"),
        (as_file(receipt | {"erased_files": 0}), 1, "changed"),
        (b"a picture", 1, "not the receipt"),
    ):
        file.write_bytes(content)
        found, said = await limner(tmp_path, "receipt", "verify", str(file))
        assert (found, word in said) == (status, True), said


@pytest.mark.slow
@pytest.mark.promise("PL-T2")
async def test_the_service_ends_only_after_the_whole_sentence(tmp_path: Path) -> None:
    async with an_app(folder=tmp_path) as app:
        _, owner, _ = await a_person_with_pictures(app, 1)
    status, said = await typed(tmp_path, "yes\n", "decommission")
    assert (status, "Nothing was deleted" in said) == (1, True)
    async with an_app(folder=tmp_path) as app:
        assert await count_rows(app, owner)

    status, said = await typed(tmp_path, f"{SENTENCE}\n", "decommission")
    assert (status, "Gone: " in said) == (0, True), said
    async with an_app(folder=tmp_path) as app:
        assert await count_rows(app, owner) == {}
        assert await app.vault.blobs_of(owner) == ()
