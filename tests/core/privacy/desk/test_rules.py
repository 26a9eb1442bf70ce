"""The clocks of requests: whose law, until when, how much longer, and what nothing costs."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.policy.profile import SHIPPED, load_profile
from core.privacy.desk.errors import (
    ExtendedAlready,
    ExtensionTooLate,
    ExtensionTooLong,
    ExtensionWithoutReason,
    FeeForbidden,
    FeeWithoutReason,
)
from core.privacy.desk.rules import (
    alarm_of,
    check_fee,
    due_at,
    extended_due,
    jurisdiction_of,
)
from tests.core.privacy.retention.clock import START

FLUX = load_profile("flux-art")


@pytest.mark.promise("FA-14.1a")
@pytest.mark.promise("FA-14.1c")
@pytest.mark.promise("FA-14.2a")
@pytest.mark.parametrize("profile", SHIPPED)
@pytest.mark.parametrize(
    ("region", "subdivision", "jurisdiction", "days", "extension"),
    [
        ("", "", "default", 30, 60),
        ("DE", "", "default", 30, 60),
        ("GB", "", "default", 30, 60),
        ("CN", "", "default", 30, 60),
        ("US", "", "default", 30, 60),
        ("US", "CA", "california", 45, 45),
        ("CA", "", "default", 30, 60),
        ("HK", "", "hong_kong", 40, 0),
    ],
)
def test_the_table_of_clocks(
    profile: str, region: str, subdivision: str, jurisdiction: str, days: int, extension: int
) -> None:
    assert jurisdiction_of(region, subdivision) == jurisdiction
    clock = load_profile(profile).answer_clock(jurisdiction)
    assert (clock.days, clock.extension_days) == (days, extension)
    assert due_at(START, clock) - START == timedelta(days=days)


@pytest.mark.promise("FA-14.1b")
def test_more_time_is_taken_before_the_end_and_with_a_reason() -> None:
    clock = FLUX.answer_clock("default")
    due = due_at(START, clock)
    day_29, day_31 = START + timedelta(days=29), START + timedelta(days=31)

    assert extended_due(due, clock, now=day_29, reason="complex") == due + timedelta(days=60)
    assert extended_due(due, clock, now=day_29, reason="many", days=5) == due + timedelta(days=5)
    with pytest.raises(ExtensionTooLate):
        extended_due(due, clock, now=day_31, reason="complex")
    with pytest.raises(ExtensionTooLate):
        extended_due(due, clock, now=due, reason="complex")
    for reason in ("", "tired"):
        with pytest.raises(ExtensionWithoutReason):
            extended_due(due, clock, now=day_29, reason=reason)
    with pytest.raises(ExtendedAlready):
        extended_due(due, clock, now=day_29, reason="complex", was_extended=True)


@pytest.mark.promise("FA-14.1b")
@pytest.mark.promise("FA-14.1c")
@pytest.mark.parametrize("jurisdiction", ["default", "california", "hong_kong"])
@given(days=st.integers(-10, 200))
def test_more_time_is_never_more_than_the_policy_gives(jurisdiction: str, days: int) -> None:
    clock = FLUX.answer_clock(jurisdiction)
    due = due_at(START, clock)
    if 0 < days <= clock.extension_days:
        later = extended_due(due, clock, now=START, reason="many", days=days)
        assert later == due + timedelta(days=days)
    else:
        with pytest.raises(ExtensionTooLong):
            extended_due(due, clock, now=START, reason="many", days=days)


@pytest.mark.promise("FA-14.1a")
@pytest.mark.parametrize(
    ("days", "alarm"),
    [(0, 0), (14.9, 0), (15, 50), (23.9, 50), (24, 80), (29.9, 80), (30, 100), (400, 100)],
)
def test_operators_are_warned_at_half_at_four_fifths_and_at_the_end(
    days: float, alarm: int
) -> None:
    due = due_at(START, FLUX.answer_clock("default"))
    assert alarm_of(START, due, START + timedelta(days=days)) == alarm


@pytest.mark.promise("FA-14.2c")
@pytest.mark.parametrize("jurisdiction", ["default", "california"])
def test_there_is_no_fee_outside_hong_kong_whatever_the_reason(jurisdiction: str) -> None:
    with pytest.raises(FeeForbidden):
        check_fee(jurisdiction, 100, "copies")


@pytest.mark.promise("FA-14.2c")
def test_a_fee_in_hong_kong_needs_an_amount_and_a_reason() -> None:
    check_fee("hong_kong", 5000, "copies of four binders")
    for cents in (0, -1):
        with pytest.raises(FeeForbidden):
            check_fee("hong_kong", cents, "copies")
    with pytest.raises(FeeWithoutReason):
        check_fee("hong_kong", 5000, " ")
