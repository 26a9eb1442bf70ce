"""What a part says it holds, read without believing any of it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.privacy.export.values import FORMAT

MANIFEST = "manifest.json"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*){0,2}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ManifestUnusable(Exception):
    """What stands there can't be used; the text says why, without a word of anybody."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One part's own list of what is in it."""

    export: str
    account: str
    part: int
    is_last: bool
    counts: Mapping[str, int]
    files: Mapping[str, str]
    """The hash (SHA-256, hex) of every file, by its name."""


def read_manifest(raw: bytes) -> Manifest:
    """Return what a manifest says.

    Raises:
        ManifestUnusable: another format, or not in the form that this format has.
    """
    said = as_json(raw)
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        msg = f"{MANIFEST} is not of the format {FORMAT}"
        raise ManifestUnusable(msg)
    part, is_last = said.get("part"), said.get("is_last")
    if type(part) is not int or part < 1 or not isinstance(is_last, bool):
        msg = f"{MANIFEST} does not say which part it is"
        raise ManifestUnusable(msg)
    return Manifest(
        export=_text(said, "export"),
        account=_text(said, "account"),
        part=part,
        is_last=is_last,
        counts=_counts(said),
        files=_files(said),
    )


def as_json(raw: bytes) -> Any:
    """Return what is written in JSON; None for what is not JSON."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


def is_name(name: object) -> bool:
    """Say whether something can be a file's name in a part: at most two folders, no way out."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        msg = f"{MANIFEST} does not name its {name}"
        raise ManifestUnusable(msg)
    return value


def _counts(said: Mapping[str, Any]) -> dict[str, int]:
    value = said.get("counts")
    if not isinstance(value, dict) or any(type(one) is not int for one in value.values()):
        msg = f"{MANIFEST} does not count its records"
        raise ManifestUnusable(msg)
    return value


def _files(said: Mapping[str, Any]) -> dict[str, str]:
    listed = said.get("files")
    found: dict[str, str] = {}
    for one in listed if isinstance(listed, list) else [None]:
        name = one.get("name") if isinstance(one, dict) else None
        digest = one.get("sha256") if isinstance(one, dict) else None
        is_hash = isinstance(digest, str) and _SHA256.fullmatch(digest)
        if not is_name(name) or not is_hash or name in found:
            msg = f"{MANIFEST} does not list its files as an export does"
            raise ManifestUnusable(msg)
        found[str(name)] = str(digest)
    return found
