"""When things must leave: one pure rule, for the sweep that destroys and the readers that hide."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.policy.profile import Profile

BY_CLOSURE = frozenset({"account"})
"""Classes that no age ends: they end with the account, by closing or erasing it."""


class Fate(StrEnum):
    """What holds for an item now."""

    KEEP = "keep"
    HIDDEN = "hidden"
    """Expired, so nobody is shown it, but a minimum forbids to destroy it yet."""
    PURGE = "purge"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing with an age."""

    retention: str
    """Its retention class."""
    started_at: datetime
    floor: datetime | None = None
    """Not to be destroyed before, whatever its class says: a preservation duty."""


@dataclass(frozen=True, slots=True)
class Due:
    """What holds now, and since or until when."""

    fate: Fate
    at: datetime | None
    """KEEP: when it expires, None for never. HIDDEN: when it may go. PURGE: since when it must."""


class RetentionFloor(Exception):
    """Something may not be destroyed yet, whoever asks; nothing was destroyed."""

    def __init__(self, retention: str, until: datetime) -> None:
        super().__init__(f"{retention} until {until.isoformat()}")
        self.retention = retention
        self.until = until


def expires_after(profile: Profile, retention: str) -> timedelta | None:
    """Return the age at which things of a class are hidden and become due; None for no age.

    "Gone by day N" means that the bytes are gone: the profile's margin (24 h) before the end of
    the period leaves the sweep, which comes every six hours, several tries. A period shorter than
    two margins is left half of itself.
    """
    promised = None if retention in BY_CLOSURE else profile.keeps_for(retention)
    if promised is None:
        return None
    margin = timedelta(hours=profile.deletion.purge_margin_hours)
    return promised - min(margin, promised / 2)


def cutoff(profile: Profile, retention: str, now: datetime) -> datetime | None:
    """Return the start at or before which things of a class have expired; None for never."""
    age = expires_after(profile, retention)
    return None if age is None else now - age


def purge_cutoff(
    profile: Profile, retention: str, now: datetime, horizon: datetime | None = None
) -> datetime | None:
    """Return the start at or before which things of a class must be destroyed; None for never.

    ``horizon``: what has expired once stays expired, however long the period is made afterwards.
    The class's minimum holds in any case.
    """
    limits = [one for one in (cutoff(profile, retention, now), horizon) if one is not None]
    return min(max(limits), now - profile.at_least(retention)) if limits else None


def is_visible(profile: Profile, retention: str, started_at: datetime, now: datetime) -> bool:
    """Say whether readers may still show something; false from the moment that it expires."""
    limit = cutoff(profile, retention, now)
    return limit is None or started_at > limit


def floor_of(item: Item, profile: Profile) -> datetime:
    """Return the moment before which an item may not be destroyed."""
    least = item.started_at + profile.at_least(item.retention)
    return least if item.floor is None else max(least, item.floor)


def due(item: Item, profile: Profile, now: datetime, horizon: datetime | None = None) -> Due:
    """Say what must happen to an item; see ``purge_cutoff`` for ``horizon``."""
    age = expires_after(profile, item.retention)
    expires = None if age is None else item.started_at + age
    if horizon is not None and item.started_at <= horizon:
        expires = item.started_at if expires is None else min(expires, now)
    if expires is None or now < expires:
        return Due(Fate.KEEP, expires)
    may_go = max(expires, floor_of(item, profile))
    return Due(Fate.HIDDEN if now < may_go else Fate.PURGE, may_go)


def refuse_early(item: Item, profile: Profile, now: datetime) -> None:
    """Refuse to destroy what a minimum still protects; call before any deletion on request.

    Raises:
        RetentionFloor: it must be kept until the date that the error names.
    """
    until = floor_of(item, profile)
    if now < until:
        raise RetentionFloor(item.retention, until)
