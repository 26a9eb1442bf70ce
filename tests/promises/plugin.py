"""Writes how the tests of each promise ended, for ``limner policy report``.

A later run adds to what earlier runs found, so that fast and slow suites make one file.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

FILE = Path("test-output") / "promises.json"
_WORSE = {"passed": 0, "skipped": 1, "failed": 2}
_PROPERTY = "promises"

_ended = pytest.StashKey[dict[str, str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_ended] = {}
    config.pluginmanager.register(_Listener(config), "limner-promises")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        ids = [str(name) for mark in item.iter_markers("promise") for name in mark.args]
        if ids:
            item.user_properties.append((_PROPERTY, " ".join(ids)))


class _Listener:
    """Hears every test's end, also from the processes that share the work."""

    def __init__(self, config: pytest.Config) -> None:
        self._ended = config.stash[_ended]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not any(name == _PROPERTY for name, _ in report.user_properties):
            return
        before = self._ended.get(report.nodeid, "passed")
        if report.when == "call" or report.outcome != "passed":
            self._ended[report.nodeid] = max(before, report.outcome, key=_WORSE.__getitem__)


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    found = config.stash[_ended]
    if hasattr(config, "workerinput") or not found:
        return
    file = config.rootpath / FILE
    earlier = json.loads(file.read_text("utf-8"))["tests"] if file.is_file() else {}
    file.parent.mkdir(exist_ok=True)
    tests = dict(sorted({**earlier, **found}.items()))
    written = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "tests": tests}
    file.write_text(json.dumps(written, indent=1) + "\n", "utf-8")
