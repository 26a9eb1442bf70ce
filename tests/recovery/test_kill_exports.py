"""kill -9 anywhere in an export: it ends once, with one set of parts and one message for each."""

import asyncio
import hashlib
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.app import App
from core.kernel.ids import AccountId, BlobId
from core.kernel.people import Actor
from core.privacy.desk.rows import RightsRequestRow
from core.privacy.letters.post import remember_letter
from core.privacy.letters.rows import LetterRow
from tests.core.privacy.export.reading import (
    SMALL,
    Export,
    asked_for,
    check,
    opened,
    raw_parts,
    the_export,
)
from tests.core.privacy.retention.things import a_request_with_a_picture
from tests.core.privacy.subject.people import somebody
from tests.factories import an_app
from tests.recovery.platform import Platform, a_platform

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PICTURES, PICTURE_BYTES = 6, 70_000
STEPS = ("export-part-1", "export-part-2", "export-finish", "export-letters")
MOMENTS = [f"{when}:{step}" for step in STEPS for when in ("before", "inside", "after")]
MOMENTS += ["before:bring", "after:bring", "stored:1", "stored:2"]
ON_POSTGRES = {*(f"inside:{step}" for step in STEPS), "after:export-part-1", "stored:1"}
"""Those that the database's own ways could change; the others would only take time."""
CASES = [
    *(pytest.param("sqlite", one, id=f"sqlite-{one}") for one in MOMENTS),
    *(
        pytest.param("postgres", one, id=f"postgres-{one}", marks=pytest.mark.postgres)
        for one in sorted(ON_POSTGRES)
    ),
]


@dataclass
class Stage:
    """What survives the processes that die."""

    app: App
    platform: Platform
    arguments: tuple[str, ...]
    owner: AccountId
    person: Actor
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, die_at: str = "") -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.recovery.export_process"), *self.arguments, die_at
        )
        self.processes.append(process)
        return process

    async def kill_all(self) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.kill()
            await process.wait()
        self.processes.clear()

    async def ask(self) -> None:
        """Ask for an export, and show its progress in a message, as a surface does."""
        told = await asked_for(self.app, "send", actor=self.person, traits=SMALL)
        self.platform.messages["asked"] = "progress"
        await remember_letter(self.app, told.letter_id, "asked")

    async def all_brought(self, timeout_s: float = 90) -> None:
        """Wait until the export is ready and every one of its letters has been brought."""
        async with asyncio.timeout(timeout_s):
            while True:
                row = await the_export(self.app)
                parts = len(await raw_parts(self.app, row)) if row.state == "ready" else 0
                async with self.app.transaction() as tx:
                    query = select(func.count()).select_from(LetterRow)
                    done = await tx.scalar(
                        query.where(LetterRow.about == row.id, LetterRow.state == "done")
                    )
                if parts and done == parts:
                    return
                await asyncio.sleep(0.1)

    async def check_all(self) -> None:
        """One set of parts that holds everything once, and one message for each part."""
        row = await the_export(self.app)
        data = await raw_parts(self.app, row)
        copy = Export(row, [opened(one) for one in data])
        for part in copy.parts:
            check(part)
        assert len(copy.parts) >= 2
        assert [part.manifest["part"] for part in copy.parts] == list(range(1, len(copy.parts) + 1))
        for table in ("pictures", "requests"):
            ids = [one["id"] for one in copy.records(table)]
            assert len(ids) == len(set(ids)) == PICTURES, table
        shown = sorted(
            text.rpartition("file ")[2]
            for text in self.platform.messages.values()
            if "file" in text
        )
        assert shown == sorted(hashlib.sha256(one).hexdigest() for one in data)
        assert self.platform.messages["asked"].endswith(hashlib.sha256(data[0]).hexdigest())
        assert len(self.platform.messages) == len(data)
        async with self.app.transaction() as tx:
            (request,) = list(await tx.scalars(select(RightsRequestRow)))
        assert request.state == "done"


@asynccontextmanager
async def a_stage(folder: Path, database_url: str) -> AsyncIterator[Stage]:
    async with (
        a_platform() as platform,
        an_app(folder=folder, database_url=database_url) as app,
    ):
        person, owner = await somebody(app, pictures=0)
        for _ in range(PICTURES):
            _, picture = await a_request_with_a_picture(app, owner, app.clock.now())
            drawn = b"\x89PNG\r\n\x1a\n" + b"p" * PICTURE_BYTES
            await app.vault.put(owner, BlobId(picture), drawn)
        stage = Stage(app, platform, (str(folder), platform.url, database_url), owner, person)
        try:
            yield stage
        finally:
            await stage.kill_all()


@pytest.mark.parametrize(("database", "moment"), CASES)
async def test_an_export_killed_anywhere_ends_once(
    database: str, moment: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database_url: str = request.getfixturevalue(f"{database}_url")
    async with a_stage(tmp_path, database_url) as stage:
        await stage.ask()
        mortal = await stage.start(moment)
        assert await mortal.wait() == -9, "it died where it was told to"
        await stage.start()
        await stage.all_brought()
        await stage.check_all()
        blobs = len(await stage.app.vault.blobs_of(stage.owner))
        parts = len(await raw_parts(stage.app, await the_export(stage.app)))
        # What was stored a moment before a death has no row; the sweep removes it.
        spare = 1 if moment.startswith("stored") else 0
        assert blobs == PICTURES + parts + spare


async def test_an_export_killed_again_and_again_ends_once(
    tmp_path: Path, database_url: str
) -> None:
    chance = random.Random(7)
    async with a_stage(tmp_path, database_url) as stage:
        await stage.ask()
        for _ in range(3):
            process = await stage.start()
            await asyncio.sleep(chance.uniform(1.5, 5))
            process.kill()
            await process.wait()
        await stage.start()
        await stage.all_brought()
        await stage.check_all()
