"""When accounts that nobody uses are warned, closed and erased: one pure rule (FA-10.1, FA-3.12).

Closing is not erasing: a closed account is out of use, and can be opened again until its tail ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.policy.values import Profile

CONTENT = frozenset({"generated_pictures", "uploads", "prompts"})
"""What people made: it goes with the account's closing, long before the account's own tail."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The moments before which something must have happened for the next thing to be due."""

    warn: datetime
    """Last used at or before: the person is told that the account will be closed."""
    close: datetime
    """Last used at or before, and warned long enough: the account is closed."""
    warned: datetime
    """Warned at or before: long enough."""
    content: datetime
    """Closed at or before: what was made is destroyed."""
    erase: datetime
    """Closed at or before: the account is erased."""


def limits_of(profile: Profile, now: datetime) -> Limits:
    """Return where the lines are now.

    What must be gone by a day is begun a margin before it, like everything that has a period.
    """
    closure = profile.closure
    return Limits(
        warn=now - timedelta(days=closure.inactive_days - closure.warning_days),
        close=now - timedelta(days=closure.inactive_days),
        warned=now - timedelta(days=closure.warning_days),
        content=now - _early(profile, profile.deletion.live_days),
        erase=now - _early(profile, closure.account_days),
    )


def _early(profile: Profile, days: int) -> timedelta:
    period = timedelta(days=days)
    margin = timedelta(hours=profile.deletion.purge_margin_hours)
    return period - min(margin, period / 2)


def closes_on(profile: Profile, last_used_at: datetime, warned_at: datetime) -> datetime:
    """Return when an account that was warned is closed, unless it is used before."""
    closure = profile.closure
    return max(
        last_used_at + timedelta(days=closure.inactive_days),
        warned_at + timedelta(days=closure.warning_days),
    )
