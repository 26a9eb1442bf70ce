"""Reading a policy profile: a shipped one by name, or the operator's own file."""

import tomllib
from importlib import resources
from pathlib import Path

from core.kernel.errors import CoreError
from core.policy.checks import contradictions, laxer_than
from core.policy.schema import read_as
from core.policy.values import (
    DEFAULT_CLOCK,
    JURISDICTIONS,
    RETENTION_CLASSES,
    UNTIL_DELETED,
    Profile,
)

__all__ = [
    "RETENTION_CLASSES",
    "SHIPPED",
    "UNTIL_DELETED",
    "Profile",
    "ProfileInvalid",
    "load_profile",
    "parse_profile",
    "problems_of_profile",
    "profile_source",
]

SHIPPED = ("artiflux", "flux-art")


class ProfileInvalid(CoreError):
    """The profile lacks a value or holds one that can't be; nothing was started."""

    code = "profile-invalid"

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)


def profile_source(name_or_path: str) -> str:
    """Return the TOML of a shipped profile by name, or of the operator's own file.

    Raises:
        ProfileInvalid: there is no such file, or it is no text.
    """
    if name_or_path in SHIPPED:
        file = resources.files("core.policy").joinpath("profiles", f"{name_or_path}.toml")
        return file.read_text("utf-8")
    path = Path(name_or_path)
    if not path.is_file():
        raise ProfileInvalid(problem="LIMNER_POLICY names neither a shipped profile nor a file")
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        raise ProfileInvalid(problem="LIMNER_POLICY names a file that is not text") from None


def _read(source: str) -> tuple[Profile | None, list[str]]:
    """Return the values of a profile's TOML, or None and what is missing, unknown or no value."""
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as broken:
        return None, [f"not TOML: {broken}"]
    problems: list[str] = []
    found = read_as(Profile, data, "", problems)
    if isinstance(found, Profile) and not problems:
        problems += _class_problems(found)
    return (None, problems) if problems or not isinstance(found, Profile) else (found, [])


def _class_problems(profile: Profile) -> list[str]:
    """Name classes and jurisdictions that are not there, or that nobody knows."""
    days = profile.retention_days
    problems = [f"missing: retention_days.{one}" for one in sorted(RETENTION_CLASSES - set(days))]
    problems += [f"unknown: retention_days.{one}" for one in sorted(set(days) - RETENTION_CLASSES)]
    problems += [
        f"retention_days.{name}: whole days, or -1 for until deleted"
        for name, period in sorted(days.items())
        if period < UNTIL_DELETED
    ]
    floors = set(profile.at_least_days)
    problems += [f"unknown: at_least_days.{one}" for one in sorted(floors - RETENTION_CLASSES)]
    clocks = set(profile.answers)
    problems += [f"missing: answers.{one}" for one in sorted({DEFAULT_CLOCK} - clocks)]
    problems += [f"unknown: answers.{one}" for one in sorted(clocks - JURISDICTIONS)]
    return problems


def problems_of_profile(source: str) -> list[str]:
    """Return every value that is missing, unknown, no value, or against another or the law."""
    return _checked(source)[1]


def _checked(source: str) -> tuple[Profile | None, list[str]]:
    profile, problems = _read(source)
    if profile is None:
        return None, problems
    problems = contradictions(profile)
    if profile.follows != "own":
        followed, _ = _read(profile_source(profile.follows))
        assert followed is not None
        problems += laxer_than(profile, followed)
    return profile, problems


def load_profile(name_or_path: str) -> Profile:
    """Read a shipped profile by name, or the operator's own file.

    Raises:
        ProfileInvalid: as ``profile_source`` and ``parse_profile``.
    """
    return parse_profile(profile_source(name_or_path))


def parse_profile(source: str) -> Profile:
    """Turn a profile's TOML into values.

    Raises:
        ProfileInvalid: not TOML, values that are missing, unknown or of another kind, or that
            contradict each other, the law or the profile they follow; all of them are named.
    """
    profile, problems = _checked(source)
    if profile is None or problems:
        raise ProfileInvalid(problem="; ".join(problems))
    return profile
