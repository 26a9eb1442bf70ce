"""A part can be checked anywhere: what is whole passes, and any change is found and named."""

import hashlib
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from core.privacy.export.check import NotLocked, check_part, open_locked
from core.privacy.export.lock import LockedOut
from core.privacy.export.values import FILE_AT_MOST_BYTES, PART_AT_MOST_BYTES
from tests.core.privacy.export.reading import asked_for, made, raw_parts, the_export
from tests.core.privacy.subject.people import somebody
from tests.factories import an_app

PASSPHRASE = "a good passphrase"


@pytest.fixture
async def part(tmp_path: Path) -> Path:
    """One part in a file of its own."""
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=2)
        await asked_for(app, "send", actor=actor)
        await made(app)
        (data,) = await raw_parts(app, await the_export(app))
    return written(tmp_path / "part.zip", data)


def written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


def changed(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """The same part with some of its files changed."""
    with ZipFile(file) as part:
        files = {name: part.read(name) for name in part.namelist()}
    change(files)
    out = BytesIO()
    with ZipFile(out, "w") as part:
        for name, raw in files.items():
            part.writestr(name, raw)
    return written(file.with_name("changed.zip"), out.getvalue())


@pytest.mark.promise("FA-14.g")
async def test_a_whole_part_passes(part: Path) -> None:
    found = check_part(part)
    assert found.problems == []
    assert (found.part, found.files > 20, found.records > 5) == (1, True, True)


def _lose(name: str) -> Callable[[dict[str, bytes]], None]:
    def lose(files: dict[str, bytes]) -> None:
        del files[name]

    return lose


def _add(files: dict[str, bytes]) -> None:
    files["media/outputs/extra.png"] = b"x"


def _reword(files: dict[str, bytes]) -> None:
    files["data/requests.ndjson"] = files["data/requests.ndjson"].replace(b"heron", b"stork")


def _forge(files: dict[str, bytes]) -> None:
    """Change a record, and the manifest with it: then only the schema knows."""
    lines = files["data/requests.ndjson"].splitlines()
    record = json.loads(lines[0])
    record["count"] = "three"
    lines[0] = json.dumps(record).encode()
    files["data/requests.ndjson"] = b"\n".join(lines) + b"\n"
    manifest = json.loads(files["manifest.json"])
    for one in manifest["files"]:
        if one["name"] == "data/requests.ndjson":
            one["sha256"] = hashlib.sha256(files["data/requests.ndjson"]).hexdigest()
    files["manifest.json"] = json.dumps(manifest).encode()


def _other_format(files: dict[str, bytes]) -> None:
    files["manifest.json"] = b'{"format": "something-else/9"}'


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_lose("README.html"), "README.html is missing"),
        (_lose("manifest.json"), "it is no part of an export"),
        (_add, "media/outputs/extra.png is not listed"),
        (_reword, "data/requests.ndjson was changed"),
        (_forge, "data/requests.ndjson, record 1: $.count breaks “type”"),
        (_other_format, "is not of the format limner-export/1"),
    ],
)
async def test_any_change_is_found_without_repeating_a_word(
    part: Path, change: Callable[[dict[str, bytes]], None], problem: str
) -> None:
    found = check_part(changed(part, change))
    assert any(problem in one for one in found.problems), found.problems
    assert "heron" not in str(found.problems)


async def test_what_is_no_zip_says_so(tmp_path: Path, part: Path) -> None:
    cut = written(tmp_path / "cut.zip", part.read_bytes()[:-500])  # noqa: ASYNC240 - a small file
    for file in (cut, written(tmp_path / "text.zip", b"hello")):
        assert check_part(file).problems == ["it is no zip, or it is cut off"]


async def test_a_locked_part_is_opened_with_its_passphrase_and_then_passes(tmp_path: Path) -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=1)
        await asked_for(app, f"protect {PASSPHRASE}", actor=actor)
        await made(app)
        (data,) = await raw_parts(app, await the_export(app))
    file = written(tmp_path / "locked.zip", data)

    assert "it is locked" in check_part(file).problems[0]
    with pytest.raises(LockedOut):
        open_locked(file, "another passphrase")
    assert files_in(tmp_path) == ["locked.zip"], "nothing is left behind"

    target = open_locked(file, PASSPHRASE)
    assert target.name.startswith("my-data-")
    assert check_part(target).problems == []
    with ZipFile(file) as parcel:
        taken = written(tmp_path / "x.zip.locked", parcel.read(parcel.namelist()[1]))
    assert check_part(open_locked(taken, f" {PASSPHRASE} ")).problems == []


def files_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_file_that_is_not_locked_is_refused(tmp_path: Path) -> None:
    for raw in (b"hello", b""):
        with pytest.raises(NotLocked):
            open_locked(written(tmp_path / "plain.zip", raw), PASSPHRASE)


def _manifest(change: Callable[[dict[str, object]], object]) -> Callable[[dict[str, bytes]], None]:
    def rewrite(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        change(manifest)
        files["manifest.json"] = json.dumps(manifest).encode()

    return rewrite


def _schema(change: Callable[[dict[str, object]], object]) -> Callable[[dict[str, bytes]], None]:
    """A schema that was changed, with its hash."""

    def rewrite(files: dict[str, bytes]) -> None:
        name = "schemas/requests.schema.json"
        schema = json.loads(files[name])
        change(schema)
        files[name] = json.dumps(schema).encode()
        manifest = json.loads(files["manifest.json"])
        for one in manifest["files"]:
            if one["name"] == name:
                one["sha256"] = hashlib.sha256(files[name]).hexdigest()
        files["manifest.json"] = json.dumps(manifest).encode()

    return rewrite


def _bomb(files: dict[str, bytes]) -> None:
    files["media/outputs/bomb.png"] = bytes(FILE_AT_MOST_BYTES + PART_AT_MOST_BYTES)


def _way_out(files: dict[str, bytes]) -> None:
    files["../outside.txt"] = b"x"


def _deep(files: dict[str, bytes]) -> None:
    files["manifest.json"] = b"[" * 200_000


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_bomb, "it is larger unpacked than any part of an export"),
        (_way_out, "a name that no export uses"),
        (_deep, "it is made in a way that no export is"),
        (_manifest(lambda one: one.pop("part")), "does not say which part it is"),
        (_manifest(lambda one: one.update(files=[{"name": "a"}])), "does not list its files"),
        (_manifest(lambda one: one.update(counts=3)), "does not count its records"),
        (_schema(lambda one: one.update(pattern="(a+)+$")), "has no schema that can be used"),
        (
            _schema(lambda one: one.update({"$ref": "https://example.org/schema"})),
            "has no schema that can be used",
        ),
    ],
)
async def test_what_is_made_to_harm_is_named_and_does_nothing(
    part: Path, change: Callable[[dict[str, bytes]], None], problem: str
) -> None:
    found = check_part(changed(part, change))
    assert any(problem in one for one in found.problems), found.problems
