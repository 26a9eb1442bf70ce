"""Reading nested values of a file strictly: every missing, unknown or wrong one is named."""

from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

_NAMES = {bool: "true or false", int: "a whole number", str: "text"}


def read_as(kind: Any, data: object, path: str, problems: list[str]) -> Any:
    """Return ``data`` as a value of ``kind``; what does not fit is added to ``problems``.

    ``kind`` is a frozen dataclass, ``bool``, ``int``, ``str``, a ``Literal``, or a tuple,
    frozenset or dict of those. The result is only whole when no problem was added.
    """
    if is_dataclass(kind):
        return _record(kind, data, path, problems)
    origin = get_origin(kind)
    if origin is dict:
        return _table(kind, data, path, problems)
    if origin in (tuple, frozenset):
        return _list(kind, data, path, problems)
    if origin is Literal:
        if data not in get_args(kind):
            problems.append(f"{path}: {' or '.join(map(str, get_args(kind)))}")
        return data
    assert not isinstance(kind, UnionType)
    if type(data) is not kind:
        problems.append(f"{path}: {_NAMES[kind]}")
    return data


def _record(kind: Any, data: object, path: str, problems: list[str]) -> Any:
    if not isinstance(data, dict):
        problems.append(f"{path}: a table of values")
        return None
    prefix = f"{path}." if path else ""
    wanted = [one.name for one in fields(kind)]
    problems += [f"missing: {prefix}{name}" for name in wanted if name not in data]
    problems += [f"unknown: {prefix}{name}" for name in data if name not in wanted]
    hints = get_type_hints(kind)
    known = [name for name in wanted if name in data]
    values = {name: read_as(hints[name], data[name], prefix + name, problems) for name in known}
    return kind(**values) if len(known) == len(wanted) else None


def _table(kind: Any, data: object, path: str, problems: list[str]) -> dict[str, Any]:
    if not isinstance(data, dict):
        problems.append(f"{path}: a table of values")
        return {}
    inner = get_args(kind)[1]
    return {name: read_as(inner, one, f"{path}.{name}", problems) for name, one in data.items()}


def _list(kind: Any, data: object, path: str, problems: list[str]) -> Any:
    inner = get_args(kind)[0]
    if not isinstance(data, list):
        problems.append(f"{path}: a list")
        return ()
    before = len(problems)
    values = [read_as(inner, one, path, problems) for one in data]
    if len(problems) > before:
        return ()
    return frozenset(values) if get_origin(kind) is frozenset else tuple(values)
