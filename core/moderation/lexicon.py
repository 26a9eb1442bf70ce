"""The words that screening knows, read once from the data files beside it."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from importlib import resources

from core.moderation.normalise import normalise
from core.moderation.verdicts import Category

_LANGUAGES = ("en", "zh")
_LETTERS = re.compile(r"[a-z]+")


class Hint(StrEnum):
    """What a word adds to others; alone it refuses nothing."""

    MINOR = "minor"
    """Somebody who is surely a child."""
    YOUTH = "youth"
    """Somebody who may be under 18."""
    SUGGESTIVE = "suggestive"
    """Not sexual by itself, but never with a child."""
    ACQUAINTANCE = "acquaintance"
    """A real person that the writer knows or shows."""


class Innocent(StrEnum):
    """A phrase inside which listed words mean something else."""

    AROUND = "around"


Meaning = Category | Hint | Innocent


@dataclass(slots=True, eq=False)
class Node:
    """One letter of the tree of words; a word is a way from the root."""

    children: "dict[str, Node]" = field(default_factory=dict)
    meanings: set[Meaning] = field(default_factory=set)
    """What the word ending here means."""
    stem_meanings: set[Meaning] = field(default_factory=set)
    """The same for a word of which any continuation counts."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that rules.py looks up."""

    root: Node
    innocent_words: frozenset[str]
    """Whole words that are themselves, however much they look like a listed one."""
    innocent_splits: frozenset[tuple[str, ...]]
    """Neighbouring words that make a listed one when joined."""
    innocent_patterns: re.Pattern[str]
    """Chinese phrases around listed words."""


def entries(listed: str) -> Iterator[str]:
    """Give the entries of a comma-separated list."""
    return (entry for part in listed.split(",") if (entry := " ".join(part.split())))


@cache
def load_lexicon() -> Lexicon:
    """Read the data files and build the tree of words; some 20 ms, once per process."""
    root = Node()
    words: set[str] = set()
    splits: set[tuple[str, ...]] = set()
    patterns: list[str] = []
    for language in _LANGUAGES:
        source = resources.files("core.moderation").joinpath("words", f"{language}.toml")
        data = tomllib.loads(source.read_text("utf-8"))
        for name, listed in data["refused"].items():
            _plant(root, entries(listed), Category(name))
        for name, listed in data["combined"].items():
            _plant(root, entries(listed), Hint(name))
        innocent = data["innocent"]
        if isinstance(innocent["around"], str):
            _plant(root, entries(innocent["around"]), Innocent.AROUND)
            words.update(entries(innocent["words"]))
            splits.update(tuple(entry.split()) for entry in entries(innocent["splits"]))
        else:
            patterns += innocent["around"]
    return Lexicon(
        root=root,
        innocent_words=frozenset(words),
        innocent_splits=frozenset(splits),
        innocent_patterns=re.compile("|".join(f"(?:{pattern})" for pattern in patterns)),
    )


def _plant(root: Node, listed: Iterable[str], meaning: Meaning) -> None:
    for entry in listed:
        node = root
        for letter in normalise(entry).replace(" ", "").rstrip("*"):
            node = node.children.setdefault(letter, Node())
        if entry.endswith("*"):
            node.stem_meanings.add(meaning)
        else:
            node.meanings.add(meaning)
            if _LETTERS.fullmatch(entry[-1]) and not entry.endswith("s"):
                node.children.setdefault("s", Node()).meanings.add(meaning)
