"""Reads the catalogue's TOML files, strictly: a key that is missing or unknown is an error."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.providers.catalogue.dialect import Dialect, ErrorPlaces, Model, Times, Wire
from core.providers.port import Limits, PrivacyFacts

DIALECTS = ("openai", "localai", "sdcpp", "together")
"""The services that are described here, by the name that configuration uses."""

_Built = TypeVar(
    "_Built", bound=Dialect | ErrorPlaces | Limits | Model | PrivacyFacts | Times | Wire
)
_ALL_FORMATS = frozenset({"png", "jpeg", "webp"})
_MODEL_LIMITS = frozenset({"sizes_px", "max_count", "max_prompt_chars"})


class CatalogueError(Exception):
    """The catalogue itself is wrong; a mistake of whoever changed it, found at start."""


def load_dialect(name: str) -> Dialect:
    """Return one service's description.

    Raises:
        CatalogueError: no such service, or its file has a wrong, missing or unknown key.
    """
    if name not in DIALECTS:
        raise CatalogueError(f"unknown dialect {name!r}; known: {', '.join(DIALECTS)}")
    return parse_dialect(_read(name))


def self_hosted_facts() -> PrivacyFacts:
    """Return the privacy facts of a server that the operator runs."""
    return _facts(_table(_read("self_hosted"), "privacy", where="self_hosted"))


def unknown_facts(evidence: str, reviewed_on: date) -> PrivacyFacts:
    """Return the facts of a place that nobody has looked at; routing refuses them."""
    return PrivacyFacts(
        trains="unknown",
        retention_s=None,
        zero_retention="unknown",
        deletes="none",
        jurisdictions=frozenset(),
        regions=None,
        evidence=evidence,
        reviewed_on=reviewed_on,
        expires_on=reviewed_on,
    )


def parse_dialect(text: str) -> Dialect:
    """Read a description from TOML.

    Raises:
        CatalogueError: not TOML, or a wrong, missing or unknown key.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(str(error)) from error
    name = str(data.get("name", "?"))
    limits_table = dict(_table(data, "limits", where=name))
    typical_s = limits_table.pop("typical_s", 20)
    limits = _limits(limits_table, wire=_table(data, "wire", where=name), where=name)
    unlisted = _table(data, "unlisted", where=name) | {"model": "", "id": "", "title": ""}
    parts: dict[str, Any] = {
        **data,
        "wire": _build(Wire, _table(data, "wire", where=name), where=f"{name}.wire"),
        "times": _build(Times, _table(data, "time", where=name), where=f"{name}.time"),
        "errors": _build(ErrorPlaces, _table(data, "errors", where=name), where=f"{name}.errors"),
        "privacy": _facts(data["privacy"]) if "privacy" in data else None,
        "models": tuple(_model(m, limits, typical_s, name) for m in data.get("models", [])),
        "unlisted": _model(unlisted, limits, typical_s, name),
    }
    for used in ("time", "limits"):
        parts.pop(used)
    dialect = _build(Dialect, parts, where=name)
    if not dialect.self_hosted and dialect.privacy is None:
        raise CatalogueError(f"{name}: a hosted service needs [privacy]")
    return dialect


def _read(name: str) -> str:
    return files("core.providers.catalogue").joinpath(f"{name}.toml").read_text(encoding="utf-8")


def _table(data: Mapping[str, Any] | str, key: str, *, where: str) -> dict[str, Any]:
    tables = tomllib.loads(data) if isinstance(data, str) else data
    value = tables.get(key)
    if not isinstance(value, dict):
        raise CatalogueError(f"{where}: [{key}] is missing")
    return value


def _model(table: Mapping[str, Any], limits: Limits, typical_s: int, where: str) -> Model:
    own = {key: value for key, value in table.items() if key in _MODEL_LIMITS}
    if "sizes_px" in own:
        own["sizes_px"] = _pairs(own["sizes_px"])
    rest = {key: value for key, value in table.items() if key not in _MODEL_LIMITS}
    defaults: dict[str, Any] = {"extra": {}, "typical_s": typical_s}
    parts = {**defaults, **rest, "limits": replace(limits, **own)}
    return _build(Model, parts, where=f"{where}.models")


def _limits(table: Mapping[str, Any], *, wire: Mapping[str, Any], where: str) -> Limits:
    parts = dict(table)
    parts["sizes_px"] = _pairs(parts.get("sizes_px", []))
    # Formats that the service lacks are made here from what it answers.
    parts["formats"] = _ALL_FORMATS
    parts["seed"] = wire.get("seed") != "none"
    return _build(Limits, parts, where=f"{where}.limits")


def _pairs(value: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((int(width), int(height)) for width, height in value)


def _facts(table: Mapping[str, Any]) -> PrivacyFacts:
    parts = dict(table)
    parts["jurisdictions"] = frozenset(parts.get("jurisdictions", ()))
    regions = parts.get("regions")
    parts["regions"] = None if regions is None else frozenset(regions)
    return _build(PrivacyFacts, parts, where="privacy")


def _build(kind: type[_Built], parts: Mapping[str, Any], *, where: str) -> _Built:
    if unknown := set(parts) - {field.name for field in fields(kind)}:
        raise CatalogueError(f"{where}: unknown {', '.join(sorted(unknown))}")
    try:
        return TypeAdapter(kind).validate_python(parts)
    except ValidationError as error:
        raise CatalogueError(f"{where}: {error}") from error
