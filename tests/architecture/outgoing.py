"""The house's rules about what leaves: through one wall, and never without checking who answers."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import name_of, parsed, python_files

WAY_OUT = "core/providers/egress.py"
SWITCHES = {"verify", "ssl", "verify_ssl", "check_hostname", "ssl_context", "verify_mode"}
BLIND = {
    "CERT_NONE",
    "_create_unverified_context",
    "allow_invalid_certificates",
    "disable_warnings",
}
WAYS: dict[str, set[str]] = {
    "httpx": {
        "AsyncClient",
        "AsyncHTTPTransport",
        "Client",
        "HTTPTransport",
        "delete",
        "get",
        "post",
        "put",
        "request",
        "stream",
    },
    "aiohttp": {"ClientSession", "TCPConnector", "request"},
    "asyncio": {"open_connection"},
    "socket": {"create_connection"},
}
MODULES = {"ftplib", "http.client", "requests", "smtplib", "urllib.request", "urllib3"}


def _switched(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Yield what a call is given by name, and what is set on an object."""
    if isinstance(node, ast.Call):
        yield from ((one.arg or "", one.value) for one in node.keywords)
    elif isinstance(node, ast.Assign):
        yield from ((getattr(one, "attr", ""), node.value) for one in node.targets)
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value


def trusts_anybody(root: Path) -> list[str]:
    """No certificate goes unchecked, by whatever switch (FA-11.2)."""
    found = []
    for path in python_files("core", "bots", root=root):
        for node in ast.walk(parsed(path)):
            is_off = any(
                name in SWITCHES and isinstance(value, ast.Constant) and not value.value
                for name, value in _switched(node)
            )
            named = [getattr(node, one, "") for one in ("attr", "id", "value", "arg")]
            if is_off or any(isinstance(one, str) and one in BLIND for one in named):
                found.append(f"{name_of(path, root)}:{getattr(node, 'lineno', 0)}")
    return found


def _ways(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        module = getattr(node.func.value, "id", "")
        return {node.func.attr} & WAYS.get(module, set())
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        taken = {one.name for one in node.names}
        whole = {f"{module}.{name}" for name in taken} | {module}
        return taken & WAYS.get(module, set()) | whole & MODULES
    if isinstance(node, ast.Import):
        return {one.name for one in node.names} & MODULES
    return set()


def goes_out_elsewhere(root: Path) -> list[str]:
    """What leaves for services goes through the one wall that knows the recipients (AX-26)."""
    return [
        f"{name_of(path, root)}:{getattr(node, 'lineno', 0)} uses {', '.join(sorted(ways))}"
        for path in python_files("core", "bots", root=root)
        if name_of(path, root) != WAY_OUT
        for node in ast.walk(parsed(path))
        if (ways := _ways(node))
    ]
