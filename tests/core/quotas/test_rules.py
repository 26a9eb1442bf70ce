"""Plans as data, and how a price is split: decisions without a database."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.units import Credits
from core.quotas.rules import (
    Plan,
    PlansInvalid,
    day_of,
    free_left,
    load_plans,
    parse_plans,
    resets_in_s,
    split,
)

PLAN = """
[free]
daily_credits = 24
monthly_credits = 240
running_at_once = 2
waiting_at_most = 6
lane = "standard"
"""


def test_the_shipped_plans_can_be_used() -> None:
    plans = load_plans(None)
    assert plans["free"].lane == "standard"
    assert plans["plus"].lane == "premium"
    assert all(plan.running_at_once >= 1 for plan in plans.values())


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("[free", "not TOML"),
        (PLAN.replace("[free]", "[paid]"), "no plan named free"),
        (PLAN.replace("daily_credits = 24\n", ""), "daily_credits"),
        (PLAN + "colour = 1\n", "colour"),
        (PLAN.replace("24", "-1", 1), "whole numbers"),
        (PLAN.replace("24", "2.5", 1), "whole numbers"),
        (PLAN.replace("24", "true", 1), "whole numbers"),
        (PLAN.replace('"standard"', '"fast"'), "lane"),
        (PLAN.replace("running_at_once = 2", "running_at_once = 0"), "running_at_once"),
        (PLAN.replace("waiting_at_most = 6", "waiting_at_most = 0"), "waiting_at_most"),
        (PLAN + PLAN.replace("[free]", "[other]").replace("= 2\n", "= 3\n"), "same"),
        ("free = 1", "free"),
        (PLAN + PLAN.replace("[free]", f"[{'x' * 40}]"), "not a plan"),
        (PLAN + "[free.extra]\nx = 1\n", "extra"),
    ],
)
def test_a_plans_file_that_makes_no_sense_is_refused(source: str, problem: str) -> None:
    with pytest.raises(PlansInvalid) as refused:
        parse_plans(source)
    assert problem in str(refused.value.facts["problem"])


def test_a_plans_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlansInvalid, match="plans-invalid"):
        load_plans(tmp_path / "none.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plans.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(PlansInvalid, match="plans-invalid"):
        load_plans(tmp_path / "plans.toml")


def test_people_on_a_plan_that_was_removed_get_the_free_one() -> None:
    plans = parse_plans(PLAN)
    assert plans["gone"] == plans["free"]


@given(price=st.integers(0, 500), free=st.integers(0, 500), balance=st.integers(0, 500))
def test_a_price_is_paid_whole_from_the_free_allowance_first(
    price: int, free: int, balance: int
) -> None:
    parts = split(Credits(price), Credits(free), Credits(balance))
    if parts is None:
        assert price > free + balance
    else:
        assert parts.free + parts.paid == price
        assert 0 <= parts.free <= free
        assert 0 <= parts.paid <= balance
        assert parts.paid == 0 or parts.free == free


@given(
    daily=st.integers(0, 100),
    monthly=st.integers(0, 100),
    day_used=st.integers(0, 200),
    month_used=st.integers(0, 200),
)
def test_the_free_allowance_is_the_smaller_of_day_and_month_and_never_negative(
    daily: int, monthly: int, day_used: int, month_used: int
) -> None:
    plan = Plan("p", Credits(daily), Credits(monthly), 1, 1, "standard")
    left = free_left(plan, day_used, month_used)
    assert left >= 0
    assert left == 0 or (left + day_used <= daily and left + month_used <= monthly)


def test_days_are_counted_in_utc_wherever_the_clock_stands() -> None:
    hong_kong = datetime(2026, 12, 1, 7, 59, tzinfo=timezone(timedelta(hours=8)))
    assert day_of(hong_kong) == "2026-11-30"


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001 - made aware below
def test_the_allowance_is_whole_again_at_midnight_and_not_before(moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    wait = resets_in_s(now)
    assert 1 <= wait <= 24 * 3600
    assert day_of(now + timedelta(seconds=wait + 1)) > day_of(now)
    assert day_of(now + timedelta(seconds=wait - 1)) == day_of(now)
