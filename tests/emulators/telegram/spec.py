"""Loads the published description of the Bot API, when a folder with it is named."""

import json
import os
import re
from pathlib import Path
from typing import Any

from tests.emulators.telegram.schema import Field, Limit, Schema, Shape, Unit

FILE_NAME = "telegram-bot-api-10.1.json"
_TEXT_SIZE = re.compile(r"(\d+)-(\d+) (characters|bytes)(?P<parsed>,? after entit)?", re.IGNORECASE)
_LIST_SIZE = re.compile(r"(?:list of|include) (\d+)-(\d+) ")
_LIST_MOST = re.compile(r"(?:up to|[Aa]t most) (\d+) ")
_VALUE = re.compile(r"[Vv]alues between (\d+)-(\d+) ")
_FIXED = re.compile(r"(?:^Type of [^.]*must be (\w+)$)|(?:always [\"“](\w+)[\"”])")


def published_schema() -> Schema | None:
    """The schema in the folder that ``LIMNER_SPECS`` names, or None when it names none.

    Raises:
        FileNotFoundError: the folder is named but holds no description of the Bot API.
    """
    folder = os.environ.get("LIMNER_SPECS")
    return load(Path(folder) / FILE_NAME) if folder else None


def load(path: Path) -> Schema:
    """Read one description: methods and types with fields, and limits out of their prose."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return Schema(
        name=f"Bot API {content['version']}",
        methods={name: _shape(entry) for name, entry in content["methods"].items()},
        types={name: _shape(entry) for name, entry in content["types"].items()},
    )


def _shape(entry: dict[str, Any]) -> Shape:
    return Shape(
        name=entry["name"],
        fields={item["name"]: _field(item) for item in entry.get("fields", [])},
        returns=tuple(entry.get("returns", ())),
        subtypes=tuple(entry.get("subtypes", ())),
    )


def _field(item: dict[str, Any]) -> Field:
    types = tuple(item["types"])
    prose = item["description"]
    fixed = _FIXED.search(prose) if types == ("String",) else None
    return Field(
        name=item["name"],
        types=types,
        required=bool(item["required"]),
        limit=_limit(types, prose),
        choices=frozenset(filter(None, fixed.groups())) if fixed else frozenset(),
    )


def _limit(types: tuple[str, ...], prose: str) -> Limit | None:
    if types == ("String",) and (size := _TEXT_SIZE.search(prose)):
        unit: Unit = "bytes" if size[3].lower() == "bytes" else "characters"
        return Limit(int(size[1]), int(size[2]), unit, parsed=bool(size["parsed"]))
    if types[0].startswith("Array of "):
        if size := _LIST_SIZE.search(prose):
            return Limit(int(size[1]), int(size[2]), "items")
        if most := _LIST_MOST.search(prose):
            return Limit(0, int(most[1]), "items")
    if types == ("Integer",) and (size := _VALUE.search(prose)):
        return Limit(int(size[1]), int(size[2]), "value")
    return None
