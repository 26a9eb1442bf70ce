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
    Noisy,
    a_copy_from_elsewhere,
    brought,
    changed,
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
    async with a_copy_from_elsewhere(tmp_path) as ((file,), _), an_app() as app:
        for table, change, said in RECORDS:
            part = records_changed(file, table, change)
            told = await refused(app, [part])
            assert said in told, (table, said, told)
            assert f"part 1, data/{table}.ndjson, record 1" in told


def _twice(files: dict[str, bytes]) -> None:
    name = "data/pictures.ndjson"
    lines = files[name].splitlines()
    files[name] = b"\n".join([lines[0], *lines[:-1]]) + b"\n"


async def test_what_is_no_sound_part_brings_in_nothing(tmp_path: Path) -> None:
    async with a_copy_from_elsewhere(tmp_path) as ((file,), _), an_app() as app:
        raw = file.read_bytes()
        bomb = BytesIO()
        with ZipFile(bomb, "w", ZIP_DEFLATED) as part:
            part.writestr("manifest.json", bytes(200_000_000))
        twice = changed(file, _twice)
        for said, data in {
            "no zip, or it is cut off": raw[:-400],
            "it is no zip": b"hello",
            "larger unpacked than any part": bomb.getvalue(),
            "id is there twice": twice.read_bytes(),
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


async def test_parts_that_are_no_whole_copy_bring_in_nothing(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    async with (
        a_copy_from_elsewhere(tmp_path, provider=Noisy()) as (files, _),
        a_copy_from_elsewhere(other) as (others, _),
        an_app() as app,
    ):
        assert len(files) > 1
        assert "part 1 is missing" in await refused(app, files[1:])
        assert "the parts after part 1 are missing" in await refused(app, files[:1])
        assert "part 1 is there twice" in await refused(app, [files[0], *files])
        assert "of different copies" in await refused(app, [*files, *others])

        def is_last(one: dict[str, bytes]) -> None:
            manifest = json.loads(one["manifest.json"])
            one["manifest.json"] = json.dumps({**manifest, "is_last": True}).encode()

        early = changed(files[0], is_last)
        assert "says that it is the last" in await refused(app, [early, *files[1:]])
        assert (await brought(app, files)).pictures == 5


async def test_a_locked_copy_with_another_passphrase_brings_in_nothing(tmp_path: Path) -> None:
    async with (
        a_copy_from_elsewhere(tmp_path, "protect a good passphrase") as (files, _),
        an_app() as app,
    ):
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
