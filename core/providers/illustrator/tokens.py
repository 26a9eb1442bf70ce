"""Splits a prompt into known words and phrases, in English and Chinese at once."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from core.providers.illustrator.lexicon import (
    LONGEST_PHRASE_WORDS,
    LONGEST_RUN_CHARS,
    Entry,
    lexicon,
)

MAX_CHARS = 4000
_PIECES = re.compile(
    r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+(?:['\-][^\W\u3400-\u9fff]+)*|[,.;:!?，。；：、！？\n]"
)
_BREAKS = frozenset(",.;:!?，。；：！？\n")
_UNKNOWN = Entry("unknown", "")
_BREAK = Entry("break", "")
_IRREGULAR = {
    "mice": "mouse",
    "geese": "goose",
    "wolves": "wolf",
    "leaves": "leaves",
    "men": "man",
    "women": "woman",
    "children": "child",
    "oxen": "ox",
    "knives": "knife",
    "calves": "calf",
    "loaves": "loaf",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One word or phrase of the prompt with its meaning."""

    text: str
    kind: str
    id: str
    plural: bool = False
    chinese: bool = False


def _is_chinese(text: str) -> bool:
    return "\u3400" <= text[:1] <= "\u9fff"


def normalise(text: str) -> str:
    """Fold width, case and variants; drop control, format and private characters."""
    folded = unicodedata.normalize("NFKC", text[:MAX_CHARS]).casefold()
    kept = (
        " " if char in "\t\r" else char
        for char in folded
        if char in "\n\t\r" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )
    return "".join(kept).replace("’", "'").translate(lexicon().simplified)


def _singulars(word: str) -> Iterator[str]:
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
    elif word.endswith("ies"):
        yield word[:-3] + "y"
        yield word[:-1]
    elif word.endswith("s") and not word.endswith("ss"):
        yield word[:-1]
        if word.endswith("es"):
            yield word[:-2]
        if word.endswith("'s"):
            yield word[:-2]


def _english(words: list[str]) -> tuple[int, Token] | None:
    """The longest known phrase at the beginning of ``words`` and how many words it has."""
    known = lexicon().english
    for size in range(min(LONGEST_PHRASE_WORDS, len(words)), 0, -1):
        phrase = " ".join(words[:size])
        if entry := known.get(phrase):
            return size, Token(phrase, entry.kind, entry.id)
        start = " ".join(words[: size - 1])
        for singular in _singulars(words[size - 1]):
            if entry := known.get(f"{start} {singular}".strip()):
                return size, Token(phrase, entry.kind, entry.id, plural="'" not in phrase)
    return None


def _english_run(words: list[str]) -> Iterator[Token]:
    at = 0
    while at < len(words):
        if found := _english(words[at : at + LONGEST_PHRASE_WORDS]):
            size, token = found
            yield token
            at += size
            continue
        word = words[at]
        parts = word.split("-")
        if len(parts) > 1:
            yield from _english_run([part for part in parts if part])
        elif word.isdigit():
            count = str(min(int(word[:3]), 12))
            yield Token(word, "number", count)
        elif word.endswith("ly"):
            yield Token(word, "stop", "quality")
        else:
            yield Token(word, _UNKNOWN.kind, _UNKNOWN.id)
        at += 1


def _chinese_run(run: str) -> Iterator[Token]:
    known = lexicon().chinese
    at = 0
    lost = ""
    while at < len(run):
        for size in range(min(LONGEST_RUN_CHARS, len(run) - at), 0, -1):
            if entry := known.get(run[at : at + size]):
                if lost:
                    yield Token(lost, _UNKNOWN.kind, _UNKNOWN.id, chinese=True)
                    lost = ""
                yield Token(run[at : at + size], entry.kind, entry.id, chinese=True)
                at += size
                break
        else:
            lost += run[at]
            at += 1
    if lost:
        yield Token(lost, _UNKNOWN.kind, _UNKNOWN.id, chinese=True)


def tokens(text: str) -> Iterator[Token]:
    """Yield the prompt's words in order; punctuation becomes tokens of kind ``break``."""
    words: list[str] = []
    for piece in _PIECES.findall(normalise(text)):
        if not (_is_chinese(piece) or piece in _BREAKS or piece == "、"):
            words.append(piece)
            continue
        yield from _english_run(words)
        words = []
        if piece == "、":
            yield Token(piece, "stop", "grammar")
        elif piece in _BREAKS:
            yield Token(piece, _BREAK.kind, _BREAK.id)
        else:
            yield from _chinese_run(piece)
    yield from _english_run(words)
