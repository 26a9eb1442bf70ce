"""Looking through a part of an export as whoever takes it elsewhere would, without a service."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from core.privacy.export.lock import LockedOut, unlocked
from core.privacy.export.values import FORMAT

_LOCKED = ".locked"
_MANIFEST = "manifest.json"


class NotLocked(Exception):
    """The file is no locked part; nothing was written."""


@dataclass(slots=True)
class Checked:
    """What was found in a part."""

    part: int = 0
    files: int = 0
    records: int = 0
    problems: list[str] = field(default_factory=list)
    """In plain words, without anything of what the records say."""


def check_part(file: Path) -> Checked:
    """Check that a part is whole: every file by its hash, every record by its schema."""
    found = Checked()
    try:
        with ZipFile(file) as part:
            if any(name.endswith(_LOCKED) for name in part.namelist()):
                found.problems.append("it is locked: open it first (`limner export open`)")
                return found
            _check(part, found)
    except (BadZipFile, OSError, EOFError):
        found.problems.append("it is no zip, or it is cut off")
    return found


def _check(part: ZipFile, found: Checked) -> None:
    names = set(part.namelist())
    if _MANIFEST not in names:
        found.problems.append("manifest.json is missing: it is no part of an export")
        return
    manifest = _json(part.read(_MANIFEST))
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found.problems.append(f"manifest.json is not of the format {FORMAT}")
        return
    found.part = int(manifest["part"])
    listed = {one["name"]: one["sha256"] for one in manifest["files"]}
    found.problems += [f"{name} is missing" for name in sorted(set(listed) - names)]
    extra = sorted(names - set(listed) - {_MANIFEST})
    found.problems += [f"{name} is not listed in the manifest" for name in extra]
    for name in sorted(set(listed) & names):
        raw = part.read(name)
        found.files += 1
        if hashlib.sha256(raw).hexdigest() != listed[name]:
            found.problems.append(f"{name} was changed")
        elif name.startswith("data/"):
            _check_records(part, name, raw, manifest, found)


def _check_records(
    part: ZipFile, name: str, raw: bytes, manifest: dict[str, Any], found: Checked
) -> None:
    table = name.removeprefix("data/").removesuffix(".ndjson")
    try:
        schema = _json(part.read(f"schemas/{table}.schema.json"))
        Draft202012Validator.check_schema(schema)
    except (KeyError, SchemaError):
        found.problems.append(f"{name} has no schema that can be used")
        return
    validator = Draft202012Validator(schema)
    lines = raw.splitlines()
    found.records += len(lines)
    if manifest["counts"].get(table) != len(lines):
        found.problems.append(f"{name} holds another number of records than the manifest says")
    for number, line in enumerate(lines, start=1):
        record = _json(line)
        # What is wrong, but not with which words: they may be somebody's.
        found.problems += [
            f"{name}, record {number}: {wrong.json_path} breaks “{wrong.validator}”"
            for wrong in validator.iter_errors(record)
        ]


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


def open_locked(file: Path, passphrase: str) -> Path:
    """Open a locked part; write what is in it beside it, and return where.

    Raises:
        NotLocked: the file is no locked part.
        LockedOut: another passphrase, or a damaged file; nothing is left behind.
    """
    name, sealed = _sealed_in(file)
    target = file.with_name(name.removesuffix(_LOCKED))
    draft = target.with_name(f".{target.name}.draft")
    try:
        with draft.open("wb") as out:
            for frame in unlocked(sealed, passphrase):
                out.write(frame)
        draft.replace(target)
    except LockedOut:
        draft.unlink()
        raise
    return target


def _sealed_in(file: Path) -> tuple[str, bytes]:
    """Return the sealed file inside a part, or the file itself if it was taken out already."""
    if file.name.endswith(_LOCKED):
        return file.name, file.read_bytes()
    try:
        with ZipFile(file) as parcel:
            for name in _locked_names(parcel):
                return Path(name).name, parcel.read(name)
    except (BadZipFile, OSError) as wrong:
        raise NotLocked from wrong
    raise NotLocked


def _locked_names(parcel: ZipFile) -> Iterator[str]:
    yield from (name for name in parcel.namelist() if name.endswith(_LOCKED))
