"""Decides from its words whether a text may be drawn; pure, no network, no state."""

import re
from typing import Final

from core.moderation.lexicon import Hint, load_lexicon
from core.moderation.matching import Hit, find
from core.moderation.normalise import normalise
from core.moderation.verdicts import Category, Level, TextVerdict, gravest

_ADULT_AGE: Final = 18
_YOUNGEST: Final = 1
_NUMBERS: Final = (
    "seventeen|sixteen|fifteen|fourteen|thirteen|twelve|eleven|ten|nine|eight|seven|six|five|four"
    "|three|two|one"
)
_HAN_AGE: Final = "(?:十[一二三四五六七]?|[一二两三四五六七八九])"

_AGE: Final = re.compile(
    r"(?<![a-z0-9.])(?:(?P<digits>\d{1,3})[\s\-_]*(?:y[\s\-_/.]?o\b|yrs?\b|years?[\s\-_]*old|year\b"
    r"|years?[\s\-_]of[\s\-_]age)"
    r"|(?:age[ds]?|aged?[ :=]+of)[\s:=]+(?P<aged>\d{1,3})(?![\d%])"
    rf"|(?P<word>{_NUMBERS})[\s\-_]+(?:years?|yrs?)[\s\-_]*old)"
)
_CHINESE_AGE: Final = re.compile(
    rf"(?<![\d.])(?P<digits>\d{{1,3}})\s*(?:周)?岁|(?<![二三四五六七八九百]){_HAN_AGE}(?:周)?岁(?!月)"
)
_BAREST: Final = frozenset({Category.SEXUAL, Category.NUDITY, Category.SEXUAL_VIOLENCE})
"""What makes a text about a child, or about somebody known, one that is never allowed."""


def judge_text(text: str, level: Level) -> TextVerdict:
    """Return the gravest category for which a room of this level refuses the text.

    Words are listed by category in the data files; three rules join them: a child with anything
    sexual or suggestive, somebody who may be under 18 with anything sexual, and a real person
    whom the writer knows with anything sexual. Takes about 1 ms for each 1,000 characters.
    """
    levelled = normalise(text)
    hits = find(levelled, load_lexicon())
    found = {hit.meaning for hit in hits if isinstance(hit.meaning, Category)}
    found |= _joined(hits, says_child=_says_child_age(levelled))
    category = gravest(each for each in found if each.is_refused_at(level))
    if category is None:
        return TextVerdict(category=None)
    return TextVerdict(category=category, span_count=_count_spans(hits))


def _joined(hits: list[Hit], *, says_child: bool) -> set[Category]:
    meanings = {hit.meaning for hit in hits}
    is_sexual = bool(meanings & _BAREST)
    joined: set[Category] = set()
    if (says_child or Hint.MINOR in meanings) and (is_sexual or Hint.SUGGESTIVE in meanings):
        joined.add(Category.SEXUAL_MINORS)
    if Hint.YOUTH in meanings and is_sexual:
        joined.add(Category.SEXUAL_MINORS)
    if Hint.ACQUAINTANCE in meanings and is_sexual:
        joined.add(Category.PRIVATE_PERSON)
    return joined


def _says_child_age(levelled: str) -> bool:
    return any(
        _is_child_age(found.groupdict())
        for pattern in (_AGE, _CHINESE_AGE)
        for found in pattern.finditer(levelled)
    )


def _is_child_age(groups: dict[str, str | None]) -> bool:
    digits = groups.get("digits") or groups.get("aged")
    if digits is None:
        return True  # only ages under 18 are listed as words
    return _YOUNGEST <= int(digits) < _ADULT_AGE


def _count_spans(hits: list[Hit]) -> int:
    """Count the places that were found, overlapping ones once."""
    count = 0
    reached = -1
    for hit in sorted(hits, key=lambda each: each.start):
        if isinstance(hit.meaning, Hint) and hit.meaning is Hint.ACQUAINTANCE:
            continue
        if hit.start >= reached:
            count += 1
        reached = max(reached, hit.end)
    return max(count, 1)
