"""Which tests name a promise, and how they ended last: read from files, nothing is imported."""

import ast
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Outcome = Literal["passed", "failed", "skipped", "not run"]

_WORST_FIRST: tuple[Outcome, ...] = ("failed", "not run", "skipped", "passed")


class ResultsUnreadableError(ValueError):
    """The file of test results is not there or holds something else."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One test that names a promise."""

    test: str
    """Path and name, as pytest writes them: ``tests/core/test_x.py::test_y``."""
    outcome: Outcome


def proving_tests(tests: Path) -> dict[str, tuple[str, ...]]:
    """Return for each promise id the tests below a folder that are marked with it.

    Read from decorators, from classes, from ``pytestmark`` and from marks of single cases.

    Raises:
        ValueError: a mark names its promise by something else than a string, so that no reader
            could know which.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        source = path.read_text("utf-8")
        if "promise" not in source:
            continue
        file = path.relative_to(tests.parent).as_posix()
        for name, promise in _marked(ast.parse(source), file):
            if name not in found[promise]:
                found[promise].append(name)
    return {promise: tuple(names) for promise, names in sorted(found.items())}


def _marked(tree: ast.Module, file: str) -> Iterator[tuple[str, str]]:
    whole = tuple(_pytestmark(tree.body))
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            shared = (*whole, *_promises(node.decorator_list), *_pytestmark(node.body))
            for inner in node.body:
                yield from _of_function(inner, f"{file}::{node.name}", shared)
        else:
            yield from _of_function(node, file, whole)


def _of_function(node: ast.stmt, place: str, shared: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
        for promise in (*shared, *_promises(node.decorator_list)):
            yield f"{place}::{node.name}", promise


def _pytestmark(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
        ):
            yield from _promises([node.value])


def _promises(nodes: list[ast.expr]) -> Iterator[str]:
    for outer in nodes:
        for node in ast.walk(outer):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            mark = node.func.value
            if node.func.attr != "promise" or getattr(mark, "attr", "") != "mark":
                continue
            names = [
                one.value
                for one in node.args
                if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            if not names or len(names) < len(node.args) or node.keywords:
                raise ValueError("a mark names its promises as strings, one or more")
            yield from names


def read_results(file: Path) -> dict[str, Outcome]:
    """Return how each test ended last, by its name without the case; the worst case counts.

    Raises:
        ResultsUnreadableError: the file is not there, or is no file of results.
    """
    try:
        data = json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ResultsUnreadableError("there is no file of results: run the tests") from None
    except ValueError:
        raise ResultsUnreadableError("the file of results is not JSON") from None
    tests = data.get("tests") if isinstance(data, dict) else None
    if not isinstance(tests, dict) or not set(map(str, tests.values())) <= set(_WORST_FIRST):
        raise ResultsUnreadableError("the file holds no results of tests")
    found: dict[str, Outcome] = {}
    for name, outcome in tests.items():
        whole = str(name).partition("[")[0]
        found[whole] = _worst(found.get(whole), outcome)
    return found


def _worst(known: Outcome | None, new: Outcome) -> Outcome:
    if known is None:
        return new
    if {known, new} == {"passed", "skipped"}:
        return "passed"  # one case ran and held, for example without the second database
    return min(known, new, key=_WORST_FIRST.index)


def proofs(
    tests: Mapping[str, tuple[str, ...]], results: Mapping[str, Outcome] | None
) -> dict[str, tuple[Proof, ...]]:
    """Join tests and results; without results no test counts as run."""
    known = results or {}
    return {
        promise: tuple(Proof(name, known.get(name, "not run")) for name in names)
        for promise, names in tests.items()
    }
