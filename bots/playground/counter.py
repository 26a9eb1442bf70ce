"""The counter on the page: what the platform allows, asking it, drawing its answers as cards."""

import re

from bots.playground.person import SURFACE
from core.app import App
from core.kernel.people import Actor, Language, ReplyTo
from core.messages.catalogue import text
from core.messages.speech import data_size
from core.privacy.answers import Answer, Step
from core.privacy.counter.counter import COMMANDS, answer
from core.privacy.counter.values import Ask, Command, Traits
from core.privacy.letters.post import remember_letter
from core.privacy.letters.queries import KeptLetter
from core.privacy.notice.wording import said

Card = dict[str, object]
TRAITS = Traits(part_limit_bytes=1_000_000_000, allows_training=True, allows_advertising=False)
"""A browser keeps a file of any size; a gigabyte still fits every disk and file system."""
COUNTER: dict[str, Command] = {command.name: command for command in COMMANDS}
KNOWN = "mydata"
"""The command whose answer the drawer shows."""
_BETWEEN = re.compile(r" ?· ")
_LETTER = "letter-"


def letter_address(letter_id: str) -> str:
    """Return where a letter's one message is: the page finds its card by the letter."""
    return f"{_LETTER}{letter_id}"


def letter_of(address: str) -> str:
    """Return the letter that an address leads to; empty when it leads to none."""
    return address.removeprefix(_LETTER) if address.startswith(_LETTER) else ""


def _step(step: Step, language: Language) -> Card:
    return {
        "label": said(step.label, language),
        "command": step.command,
        "words": step.words,
        "asks": "" if step.asks is None else said(step.asks, language),
        "is_secret": step.is_secret,
        "is_grave": step.is_grave,
        "url": step.url,
    }


def _line(words: str) -> Card:
    """Set what a line is about apart from its details, where it has any."""
    lead, *details = _BETWEEN.split(words)
    return {"text": lead, "details": details}


def drawn(shown: Answer) -> Card:
    """Return the card of one answer; a letter's card has the letter's address as its id."""
    language = shown.language
    return {
        "id": letter_address(shown.letter_id) if shown.letter_id else "",
        "topic": shown.page.topic,
        "title": said(shown.page.title, language),
        "lines": [_line(said(line, language)) for line in shown.page.lines],
        "steps": [_step(step, language) for step in shown.steps],
        "file": None,
    }


def letter_card(letter: KeptLetter) -> Card:
    """Return a letter's card, with the file that can be saved from it."""
    card = drawn(letter.answer) | {
        "id": letter_address(letter.letter_id),
        "at": letter.created_at.isoformat(),
    }
    if letter.file is not None:
        language = letter.answer.language
        size = data_size(letter.file.size_bytes)
        card["file"] = {
            "url": f"/api/letters/{letter.letter_id}/file",
            "name": letter.file.file_name,
            "label": text("page-save-file", language, name=letter.file.file_name, size=size),
        }
    return card


async def asked(
    app: App, actor: Actor, reply_to: ReplyTo, *, command: str, words: str, key: str
) -> Card:
    """Ask the counter and return the card; asking makes no account.

    Raises:
        CoreError: what the counter refuses, with what did or did not happen.
    """
    ask = Ask(actor, command, words, reply_to, key, TRAITS)
    shown = await answer(app, ask)
    if shown.letter_id:
        # The page draws the answer now; what comes later changes the same card.
        await remember_letter(app, shown.letter_id, letter_address(shown.letter_id))
    return drawn(shown)


async def known(app: App, actor: Actor, language: Language) -> Card:
    """Return the drawer's part about the person: what is held, and every command about it."""
    card = await asked(
        app, actor, ReplyTo(SURFACE, actor.native_id), command=KNOWN, words="", key="drawer"
    )
    return {
        "answer": card,
        "rights": [
            {"name": one.name, "about": text(one.about, language)} for one in COUNTER.values()
        ],
    }
