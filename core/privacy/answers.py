"""An answer about a person's rights: a page, and what the person can do next.

A page is text; a step is a command that the person may give. How either is drawn (buttons, forms,
replies) is each surface's own: see docs/decisions/0013-answers-about-rights.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from core.kernel.people import Language
from core.privacy.notice.wording import Line, Page

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the person can do next: a command with its words, under a label."""

    label: Line
    command: str
    words: str = ""
    """ASCII, and with the command at most ``STEP_CHARS`` long: buttons carry it themselves."""
    asks: Line | None = None
    """What to ask for first; what is typed goes behind ``words``. None: nothing is asked."""
    is_secret: bool = False
    """What is asked for is a secret: mask it while it is typed, and keep no copy of it."""
    is_grave: bool = False
    """It can't be undone: draw it so that nobody presses it by accident."""
    url: str = ""
    """An address to open instead of a command."""


STEP_CHARS = 58
"""A command, a space and its words together: the smallest button carries 64 bytes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person is told, in private whatever the room."""

    page: Page
    language: Language
    steps: tuple[Step, ...] = ()
    letter_id: str = ""
    """The message that shows this answer will change: tell its address to ``remember_letter``."""


def with_steps(answer: Answer, *steps: Step) -> Answer:
    """Return an answer with more steps behind its own."""
    return replace(answer, steps=(*answer.steps, *steps))


def _line_to_json(line: Line) -> Json:
    facts: Json = {}
    for name, fact in line.facts.items():
        if isinstance(fact, Line):
            facts[name] = _line_to_json(fact)
        elif isinstance(fact, tuple):
            facts[name] = [_line_to_json(one) for one in fact]
        elif isinstance(fact, datetime):
            facts[name] = {"day": fact.isoformat()}
        else:
            facts[name] = fact
    return {"code": line.code, "facts": facts}


def _line_of(written: Mapping[str, Any]) -> Line:
    facts: Json = {}
    for name, fact in written["facts"].items():
        if isinstance(fact, dict) and "day" in fact:
            facts[name] = datetime.fromisoformat(fact["day"])
        elif isinstance(fact, dict):
            facts[name] = _line_of(fact)
        elif isinstance(fact, list):
            facts[name] = tuple(_line_of(one) for one in fact)
        else:
            facts[name] = fact
    return Line(written["code"], facts)


def to_json(answer: Answer) -> Json:
    """Return an answer as plain values, for a letter."""
    return {
        "topic": answer.page.topic,
        "title": _line_to_json(answer.page.title),
        "lines": [_line_to_json(line) for line in answer.page.lines],
        "language": answer.language,
        "steps": [
            {
                "label": _line_to_json(step.label),
                "command": step.command,
                "words": step.words,
                "asks": None if step.asks is None else _line_to_json(step.asks),
                "is_secret": step.is_secret,
                "is_grave": step.is_grave,
                "url": step.url,
            }
            for step in answer.steps
        ],
    }


def of_json(written: Mapping[str, Any]) -> Answer:
    """Return the answer that ``to_json`` wrote.

    Raises:
        KeyError, TypeError: somebody else wrote it; a bug.
    """
    page = Page(
        written["topic"],
        _line_of(written["title"]),
        tuple(_line_of(line) for line in written["lines"]),
    )
    steps = tuple(
        Step(
            label=_line_of(step["label"]),
            command=step["command"],
            words=step["words"],
            asks=None if step["asks"] is None else _line_of(step["asks"]),
            is_secret=step["is_secret"],
            is_grave=step["is_grave"],
            url=step["url"],
        )
        for step in written["steps"]
    )
    return Answer(page, written["language"], steps)
