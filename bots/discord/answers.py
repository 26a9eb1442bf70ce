"""Draws an answer about a person's rights: its leaves of text, and the steps below."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bots.discord import steps
from bots.discord.page import MAX_TEXT_CHARS, Page, Row
from bots.discord.pictures import Attached
from bots.discord.wording import literal
from core.kernel.people import Language
from core.messages.catalogue import text
from core.privacy.answers import Answer
from core.privacy.notice.wording import paragraphs, said

_RESERVED_CHARS = 400
"""For the title, the number of the leaf and the lines between."""
LEAF_CHARS = MAX_TEXT_CHARS - _RESERVED_CHARS
_TITLE_CHARS = 200
_LIST_FROM = 4
"""So many lines and more are easier to read as a list."""
_BETWEEN = " · "
_DETAILED_FROM = 3
WHOLE_TEXT = "answer.txt"


@dataclass(frozen=True, slots=True)
class Asked:
    """The command behind an answer, so that its other leaves can be asked for."""

    command: str
    words: str
    leaf: int = 1


def page_of(answer: Answer, asked: Asked | None = None) -> Page:
    """Draw an answer, or one leaf of a long one.

    What can't be turned over (a letter; words that no button can carry) is cut, and comes whole
    as a text file.
    """
    language = answer.language
    leaves = _leaves(answer)
    number = min(max(1, asked.leaf), len(leaves)) if asked else 1
    turning = _turning(asked, number, len(leaves), language) if asked else ()
    lines = [title_of(answer), *leaves[number - 1]]
    documents: tuple[Attached, ...] = ()
    footnote = ""
    if len(leaves) > 1 and turning:
        footnote = text("server-leaf", language, n=number, count=len(leaves))
    elif len(leaves) > 1:
        footnote = text("server-whole-text", language)
        documents = (_whole(answer),)
    return Page(
        lines=tuple(lines),
        footnote=footnote,
        documents=documents,
        rows=(*turning, *steps.rows(answer.steps, language)),
    )


def title_of(answer: Answer) -> str:
    """Draw an answer's title."""
    return "### " + literal(said(answer.page.title, answer.language))[:_TITLE_CHARS]


def _whole(answer: Answer) -> Attached:
    words = "\n\n".join(paragraphs(answer.page, answer.language))
    return Attached(WHOLE_TEXT, words.encode(), "", is_veiled=False)


def _leaves(answer: Answer) -> list[list[str]]:
    spoken = [said(line, answer.language) for line in answer.page.lines]
    long_addresses = [step.url for step in answer.steps if len(step.url) > steps.URL_CHARS]
    is_list = len(spoken) >= _LIST_FROM
    drawn = [_drawn(line, is_list=is_list) for line in spoken] + long_addresses
    leaves: list[list[str]] = [[]]
    for line in (piece for one in drawn for piece in _pieces(one)):
        if leaves[-1] and sum(len(one) + 1 for one in leaves[-1]) + len(line) > LEAF_CHARS:
            leaves.append([])
        leaves[-1].append(line)
    return leaves


def _pieces(line: str) -> Sequence[str]:
    return [line[start : start + LEAF_CHARS] for start in range(0, len(line), LEAF_CHARS)]


def _drawn(line: str, *, is_list: bool) -> str:
    """Draw one line: what it is about in bold with its details below, or an entry of a list."""
    lead, *details = line.split(_BETWEEN)
    if len(details) + 1 >= _DETAILED_FROM:
        return f"**{literal(lead)}**\n-# {literal(_BETWEEN.join(details))}"
    words = literal(line)
    return "- " + words.replace("\n", "\n  ") if is_list else words


def _turning(asked: Asked, number: int, count: int, language: Language) -> tuple[Row, ...]:
    if count == 1:
        return ()
    style = discord.ButtonStyle.primary
    row: list[steps.Part] = []
    for other, code in ((number - 1, "server-leaf-back"), (number + 1, "server-leaf-on")):
        pressed = steps.leaf(asked.command, asked.words, other)
        if pressed is None:
            return ()
        if 1 <= other <= count:
            row.append(steps.made(pressed, text(code, language), style))
    return (tuple(row),)
