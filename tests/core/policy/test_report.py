"""The report says of each promise what is true: proven, open with its reason, or a sentence."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from core.policy.evidence import Outcome, Proof
from core.policy.registry import (
    REASONS,
    Promise,
    RegistryInvalid,
    load_promises,
    parse_promises,
)
from core.policy.report import (
    Row,
    as_html,
    as_json,
    as_markdown,
    count,
    registry_problems,
    report_rows,
)

BUILT = Promise("X-1", "law", "1", "It is kept | so.", "core", "built", "")
OPEN = replace(BUILT, id="X-2", state="open", reason="billing")
SAID = replace(BUILT, id="X-4", state="disclosure")


def row(promise: Promise, *outcomes: Outcome, ran: bool = True) -> Row:
    tests = tuple(Proof(f"tests/t.py::test_{n}", one) for n, one in enumerate(outcomes))
    (found,) = report_rows([promise], {promise.id: tests}, ran=ran)
    return found


def test_proven_is_what_every_test_that_names_it_proves() -> None:
    assert row(BUILT, "passed", "passed").state == "proven"
    assert row(BUILT, "passed", "passed").reason == ""


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        (["passed", "failed"], "a test failed"),
        (["not run"], "a test was not run"),
        (["skipped"], "a test was skipped"),
        (["failed", "skipped"], "a test failed and one was skipped"),
        ([], "no test names it"),
    ],
)
def test_anything_less_is_open_and_says_why(outcomes: list[Outcome], reason: str) -> None:
    found = row(BUILT, *outcomes)
    assert (found.state, found.reason) == ("open", reason)


def test_without_results_a_test_that_names_it_is_enough() -> None:
    assert row(BUILT, "not run", ran=False).state == "proven"


def test_what_comes_later_stays_open_whatever_tests_say() -> None:
    found = row(OPEN, "passed")
    assert (found.state, found.reason) == ("open", REASONS["billing"])


def test_a_sentence_is_a_disclosure() -> None:
    assert row(SAID).state == "disclosure"


def test_a_lost_test_and_an_unknown_id_are_named() -> None:
    assert registry_problems([BUILT, OPEN], {"X-9": ("t.py::test",)}) == [
        "X-1 has no test",
        "t.py::test names X-9, which is no promise",
    ]
    assert registry_problems([BUILT], {"X-1": ("t.py::test",)}) == []


def test_the_list_for_machines_holds_what_was_agreed() -> None:
    (found,) = json.loads(as_json([row(BUILT, "passed", "failed")]))
    assert found == {
        "id": "X-1",
        "policy": "law",
        "where": "1",
        "says": "It is kept | so.",
        "state": "open",
        "mechanism": "core",
        "tests": ["tests/t.py::test_0", "tests/t.py::test_1"],
        "last": {"tests/t.py::test_0": "passed", "tests/t.py::test_1": "failed"},
        "reason": "a test failed",
    }


def test_the_table_keeps_its_columns_whatever_a_promise_says() -> None:
    page = as_markdown([row(BUILT, "passed")], ran=True)
    (line,) = [one for one in page.splitlines() if one.startswith("| X-1")]
    assert line.replace("\\|", "").count("|") == 6
    assert "`tests/t.py::test_0` passed" in line
    assert "passed" not in as_markdown([row(BUILT, "passed")], ran=False).split("|---|")[1]


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]


def test_the_page_loads_nothing_and_reads_nothing_as_markup() -> None:
    hostile = replace(BUILT, says="<script>alert(1)</script>")
    page = Page()
    page.feed(as_html([row(hostile, "passed"), row(OPEN)], ran=True))
    assert page.tags.count("tr") == 3
    assert "script" not in page.tags
    assert page.links == []


def test_every_format_counts_the_same() -> None:
    rows = report_rows(load_promises(), {}, ran=False)
    found = count(rows)
    assert sum(found.values()) == len(rows) == len(json.loads(as_json(rows)))
    for page in (as_markdown(rows, ran=False), as_html(rows, ran=False)):
        assert f"{len(rows)} promises: {found['proven']} proven" in page


@pytest.mark.parametrize(
    "broken",
    [
        '"X-1" = { state = "open", where = "1", by = "core", says = "It." }',
        '"X-1" = { state = "built", reason = "billing", where = "1", by = "core", says = "It." }',
        '"X-1" = { state = "open", reason = "later", where = "1", by = "core", says = "It." }',
        '"X-1" = { state = "kept", where = "1", by = "core", says = "It." }',
        '"X-1" = { state = "built", where = "1", says = "It." }',
        '"X-1" = { state = "built", where = "1", by = " ", says = "It." }',
    ],
)
def test_a_file_of_promises_that_makes_no_sense_is_refused(broken: str) -> None:
    with pytest.raises(RegistryInvalid):
        parse_promises(f'policy = "law"\n[promises]\n{broken}\n')
