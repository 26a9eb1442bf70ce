"""What `limner policy` tells an operator, from a folder of tests and a file of results."""

import hashlib
import json
from pathlib import Path

import pytest

from core.policy.audit import policy_problems, policy_report, policy_summary
from core.policy.evidence import ResultsUnreadableError
from core.policy.profile import SHIPPED, ProfileInvalid, load_profile, profile_source


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_age.py").write_text(
        '@pytest.mark.promise("FA-13.1")\ndef test_age():\n    pass\n'
    )
    return tests


def state_of(report: str, promise: str) -> tuple[str, str]:
    (row,) = [one for one in json.loads(report) if one["id"] == promise]
    return row["state"], row["reason"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_policy_has_no_problem_and_a_version(name: str) -> None:
    assert policy_problems(name) == []
    assert load_profile(name).service in policy_summary(name)


def test_the_operators_file_is_checked_against_its_text(tmp_path: Path) -> None:
    words = tmp_path / "policy.txt"
    words.write_text("We keep nothing.")
    digest = hashlib.sha256(words.read_bytes()).hexdigest()
    file = tmp_path / "ours.toml"
    shipped = profile_source("flux-art")
    file.write_text(shipped.replace(load_profile("flux-art").text.sha256, digest), "utf-8")

    assert policy_problems(str(file), words) == []
    words.write_text("We keep everything.")
    assert policy_problems(str(file), words) == [
        "text.sha256: the policy's text is another one: read the values from it anew"
    ]
    assert policy_problems(str(file), tmp_path / "none.txt") == ["the policy's text is not there"]


def test_problems_of_the_operators_file_are_named(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text(profile_source("flux-art").replace("breach_hours = 72", ""), "utf-8")
    assert policy_problems(str(file)) == ["missing: notices.breach_hours"]
    with pytest.raises(ProfileInvalid):
        policy_summary(str(file))


def test_a_report_reads_tests_and_how_they_ended(suite: Path, tmp_path: Path) -> None:
    results = tmp_path / "promises.json"
    for outcome, expected in (
        ("passed", ("proven", "")),
        ("failed", ("open", "a test failed")),
    ):
        results.write_text(json.dumps({"tests": {"tests/test_age.py::test_age": outcome}}))
        report = policy_report("json", suite, results=results)
        assert state_of(report, "FA-13.1") == expected
    assert state_of(policy_report("json", suite), "FA-13.1") == ("proven", "")
    assert state_of(policy_report("json", suite), "FA-9.2") == ("open", "no test names it")


def test_a_report_is_made_for_one_profile_or_for_all(suite: Path) -> None:
    everything = json.loads(policy_report("json", suite))
    one = json.loads(policy_report("json", suite, profile="artiflux"))
    assert len(everything) == 208
    assert {row["policy"] for row in one} == {"artiflux", "platform", "law"}
    assert policy_report("markdown", suite).startswith("# Promises")
    assert policy_report("html", suite, profile="flux-art").startswith("<!doctype html>")


def test_results_that_are_not_there_are_an_error_and_no_report(suite: Path) -> None:
    with pytest.raises(ResultsUnreadableError):
        policy_report("json", suite, results=suite / "none.json")
