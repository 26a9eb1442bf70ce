"""The clocks of requests: whose law, until when, how much longer, what it costs; pure."""

from datetime import datetime, timedelta
from typing import Literal

from core.policy.parts import AnswerClock
from core.privacy.desk.errors import (
    ExtendedAlready,
    ExtensionTooLate,
    ExtensionTooLong,
    ExtensionWithoutReason,
    FeeForbidden,
    FeeWithoutReason,
)

Jurisdiction = Literal["default", "california", "hong_kong"]
Alarm = Literal[0, 50, 80, 100]

EXTENSION_REASONS = ("complex", "many")
"""The only reasons for more time that the policy knows (Flux Art 14.1)."""
ALARMS: tuple[Alarm, ...] = (50, 80, 100)
"""Percent of the time for an answer at which operators are warned."""


def jurisdiction_of(region: str, subdivision: str) -> Jurisdiction:
    """Return whose clock counts for somebody, from what they said of where they are.

    Somebody who said nothing has the default, which is the shortest.
    """
    if (region, subdivision) == ("US", "CA"):
        return "california"
    return "hong_kong" if region == "HK" else "default"


def due_at(received_at: datetime, clock: AnswerClock) -> datetime:
    """Return until when an answer must be there."""
    return received_at + timedelta(days=clock.days)


def extended_due(
    due: datetime,
    clock: AnswerClock,
    *,
    now: datetime,
    reason: str,
    days: int | None = None,
    was_extended: bool = False,
) -> datetime:
    """Return the later date for an answer; ``days`` None for all that the clock allows.

    Flux Art 14.1: once, before the first period ends, with the reason told.

    Raises:
        ExtensionWithoutReason: none of ``EXTENSION_REASONS``; the date stays.
        ExtendedAlready: there was one; the date stays.
        ExtensionTooLate: the first period is over; the date stays.
        ExtensionTooLong: more days than the clock allows, or no day at all; the date stays.
    """
    if reason not in EXTENSION_REASONS:
        raise ExtensionWithoutReason(reasons=", ".join(EXTENSION_REASONS))
    if was_extended:
        raise ExtendedAlready
    if now >= due:
        raise ExtensionTooLate
    wanted = clock.extension_days if days is None else days
    if not 0 < wanted <= clock.extension_days:
        raise ExtensionTooLong(most_days=clock.extension_days)
    return due + timedelta(days=wanted)


def alarm_of(received_at: datetime, due: datetime, now: datetime) -> Alarm:
    """Return the highest of ``ALARMS`` that a request without an answer has come to; 0 for none."""
    percent = 100 * (now - received_at) / (due - received_at)
    reached: Alarm = 0
    for level in ALARMS:
        if percent >= level:
            reached = level
    return reached


def check_fee(jurisdiction: str, cents: int, reason: str) -> None:
    """Let a fee for an answer pass only where the law allows one (Hong Kong's PDPO, section 28).

    Raises:
        FeeForbidden: not there, or not a positive amount; nothing is charged.
        FeeWithoutReason: nobody said why; nothing is charged.
    """
    if jurisdiction != "hong_kong" or cents <= 0:
        raise FeeForbidden
    if not reason.strip():
        raise FeeWithoutReason
