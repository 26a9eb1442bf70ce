"""A version of a policy changes exactly when a promise does, and says which."""

import hashlib
import json

import pytest

from core.policy.profile import SHIPPED, load_profile, parse_profile, profile_source
from core.policy.versions import Change, as_json, changes_between, text_matches, version_of

PINNED = {
    "artiflux": "dac90a499afa63a9debd528aa32078cd4e008b14a9f0c5ade53796e18ad2330c",
    "flux-art": "295dd7560accb28fae03cf68537438ef60ce32ad8acb25accbc9f5e603ce6e1f",
}
"""The promises that ship. Another number here is another policy: people must be told of it."""


@pytest.mark.parametrize("name", SHIPPED)
def test_no_promise_changes_unnoticed(name: str) -> None:
    assert version_of(load_profile(name)) == PINNED[name]


def test_comments_order_and_citations_make_no_new_version() -> None:
    text = profile_source("flux-art")
    before = version_of(parse_profile(text))
    dressed = "# new words\n" + text.replace('controller = "20"', 'controller = "chapter 20"')
    assert version_of(parse_profile(dressed)) == before


def test_a_change_is_told_by_its_value_and_a_stored_version_can_be_compared() -> None:
    text = profile_source("flux-art")
    stored = json.loads(as_json(parse_profile(text)))
    changed = parse_profile(text.replace("support = 1095", "support = 365"))
    after = json.loads(as_json(changed))

    assert version_of(changed) != version_of(parse_profile(text))
    assert changes_between(stored, after) == (
        Change("retention_days.support", "changed", 1095, 365),
    )
    assert changes_between(stored, stored) == ()


def test_values_that_came_or_went_are_told() -> None:
    assert changes_between({"a": 1}, {"b": ["x"]}) == (
        Change("a", "removed", 1, None),
        Change("b", "added", None, ["x"]),
    )


def test_a_policy_text_is_known_by_its_bytes() -> None:
    words = b"We keep nothing."
    digest = hashlib.sha256(words).hexdigest()
    old = load_profile("flux-art").text.sha256
    profile = parse_profile(profile_source("flux-art").replace(old, digest))
    assert text_matches(profile, words)
    assert not text_matches(profile, words + b" ")


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("artiflux", "80de1e35b4375dc3ec7acabf543f857c7de9cd17f2a1d5c9240337331272b7d8"),
        ("flux-art", "8ae6ba9fca90ad9fbcdb85bdffa19ed2eb0b41a55fb150d58271840c0377cea5"),
    ],
)
def test_values_are_read_anew_when_the_policys_text_changes(name: str, digest: str) -> None:
    assert load_profile(name).text.sha256 == digest
