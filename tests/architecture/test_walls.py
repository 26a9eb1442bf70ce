"""The walls between modules stand, and each is seen to fall when something breaks through it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

LINT = Path(sys.executable).with_name("lint-imports")
"""Beside the interpreter, as an installation puts it."""

PLANTED = {
    "core imports a surface": ("core/generation/planted.py", "import bots.playground"),
    "core imports the first chat library": ("core/messages/planted.py", "import telegram"),
    "core imports the second chat library": (
        "core/providers/planted.py",
        "from discord.ext import commands",
    ),
    "the kernel imports storage": ("core/kernel/planted.py", "import core.storage.database"),
    "storage imports a feature": ("core/storage/planted.py", "import core.quotas.ledger"),
    "a feature imports one above it": ("core/quotas/planted.py", "import core.generation.rows"),
    "accounts import quotas": ("core/accounts/planted.py", "import core.quotas.ledger"),
    "providers import the engine": ("core/providers/planted.py", "import core.engine.engine"),
    "storage imports providers": ("core/storage/planted.py", "import core.providers.port"),
    "storage imports its sibling": ("core/storage/planted.py", "import core.messages.speech"),
    "policy imports settings": ("core/policy/planted.py", "import core.settings"),
    "a feature imports the composition": ("core/generation/planted.py", "import core.bootstrap"),
    "a type-checking import breaks through": (
        "core/kernel/planted.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import core.app",
    ),
    "an import inside a function breaks through": (
        "core/kernel/planted.py",
        "def late() -> None:\n    import core.app",
    ),
    "surfaces import each other": ("bots/telegram/planted.py", "import bots.discord"),
    "a surface imports the command line": ("bots/playground/planted.py", "import bots.cli"),
    "a surface queries the database": ("bots/discord/planted.py", "import sqlalchemy"),
    "a surface opens the storage": ("bots/telegram/planted.py", "import core.storage.vault"),
    "a room without a place in the house": ("core/attic/__init__.py", ""),
    "a surface without a place in the house": ("bots/pager/__init__.py", ""),
}


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache"], cwd=root, capture_output=True, text=True, timeout=100, check=False
    )


@pytest.fixture(scope="module")
def copied_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for folder in ("core", "bots"):
        shutil.copytree(
            ROOT / folder,
            root / folder,
            ignore=lambda _folder, names: [
                name
                for name in names
                if ("." in name and not name.endswith(".py")) or name == "__pycache__"
            ],
        )
    shutil.copy(ROOT / "pyproject.toml", root)
    return root


def test_the_walls_stand() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("breach", PLANTED)
def test_a_wall_that_is_broken_is_seen(copied_tree: Path, breach: str) -> None:
    name, source = PLANTED[breach]
    planted = copied_tree / name
    is_new_folder = not planted.parent.exists()
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(f'"""Planted."""\n{source}\n')
    try:
        result = lint(copied_tree)
    finally:
        planted.unlink()
        if is_new_folder:
            planted.parent.rmdir()
    assert result.returncode != 0, result.stdout
    assert planted.stem in result.stdout or planted.parent.name in result.stdout, result.stdout


def test_the_copied_tree_is_as_sound_as_the_real_one(copied_tree: Path) -> None:
    result = lint(copied_tree)
    assert result.returncode == 0, result.stdout
