"""Finds listed words in a normalised text, however their letters are spread or replaced."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from core.moderation.lexicon import Innocent, Lexicon, Meaning, Node

_MAX_GAP: Final = 3
"""Signs between two letters of a word; more than this is not one word any more."""

_NEAR: Final = 6
"""How soon a real letter must come after a digit or sign that begins a word, in characters."""

_LONGEST_MATCH: Final = 120
"""Characters from the first letter of a word to its last, gaps and repeated letters included."""

_STANDS_FOR: Final = {
    "0": "o", "1": "il", "2": "z", "3": "e", "4": "a", "5": "s", "6": "gb", "7": "t", "8": "b",
    "9": "g", "@": "a", "$": "s", "!": "i", "|": "il", "+": "t", "€": "e", "£": "l", "¢": "c",
    "(": "c", "<": "c", "¥": "y", "*": "aeiou",
}  # fmt: skip
_ENDS_A_CHINESE_WORD: Final = frozenset(",。、!?;:\n")
_LATIN: Final = re.compile(r"[a-z]+")
_REAL_LETTER: Final = re.compile(r"[a-z\u3400-\u9fff]")
_HAN_PIECE: Final = re.compile(r"[\u3400-\u9fff]+")
_LONG_HAN_WORD: Final = 3
_LONG_LATIN_WORD: Final = 5
_SPREAD_BEFORE: Final = re.compile(r"(?:(?<![a-z])[a-z][^a-z]{1,3})+$")
_SPREAD_AFTER: Final = re.compile(r"(?:[^a-z]{1,3}[a-z](?![a-z]))+")
_LONGEST_RUN: Final = 80
_ARTICLES: Final = frozenset({"", "a", "i"})


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed word at a place of the normalised text."""

    start: int
    end: int
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class _State:
    """How far a word has been read: its node, the letter that led there, the signs since."""

    node: Node
    letter: str
    gap: int = 0


def find(text: str, lexicon: Lexicon) -> list[Hit]:
    """Return the listed words of a normalised text that are not part of an innocent phrase.

    A Latin word must stand between signs that are not Latin letters (an ending is free where the
    list says so); up to three signs may stand between its letters, a letter may be repeated, a
    digit or sign may stand for a letter. A Chinese word is found anywhere; when spaces cut a
    short one, the pieces must stand alone.
    """
    hits = {
        Hit(start, end, meaning)
        for start in range(len(text))
        if _may_start(text, start)
        for end, meaning in _read(text, start, lexicon.root)
        if _stands(text[start:end], text, start, end, lexicon)
    }
    shelters = [
        (hit.start, _word_end(text, hit.end)) for hit in hits if hit.meaning is Innocent.AROUND
    ]
    shelters += [found.span() for found in lexicon.innocent_patterns.finditer(text)]
    return [
        hit
        for hit in hits
        if hit.meaning is not Innocent.AROUND
        and not any(start <= hit.start and hit.end <= end for start, end in shelters)
    ]


def _word_end(text: str, end: int) -> int:
    rest = _LATIN.match(text, end)
    return rest.end() if rest else end


def _is_latin(char: str) -> bool:
    return "a" <= char <= "z"


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _may_start(text: str, start: int) -> bool:
    char = text[start]
    if _is_han(char):
        return True
    if start > 0 and _is_latin(text[start - 1]):
        return False
    # What stands for a letter begins a word only near a real one: rows of signs are decoration.
    return _is_latin(char) or (
        char in _STANDS_FOR and _REAL_LETTER.search(text, start, start + _NEAR) is not None
    )


def _read(text: str, start: int, root: Node) -> Iterator[tuple[int, Meaning]]:
    """Walk the tree from one place on and give the end and meaning of each word met."""
    states = {_State(root, "")}
    for place in range(start, min(len(text), start + _LONGEST_MATCH)):
        char = text[place]
        letters = _letters_of(char)
        # Sets: two ways to the same state are one, or a row of signs would double them each time.
        stepped = {after for state in states for after in _step(state, letters)}
        # A sign may also be nothing but a gap, though not where a word begins.
        may_wait = place > start and not char.isalnum()
        states = stepped | _wait(states, char) if may_wait else stepped
        if not states:
            return
        yield from _ends(text, place + 1, stepped)


def _wait(states: set[_State], char: str) -> set[_State]:
    return {
        _State(state.node, state.letter, state.gap + 1)
        for state in states
        if state.gap < _MAX_GAP and not (_is_han(state.letter) and char in _ENDS_A_CHINESE_WORD)
    }


def _letters_of(char: str) -> str:
    if _is_latin(char) or _is_han(char):
        return char
    stands_for = _STANDS_FOR.get(char, "")
    return char + stands_for if char.isdigit() else stands_for


def _step(state: _State, letters: str) -> Iterator[_State]:
    for letter in letters:
        if child := state.node.children.get(letter):
            yield _State(child, letter)
    if letters == state.letter and _is_latin(letters):
        yield _State(state.node, letters)  # the same letter once more


def _ends(text: str, end: int, states: set[_State]) -> Iterator[tuple[int, Meaning]]:
    follows = end < len(text) and _is_latin(text[end])
    for state in states:
        for meaning in state.node.stem_meanings:
            yield end, meaning
        if not follows or _is_han(state.letter):
            for meaning in state.node.meanings:
                yield end, meaning


def _stands(found: str, text: str, start: int, end: int, lexicon: Lexicon) -> bool:
    """Say whether a match is the listed word, not an accident of neighbours."""
    if _is_han(found[0]) and _is_han(found[-1]):
        pieces = _HAN_PIECE.findall(found)
        if " " not in found or sum(map(len, pieces)) >= _LONG_HAN_WORD:
            return True
        alone_before = start == 0 or not _is_han(text[start - 1])
        alone_after = end == len(text) or not _is_han(text[end])
        return alone_before and alone_after
    if not any(map(str.isalpha, found)):
        return False  # digits and signs alone are numbers and decoration
    whole = text[start : _word_end(text, end)]
    pieces = _LATIN.findall(whole)
    if len(pieces) > 1 and not _is_whole_run(text, start, end, pieces):
        return False
    if whole in lexicon.innocent_words:
        return False
    has_spaces = all(" " in gap for gap in _LATIN.split(whole)[1:-1])
    return not has_spaces or tuple(pieces) not in lexicon.innocent_splits


def _is_whole_run(text: str, start: int, end: int, pieces: list[str]) -> bool:
    """Say whether a short word spread letter by letter is not the middle of a longer one.

    "g r a p e" holds "r a p e"; "a n u d e" is an article and a word.
    """
    if len(pieces) >= _LONG_LATIN_WORD or any(len(piece) > 1 for piece in pieces):
        return True
    before = _SPREAD_BEFORE.search(text, max(0, start - _LONGEST_RUN), start)
    after = _SPREAD_AFTER.match(text, end)
    return after is None and (before is None or "".join(_LATIN.findall(before[0])) in _ARTICLES)
