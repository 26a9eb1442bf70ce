"""The parts of somebody's copy as files: checked all together, then read without trusting them."""

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile, ZipFile

from core.privacy.export.check import Checked, NotLocked, checked, is_locked, unlocked_part
from core.privacy.export.lock import LockedOut
from core.privacy.export.manifest import Manifest
from core.privacy.importing.lines import Line

_UNREADABLE = (
    BadZipFile, EOFError, KeyError, LockedOut, NotLocked, OSError, RuntimeError, ValueError,
    zlib.error,
)  # fmt: skip
"""What a part raises that is not any more what it was."""


class CopyRefused(Exception):
    """The parts are no whole copy; nothing was brought in. Each problem says what to change."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Part:
    """One part that was found to be whole."""

    file: Path
    passphrase: str | None
    """None for one that is not locked."""
    manifest: Manifest

    def read(self, names: Sequence[str]) -> dict[str, bytes]:
        """Return some of its files, opened anew; nothing is written anywhere.

        Raises:
            CopyRefused: the part is not any more what was checked.
        """
        changed = CopyRefused([f"{self.file.name}: it was changed while it was read; run it again"])
        try:
            with _opened(self.file, self.passphrase) as raw, ZipFile(raw) as part:
                found = {name: part.read(name) for name in names}
        except _UNREADABLE as wrong:
            raise changed from wrong
        for name, data in found.items():
            if hashlib.sha256(data).hexdigest() != self.manifest.files[name]:
                raise changed
        return found

    def lines(self, tables: Sequence[str]) -> dict[str, list[Line]]:
        """Return the records of some tables.

        Raises:
            CopyRefused: the part is not any more what was checked.
        """
        wanted = {f"data/{table}.ndjson": table for table in tables}
        found = self.read([name for name in wanted if name in self.manifest.files])
        return {
            wanted[name]: [
                Line(f"part {self.manifest.part}, {name}, record {number}", json.loads(line))
                for number, line in enumerate(raw.splitlines(), start=1)
            ]
            for name, raw in found.items()
        }


def whole_copy(files: Sequence[Path], passphrase: str = "") -> tuple[Part, ...]:
    """Check parts as ``limner export check`` does, and that together they are one whole copy.

    ``passphrase`` opens those that are locked.

    Raises:
        CopyRefused: with every problem of every part.
    """
    problems: list[str] = []
    parts: list[Part] = []
    for file in files:
        found, secret = _checked(file, passphrase)
        problems += [f"{file.name}: {one}" for one in found.problems]
        if found.manifest is not None:
            parts.append(Part(file, secret, found.manifest))
    problems = problems or _problems_together(parts)
    if problems:
        raise CopyRefused(problems)
    return tuple(sorted(parts, key=lambda one: one.manifest.part))


def _checked(file: Path, passphrase: str) -> tuple[Checked, str | None]:
    secret = passphrase if is_locked(file) else None
    try:
        with _opened(file, secret) as part:
            return checked(part), secret
    except (LockedOut, NotLocked):
        return Checked(problems=["another passphrase opens it, or it is damaged"]), secret
    except OSError:
        return Checked(problems=["it can't be read"]), secret


def _opened(file: Path, passphrase: str | None) -> BinaryIO:
    return file.open("rb") if passphrase is None else unlocked_part(file, passphrase)


def _problems_together(parts: Sequence[Part]) -> list[str]:
    """Name what is wrong with sound parts that are not one whole copy."""
    said = [part.manifest for part in parts]
    if not said:
        return ["no part is given"]
    if len({(one.export, one.account) for one in said}) != 1:
        return ["the parts are of different copies: give those of one alone"]
    problems = []
    numbers = [one.part for one in said]
    problems += [
        f"part {number} is there twice: leave one out"
        for number in sorted(set(numbers))
        if numbers.count(number) > 1
    ]
    lasts = [one.part for one in said if one.is_last]
    end = max(numbers)
    problems += [
        f"part {number} is missing: give all parts at once"
        for number in range(1, min(end, len(parts) + 1) + 1)
        if number not in numbers
    ]
    if not lasts:
        problems.append(f"the parts after part {end} are missing: give all parts at once")
    elif lasts != [end]:
        problems.append("more than one part, or not the highest, says that it is the last")
    return problems
