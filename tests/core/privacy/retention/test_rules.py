"""The pure rule, over both profiles and a moving clock: never too late, never too early."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy.profile import RETENTION_CLASSES, SHIPPED, UNTIL_DELETED, Profile, load_profile
from core.policy.retention import (
    BY_CLOSURE,
    Due,
    Fate,
    Item,
    RetentionFloor,
    due,
    expires_after,
    floor_of,
    is_visible,
    purge_cutoff,
    refuse_early,
)
from core.privacy.retention.schedule import EVERY_HOURS

PROFILES = {name: load_profile(name) for name in SHIPPED}
DAY = timedelta(days=1)
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is given beside it
AGES = st.timedeltas(timedelta(0), timedelta(days=4000))
CLASSES = st.sampled_from(sorted(RETENTION_CLASSES))
NAMES = st.sampled_from(SHIPPED)
HORIZONS = st.none() | MOMENTS


def with_period(profile: Profile, retention: str, days: int) -> Profile:
    return replace(profile, retention_days=profile.retention_days | {retention: days})


@given(NAMES, CLASSES, MOMENTS, AGES)
def test_nothing_that_has_a_promise_outlives_it_between_two_sweeps(
    name: str, retention: str, started: datetime, age: timedelta
) -> None:
    profile = PROFILES[name]
    period = None if retention in BY_CLOSURE else profile.keeps_for(retention)
    # The sweep that ends last before the moment looked at; nothing was purged later than that.
    last_sweep = started + age - timedelta(hours=EVERY_HOURS)
    found = due(Item(retention, started), profile, last_sweep)
    if period is not None and age >= period >= DAY:
        assert found.fate is Fate.PURGE
    if period is None:
        assert found == Due(Fate.KEEP, None)


@given(NAMES, CLASSES, MOMENTS, AGES, st.none() | MOMENTS, HORIZONS)
def test_nothing_with_a_minimum_is_destroyed_early(
    name: str,
    retention: str,
    started: datetime,
    age: timedelta,
    floor: datetime | None,
    horizon: datetime | None,
) -> None:
    profile = PROFILES[name]
    now = started + age
    item = Item(retention, started, floor)
    found = due(item, profile, now, horizon)
    protected = now < floor_of(item, profile)
    if protected:
        assert found.fate is not Fate.PURGE
        with pytest.raises(RetentionFloor) as refused:
            refuse_early(item, profile, now)
        assert refused.value.until == floor_of(item, profile)
    else:
        refuse_early(item, profile, now)


@given(NAMES, CLASSES, MOMENTS, AGES, AGES)
def test_what_has_left_never_comes_back_as_time_goes_on(
    name: str, retention: str, started: datetime, age: timedelta, later: timedelta
) -> None:
    order = [Fate.KEEP, Fate.HIDDEN, Fate.PURGE]
    item = Item(retention, started)
    first = due(item, PROFILES[name], started + age).fate
    second = due(item, PROFILES[name], started + age + later).fate
    assert order.index(first) <= order.index(second)


@given(NAMES, CLASSES, MOMENTS, AGES, HORIZONS)
def test_the_sweep_and_the_rule_agree(
    name: str, retention: str, started: datetime, age: timedelta, horizon: datetime | None
) -> None:
    profile = PROFILES[name]
    now = started + age
    limit = purge_cutoff(profile, retention, now, horizon)
    must_go = limit is not None and started <= limit
    assert must_go == (due(Item(retention, started), profile, now, horizon).fate is Fate.PURGE)


@given(NAMES, CLASSES, MOMENTS, AGES)
def test_readers_are_shown_exactly_what_is_kept(
    name: str, retention: str, started: datetime, age: timedelta
) -> None:
    profile = PROFILES[name]
    fate = due(Item(retention, started), profile, started + age).fate
    assert is_visible(profile, retention, started, started + age) == (fate is Fate.KEEP)


@given(NAMES, CLASSES, MOMENTS, st.integers(0, 3000), st.integers(0, 3000), AGES)
def test_a_shorter_period_acts_at_once_and_a_longer_one_revives_nothing(
    name: str, retention: str, started: datetime, one: int, other: int, age: timedelta
) -> None:
    if retention in BY_CLOSURE:
        return
    short = with_period(PROFILES[name], retention, min(one, other))
    long = with_period(PROFILES[name], retention, max(one, other))
    now = started + age
    item = Item(retention, started)
    age_of_short = expires_after(short, retention)
    assert age_of_short is not None
    if due(item, long, now).fate is not Fate.KEEP:
        assert due(item, short, now).fate is not Fate.KEEP
    # A sweep under the shorter period has passed: its horizon binds the longer one.
    horizon = now - age_of_short
    if due(item, short, now).fate is not Fate.KEEP:
        assert due(item, long, now, horizon).fate is not Fate.KEEP


def test_a_promise_of_30_days_leaves_a_day_for_the_sweep() -> None:
    profile = PROFILES["artiflux"]
    started = datetime(2026, 3, 1, tzinfo=UTC)
    picture = Item("generated_pictures", started)
    almost = started + 29 * DAY - timedelta(seconds=1)
    assert due(picture, profile, almost) == Due(Fate.KEEP, started + 29 * DAY)
    assert due(picture, profile, started + 29 * DAY).fate is Fate.PURGE


def test_a_period_of_one_day_is_not_over_before_it_has_begun() -> None:
    started = datetime(2026, 3, 1, tzinfo=UTC)
    upload = Item("uploads", started)
    assert due(upload, PROFILES["artiflux"], started).fate is Fate.KEEP
    assert due(upload, PROFILES["artiflux"], started + timedelta(hours=12)).fate is Fate.PURGE


def test_a_bill_may_not_go_before_the_law_lets_it() -> None:
    started = datetime(2026, 3, 1, tzinfo=UTC)
    bill = Item("billing", started)
    for profile in PROFILES.values():
        with pytest.raises(RetentionFloor):
            refuse_early(bill, profile, started + timedelta(days=7 * 365))
        refuse_early(bill, profile, started + timedelta(days=7 * 365 + 2))


def test_an_expired_item_under_a_preservation_duty_is_hidden_and_kept() -> None:
    started = datetime(2026, 3, 1, tzinfo=UTC)
    floor = started + 365 * DAY
    held = Item("generated_pictures", started, floor)
    assert due(held, PROFILES["artiflux"], started + 40 * DAY) == Due(Fate.HIDDEN, floor)
    assert due(held, PROFILES["artiflux"], floor) == Due(Fate.PURGE, floor)


@pytest.mark.parametrize("name", SHIPPED)
def test_an_account_does_not_end_by_its_age(name: str) -> None:
    timed = with_period(PROFILES[name], "account", 10)
    started = datetime(2020, 1, 1, tzinfo=UTC)
    assert due(Item("account", started), timed, started + 4000 * DAY).fate is Fate.KEEP
    assert timed.retention_days["account"] != UNTIL_DELETED
