"""The record of how promises' tests ended: right for every way to end, and added to later."""

import json
import subprocess
import sys
from pathlib import Path

from core.policy.evidence import read_results
from tests.architecture.source import ROOT

SUITE = """
import pytest

@pytest.mark.promise("FA-1.1")
def test_holds():
    assert True

@pytest.mark.promise("FA-1.2", "AX-01")
@pytest.mark.parametrize("case", ["good", "bad"])
def test_breaks(case):
    assert case == "good"

@pytest.mark.promise("FA-1.3")
def test_waits():
    pytest.skip("no server")

@pytest.fixture
def ground():
    raise RuntimeError

@pytest.mark.promise("FA-1.4")
def test_on_bad_ground(ground):
    pass

def test_of_no_promise():
    pass
"""


def ran(folder: Path, *options: str) -> None:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = promise\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.promises.plugin"]
    subprocess.run(
        [*command, "-p", "no:cacheprovider", "--rootdir", str(folder), *options, str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )


def test_every_way_to_end_is_recorded_and_a_later_run_adds_to_it(tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    ran(tmp_path)

    file = tmp_path / "test-output" / "promises.json"
    assert read_results(file) == {
        "test_suite.py::test_holds": "passed",
        "test_suite.py::test_breaks": "failed",
        "test_suite.py::test_waits": "skipped",
        "test_suite.py::test_on_bad_ground": "failed",
    }

    (tmp_path / "test_suite.py").write_text(SUITE.replace('case == "good"', "case"))
    ran(tmp_path, "-k", "test_breaks")
    again = read_results(file)
    assert again["test_suite.py::test_breaks"] == "passed"
    assert again["test_suite.py::test_holds"] == "passed"
    assert json.loads(file.read_text())["at"]
