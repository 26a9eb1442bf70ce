"""Parts that were made or cut to harm bring in nothing, and each says what is wrong with it."""

import contextlib
import json
import warnings
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.accounts.commands import known_person
from core.app import App
from core.privacy.importing.lines import Line, RecordUnusable
from core.privacy.importing.parts import CopyRefused
from core.privacy.importing.past import read_past
from tests.core.privacy.importing.copies import (
    NOON,
    brought,
    changed,
    from_elsewhere,
    records_changed,
    written,
)
from tests.factories import an_actor, an_app


async def refused(app: App, files: Sequence[Path], passphrase: str = "") -> str:
    """What is said of a copy that brings in nothing."""
    with pytest.raises(CopyRefused) as told:
        await brought(app, files, passphrase=passphrase)
    assert await known_person(app, an_actor("77")) is None, "not even an account is made"
    said = "\n".join(told.value.problems)
    assert "heron" not in said
    return said


RECORDS: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("pictures", lambda one: one.update(request_id="0" * 26), "leads to no request of the copy"),
    ("pictures", lambda one: one.update(blob_file="../../etc/passwd"), "names no picture"),
    ("pictures", lambda one: one.update(blob_file="/etc/passwd"), "names no picture"),
    ("pictures", lambda one: one.update(blob_file="manifest.json"), "names no picture"),
    ("pictures", lambda one: one.update(sha256="0" * 64), "sha256 is that of another file"),
    ("pictures", lambda one: one.update(index=9), "index is no whole number from 1 to 4"),
    ("pictures", lambda one: one.update(index=4), "index is more than its request asked for"),
    ("pictures", lambda one: one.update(created_at="9999-01-01T00:00:00+00:00"), "in the future"),
    ("pictures", lambda one: one.update(created_at="yesterday"), "is no time with its zone"),
    ("pictures", lambda one: one.update(manifest_id="a\u0000b"), "no text of one line"),
    ("requests", lambda one: one.update(count=1 << 70), "count is no whole number"),
    ("requests", lambda one: one.update(seed=1 << 70), "seed is no whole number"),
    ("requests", lambda one: one.update(prompt="heron" * 9000), "prompt is no text"),
    ("requests", lambda one: one.update(prompt="\ud800"), "prompt is no text"),
    ("requests", lambda one: one.update(image_format="exe"), "none that pictures come in"),
    ("requests", lambda one: one.update(offering_id="x" * 500), "offering_id is no text"),
    ("choices", lambda one: one.update(kind="x" * 40), "kind is no text"),
    ("choices", lambda one: one.update(since="0001-01-01T00:00:00+00:00"), "before there were"),
]


async def test_a_record_that_can_t_be_used_is_named_without_its_words(tmp_path: Path) -> None:
    (file,), _ = await from_elsewhere(tmp_path)
    async with an_app() as app:
        for table, change, said in RECORDS:
            part = records_changed(file, table, change)
            told = await refused(app, [part])
            assert said in told, (table, said, told)
            assert f"part 1, data/{table}.ndjson, record 1" in told


def _two_accounts(files: dict[str, bytes]) -> None:
    files["data/accounts.ndjson"] *= 2
    manifest = json.loads(files["manifest.json"])
    manifest["counts"]["accounts"] = 2
    files["manifest.json"] = json.dumps(manifest).encode()


def _twice(files: dict[str, bytes]) -> None:
    name = "data/pictures.ndjson"
    lines = files[name].splitlines()
    files[name] = b"\n".join([lines[0], *lines[:-1]]) + b"\n"


