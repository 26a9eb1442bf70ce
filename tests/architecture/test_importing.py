"""Importing the core needs no surface, builds nothing, and touches nothing."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT

IMPORT_ALL = """
import importlib, os, pkgutil, sys

root, blocked = sys.argv[1], {"bots", "telegram", "discord"}
sys.path.insert(0, root)

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in blocked:
            raise ModuleNotFoundError(f"{name} is out of reach")

sys.meta_path.insert(0, Wall())
seen = []

def watch(event, args):
    if event == "subprocess.Popen" and args[0] == "file":
        return  # the standard library's platform.architecture(), which a dependency asks
    if event in ("socket.connect", "socket.bind", "socket.sendto", "subprocess.Popen", "os.fork",
                 "os.mkdir", "os.rename", "os.remove", "sqlite3.connect", "os.putenv"):
        seen.append(f"{event} {args[:1]}")
    if event == "open" and isinstance(args[0], (str, os.PathLike)):
        path, mode = os.fspath(args[0]), args[1] or "r"
        is_ours = isinstance(path, str) and path.startswith((root + "/core", os.getcwd()))
        is_code = str(path).endswith((".py", ".pyc"))
        if set(mode) & set("wax+") or (is_ours and not is_code):
            seen.append(f"open {path} {mode}")

import core
names = [one.name for one in pkgutil.walk_packages(core.__path__, "core.")]
names = [name for name in names if name != "core.migrations.env"]
before = set(os.environ.items())
sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
assert before == set(os.environ.items()), "an import changed the environment"
import threading
assert threading.active_count() == 1, "an import started a thread"
print(len(names), "modules")
for line in seen:
    print("WORK", line)
"""


def import_all(root: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-B", "-c", IMPORT_ALL, str(root)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_core_is_whole_without_any_surface_and_importing_it_does_nothing(
    tmp_path: Path,
) -> None:
    result = import_all(ROOT, tmp_path)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout.split()[0]) > 60
    assert "WORK" not in result.stdout, result.stdout


def a_small_core(tmp_path: Path, source: str) -> Path:
    root = tmp_path / "small"
    (root / "core").mkdir(parents=True)
    (root / "core" / "__init__.py").touch()
    (root / "core" / "planted.py").write_text(source)
    (root / "core" / "data.toml").write_text("")
    return root


def test_work_at_import_is_seen(tmp_path: Path) -> None:
    works = (
        "import pathlib\nTEXT = pathlib.Path(__file__).with_name('data.toml').read_text()",
        "import sqlite3\nDATABASE = sqlite3.connect(':memory:')",
        "import socket\nsocket.socket().bind(('127.0.0.1', 0))",
        "import tempfile\ntempfile.mkdtemp()",
    )
    for number, source in enumerate(works):
        result = import_all(a_small_core(tmp_path / str(number), source), tmp_path)
        assert "WORK" in result.stdout, (source, result.stdout, result.stderr)


def test_a_surface_in_reach_of_the_core_is_seen(tmp_path: Path) -> None:
    for number, name in enumerate(("bots", "telegram", "discord")):
        result = import_all(a_small_core(tmp_path / str(number), f"import {name}"), tmp_path)
        assert "out of reach" in result.stderr, name
