"""A JSON Schema for each data file, generated from the inventory; every line validates."""

from typing import Any, TypeGuard

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from sqlalchemy import JSON

from core.privacy.export.gather import (
    FILE_SUFFIX,
    MADE,
    MISSING_VALUES,
    SOURCES,
    UNIX_SUFFIX,
    exported,
    is_time,
)
from core.privacy.subject.shelves import Field, Shelf

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TYPES: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string"}

Json = dict[str, Any]


def _declared(field: Field) -> Json:
    one = field.declaration
    return {
        "category": one.category,
        "purposes": sorted(one.purposes),
        "basis": one.basis,
        "retention": one.retention,
        "source": one.source,
        "recipients": sorted(one.recipients),
    }


def _property(field: Field) -> Json:
    column = field.column
    if isinstance(column.type, JSON):
        return {"x-limner": _declared(field)}
    kind = "string" if field.is_sealed else _TYPES[column.type.python_type]
    allowed: Json = {"type": [kind, "null"] if _may_be_null(field) else kind}
    return {**allowed, "x-limner": _declared(field)}


def _may_be_null(field: Field) -> bool:
    is_masked = field.declaration.third_party == "masked"
    return bool(field.column.nullable) or field.is_sealed or is_masked


def _properties(shelf: Shelf) -> Json:
    media = {one.column.name for one in shelf.media}
    found: Json = {}
    for field in shelf.shown:
        told = {"x-limner": _declared(field)}
        if field.column.name in media:
            found[field.name + FILE_SUFFIX] = {"type": ["string", "null"], **told}
        elif is_time(field.column):
            null = ["null"] if _may_be_null(field) else []
            found[field.name] = {"type": ["string", *null], "format": "date-time", **told}
            found[field.name + UNIX_SUFFIX] = {"type": ["number", *null], **told}
        else:
            found[field.name] = _property(field)
    return found


_MADE: Json = {
    "type": "object",
    "description": "Who received the request, where, and under which controls.",
    "properties": {
        "offering": {"type": "string"},
        "processor": {"type": ["string", "null"]},
        "on_own_machine": {"type": "boolean"},
        "region": {"type": "array", "items": {"type": "string"}},
        "region_is_pinned": {"type": "boolean"},
        "no_training": {"$ref": "#/$defs/control"},
        "nothing_stored": {"$ref": "#/$defs/control"},
    },
    "required": ["offering", "processor", "on_own_machine", "region", "region_is_pinned"],
    "additionalProperties": False,
}
_CONTROL: Json = {
    "type": "object",
    "properties": {"asked": {"type": "boolean"}, "confirmed": {"type": "boolean"}},
    "required": ["asked", "confirmed"],
    "additionalProperties": False,
}


def schema_of(shelf: Shelf) -> Json:
    """Return the schema of one line of a table's data file."""
    properties = _properties(shelf)
    required = [*properties, SOURCES, MISSING_VALUES]
    properties[SOURCES] = {
        "type": "object",
        "description": "Who each value came from; what is not named was made by the service.",
        "additionalProperties": {"enum": ["person", "platform", "provider", "service"]},
    }
    properties[MISSING_VALUES] = {
        "type": "object",
        "description": "Why a value or a file is not there.",
        "additionalProperties": {"type": "string"},
    }
    properties[MADE] = {"$ref": "#/$defs/made"}
    return {
        "$schema": DIALECT,
        "$id": f"urn:limner:export:1:{shelf.name}",
        "title": shelf.name,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
        "$defs": {"made": _MADE, "control": _CONTROL},
    }


def schemas() -> dict[str, Json]:
    """Return every schema, by the name of its table."""
    return {shelf.name: schema_of(shelf) for shelf in exported()}


_WORDS = frozenset(
    {
        "$defs",
        "$id",
        "$ref",
        "$schema",
        "additionalProperties",
        "description",
        "enum",
        "format",
        "items",
        "properties",
        "required",
        "title",
        "type",
        "x-limner",
    }
)
_ID, _DEFINED = "urn:limner:export:", "#/$defs/"


def is_of_an_export(schema: object) -> TypeGuard[Json]:
    """Say whether a schema, of this version or another, is one that an export can hold.

    A schema from elsewhere is a small program: this one loads nothing, and ends.
    """
    if not isinstance(schema, dict):
        return False
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        return False
    return str(schema.get("$id")).startswith(_ID) and _is_plain(
        {name: value for name, value in schema.items() if name != "$id"},
        frozenset(schema.get("$defs", {})),
    )


def _is_plain(schema: Any, defined: frozenset[str]) -> bool:
    if isinstance(schema, bool):
        return True
    if not schema.keys() <= _WORDS or "$id" in schema:
        return False
    if "$ref" in schema and schema["$ref"] not in {f"{_DEFINED}{name}" for name in defined}:
        return False
    inner = [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]
    inner += [schema[name] for name in ("items", "additionalProperties") if name in schema]
    return all(_is_plain(one, defined) for one in inner)
