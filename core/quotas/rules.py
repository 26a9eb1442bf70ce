"""What a plan allows and how a price is split: decisions without a database."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from core.kernel.errors import CoreError
from core.kernel.units import Credits

FREE = "free"
"""The plan that everybody begins with; every plans file has it."""
_MAX_NAME_CHARS = 32
_LEAST = {"daily_credits": 0, "monthly_credits": 0, "running_at_once": 1, "waiting_at_most": 1}


class PlansInvalid(CoreError):
    """The plans file lacks a value or holds one that can't be; nothing was started."""

    code = "plans-invalid"

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: allowances in credits, concurrency in requests."""

    name: str
    daily_credits: Credits
    monthly_credits: Credits
    running_at_once: int
    waiting_at_most: int
    lane: Literal["standard", "premium"]


@dataclass(frozen=True, slots=True)
class Split:
    """How a price is paid: from the free allowance first, the rest from the balance."""

    free: Credits
    paid: Credits


class Plans(dict[str, Plan]):
    """Plans by name. Whoever is on a plan that the file no longer has gets the free one."""

    def __missing__(self, name: str) -> Plan:
        return self[FREE]


def parse_plans(source: str) -> dict[str, Plan]:
    """Turn a plans file's TOML into plans.

    Raises:
        PlansInvalid: not TOML, no plan "free", a missing or unknown key, or a number that is not
            whole or too small.
    """
    try:
        tables = tomllib.loads(source)
    except tomllib.TOMLDecodeError as wrong:
        raise PlansInvalid(problem=f"not TOML: {wrong}") from None
    plans = Plans({name: _plan(name, table) for name, table in tables.items()})
    lanes = {(plan.lane, plan.running_at_once) for plan in plans.values()}
    if len(lanes) != len({lane for lane, _ in lanes}):
        raise PlansInvalid(problem="plans of one lane have the same running_at_once")
    if FREE not in plans:
        raise PlansInvalid(problem="there is no plan named free")
    return plans


def _plan(name: str, table: object) -> Plan:
    if not isinstance(table, dict) or len(name) > _MAX_NAME_CHARS:
        raise PlansInvalid(problem=f"{name[:_MAX_NAME_CHARS]}: not a plan")
    keys = set(table) ^ (set(Plan.__dataclass_fields__) - {"name"})
    if keys:
        raise PlansInvalid(problem=f"{name}: unknown or missing: {', '.join(sorted(keys))}")
    for key, least in _LEAST.items():
        if type(table[key]) is not int or table[key] < least:
            raise PlansInvalid(problem=f"{name}: {key}: whole numbers, {least} or more")
    if table["lane"] not in ("standard", "premium"):
        raise PlansInvalid(problem=f"{name}: lane is standard or premium")
    return Plan(name=name, **table)


@cache
def load_plans(path: Path | None) -> dict[str, Plan]:
    """Read the operator's plans, or the shipped ones; see ``parse_plans`` for the errors."""
    if path is None:
        return parse_plans(resources.files("core.quotas").joinpath("plans.toml").read_text("utf-8"))
    if not path.is_file():
        raise PlansInvalid(problem="LIMNER_PLANS names a file that is not there")
    try:
        return parse_plans(path.read_text("utf-8"))
    except UnicodeDecodeError:
        raise PlansInvalid(problem="LIMNER_PLANS names a file that is not text") from None


def free_left(plan: Plan, day_used: int, month_used: int) -> Credits:
    """Return what is left of the free allowance now: the smaller of the day's and the month's."""
    left = min(plan.daily_credits - day_used, plan.monthly_credits - month_used)
    return Credits(max(0, left))


def split(price: Credits, free: Credits, balance: Credits) -> Split | None:
    """Pay from the free allowance first; None when both together do not cover the price."""
    from_free = min(price, free)
    rest = price - from_free
    return None if rest > balance else Split(Credits(from_free), Credits(rest))


def day_of(now: datetime) -> str:
    """Return the day that an allowance counts in (UTC)."""
    return now.astimezone(UTC).strftime("%Y-%m-%d")


def month_of(day: str) -> str:
    """Return the month of a day."""
    return day[:7]


def resets_in_s(now: datetime) -> int:
    """Return the seconds until the daily allowance is whole again (midnight UTC)."""
    now = now.astimezone(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(1, int((midnight - now).total_seconds()))
