"""Reading the project's own source, for checks about its shape."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python_files(*folders: str, root: Path = ROOT) -> list[Path]:
    """Every Python file below some folders of the project."""
    return sorted(
        path
        for folder in folders
        for path in (root / folder).rglob("*.py")
        if "__pycache__" not in path.parts
    )


@cache
def _parse(source: str) -> ast.Module:
    return ast.parse(source)


def parsed(path: Path) -> ast.Module:
    return _parse(path.read_text("utf-8"))


def name_of(path: Path, root: Path = ROOT) -> str:
    return path.relative_to(root).as_posix()


def docstrings(tree: ast.Module) -> set[int]:
    """The ids of the nodes that are docstrings, of attributes as well."""
    return {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def strings(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Every string that is no docstring, with its line; the fixed parts of f-strings too."""
    silent = docstrings(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            yield node.value, node.lineno


def tracked_files(root: Path = ROOT) -> list[Path]:
    """Every file that the project is made of."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True
    ).stdout.decode()
    return [root / name for name in listed.split("\0") if name and (root / name).is_file()]
