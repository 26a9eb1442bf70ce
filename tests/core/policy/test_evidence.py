"""Which tests name a promise is read from their source, and how they ended from a file."""

import json
from pathlib import Path

import pytest

from core.policy.evidence import ResultsUnreadableError, proofs, proving_tests, read_results

SOURCE = '''
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.promise("M-1")]

@pytest.mark.promise("A-1", "A-2")
async def test_one():
    pass

@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.promise("A-3")), 2])
def test_cases(x):
    pass

@pytest.mark.promise("C-1")
class TestAll:
    pytestmark = pytest.mark.promise("C-2")

    @pytest.mark.promise("C-3")
    def test_inner(self):
        pass

def helper():
    """A promise of nothing."""
'''


def suite(folder: Path, source: str) -> Path:
    tests = folder / "tests"
    tests.mkdir()
    (tests / "test_it.py").write_text(source)
    return tests


def test_marks_of_modules_classes_functions_and_cases_are_found(tmp_path: Path) -> None:
    found = proving_tests(suite(tmp_path, SOURCE))
    inner = ("tests/test_it.py::TestAll::test_inner",)
    assert found == {
        "A-1": ("tests/test_it.py::test_one",),
        "A-2": ("tests/test_it.py::test_one",),
        "A-3": ("tests/test_it.py::test_cases",),
        "C-1": inner,
        "C-2": inner,
        "C-3": inner,
        "M-1": ("tests/test_it.py::test_one", "tests/test_it.py::test_cases", *inner),
    }


@pytest.mark.parametrize("mark", ["promise(NAME)", "promise()", 'promise(id="A-1")', "promise(1)"])
def test_a_mark_that_no_reader_understands_is_refused(tmp_path: Path, mark: str) -> None:
    tests = suite(tmp_path, f"@pytest.mark.{mark}\ndef test_one():\n    pass\n")
    with pytest.raises(ValueError, match="as strings"):
        proving_tests(tests)


def results(folder: Path, tests: object) -> Path:
    file = folder / "promises.json"
    file.write_text(json.dumps({"tests": tests}))
    return file


@pytest.mark.parametrize(
    ("cases", "whole"),
    [
        (["passed", "passed"], "passed"),
        (["passed", "failed"], "failed"),
        (["failed", "skipped"], "failed"),
        (["passed", "skipped"], "passed"),
        (["skipped", "skipped"], "skipped"),
    ],
)
def test_the_worst_case_of_a_test_counts(tmp_path: Path, cases: list[str], whole: str) -> None:
    file = results(tmp_path, {f"t.py::test[{n}]": one for n, one in enumerate(cases)})
    assert read_results(file) == {"t.py::test": whole}


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"tests": {"a": "splendid"}}'])
def test_a_file_that_holds_no_results_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "promises.json"
    file.write_text(content)
    with pytest.raises(ResultsUnreadableError):
        read_results(file)


def test_a_file_that_is_not_there_says_to_run_the_tests(tmp_path: Path) -> None:
    with pytest.raises(ResultsUnreadableError, match="run the tests"):
        read_results(tmp_path / "none.json")


def test_a_test_without_a_result_was_not_run() -> None:
    (proof,) = proofs({"A-1": ("t.py::test",)}, None)["A-1"]
    assert proof.outcome == "not run"
    (proof,) = proofs({"A-1": ("t.py::test",)}, {"t.py::test": "passed"})["A-1"]
    assert proof.outcome == "passed"
