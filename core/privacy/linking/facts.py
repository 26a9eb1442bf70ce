"""What holds for an account that was two, or for two that were one: pure rules.

The stricter wins: a ban, a restriction, a minor's age. Nobody gets more than they could have had.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.accounts.rows import AccountRow
from core.quotas.rules import Plan

_PRC = "CN"


def joined(one: AccountRow, other: AccountRow, plans: Mapping[str, Plan]) -> dict[str, Any]:
    """Return the columns of the account that both become; ``one`` is the one that stays."""
    age = _age(one, other)
    speaks = other if other.language_chosen and not one.language_chosen else one
    lives = _region(one, other)
    return {
        "created_at": min(one.created_at, other.created_at),
        "language": speaks.language,
        "language_chosen": speaks.language_chosen,
        "age": age.age,
        "age_declared_at": age.age_declared_at,
        "region": lives.region,
        "subdivision": lives.subdivision,
        "plan": max((one, other), key=lambda row: _worth(plans[row.plan])).plan,
        "welcomed_at": _earlier(one.welcomed_at, other.welcomed_at),
        "standing": "restricted" if "restricted" in (one.standing, other.standing) else "active",
        "banned_at": _earlier(one.banned_at, other.banned_at),
        "last_used_at": _later(one.last_used_at, other.last_used_at),
        "closing_warned_at": None,
    }


def _age(one: AccountRow, other: AccountRow) -> AccountRow:
    """Whoever said once that they are younger is younger; a declaration beats none."""
    order = {"minor": 0, "adult": 1, "unknown": 2}
    return min((one, other), key=lambda row: order[row.age])


def _region(one: AccountRow, other: AccountRow) -> AccountRow:
    """The staying one's word counts, unless it said nothing, or said less protection (FA-9)."""
    if not one.region:
        return other
    return other if one.region == _PRC and other.region not in ("", _PRC) else one


def _worth(plan: Plan) -> tuple[int, int]:
    return plan.monthly_credits, plan.daily_credits


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [at for at in (one, other) if at is not None]
    return min(known, default=None)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    known = [at for at in (one, other) if at is not None]
    return max(known, default=None)


def plan_after_split(
    plan: str, left: str, stays: list[str], first_plan: Mapping[str, str], plans: Mapping[str, Plan]
) -> str:
    """Return the plan of the account that stays, when the surface ``left`` goes its own way.

    A plan that came with that surface goes with it; one that the person has otherwise stays.
    """
    of_stays = [first_plan[one] for one in stays]
    if plan != first_plan[left] or plan in of_stays:
        return plan
    return max(of_stays, key=lambda name: _worth(plans[name]))