async def test_what_is_no_sound_part_brings_in_nothing(tmp_path: Path) -> None:
    (file,), _ = await from_elsewhere(tmp_path)
    async with an_app() as app:
        raw = file.read_bytes()
        bomb = BytesIO()
        with ZipFile(bomb, "w", ZIP_DEFLATED) as part:
            part.writestr("manifest.json", bytes(200_000_000))
        twice = changed(file, _twice).read_bytes()
        two = changed(file, _two_accounts).read_bytes()
        for said, data in {
            "no zip, or it is cut off": raw[:-400],
            "it is no zip": b"hello",
            "larger unpacked than any part": bomb.getvalue(),
            "id is there twice": twice,
            "is that of a second account": two,
            "two files of one name": _with(raw, "manifest.json"),
            "a name that no export uses": _with(raw, "../../outside.png"),
            "media/outputs/extra.png is not listed": _with(raw, "media/outputs/extra.png"),
        }.items():
            assert said in await refused(app, [written(tmp_path / "bad.zip", data)])


def _with(raw: bytes, name: str) -> bytes:
    out = BytesIO(raw)
    with warnings.catch_warnings(), ZipFile(out, "a") as part:
        warnings.simplefilter("ignore")
        part.writestr(name, b"{}")
    return out.getvalue()


def _saying(**said: object) -> Callable[[dict[str, bytes]], None]:
    """A part whose manifest says something else."""

    def rewrite(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        files["manifest.json"] = json.dumps(manifest | said).encode()

    return rewrite


async def test_parts_that_are_no_whole_copy_bring_in_nothing(tmp_path: Path) -> None:
    files, _ = await from_elsewhere(tmp_path, is_large=True)
    async with an_app() as app:
        assert len(files) > 1
        assert "part 1 is missing" in await refused(app, files[1:])
        assert "the parts after part 1 are missing" in await refused(app, files[:1])
        assert "part 1 is there twice" in await refused(app, [files[0], *files])
        other = changed(files[0], _saying(export="another"))
        assert "of different copies" in await refused(app, [other, *files[1:]])
        somebody_else = changed(files[0], _saying(account="somebody-else"))
        assert "of different copies" in await refused(app, [somebody_else, *files[1:]])
        early = changed(files[0], _saying(is_last=True))
        assert "says that it is the last" in await refused(app, [early, *files[1:]])
        huge = changed(files[-1], _saying(part=10**12))
        assert "is missing: give all parts" in await refused(app, [*files[:-1], huge])


async def test_a_locked_copy_with_another_passphrase_brings_in_nothing(tmp_path: Path) -> None:
    files, _ = await from_elsewhere(tmp_path, "protect a good passphrase")
    async with an_app() as app:
        assert "another passphrase" in await refused(app, files, "another passphrase")
        assert "another passphrase" in await refused(app, files)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
GOOD: dict[str, dict[str, Any]] = {
    "accounts": {"language": "en", "language_chosen": True, "region": "DE", "subdivision": ""},
    "choices": {"kind": "sale", "since": NOON.isoformat()},
    "requests": {
        "id": "r", "parent_id": None, "prompt": "x", "negative": "", "unknown_words": None,
        "aspect": "1:1", "count": 1, "seed": 1, "seed_given": True, "style": "",
        "wished_offering": "", "offering_id": "a/b", "image_format": "png", "spoiler": False,
        "created_at": NOON.isoformat(), "queued_at": None, "started_at": None, "ended_at": None,
    },
    "pictures": {
        "id": "p", "request_id": "r", "index": 1, "blob_file": "media/outputs/a.png",
        "sha256": "0" * 64, "seed": 1, "is_ai_model": True, "manifest_id": "",
        "created_at": NOON.isoformat(),
    },
}  # fmt: skip
FILES = {"media/outputs/a.png": "0" * 64}


def read(records: dict[str, dict[str, Any]]) -> None:
    lines = {table: [Line(f"part 1, {table}", one)] for table, one in records.items()}
    read_past(lines, FILES, NOON)


@given(data=st.data(), value=JSON)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_stands_in_a_record_it_is_read_or_refused(data: st.DataObject, value: Any) -> None:
    read(GOOD)
    table = data.draw(st.sampled_from(sorted(GOOD)))
    name = data.draw(st.sampled_from(sorted(GOOD[table])))
    with contextlib.suppress(RecordUnusable):
        read({**GOOD, table: {**GOOD[table], name: value}})
