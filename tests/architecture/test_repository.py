"""The repository speaks of the project alone, and its two commands are the ones that are run."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, name_of, tracked_files

# Written in pieces, so that this file does not find itself.
FOREIGN = {
    "a path of one machine": re.compile(r"(?<![\w.~-])/(?:wor" + r"k|roo" + r"t|home/\w+)/\w"),
    "a package registry": re.compile(
        r"py" + r"pi\.org|files\.python" + r"hosted|registry\.npm" + r"js|artifact" + r"ory",
        re.IGNORECASE,
    ),
    "a place where credentials stand": re.compile(
        r"AKIA[0-9A-Z]{16}|-----BEGIN (?:RSA |EC )?PRIVATE KEY-----\s+[\w+/]{40}|xox[bp]-\d"
    ),
}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".po",
    ".yml",
    ".yaml",
    ".js",
    ".css",
    ".html",
    ".lock",
    ".sh",
}
NAMES = {"Makefile", "Procfile", "NOTICE", "run", ".gitignore"}


def text_files() -> list[Path]:
    return [path for path in tracked_files() if path.suffix in TEXT or path.name in NAMES]


def foreign_in(text: str, what: str) -> list[str]:
    return [match[0] for match in FOREIGN[what].finditer(text)]


@pytest.mark.parametrize("what", FOREIGN)
def test_no_file_holds_something_of_elsewhere(what: str) -> None:
    found = {
        name_of(path): hits
        for path in text_files()
        if (hits := foreign_in(path.read_text("utf-8"), what))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of one machine", "cd /wor" + "k/main"),
        ("a path of one machine", "see /home/" + "someone/notes"),
        ("a package registry", "https://py" + "pi.org/simple"),
        ("a place where credentials stand", "AKIA" + "A" * 16),
    ],
)
def test_something_of_elsewhere_would_be_found(what: str, text: str) -> None:
    assert foreign_in(text, what)


def commands(text: str, marker: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [line.partition("#")[0].strip() for line in lines if line.startswith(marker)]


def test_the_gate_runs_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    gate = (ROOT / ".ci" / "run").read_text("utf-8")
    told = commands(readme, "make test")
    assert told[:1] == ["make test"]
    assert told[0] in commands(gate, "make")


def test_the_readme_begins_with_the_two_commands() -> None:
    head = "\n".join((ROOT / "README.md").read_text("utf-8").splitlines()[:20])
    assert commands(head, "make") == ["make run", "make test"]


def test_every_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for name in ("README.md", "CONTRIBUTING.md", ".ci/run"):
        asked = set(re.findall(r"\bmake ([a-z]+(?:-[a-z]+)*)", (ROOT / name).read_text("utf-8")))
        prose = {"it", "sure", "what", "a", "the", "pictures"}
        assert asked - prose <= targets, name


def test_locked_requirements_have_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-build.lock"):
        lines = (ROOT / name).read_text("utf-8").splitlines()
        pins = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
        assert pins, name
        for number in pins:
            assert "==" in lines[number], (name, lines[number])
            assert "--hash=sha256:" in "".join(lines[number : number + 2]), (name, lines[number])
