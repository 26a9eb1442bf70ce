"""Every promise has its place: what keeps it, the test that proves it, or why it is open."""

import pytest

from core.policy.audit import policy_report
from core.policy.evidence import proofs, proving_tests
from core.policy.profile import SHIPPED, load_profile
from core.policy.registry import REASONS, load_promises
from core.policy.report import count, for_profile, registry_problems, report_rows
from tests.architecture.source import ROOT

PROMISES = 208
OPEN_AT_MOST = 62
"""How many promises are open. It only goes down; whoever proves one writes the new number."""

LATER = frozenset({"operators", "billing", "moderation"})


def marked() -> dict[str, tuple[str, ...]]:
    return proving_tests(ROOT / "tests")


def test_every_commitment_is_there_once_under_its_own_id() -> None:
    promises = load_promises()
    assert len(promises) == PROMISES
    by_policy = {
        source: sum(one.policy == source for one in promises)
        for source in ("artiflux", "flux-art", "platform", "law")
    }
    assert by_policy == {"artiflux": 47, "flux-art": 139, "platform": 13, "law": 9}


def test_no_promise_loses_its_test_and_no_test_names_an_unknown_one() -> None:
    assert registry_problems(load_promises(), marked()) == []


def test_what_keeps_a_proven_promise_exists() -> None:
    missing = [
        f"{one.id}: {one.by}"
        for one in load_promises()
        if one.state != "open" and not (ROOT / one.by).exists()
    ]
    assert missing == []


def test_open_promises_become_fewer_and_never_more() -> None:
    rows = report_rows(load_promises(), proofs(marked(), None), ran=False)
    assert count(rows)["open"] <= OPEN_AT_MOST


def test_a_promise_is_open_only_for_a_reason_that_is_allowed() -> None:
    assert set(REASONS) == LATER
    assert {one.reason for one in load_promises()} - {""} <= set(REASONS)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_deployment_owes_its_own_policy_the_platforms_and_the_law(name: str) -> None:
    rows = report_rows(load_promises(), {}, ran=False)
    owed = {row.policy for row in for_profile(rows, load_profile(name))}
    assert owed == {name, "platform", "law"}


def test_the_page_of_promises_is_what_the_report_says() -> None:
    page = (ROOT / "docs/promises.md").read_text("utf-8")
    assert page == policy_report("markdown", ROOT / "tests")
