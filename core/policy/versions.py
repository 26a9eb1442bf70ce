"""Which version of a policy holds, and what changed from one to the next."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.policy.values import Profile, Value, values_of


@dataclass(frozen=True, slots=True)
class Change:
    """One value of a policy that is no longer what it was."""

    name: str
    """Dotted, as in the profile: ``retention_days.prompts``."""
    kind: Literal["added", "removed", "changed"]
    before: Value | None
    after: Value | None


def as_json(profile: Profile) -> str:
    """Return all binding values as JSON, the same text for the same promises."""
    return json.dumps(values_of(profile), sort_keys=True, separators=(",", ":"))


def version_of(profile: Profile) -> str:
    """Return the SHA-256 of all binding values: another version exactly when one differs.

    Wording, order and comments of the file, and where a value is cited, make no new version.
    """
    return hashlib.sha256(as_json(profile).encode()).hexdigest()


def changes_between(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[Change, ...]:
    """Return what differs between two versions' values, by name.

    Every such change is material: all values bind. ``json.loads(as_json(profile))`` gives the
    values of a version that was stored.
    """
    changes = []
    for name in sorted({*before, *after}):
        if name not in before:
            changes.append(Change(name, "added", None, after[name]))
        elif name not in after:
            changes.append(Change(name, "removed", before[name], None))
        elif before[name] != after[name]:
            changes.append(Change(name, "changed", before[name], after[name]))
    return tuple(changes)


def text_matches(profile: Profile, policy_text: bytes) -> bool:
    """Say whether a policy text is the one that the profile's values were read from."""
    return hashlib.sha256(policy_text).hexdigest() == profile.text.sha256
