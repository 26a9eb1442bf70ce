"""The house's rules that no linter knows: each takes a folder and says what breaks it."""

import ast
import re
from collections.abc import Callable
from pathlib import Path

from tests.architecture.source import name_of, parsed, python_files, strings

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
PLATFORMS = re.compile(r"telegram|discord|whatsapp|wechat|slack|mastodon", re.IGNORECASE)
ENVIRONMENT = {"environ", "getenv", "environb", "putenv"}
DYNAMIC = {"import_module", "__import__", "exec", "eval", "compile_command", "spec_from_loader"}
EDGES: dict[str, str] = {
    "core/engine/engine.py": "the edge of a step, and of the loop that recovers from deaths",
    "core/generation/delivery.py": "the edge of one delivery, and of the loop that delivers",
    "core/privacy/letters/loop.py": "the edge of one letter, and of the loop that brings letters",
    "core/web/edge.py": "the edge of one request from outside",
    "bots/discord/client.py": "the edge of one interaction",
    "bots/playground/guard.py": "the edge of one request of the page",
    "bots/telegram/desk.py": "the edge of one answer, handed to the error handler",
}
"""Files where any exception at all may be caught, and why it is a process's edge."""
SETTINGS = "core/settings.py"

Rule = Callable[[Path], list[str]]


def _where(path: Path, line: int, root: Path) -> str:
    return f"{name_of(path, root)}:{line}"


def names_a_platform(root: Path) -> list[str]:
    """The core is blind to surfaces: no code, comment, text or data of it names one."""
    found = []
    for path in sorted((root / "core").rglob("*")):
        if path.suffix in (".py", ".po", ".toml", ".txt", ".json", ".mako"):
            lines = path.read_text("utf-8").splitlines()
            found += [
                f"{_where(path, number, root)} names {match[0]}"
                for number, line in enumerate(lines, start=1)
                for match in PLATFORMS.finditer(line)
            ]
    return found


def reads_the_environment(root: Path) -> list[str]:
    """Only the settings read the environment."""
    found = []
    for path in python_files("core", "bots", root=root):
        if name_of(path, root) == SETTINGS:
            continue
        for node in ast.walk(parsed(path)):
            name = getattr(node, "attr", "") if isinstance(node, ast.Attribute) else ""
            if isinstance(node, ast.alias):
                name = node.name
            if name in ENVIRONMENT:
                found.append(f"{path.name} uses {name}")
    return found


def imports_dynamically(root: Path) -> list[str]:
    """What a module needs stands at its top, where the walls can see it."""
    found = []
    for path in python_files("core", "bots", root=root):
        for node in ast.walk(parsed(path)):
            name = ""
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            elif isinstance(node, ast.ImportFrom) and node.module == "importlib":
                name = next((one.name for one in node.names if one.name in DYNAMIC), "")
            if name in DYNAMIC:
                found.append(f"{_where(path, getattr(node, 'lineno', 0), root)} uses {name}")
    return found


def mocks(root: Path) -> list[str]:
    """A fake exists only for a port; nothing is patched to pretend."""
    found = []
    for path in python_files("core", "bots", "tests", root=root):
        for node in ast.walk(parsed(path)):
            names = [alias.name for alias in getattr(node, "names", []) if hasattr(alias, "name")]
            module = getattr(node, "module", "") or ""
            if isinstance(node, ast.Import | ast.ImportFrom) and any(
                "mock" in one.split(".") or "pytest_mock" in one or "MagicMock" in one
                for one in (module, *names)
            ):
                found.append(_where(path, node.lineno, root))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                arg.arg == "mocker" for arg in node.args.args
            ):
                found.append(_where(path, node.lineno, root))
    return found


def is_too_long(root: Path) -> list[str]:
    """A file has at most 400 lines, a function at most 60."""
    found = []
    for path in python_files("core", "bots", "tests", root=root):
        lines = path.read_text("utf-8").count("\n")
        if lines > MAX_FILE_LINES:
            found.append(f"{name_of(path, root)} has {lines} lines")
        for node in ast.walk(parsed(path)):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            generated = "migrations/versions" in name_of(path, root)
            if length > MAX_FUNCTION_LINES and not generated:
                found.append(f"{_where(path, node.lineno, root)} {node.name}: {length} lines")
    return found


def catches_everything(root: Path) -> list[str]:
    """Any exception at all is caught only at a process's edge; never between."""
    found = []
    for path in python_files("core", "bots", root=root):
        if name_of(path, root) in EDGES:
            continue
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ExceptHandler):
                kind = node.type
                kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
                names = {getattr(one, "id", "") for one in kinds}
                is_broad = kind is None or names & {"Exception", "BaseException"}
                raises = any(
                    isinstance(one, ast.Raise) and one.exc is None for one in ast.walk(node)
                )
                if is_broad and not raises:
                    found.append(_where(path, node.lineno, root))
    return found


def imports_private_names(root: Path) -> list[str]:
    """A leading underscore means: of this module alone."""
    found = []
    for path in python_files("core", "bots", "tests", root=root):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (
                "core",
                "bots",
                "tests",
            ):
                found += [
                    f"{_where(path, node.lineno, root)} {one.name}"
                    for one in node.names
                    if one.name.startswith("_")
                ]
    return found


def imports_relatively(root: Path) -> list[str]:
    """Imports say where things are."""
    return [
        _where(path, node.lineno, root)
        for path in python_files("core", "bots", "tests", root=root)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level
    ]


def says_nothing_of_itself(root: Path) -> list[str]:
    """The first line of a module says what it is for."""
    return [
        name_of(path, root)
        for path in python_files("core", "bots", root=root)
        if path.read_text("utf-8").strip() and ast.get_docstring(parsed(path)) is None
    ]


def is_badly_named(root: Path) -> list[str]:
    """No module is named for nothing in particular."""
    vague = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
    return [
        name_of(path, root)
        for path in python_files("core", "bots", "tests", root=root)
        if vague & {path.stem, path.parent.name}
    ]


def leaves_work_undone(root: Path) -> list[str]:
    """Unfinished work is an issue, never a comment, and nothing pretends to be there."""
    words = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    found = []
    for path in python_files("core", "bots", "tests", root=root):
        tree = parsed(path)
        found += [
            _where(path, number, root)
            for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
            if words.search(line.partition("#")[2])
        ]
        found += [
            _where(path, node.lineno, root)
            for node in ast.walk(tree)
            if isinstance(node, ast.Raise)
            and getattr(node.exc, "id", getattr(getattr(node.exc, "func", None), "id", ""))
            == "NotImplementedError"
        ]
    return found


def queries_in_adapters(root: Path) -> list[str]:
    """Adapters hold no SQL, not even as text."""
    query = re.compile(r"\b(SELECT .+ FROM|INSERT INTO|UPDATE .+ SET|DELETE FROM)\b")
    return [
        _where(path, line, root)
        for path in python_files("bots", root=root)
        for value, line in strings(parsed(path))
        if query.search(value)
    ]
