"""Only parts that say what for open what people wrote and got (Flux Art 5)."""

import ast
from pathlib import Path

import pytest

from core.privacy.subject.readers import OPENED, OPENERS, READERS
from tests.architecture.source import ROOT, name_of, parsed, python_files


def is_opener(name: str) -> bool:
    return name in OPENERS or name.startswith("unseal")


def opens_content(tree: ast.Module) -> bool:
    """Whether code calls, or hands on, anything that opens content."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            holder = getattr(node.value, "attr", getattr(node.value, "id", ""))
            if is_opener(node.attr) or (node.attr == "get" and holder.lstrip("_") == "vault"):
                return True
        if isinstance(node, ast.ImportFrom):
            names = [one.name for one in node.names]
            is_function = node.module == OPENED and any(name.islower() for name in names)
            if is_function or any(is_opener(name) for name in names):
                return True
    return False


def readers(root: Path) -> set[str]:
    return {
        name_of(path, root)
        for path in python_files("core", "bots", root=root)
        if opens_content(parsed(path))
    }


@pytest.mark.promise("FA-5.0b")
def test_only_parts_on_the_list_open_content() -> None:
    found = readers(ROOT)
    missing = sorted(found - READERS.keys())
    assert missing == [], "say in core/privacy/subject/readers.py what these open content for"
    assert sorted(READERS.keys() - found) == []


@pytest.mark.promise("FA-5.0b")
@pytest.mark.parametrize(
    "code",
    [
        "words = await app.keys.unseal(place, row.words_sealed)",
        "opened = partial(self._keys.unseal_sync, owner)",
        "data = await self._app.vault.get(owner, blob)",
        "from core.generation.requests import open_wish",
        "from core.privacy.subject.walk import walk",
        "verdict = await app.screen.refuse_text(words, adult_room=False)",
    ],
)
def test_a_part_that_opens_content_would_be_found(code: str, tmp_path: Path) -> None:
    planted = tmp_path / "core" / "analytics.py"
    planted.parent.mkdir()
    (tmp_path / "bots").mkdir()
    planted.write_text(f"async def look():\n    {code}\n", encoding="utf-8")
    assert readers(tmp_path) == {"core/analytics.py"}
