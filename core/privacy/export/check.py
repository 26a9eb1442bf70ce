"""Looking through a part of an export as whoever takes it elsewhere would, without a service."""

import hashlib
import zlib
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from jsonschema import Draft202012Validator

from core.privacy.export.lock import LockedOut, unlocked
from core.privacy.export.manifest import (
    MANIFEST,
    Manifest,
    ManifestUnusable,
    as_json,
    is_name,
    read_manifest,
)
from core.privacy.export.schemas import is_of_an_export
from core.privacy.export.values import FILE_AT_MOST_BYTES, PART_AT_MOST_BYTES

_LOCKED = ".locked"
_UNPACKED_AT_MOST_BYTES = FILE_AT_MOST_BYTES + PART_AT_MOST_BYTES
"""A part holds no more, also unpacked: whatever claims to is no part."""
_PROBLEMS_AT_MOST = 50


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
    manifest: Manifest | None = None
    """What it says of itself, once that could be read."""


def check_part(file: Path) -> Checked:
    """Check that a part is whole: every file by its hash, every record by its schema."""
    try:
        with file.open("rb") as part:
            return checked(part)
    except OSError:
        return Checked(problems=["it can't be read"])


def checked(part: BinaryIO) -> Checked:
    """Check an open part; see ``check_part``. However it is made, nothing is raised for it."""
    found = Checked()
    try:
        with ZipFile(part) as files:
            if any(name.endswith(_LOCKED) for name in files.namelist()):
                found.problems.append("it is locked: open it first (`limner export open`)")
            elif _is_sane(files, found):
                _check(files, found)
    except (BadZipFile, OSError, EOFError, zlib.error):
        found.problems.append("it is no zip, or it is cut off")
    except (RuntimeError, ValueError):
        # Encrypted, in a later zip's format, nested without an end.
        found.problems.append("it is made in a way that no export is")
    return found


def _is_sane(part: ZipFile, found: Checked) -> bool:
    """Say whether a part can be unpacked without harm, before anything of it is."""
    names = part.namelist()
    if len(names) != len(set(names)):
        found.problems.append("it holds two files of one name")
    if not all(map(is_name, names)):
        found.problems.append("it holds a file with a name that no export uses")
    infos = part.infolist()
    if sum(one.file_size for one in infos) > _UNPACKED_AT_MOST_BYTES:
        found.problems.append("it is larger unpacked than any part of an export")
    if any(one.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for one in infos):
        found.problems.append("it is packed in a way that no export is")
    return not found.problems


def _check(part: ZipFile, found: Checked) -> None:
    names = set(part.namelist())
    if MANIFEST not in names:
        found.problems.append(f"{MANIFEST} is missing: it is no part of an export")
        return
    try:
        found.manifest = manifest = read_manifest(part.read(MANIFEST))
    except ManifestUnusable as wrong:
        found.problems.append(str(wrong))
        return
    found.part = manifest.part
    listed = manifest.files
    found.problems += [f"{name} is missing" for name in sorted(set(listed) - names)]
    extra = sorted(names - set(listed) - {MANIFEST})
    found.problems += [f"{name} is not listed in the manifest" for name in extra]
    for name in sorted(set(listed) & names):
        raw = part.read(name)
        found.files += 1
        if hashlib.sha256(raw).hexdigest() != listed[name]:
            found.problems.append(f"{name} was changed")
        elif name.startswith("data/"):
            _check_records(part, name, raw, manifest, found)


def _check_records(
    part: ZipFile, name: str, raw: bytes, manifest: Manifest, found: Checked
) -> None:
    table = name.removeprefix("data/").removesuffix(".ndjson")
    file = f"schemas/{table}.schema.json"
    schema = as_json(part.read(file)) if file in part.namelist() else None
    if not is_of_an_export(schema):
        found.problems.append(f"{name} has no schema that can be used")
        return
    validator = Draft202012Validator(schema)
    lines = raw.splitlines()
    found.records += len(lines)
    if manifest.counts.get(table) != len(lines):
        found.problems.append(f"{name} holds another number of records than the manifest says")
    for number, line in enumerate(lines, start=1):
        record = as_json(line)
        # What is wrong, but not with which words: they may be somebody's.
        found.problems += [
            f"{name}, record {number}: {wrong.json_path} breaks “{wrong.validator}”"
            for wrong in validator.iter_errors(record)
        ]
        if len(found.problems) > _PROBLEMS_AT_MOST:
            return


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


def is_locked(file: Path) -> bool:
    """Say whether a file is a locked part, which only its passphrase opens."""
    if _is_locked_name(file.name):
        return True
    try:
        with ZipFile(file) as parcel:
            return any(map(_is_locked_name, parcel.namelist()))
    except (BadZipFile, OSError, RuntimeError, ValueError):
        return False


def unlocked_part(file: Path, passphrase: str) -> BytesIO:
    """Open a locked part in memory; nothing is written anywhere.

    Raises:
        NotLocked: the file is no locked part.
        LockedOut: another passphrase, or a damaged file.
    """
    _, sealed = _sealed_in(file)
    return BytesIO(b"".join(unlocked(sealed, passphrase)))


def _sealed_in(file: Path) -> tuple[str, bytes]:
    """Return the sealed file inside a part, or the file itself if it was taken out already."""
    try:
        if _is_locked_name(file.name):
            if file.stat().st_size > _UNPACKED_AT_MOST_BYTES:
                raise NotLocked
            return file.name, file.read_bytes()
        with ZipFile(file) as parcel:
            for one in parcel.infolist():
                if _is_locked_name(one.filename) and one.file_size <= _UNPACKED_AT_MOST_BYTES:
                    return Path(one.filename).name, parcel.read(one)
    except (BadZipFile, OSError, EOFError, RuntimeError, zlib.error) as wrong:
        raise NotLocked from wrong
    raise NotLocked


def _is_locked_name(name: str) -> bool:
    return name.endswith(_LOCKED) and Path(name).name != _LOCKED
