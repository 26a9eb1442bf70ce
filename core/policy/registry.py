"""Every promise of the policies, the platforms and the law, with what keeps it and how far."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Literal, get_args

from core.policy.schema import read_as

Source = Literal["artiflux", "flux-art", "platform", "law"]
Registered = Literal["built", "open", "disclosure"]
Reason = Literal["", "operators", "billing", "moderation"]

REASONS: Mapping[str, str] = {
    "operators": "the operators' side: routing by contract, holds, desk, incidents, keys, backups",
    "billing": "payments",
    "moderation": "moderation: cases, sanctions, appeals",
}
"""Why a promise may be open."""

_FILES = ("artiflux", "flux-art", "platforms", "law")


@dataclass(frozen=True, slots=True)
class Promise:
    """One commitment."""

    id: str
    policy: Source
    where: str
    """The section of the text that makes it."""
    says: str
    """The commitment in our own words."""
    by: str
    """What keeps it: a file or folder of the project."""
    state: Registered
    reason: Reason
    """Why it is open; empty otherwise."""


@dataclass(frozen=True, slots=True)
class _Entry:
    state: Registered
    where: str
    by: str
    says: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class _File:
    policy: Source
    promises: dict[str, _Entry]


class RegistryInvalid(ValueError):
    """A file of promises is broken; a bug of the project."""


def parse_promises(source: str) -> tuple[Promise, ...]:
    """Read one file of promises, in its order.

    Raises:
        RegistryInvalid: values are missing, unknown or no values, or an open promise has no
            reason, or one that is not open has one.
    """
    data = tomllib.loads(source)
    table = data.get("promises")
    for entry in table.values() if isinstance(table, dict) else ():
        entry.setdefault("reason", "")
    problems: list[str] = []
    found = read_as(_File, data, "", problems)
    if problems or not isinstance(found, _File):
        raise RegistryInvalid("; ".join(problems))
    promises = tuple(
        Promise(name, found.policy, one.where, one.says, one.by, one.state, one.reason)
        for name, one in found.promises.items()
    )
    for one in promises:
        if (one.state == "open") != bool(one.reason):
            msg = f"{one.id}: open needs a reason, and nothing else has one"
            raise RegistryInvalid(msg)
        if not (one.where.strip() and one.says.strip() and one.by.strip()):
            raise RegistryInvalid(f"{one.id}: where, says and by must say something")
    return promises


def load_promises() -> tuple[Promise, ...]:
    """Read all promises, policy by policy.

    Raises:
        RegistryInvalid: as ``parse_promises``, or an id that stands twice.
    """
    folder = resources.files("core.policy").joinpath("promises")
    found = [
        one
        for name in _FILES
        for one in parse_promises(folder.joinpath(f"{name}.toml").read_text("utf-8"))
    ]
    ids = [one.id for one in found]
    if len(set(ids)) != len(ids):
        raise RegistryInvalid("an id stands twice")
    return tuple(found)


def policies() -> tuple[Source, ...]:
    """Return whose promises there are."""
    return get_args(Source)
