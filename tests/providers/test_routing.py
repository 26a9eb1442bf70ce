"""Which offering a wish gets, and what the receipt says of the others."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.units import MicroUsd
from core.providers.health import Health, after_failure, after_success
from core.providers.port import (
    Capability,
    Failure,
    FailureKind,
    Limits,
    Offering,
    PrivacyFacts,
)
from core.providers.routing import Reason, RouteReceipt, Wish, route, why_refused

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FACTS = PrivacyFacts(
    trains="never",
    retention_s=0,
    zero_retention="default",
    deletes="nothing_stored",
    jurisdictions=frozenset({"US"}),
    regions=None,
    evidence="https://example.org/terms",
    reviewed_on=date(2026, 11, 1),
    expires_on=date(2027, 5, 1),
)
LIMITS = Limits(
    min_side_px=256,
    max_side_px=1536,
    max_pixels=1536 * 1024,
    step_px=64,
    formats=frozenset({"png", "jpeg"}),
    max_prompt_chars=1000,
)


def an_offering(provider: str, **changes: Any) -> Offering:
    values: dict[str, Any] = {
        "id": f"{provider}/model",
        "provider": provider,
        "model": "model",
        "title": provider.title(),
        "capability": Capability.TEXT_TO_IMAGE,
        "limits": LIMITS,
        "credits_each": 2,
        "price_each": MicroUsd(20_000),
        "privacy": FACTS,
        "processor": provider.title(),
    }
    return Offering(**(values | changes))


OURS = replace(FACTS, jurisdictions=frozenset())
BUILTIN = an_offering(
    "builtin", processor="", privacy=OURS, is_ai_model=False, credits_each=1, price_each=0
)
OWN = an_offering("own", processor="", privacy=OURS, price_each=0)
CHEAP = an_offering("cheap", credits_each=1)
DEAR = an_offering("dear", credits_each=5)
BROKEN = Failure(FailureKind.UNAVAILABLE)
ALLOWED = Wish(third_party_allowed=True)


def test_servers_of_our_own_come_first_then_the_cheapest_and_no_model_last() -> None:
    receipt = route(ALLOWED, [BUILTIN, DEAR, CHEAP, OWN], NOW)
    assert receipt.eligible == ("own/model", "cheap/model", "dear/model", "builtin/model")
    assert receipt.chosen == "own/model"


def test_the_illustrator_draws_when_it_is_all_there_is_or_was_wished_for() -> None:
    assert route(Wish(), [BUILTIN], NOW).chosen == BUILTIN.id
    wished = replace(ALLOWED, offering_id=BUILTIN.id)
    assert route(wished, [BUILTIN, OWN], NOW).chosen == BUILTIN.id


@pytest.mark.parametrize(
    ("offering", "wish", "reason"),
    [
        (replace(DEAR, capability=Capability.EDIT), ALLOWED, "capability"),
        (replace(DEAR, sunset_on=date(2026, 11, 22)), ALLOWED, "sunset"),
        (replace(DEAR, privacy=replace(FACTS, trains="unknown")), ALLOWED, "facts-unknown"),
        (
            replace(DEAR, privacy=replace(FACTS, jurisdictions=frozenset())),
            ALLOWED,
            "facts-unknown",
        ),
        (
            replace(DEAR, privacy=replace(FACTS, expires_on=date(2026, 11, 21))),
            ALLOWED,
            "facts-expired",
        ),
        (replace(DEAR, privacy=replace(FACTS, trains="may")), ALLOWED, "trains"),
        (
            replace(DEAR, privacy=replace(FACTS, retention_s=2_592_000, zero_retention="account")),
            replace(ALLOWED, zero_retention=True),
            "retention",
        ),
        (
            replace(DEAR, privacy=replace(FACTS, retention_s=None, zero_retention="unknown")),
            replace(ALLOWED, zero_retention=True),
            "retention",
        ),
        (
            replace(DEAR, privacy=replace(FACTS, jurisdictions=frozenset({"SG", "CN"}))),
            replace(ALLOWED, region="DE"),
            "processed-in-prc",
        ),
        (
            replace(DEAR, privacy=replace(FACTS, jurisdictions=frozenset({"CN"}))),
            ALLOWED,
            "processed-in-prc",
        ),
        (
            replace(DEAR, privacy=replace(FACTS, regions=frozenset({"cn-beijing"}))),
            ALLOWED,
            "processed-in-prc",
        ),
        (DEAR, Wish(), "only-here"),
        (DEAR, Wish(third_party_allowed=True, is_excluded=lambda _: True), "excluded"),
        (DEAR, replace(ALLOWED, aspect="20:1"), "size"),
        (DEAR, replace(ALLOWED, aspect="wide"), "size"),
        (DEAR, replace(ALLOWED, image_format="webp"), "format"),
        (DEAR, replace(ALLOWED, count=5), "count"),
        (DEAR, replace(ALLOWED, count=0), "count"),
        (DEAR, replace(ALLOWED, prompt_chars=1001), "prompt-too-long"),
        (DEAR, replace(ALLOWED, count=3, max_credits=14), "too-expensive"),
        (DEAR, replace(ALLOWED, offering_id="cheap/model"), "not-wished"),
    ],
)
def test_each_rule_refuses_with_its_own_reason(
    offering: Offering, wish: Wish, reason: Reason
) -> None:
    receipt = route(wish, [offering], NOW)
    assert receipt.chosen is None
    assert why_refused(receipt, offering.id) == reason
    assert reason in get_args(Reason)


@pytest.mark.parametrize(
    ("offering", "wish"),
    [
        (DEAR, ALLOWED),
        (replace(DEAR, privacy=replace(FACTS, expires_on=NOW.date())), ALLOWED),
        (replace(DEAR, sunset_on=date(2026, 11, 23)), ALLOWED),
        (replace(DEAR, privacy=replace(FACTS, trains="contract")), ALLOWED),
        (
            replace(DEAR, privacy=replace(FACTS, trains="may")),
            replace(ALLOWED, no_training=False),
        ),
        (
            replace(DEAR, privacy=replace(FACTS, jurisdictions=frozenset({"CN"}))),
            replace(ALLOWED, region="CN"),
        ),
        (DEAR, replace(ALLOWED, count=3, max_credits=15)),
    ],
)
def test_each_rule_lets_through_what_it_should(offering: Offering, wish: Wish) -> None:
    assert route(wish, [offering], NOW).chosen == offering.id


def test_a_wished_offering_that_is_refused_is_not_replaced_in_silence() -> None:
    receipt = route(replace(ALLOWED, offering_id=DEAR.id, count=9), [DEAR, OWN, BUILTIN], NOW)
    assert receipt.chosen is None
    assert why_refused(receipt, DEAR.id) == "count"


def test_a_wished_offering_that_is_gone_is_named() -> None:
    receipt = route(replace(ALLOWED, offering_id="old/model"), [OWN], NOW)
    assert receipt.chosen is None
    assert why_refused(receipt, "old/model") == "unknown-offering"


def test_a_provider_that_failed_lately_stands_back_but_is_kept_when_wished() -> None:
    health = Health()
    for _ in range(3):
        health = after_failure(health, "own", BROKEN, NOW)
    receipt = route(ALLOWED, [OWN, DEAR, BUILTIN], NOW, health=health)
    assert receipt.eligible == (DEAR.id, BUILTIN.id, OWN.id)
    assert receipt.later == (OWN.id,)
    wished = replace(ALLOWED, offering_id=OWN.id)
    assert route(wished, [OWN, DEAR], NOW, health=health).chosen == OWN.id
    later = NOW + timedelta(seconds=31)
    assert route(ALLOWED, [OWN, DEAR, BUILTIN], later, health=health).chosen == OWN.id


def test_two_failures_are_forgiven_and_a_success_forgets_all() -> None:
    health = after_failure(after_failure(Health(), "own", BROKEN, NOW), "own", BROKEN, NOW)
    assert not health.is_open("own", NOW)
    health = after_failure(health, "own", BROKEN, NOW)
    assert health.is_open("own", NOW)
    assert not after_success(health, "own").is_open("own", NOW)


def test_longer_trouble_gives_longer_pauses_up_to_a_quarter_of_an_hour() -> None:
    health = Health()
    pauses = []
    for _ in range(12):
        health = after_failure(health, "own", BROKEN, NOW)
        until = health.breakers["own"].open_until
        pauses.append(0 if until is None else int((until - NOW).total_seconds()))
    assert pauses[:5] == [0, 0, 30, 60, 120]
    assert max(pauses) == 900


@pytest.mark.parametrize(
    ("failure", "pause_s"),
    [
        (Failure(FailureKind.RATE_LIMITED, retry_after_s=7), 7),
        (Failure(FailureKind.RATE_LIMITED), 20),
        (Failure(FailureKind.OUT_OF_CREDIT), 900),
        (Failure(FailureKind.UNAVAILABLE, provider_code="http-401"), 900),
        (Failure(FailureKind.BLOCKED), None),
        (Failure(FailureKind.INVALID), None),
        (Failure(FailureKind.EMPTY), None),
    ],
)
def test_only_what_is_the_providers_own_trouble_sends_people_elsewhere(
    failure: Failure, pause_s: int | None
) -> None:
    health = after_failure(Health(), "own", failure, NOW)
    if pause_s is None:
        assert health == Health()
    else:
        assert health.is_open("own", NOW + timedelta(seconds=pause_s - 1))
        assert not health.is_open("own", NOW + timedelta(seconds=pause_s))


def test_a_receipt_is_stored_and_read_back_as_it_was() -> None:
    receipt = route(replace(ALLOWED, count=4, max_credits=8), [BUILTIN, DEAR, OWN], NOW)
    assert RouteReceipt.from_json(receipt.to_json()) == receipt
    for text in ("{}", '{"chosen": 1}', "[]", "no json"):
        with pytest.raises(ValueError, match="not a route receipt"):
            RouteReceipt.from_json(text)


codes = st.sampled_from(["US", "DE", "SG", "CN", "JP"])
facts = st.builds(
    PrivacyFacts,
    trains=st.sampled_from(["never", "contract", "may", "unknown"]),
    retention_s=st.sampled_from([None, 0, 3600]),
    zero_retention=st.sampled_from(["default", "per_request", "account", "no", "unknown"]),
    deletes=st.just("none"),
    jurisdictions=st.frozensets(codes, max_size=3),
    regions=st.none() | st.frozensets(codes, max_size=2),
    evidence=st.just("e"),
    reviewed_on=st.just(date(2026, 1, 1)),
    expires_on=st.sampled_from([date(2026, 11, 21), date(2026, 11, 22), date(2027, 1, 1)]),
)
offerings = st.lists(
    st.builds(
        lambda n, privacy, processor, cost, ai, sunset: an_offering(
            f"p{n}",
            privacy=privacy,
            processor=processor,
            credits_each=cost,
            is_ai_model=ai,
            sunset_on=sunset,
        ),
        st.integers(0, 10_000),
        facts,
        st.sampled_from(["", "Company"]),
        st.integers(0, 9),
        st.booleans(),
        st.sampled_from([None, date(2026, 11, 22), date(2027, 1, 1)]),
    ),
    max_size=6,
    unique_by=lambda offering: offering.id,
)
wishes = st.builds(
    Wish,
    aspect=st.sampled_from(["", "16:9", "1024x768", "9:21", "nonsense"]),
    count=st.integers(0, 6),
    image_format=st.sampled_from(["png", "jpeg", "webp"]),
    region=st.none() | codes,
    third_party_allowed=st.booleans(),
    no_training=st.booleans(),
    zero_retention=st.booleans(),
    max_credits=st.none() | st.integers(0, 30),
)


@pytest.mark.promise("FA-9.2", "FA-5.2b")
@given(wish=wishes, choice=offerings)
def test_whatever_is_configured_nobodys_privacy_is_traded(
    wish: Wish, choice: list[Offering]
) -> None:
    receipt = route(wish, choice, NOW)
    by_id = {offering.id: offering for offering in choice}
    for offering_id in receipt.eligible:
        offering = by_id[offering_id]
        privacy = offering.privacy
        places = privacy.jurisdictions | (privacy.regions or frozenset())
        assert "CN" not in places or wish.region == "CN"
        assert privacy.trains != "unknown"
        assert not (wish.no_training and privacy.trains == "may")
        assert privacy.expires_on >= NOW.date()
        assert wish.third_party_allowed or not offering.processor
        assert offering.sunset_on is None or offering.sunset_on > NOW.date()
        if wish.max_credits is not None:
            assert offering.credits_each * wish.count <= wish.max_credits
    assert receipt.chosen == (receipt.eligible[0] if receipt.eligible else None)
    named = [*receipt.eligible, *(one.offering_id for one in receipt.refused)]
    assert sorted(named) == sorted(by_id), "every candidate is accounted for, once"
    assert RouteReceipt.from_json(receipt.to_json()) == receipt


@given(wish=wishes, choice=offerings, data=st.data())
def test_a_wish_is_never_answered_by_another_offering(
    wish: Wish, choice: list[Offering], data: st.DataObject
) -> None:
    wished = data.draw(st.sampled_from([*(o.id for o in choice), "not/there"]))
    assert route(replace(wish, offering_id=wished), choice, NOW).chosen in (wished, None)


@given(wish=wishes, choice=offerings)
def test_a_real_model_is_preferred_to_the_illustrator(wish: Wish, choice: list[Offering]) -> None:
    receipt = route(wish, choice, NOW)
    kinds = [next(o for o in choice if o.id == i).is_ai_model for i in receipt.eligible]
    assert kinds == sorted(kinds, reverse=True)
