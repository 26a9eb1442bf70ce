"""Methods, fields and types as data, and the check of requests and answers against them."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.emulators.telegram.markup import MarkupError, parse_html, utf16_units

_ARRAY = "Array of "
_INTEGER = re.compile(r"-?\d+")
Unit = Literal["characters", "bytes", "items", "value"]
_PRIMITIVES = {"Integer", "Float", "Boolean", "String", "True", "InputFile"}


@dataclass(frozen=True, slots=True)
class Upload:
    """One file part of a request."""

    data: bytes
    file_name: str
    content_type: str


RawParameters = Mapping[str, str | Upload]


@dataclass(frozen=True, slots=True)
class Limit:
    """Smallest and largest size of a value; ``parsed`` measures a text without its tags."""

    low: int
    high: int
    unit: Unit
    parsed: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of a method or a field of a type."""

    name: str
    types: tuple[str, ...]
    required: bool
    limit: Limit | None = None
    choices: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of a method or type, or the types that a union is one of."""

    name: str
    fields: Mapping[str, Field]
    returns: tuple[str, ...] = ()
    subtypes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Schema:
    """All methods and types of one description of the API."""

    name: str
    methods: Mapping[str, Shape] = field(default_factory=dict)
    types: Mapping[str, Shape] = field(default_factory=dict)

    def request_errors(self, method: str, raw: RawParameters) -> list[str]:
        """What is wrong with a request, as sentences; empty when it conforms."""
        shape = self.methods.get(method)
        if shape is None:
            return [f"{method}: unknown method"]
        values, errors = self.decode(method, raw)
        attached = {
            name for name, value in raw.items() if isinstance(value, Upload)
        } - shape.fields.keys()
        named = json.dumps({k: v for k, v in values.items() if not isinstance(v, Upload)})
        errors += [
            f"{method}.{name}: unknown parameter"
            for name in raw
            if name not in shape.fields and name not in attached
        ]
        errors += [
            f"{method}: upload {name} is not referred to"
            for name in attached
            if f"attach://{name}" not in named
        ]
        return errors + self._fields_errors(shape, values, method)

    def decode(self, method: str, raw: RawParameters) -> tuple[dict[str, Any], list[str]]:
        """Turn form values into JSON values by their declared types, with what failed."""
        values: dict[str, Any] = {}
        errors: list[str] = []
        for name, declared in self.methods[method].fields.items():
            if name not in raw:
                continue
            try:
                values[name] = _decoded(declared.types, raw[name])
            except ValueError:
                errors.append(f"{method}.{name}: not a JSON value of {' or '.join(declared.types)}")
        return values, errors

    def answer_errors(self, method: str, result: object) -> list[str]:
        """What is wrong with a successful answer of ``method``."""
        shape = self.methods.get(method)
        if shape is None:
            return [f"{method}: unknown method answered"]
        return self.value_errors(shape.returns, result, f"answer of {method}")

    def value_errors(self, types: Iterable[str], value: object, where: str) -> list[str]:
        """Check one value against alternatives; the errors of the nearest alternative."""
        best: list[str] | None = None
        for kind in types:
            errors = self._kind_errors(kind, value, where)
            if not errors:
                return []
            if best is None or len(errors) < len(best):
                best = errors
        return best if best is not None else [f"{where}: no type declared"]

    def _kind_errors(self, kind: str, value: object, where: str) -> list[str]:
        if kind.startswith(_ARRAY):
            if not isinstance(value, list):
                return [f"{where}: expected {kind}, got {type(value).__name__}"]
            return [
                error
                for index, item in enumerate(value)
                for error in self.value_errors(
                    (kind.removeprefix(_ARRAY),), item, f"{where}[{index}]"
                )
            ]
        if kind in _PRIMITIVES:
            return [] if _is_primitive(kind, value) else [_mismatch(where, kind, value)]
        shape = self.types.get(kind)
        if shape is None:
            return [f"{where}: type {kind} is not described"]
        if shape.subtypes:
            return self.value_errors(shape.subtypes, value, where)
        if not isinstance(value, dict):
            return [_mismatch(where, kind, value)]
        unknown = [
            f"{where}.{name}: {kind} has no such field" for name in value.keys() - shape.fields
        ]
        return unknown + self._fields_errors(shape, value, where)

    def _fields_errors(self, shape: Shape, values: Mapping[str, Any], where: str) -> list[str]:
        errors: list[str] = []
        parse_mode = values.get("parse_mode")
        for name, declared in shape.fields.items():
            if name not in values:
                if declared.required:
                    errors.append(f"{where}.{name}: required, but missing")
                continue
            value, place = values[name], f"{where}.{name}"
            wrong = self.value_errors(declared.types, value, place)
            errors += wrong or _limit_errors(declared, value, place, html=parse_mode == "HTML")
        return errors


def _mismatch(where: str, kind: str, value: object) -> str:
    return f"{where}: expected {kind}, got {type(value).__name__}"


def _is_primitive(kind: str, value: object) -> bool:
    if kind == "Boolean":
        return isinstance(value, bool)
    if kind == "True":
        return value is True
    if kind == "Integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "Float":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return isinstance(value, Upload if kind == "InputFile" else str)


def _decoded(types: tuple[str, ...], raw: str | Upload) -> object:
    if isinstance(raw, Upload) or types == ("String",):
        return raw
    if "String" in types:
        return int(raw) if "Integer" in types and _INTEGER.fullmatch(raw) else raw
    if types == ("InputFile",):
        return raw
    decoded: object = json.loads(raw)
    return decoded


def _limit_errors(declared: Field, value: object, where: str, *, html: bool) -> list[str]:
    if declared.choices and isinstance(value, str) and value not in declared.choices:
        return [f"{where}: must be one of {', '.join(sorted(declared.choices))}"]
    limit = declared.limit
    if limit is None:
        return []
    size = _size(limit, value, html=html)
    if size is None or limit.low <= size <= limit.high:
        return []
    return [f"{where}: {size} {limit.unit}, allowed are {limit.low}-{limit.high}"]


def _size(limit: Limit, value: object, *, html: bool) -> int | None:
    if isinstance(value, str) and limit.unit == "bytes":
        return len(value.encode())
    if isinstance(value, str) and limit.unit == "characters":
        if limit.parsed and html:
            try:
                return utf16_units(parse_html(value).text)
            except MarkupError:
                return utf16_units(value)
        return utf16_units(value)
    if isinstance(value, list) and limit.unit == "items":
        return len(value)
    if isinstance(value, int) and limit.unit == "value":
        return value
    return None
