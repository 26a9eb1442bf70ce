"""Copies made in one instance, as files to bring into another."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any
from zipfile import ZipFile

from PIL import Image

from core.accounts.commands import choose_language, choose_region, known_person
from core.app import App
from core.generation.workflow import GenerationJob
from core.kernel.ids import AccountId
from core.kernel.people import Actor
from core.privacy.importing.command import BringIn, BroughtIn, bring_in
from core.providers.port import Asset, Failure, JobRef
from tests.core.privacy.export.reading import (
    Export,
    asked_for,
    exported,
    made,
    raw_parts,
    the_export,
)
from tests.core.privacy.retention.things import PlainSteps
from tests.core.privacy.subject.people import TRAITS, asked
from tests.factories import a_request, accepted, an_actor, an_adult, an_app
from tests.fakes import FakeProvider

LEAST = replace(TRAITS, part_limit_bytes=1)
"""Parts as small as any can be."""
SIDE_PX = 160
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PROMPTS = ("a heron at dawn", "灯塔 in a storm")


class Noisy(FakeProvider):
    """Draws what does not get any smaller, so that a few pictures fill several parts."""

    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        made = await super().fetch(ref)
        if isinstance(made, Failure):
            return made
        return tuple(replace(one, data=noise(f"{ref.job_id}{at}")) for at, one in enumerate(made))


def noise(seed: str) -> bytes:
    out = BytesIO()
    raw = Random(seed).randbytes(SIDE_PX * SIDE_PX * 3)
    Image.frombytes("RGB", (SIDE_PX, SIDE_PX), raw).save(out, "PNG")
    return out.getvalue()


async def a_past(app: App, native_id: str = "1", *, counts: Sequence[int] = (3, 2)) -> Actor:
    """Somebody with choices of their own and real pictures, made here."""
    actor = await an_adult(app, native_id, credits_extra=100)
    await choose_language(app, actor, "zh_Hans")
    await choose_region(app, actor, "US-CA")
    for number, count in enumerate(counts):
        wish = a_request(
            actor,
            prompt=PROMPTS[number % len(PROMPTS)],
            negative="fog",
            count=count,
            seed=7 + number,
        )
        request_id = (await accepted(app, wish)).request_id
        await GenerationJob(app).run(request_id, PlainSteps())
    await asked(app, "optout", "analytics", actor=actor)
    await asked(app, "providers", "only-here", actor=actor)
    return actor


async def a_copy(app: App, actor: Actor, folder: Path, words: str = "send") -> list[Path]:
    """A person's export as files."""
    await asked_for(app, words, actor=actor, traits=LEAST)
    await made(app)
    data = await raw_parts(app, await the_export(app))
    return [written(folder / f"part-{number}.zip", one) for number, one in enumerate(data, 1)]


def written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


async def brought(
    app: App, files: Sequence[Path], actor: Actor | None = None, passphrase: str = ""
) -> BroughtIn:
    return await bring_in(app, BringIn(actor or an_actor("77"), tuple(files), passphrase))


async def account_of(app: App, actor: Actor | None = None) -> AccountId:
    person = await known_person(app, actor or an_actor("77"))
    assert person is not None
    return person.account_id


@dataclass
class Gallery:
    """What must be the same in two exports."""

    requests: list[dict[str, Any]]
    pictures: list[dict[str, Any]]
    media: list[bytes]
    choices: dict[str, str]
    account: dict[str, Any]


_OF_REQUESTS = (
    "prompt", "negative", "aspect", "count", "seed", "seed_given", "style", "wished_offering",
    "offering_id", "image_format", "spoiler", "created_at", "queued_at", "started_at", "ended_at",
    "unknown_words", "outcome_kind",
)  # fmt: skip
_OF_PICTURES = (
    "index", "mime", "width_px", "height_px", "size_bytes", "seed", "is_ai_model", "manifest_id",
    "sha256", "perceptual_hash", "created_at",
)  # fmt: skip
_OF_ACCOUNTS = ("language", "language_chosen", "region", "subdivision")


def gallery(export: Export) -> Gallery:
    """The part of an export that a journey must not change."""
    (account,) = export.records("accounts")
    requests = [
        {name: one[name] for name in _OF_REQUESTS}
        for one in export.records("requests")
        if one["outcome_kind"] == "pictures"
    ]
    pictures = [{name: one[name] for name in _OF_PICTURES} for one in export.records("pictures")]
    return Gallery(
        requests=sorted(requests, key=lambda one: str(one["created_at"])),
        pictures=sorted(pictures, key=lambda one: (one["created_at"], one["index"])),
        media=sorted(export.media().values()),
        choices={one["kind"]: one["since"] for one in export.records("choices")},
        account={name: account[name] for name in _OF_ACCOUNTS},
    )


async def gallery_of(app: App, actor: Actor) -> Gallery:
    return gallery(await exported(app, actor=actor))


def changed(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same part with some of its files changed, and all its hashes right."""
    with ZipFile(file) as part:
        files = {name: part.read(name) for name in part.namelist()}
    change(files)
    manifest = json.loads(files["manifest.json"])
    manifest["files"] = [
        {"name": name, "size_bytes": len(raw), "sha256": sha256(raw).hexdigest()}
        for name, raw in files.items()
        if name != "manifest.json"
    ]
    files["manifest.json"] = json.dumps(manifest).encode()
    out = BytesIO()
    with ZipFile(out, "w") as part:
        for name, raw in files.items():
            part.writestr(name, raw)
    return written(file.with_name(f"changed-{file.name}"), out.getvalue())


def records_changed(
    file: Path, table: str, change: Callable[[dict[str, Any]], object], at: int = 0
) -> Path:
    """The same part with one record changed."""

    def rewrite(files: dict[str, bytes]) -> None:
        name = f"data/{table}.ndjson"
        lines = files[name].splitlines()
        record = json.loads(lines[at])
        change(record)
        lines[at] = json.dumps(record).encode()
        files[name] = b"\n".join(lines) + b"\n"

    return changed(file, rewrite)


_MADE: dict[tuple[str, bool], tuple[list[bytes], Gallery]] = {}
"""Copies that were made for a test before; none depends on which test it was."""


async def from_elsewhere(
    folder: Path, words: str = "send", *, is_large: bool = False
) -> tuple[list[Path], Gallery]:
    """A copy from an instance that is gone, as files, and what it must look like afterwards.

    ``is_large``: with pictures that fill several parts.
    """
    if (words, is_large) not in _MADE:
        async with an_app(providers=[Noisy() if is_large else FakeProvider()]) as app:
            actor = await a_past(app)
            files = await a_copy(app, actor, folder, words)
            before = gallery(await exported(app, actor=actor))
        _MADE[words, is_large] = [one.read_bytes() for one in files], before
    parts, before = _MADE[words, is_large]
    return [written(folder / f"part-{at}.zip", one) for at, one in enumerate(parts, 1)], before
