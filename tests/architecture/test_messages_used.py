"""Every text that the code names exists, and no catalogue keeps a text that nobody says."""

import ast
import re
from collections import defaultdict
from pathlib import Path
from string import Formatter

from core.kernel.people import LANGUAGES
from core.messages.catalogue import codes
from tests.architecture.source import ROOT, name_of, parsed, python_files, strings
from tests.core.messages.test_catalogue import all_errors, forms

SAYING = ("text", "say", "spoken")
OWN = re.compile(r"(page|messenger|server)-[a-z0-9]+(-[a-z0-9]+)*")
SPOKEN_BY_VALUE = ("category", "reason", "provider", "language", "verify")
"""Families whose values come from the core; tests/core/messages checks each whole family."""
NO_MESSAGES: dict[str, str] = {}
"""Strings that look like a message's code and are none, with what they are."""


def web_files() -> list[Path]:
    folder = ROOT / "bots" / "playground" / "static"
    return sorted(path for path in folder.rglob("*") if path.suffix in (".js", ".html"))


def said_calls(tree: ast.Module) -> list[tuple[str, ast.Call]]:
    """Calls such as ``text("code", language, fact=…)`` whose code stands there."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            function = node.func
            name = getattr(function, "id", getattr(function, "attr", ""))
            first = node.args[0]
            if name in SAYING and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.append((first.value, node))
    return found


def imports_messages(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.module == "core.messages.catalogue"
        for node in ast.walk(tree)
    )


def prefixes(tree: ast.Module) -> set[str]:
    """The beginnings of f-strings such as ``f"help-{topic}"``."""
    return {
        node.values[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        and len(node.values) == 2
        and isinstance(node.values[0], ast.Constant)
        and isinstance(node.values[0].value, str)
        and re.fullmatch(r"[a-z]+(-[a-z]+)*-", node.values[0].value)
    }


def words_of_the_source() -> dict[str, set[str]]:
    """Every string of each part of the project, whole."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in python_files("core", "bots"):
        part = "/".join(name_of(path).split("/")[:2])
        found[part] |= {value for value, _ in strings(parsed(path))}
    for path in web_files():
        raw = path.read_text("utf-8")
        found["bots/playground"] |= set(re.findall(r"[\"'`]([A-Za-z0-9_-]+)[\"'`]", raw))
        found["bots/playground"] |= set(re.findall(r"\b([a-z]+)\b(?=\s*[:,}])", raw))
    return found


def prefixes_of_the_source() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for path in python_files("core", "bots"):
        found["/".join(name_of(path).split("/")[:2])] |= prefixes(parsed(path))
    for path in web_files():
        composed = re.findall(r"`([a-z]+(?:-[a-z]+)*-)\$\{\w+\}`", path.read_text("utf-8"))
        found["bots/playground"] |= set(composed)
    return found


def used_codes() -> set[str]:
    words = words_of_the_source()
    used = set().union(*words.values()) | {error.code for error in all_errors()}
    for part, beginnings in prefixes_of_the_source().items():
        used |= {beginning + word for beginning in beginnings for word in words[part]}
    return used | {
        code for code in codes("en") if code.split("-", 1)[0] in SPOKEN_BY_VALUE and "-" in code
    }


def test_every_text_that_the_code_names_exists() -> None:
    known = codes("en")
    missing = [
        f"{name_of(path)}:{call.lineno} {code}"
        for path in python_files("core", "bots")
        if imports_messages(parsed(path)) or "say" in path.read_text("utf-8")
        for code, call in said_calls(parsed(path))
        if re.fullmatch(r"[a-z]+(-[a-zA-Z0-9_]+)*", code) and code not in known
    ]
    assert missing == []


def test_every_code_of_a_surface_exists_wherever_it_stands() -> None:
    known = codes("en")
    missing = [
        f"{name_of(path)}:{line} {value}"
        for path in python_files("core", "bots")
        for value, line in strings(parsed(path))
        if OWN.fullmatch(value) and value not in known and value not in NO_MESSAGES
    ]
    for path in web_files():
        asked = re.findall(r"\bt\(\s*[\"']([\w-]+)[\"']", path.read_text("utf-8"))
        missing += [f"{name_of(path)} {code}" for code in asked if code not in known]
    assert missing == []


def test_no_text_is_kept_that_nobody_says() -> None:
    assert sorted(codes("en") - used_codes()) == []


def test_a_text_that_nobody_says_would_be_found() -> None:
    planted = {"page-nobody-says-this", "nobody-says-this"}
    assert (codes("en") | planted) - used_codes() == planted


def test_texts_are_called_with_the_facts_that_their_places_need() -> None:
    wrong = []
    for path in python_files("core", "bots"):
        for code, call in said_calls(parsed(path)):
            if code not in codes("en") or any(one.arg is None for one in call.keywords):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name == "spoken":
                continue
            given = {one.arg for one in call.keywords}
            wanted = {
                place
                for language in LANGUAGES
                for form in forms(code, language)
                for _, place, _, _ in Formatter().parse(form)
                if place is not None
            }
            if not wanted <= given:
                wrong.append(f"{name_of(path)}:{call.lineno} {code} lacks {wanted - given}")
    assert wrong == []
