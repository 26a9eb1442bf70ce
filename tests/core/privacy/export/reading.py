"""Opening the parts of an export as whoever gets them would, and looking at everything."""

import hashlib
import json
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from jsonschema import Draft202012Validator
from sqlalchemy import select

from core.app import App
from core.engine.engine import Steps
from core.kernel.ids import AccountId, BlobId
from core.kernel.people import Actor
from core.privacy.answers import Answer
from core.privacy.counter.values import Traits
from core.privacy.export.rows import ExportPartRow, ExportRow
from core.privacy.export.task import export
from core.privacy.letters.rows import LetterRow
from tests.core.privacy.retention.things import PlainSteps
from tests.core.privacy.subject.people import TRAITS, asked

SMALL = Traits(part_limit_bytes=500_000, allows_training=True, allows_advertising=True)


@dataclass
class Opened:
    """One part, unpacked."""

    data: bytes
    names: list[str]
    manifest: dict[str, Any]
    about: dict[str, Any]
    records: dict[str, list[dict[str, Any]]]
    schemas: dict[str, Any]
    media: dict[str, bytes]
    page: str


def opened(data: bytes) -> Opened:
    """Open a part by itself; nothing but the standard library is needed."""
    with ZipFile(BytesIO(data)) as part:
        assert part.testzip() is None
        names = part.namelist()
        assert len(names) == len(set(names))
        files = {name: part.read(name) for name in names}
    records = {
        name.removeprefix("data/").removesuffix(".ndjson"): [
            json.loads(line) for line in raw.decode().splitlines()
        ]
        for name, raw in files.items()
        if name.startswith("data/")
    }
    return Opened(
        data=data,
        names=names,
        manifest=json.loads(files["manifest.json"]),
        about=json.loads(files["about.json"]),
        records=records,
        schemas={
            name.removeprefix("schemas/").removesuffix(".schema.json"): json.loads(raw)
            for name, raw in files.items()
            if name.startswith("schemas/")
        },
        media={name: raw for name, raw in files.items() if name.startswith("media/")},
        page=files["README.html"].decode(),
    )


def check(part: Opened) -> None:
    """A part is whole in itself: every file is listed with its hash, every record validates."""
    listed = {one["name"]: one for one in part.manifest["files"]}
    assert set(listed) == set(part.names) - {"manifest.json"}
    with ZipFile(BytesIO(part.data)) as files:
        for name, one in listed.items():
            raw = files.read(name)
            assert one["size_bytes"] == len(raw)
            assert one["sha256"] == hashlib.sha256(raw).hexdigest()
    for table, records in part.records.items():
        Draft202012Validator.check_schema(part.schemas[table])
        validator = Draft202012Validator(part.schemas[table])
        for record in records:
            validator.validate(record)
        assert part.manifest["counts"][table] == len(records)
    assert set(part.manifest["counts"]) == set(part.records)


@dataclass
class Export:
    """A finished export with all its parts."""

    row: ExportRow
    parts: list[Opened] = field(default_factory=list)

    def records(self, table: str) -> list[dict[str, Any]]:
        """Return a table's records from all parts."""
        return [one for part in self.parts for one in part.records.get(table, [])]

    def media(self) -> dict[str, bytes]:
        """Return all files of content."""
        return {name: raw for part in self.parts for name, raw in part.media.items()}


async def the_export(app: App) -> ExportRow:
    """Return the newest export of everybody's."""
    async with app.transaction() as tx:
        query = select(ExportRow).order_by(ExportRow.created_at.desc()).limit(1)
        return (await tx.scalars(query)).one()


async def asked_for(
    app: App, words: str = "send", *, actor: Actor | None = None, traits: Traits = TRAITS
) -> Answer:
    """Ask for an export at the counter."""
    return await asked(app, "export", words, actor=actor, traits=traits)


async def made(app: App, export_id: str = "", steps: Steps | None = None) -> None:
    """Do the work of an export, as a worker would."""
    await export(app, export_id or (await the_export(app)).id, steps or PlainSteps())


async def raw_parts(app: App, row: ExportRow) -> list[bytes]:
    """Return the parts of an export as they would be sent."""
    query = (
        select(ExportPartRow)
        .where(ExportPartRow.export_id == row.id)
        .order_by(ExportPartRow.number)
    )
    async with app.transaction() as tx:
        parts = list(await tx.scalars(query))
    found = []
    for number, one in enumerate(parts, start=1):
        data = await app.vault.get(AccountId(one.account_id), BlobId(one.blob))
        assert (one.number, one.size_bytes) == (number, len(data))
        assert one.sha256 == hashlib.sha256(data).hexdigest()
        assert len(data) <= row.part_limit_bytes
        found.append(data)
    return found


async def exported(
    app: App, words: str = "send", *, actor: Actor | None = None, traits: Traits = TRAITS
) -> Export:
    """Ask for an export, make it, and open it."""
    await asked_for(app, words, actor=actor, traits=traits)
    await made(app)
    row = await the_export(app)
    return Export(row, [opened(data) for data in await raw_parts(app, row)])


async def letters_of(app: App, row: ExportRow) -> list[LetterRow]:
    """Return the letters about an export."""
    async with app.transaction() as tx:
        return list(await tx.scalars(select(LetterRow).where(LetterRow.about == row.id)))
