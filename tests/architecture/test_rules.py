"""The house's own rules hold, and each is seen when it is broken."""

from pathlib import Path

import pytest

from tests.architecture import outgoing, rules
from tests.architecture.source import ROOT, name_of, python_files

LONG_FUNCTION = "def f() -> None:\n" + "    print()\n" * 60
CATCHES = "try:\n    print()\nexcept Exception:\n    print()\n"

BREACHES: list[tuple[rules.Rule, str, str]] = [
    (rules.names_a_platform, "core/a.py", "# as on " + "Tele" + "gram"),
    (rules.names_a_platform, "core/messages/en/a.po", 'msgid "on-Dis' + 'cord"'),
    (rules.names_a_platform, "core/quotas/a.toml", "# for Whats" + "App"),
    (rules.reads_the_environment, "core/a.py", "import os\nos.environ['A']"),
    (rules.reads_the_environment, "core/a.py", "import os\nos.getenv('A')"),
    (rules.reads_the_environment, "bots/a.py", "from os import environ"),
    (rules.imports_dynamically, "core/a.py", "import importlib\nimportlib.import_module('x')"),
    (rules.imports_dynamically, "bots/a.py", "from importlib import import_module"),
    (rules.imports_dynamically, "core/a.py", "__import__('x')"),
    (rules.imports_dynamically, "core/a.py", "exec('import x')"),
    (rules.mocks, "tests/a.py", "from unittest import mock"),
    (rules.mocks, "tests/a.py", "from unittest.mock import MagicMock"),
    (rules.mocks, "tests/a.py", "import unittest.mock as m"),
    (rules.mocks, "tests/a.py", "def test_x(mocker) -> None: ..."),
    (rules.is_too_long, "core/a.py", "x = 1\n" * 401),
    (rules.is_too_long, "tests/a.py", LONG_FUNCTION),
    (rules.catches_everything, "core/a.py", CATCHES),
    (rules.catches_everything, "core/a.py", CATCHES.replace("Exception", "BaseException")),
    (rules.catches_everything, "bots/a.py", CATCHES),
    (rules.catches_everything, "core/a.py", CATCHES.replace(" Exception", "")),
    (rules.catches_everything, "core/a.py", CATCHES.replace("Exception", "(OSError, Exception)")),
    (rules.imports_private_names, "bots/a.py", "from core.app import _secret"),
    (rules.imports_relatively, "core/a.py", "from . import app"),
    (rules.says_nothing_of_itself, "core/a.py", "x = 1"),
    (rules.is_badly_named, "core/utils.py", ""),
    (rules.is_badly_named, "bots/helpers/a.py", ""),
    (rules.leaves_work_undone, "core/a.py", "x = 1  # TO" + "DO: later"),
    (rules.leaves_work_undone, "core/a.py", "def f():\n    raise NotImplementedError"),
    (outgoing.trusts_anybody, "core/a.py", "client(verify=False)"),
    (outgoing.trusts_anybody, "bots/a.py", "session.get(url, ssl=False)"),
    (outgoing.trusts_anybody, "core/a.py", "context.check_hostname = False"),
    (outgoing.trusts_anybody, "core/a.py", "context.verify_mode = ssl.CERT_NONE"),
    (outgoing.trusts_anybody, "core/a.py", "c = ssl._create_unverified_context()"),
    (outgoing.trusts_anybody, "core/a.py", "options = {'verify': False}"),
    (outgoing.trusts_anybody, "core/a.py", "options = {'allow_invalid_certificates': True}"),
    (outgoing.trusts_anybody, "core/a.py", "store(allow_invalid_certificates=True)"),
    (outgoing.goes_out_elsewhere, "core/a.py", "import httpx\nhttpx.AsyncClient()"),
    (outgoing.goes_out_elsewhere, "core/a.py", "import httpx\nhttpx.get('https://x')"),
    (outgoing.goes_out_elsewhere, "core/a.py", "from httpx import AsyncClient"),
    (outgoing.goes_out_elsewhere, "bots/a.py", "import aiohttp\naiohttp.ClientSession()"),
    (outgoing.goes_out_elsewhere, "core/a.py", "import urllib.request"),
    (outgoing.goes_out_elsewhere, "core/a.py", "from urllib import request"),
    (outgoing.goes_out_elsewhere, "core/a.py", "import asyncio\nasyncio.open_connection()"),
    (rules.queries_in_adapters, "bots/a.py", "q = 'SELECT id FROM requests'"),
]
ALL = sorted({rule for rule, _, _ in BREACHES}, key=lambda rule: rule.__name__)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule: rules.Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize(
    ("rule", "name", "source"), BREACHES, ids=[f"{one[0].__name__}-{one[1]}" for one in BREACHES]
)
def test_a_broken_rule_is_seen(tmp_path: Path, rule: rules.Rule, name: str, source: str) -> None:
    for folder in ("core", "bots", "tests"):
        (tmp_path / folder).mkdir()
    planted = tmp_path / name
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(source)
    assert len(rule(tmp_path)) >= 1
    planted.unlink()
    (tmp_path / "core" / "sound.py").write_text('"""A module that breaks nothing."""\n')
    assert rule(tmp_path) == []


def test_every_listed_edge_still_catches_something() -> None:
    for name, reason in rules.EDGES.items():
        assert "except Exception" in (ROOT / name).read_text("utf-8"), name
        assert reason
    assert {name_of(path) for path in python_files("core", "bots")} >= set(rules.EDGES)
