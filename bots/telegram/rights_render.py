"""Draws an answer about rights: its page as texts, its steps as buttons."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bots.telegram.keyboards import Press, Verb
from bots.telegram.wording import CAPTION_UNITS, TEXT_UNITS, cut, literal, units
from core.kernel.people import Language
from core.privacy.answers import Answer, Step
from core.privacy.notice.wording import paragraphs, said

GRAVE = "⚠️ "
"""Before the label of a step that can't be undone; not every app shows a button's colour."""
_LABEL_UNITS = 64
_ROW_WIDTH = 34
_WIDE = 0x1100
"""From here on, signs are about twice as wide (Hangul, Chinese, emoji)."""
_ITEM_UNITS = 120
_ENDS = tuple(".!?:…。！？：")
_UNSEEN = "\u200b"
_UNSEEN_UNITS = 24
"""Room for the unseen links of as many questions."""
_FRAGMENT = re.compile(r"#(asks|answers)=([A-Za-z0-9_-]+)$")


@dataclass(frozen=True, slots=True)
class Drawn:
    """An answer as messages: the texts in order, the buttons under the last one."""

    texts: tuple[str, ...]
    markup: InlineKeyboardMarkup | None


@dataclass(frozen=True, slots=True)
class Question:
    """What a step asks for, and what the answer to it is behind."""

    command: str
    """With its words."""
    asks: str
    is_secret: bool


def drawn(answer: Answer, home: str, *, keeps: bool = False, notes: Iterable[str] = ()) -> Drawn:
    """Return an answer as messages.

    ``home`` is the bot's own address. ``keeps``: the message stays when a step is pressed.
    ``notes`` are lines of this surface's own below the page.
    """
    title, *lines = paragraphs(answer.page, answer.language)
    told = [literal(line) for line in _listed((*lines, *notes, *_addresses(answer)))]
    texts = list(_filled([f"<b>{literal(title)}</b>", *told], TEXT_UNITS - _UNSEEN_UNITS))
    texts[-1] = _hidden(answer, home) + texts[-1]
    return Drawn(tuple(texts), steps(answer, keeps=keeps))


def captioned(answer: Answer, home: str) -> str:
    """Return an answer as the caption of a file: whole paragraphs, as many as fit."""
    title, *lines = paragraphs(answer.page, answer.language)
    told = [f"<b>{literal(title)}</b>", *(literal(line) for line in _listed(lines))]
    return _hidden(answer, home) + next(_filled(told, CAPTION_UNITS - _UNSEEN_UNITS))


def unmarked(answer: Answer) -> str:
    """Return all of an answer as plain text, for a file."""
    told = (*paragraphs(answer.page, answer.language), *_addresses(answer))
    return "\n\n".join(line for line in told if line) + "\n"


def _listed(lines: Iterable[str]) -> list[str]:
    """Join short lines that are no sentences into lists; everything else is a paragraph."""
    found: list[str] = []
    items: list[str] = []
    for line in (*filter(None, lines), ""):
        if line and units(line) <= _ITEM_UNITS and not line.endswith(_ENDS):
            items.append(line)
            continue
        if len(items) > 1:
            found.append("\n".join(f"• {item}" for item in items))
        else:
            found += items
        items = []
        if line:
            found.append(line)
    return found


def _filled(told: list[str], most: int) -> Iterator[str]:
    """Join paragraphs into texts that fit; counted with their tags, so never too long."""
    text = ""
    for paragraph in (part for one in told for part in _parts(one, most)):
        if text and units(text) + 2 + units(paragraph) > most:
            yield text
            text = ""
        text = f"{text}\n\n{paragraph}" if text else paragraph
    yield text


def _parts(paragraph: str, most: int) -> Iterator[str]:
    """Cut a paragraph that fits into no message, between words and never within a reference."""
    while units(paragraph) > most:
        kept = cut(paragraph, most).removesuffix("…")
        space = kept.rfind("\n") if "\n" in kept else kept.rfind(" ")
        if space <= 0:
            reference = kept.rfind("&")
            is_cut = reference > 0 and ";" not in kept[reference:]
            space = reference if is_cut else len(kept)
        yield kept[:space].rstrip()
        paragraph = paragraph[space:].lstrip()
    yield paragraph


def _addresses(answer: Answer) -> Iterator[str]:
    """Yield addresses that the platform takes for no button: they can be copied from the text."""
    for step in answer.steps:
        if step.url and not _is_public(step.url):
            yield f"{said(step.label, answer.language)}: {step.url}"


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and "." in host and not host[-1].isdigit()


def steps(answer: Answer, *, keeps: bool = False) -> InlineKeyboardMarkup | None:
    """Return the steps as buttons, in rows that fit a phone; grave ones alone and marked."""
    rows: list[list[InlineKeyboardButton]] = []
    width = 0
    for step in answer.steps:
        if step.url and not _is_public(step.url):
            continue
        button = _button(step, answer.language, keeps=keeps)
        wide = sum(2 if ord(sign) >= _WIDE else 1 for sign in button.text) + 4
        if rows and not step.is_grave and width + wide <= _ROW_WIDTH:
            rows[-1].append(button)
            width += wide
        else:
            rows.append([button])
            width = _ROW_WIDTH if step.is_grave else wide
    return InlineKeyboardMarkup(rows) if rows else None


def _button(step: Step, language: Language, *, keeps: bool) -> InlineKeyboardButton:
    label = cut(said(step.label, language), _LABEL_UNITS)
    if step.url:
        return InlineKeyboardButton(label, url=step.url)
    verb = Verb.STEP_BELOW if keeps else Verb.STEP
    if step.asks is not None:
        verb = Verb.ASK
    data = Press(verb, f"{step.command} {step.words}".strip()).write()
    if step.is_grave:
        return InlineKeyboardButton(f"{GRAVE}{label}", callback_data=data, style="danger")
    return InlineKeyboardButton(label, callback_data=data)


def _hidden(answer: Answer, home: str) -> str:
    """Return what the questions of the steps are, in links that nobody sees.

    A button has no room for a question, and any process must be able to ask it.
    """
    return "".join(
        _link(home, "asks", step, said(step.asks, answer.language), _UNSEEN)
        for step in answer.steps
        if step.asks is not None
    )


def _link(home: str, kind: str, step: Step | Question, asks: str, shown: str) -> str:
    words = step.command if isinstance(step, Question) else f"{step.command} {step.words}".strip()
    packed = json.dumps([words, int(step.is_secret), *([asks] if asks else [])])
    return f'<a href="{home}?start={words.split()[0]}#{kind}={_packed(packed)}">{shown}</a>'


def _packed(words: str) -> str:
    return urlsafe_b64encode(words.encode()).decode().rstrip("=")


def _unpacked(packed: str) -> str:
    return urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()


def question_line(question: Question, home: str) -> str:
    """Return a question whose answer finds its command by the link in it."""
    return f"{_link(home, 'answers', question, '', '✎')} {literal(question.asks)}"


def questions_in(entities: Iterable[MessageEntity], kind: str) -> Iterator[Question]:
    """Yield what a message of ours ``asks``, or is a question that ``answers`` it."""
    for entity in entities:
        found = _FRAGMENT.search(entity.url or "") if entity.url else None
        if entity.type != MessageEntity.TEXT_LINK or found is None or found[1] != kind:
            continue
        try:
            words, secret, *asks = cast("list[Any]", json.loads(_unpacked(found[2])))
        except (ValueError, TypeError):
            continue
        yield Question(str(words), str(asks[0]) if asks else "", bool(secret))
