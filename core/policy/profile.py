"""A policy profile: what the operator's privacy policy promises, as values that code obeys."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Literal

from core.kernel.errors import CoreError

UNTIL_DELETED = -1

RETENTION_CLASSES = frozenset(
    {
        "account",
        "generated_pictures",
        "uploads",
        "prompts",
        "quota",
        "usage_raw",
        "support",
        "billing",
        "safety",
        "consent",
        "operations",
    }
)
SHIPPED = ("artiflux", "flux-art")


class ProfileInvalid(CoreError):
    """The profile lacks a value or holds one that can't be; nothing was started."""

    code = "profile-invalid"

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)


@dataclass(frozen=True, slots=True)
class Profile:
    """One policy. Periods are days; ``UNTIL_DELETED`` where the person decides."""

    name: str
    service: str
    policy_date: str
    minimum_age_years: int
    training_on_content: Literal["never", "consent"]
    outside_prc_never_in_prc: bool
    chosen: frozenset[str]
    """Values that the policy's text does not give and the operator's side chose."""
    retention_days: dict[str, int]

    def keeps_for(self, retention: str) -> timedelta | None:
        """Return how long a retention class stays; None means until the person deletes it."""
        days = self.retention_days[retention]
        return None if days == UNTIL_DELETED else timedelta(days=days)


def load_profile(name_or_path: str) -> Profile:
    """Read a shipped profile by name, or the operator's own file.

    Raises:
        ProfileInvalid: no such file, not TOML, an unknown or missing key, or a period below -1.
    """
    if name_or_path in SHIPPED:
        file = resources.files("core.policy").joinpath("profiles", f"{name_or_path}.toml")
        return parse_profile(file.read_text("utf-8"))
    path = Path(name_or_path)
    if not path.is_file():
        raise ProfileInvalid(problem="LIMNER_POLICY names neither a shipped profile nor a file")
    try:
        return parse_profile(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise ProfileInvalid(problem="LIMNER_POLICY names a file that is not text") from None


def parse_profile(source: str) -> Profile:
    """Turn a profile's TOML into values; see ``load_profile`` for the errors."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as broken:
        raise ProfileInvalid(problem=f"not TOML: {broken}") from None
    wanted = set(Profile.__dataclass_fields__)
    for problem, keys in (("unknown key", set(data) - wanted), ("missing", wanted - set(data))):
        if keys:
            raise ProfileInvalid(problem=f"{problem}: {', '.join(sorted(keys))}")
    _check_periods(data["retention_days"])
    _check_values(data)
    data["chosen"] = frozenset(data["chosen"])
    return Profile(**data)


def _check_periods(periods: object) -> None:
    if not isinstance(periods, dict) or set(periods) != RETENTION_CLASSES:
        odd = RETENTION_CLASSES ^ set(periods if isinstance(periods, dict) else ())
        raise ProfileInvalid(problem=f"retention_days: {', '.join(sorted(odd))}")
    if any(type(days) is not int or days < UNTIL_DELETED for days in periods.values()):
        raise ProfileInvalid(problem="retention_days: whole days, or -1 for until deleted")


def _check_values(data: dict[str, object]) -> None:
    age = data["minimum_age_years"]
    names = data["chosen"]
    known = {*data, *(f"retention_days.{one}" for one in RETENTION_CLASSES)}
    checks = {
        "training_on_content: never or consent": data["training_on_content"]
        in ("never", "consent"),
        "minimum_age_years: a whole number, 1 or more": type(age) is int and age >= 1,
        "outside_prc_never_in_prc: true or false": type(data["outside_prc_never_in_prc"]) is bool,
        "name, service and policy_date: text": all(
            isinstance(data[key], str) for key in ("name", "service", "policy_date")
        ),
        "chosen: names of values of this file": isinstance(names, list) and known.issuperset(names),
    }
    for problem, holds in checks.items():
        if not holds:
            raise ProfileInvalid(problem=problem)
