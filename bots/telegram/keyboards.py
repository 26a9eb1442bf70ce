"""Buttons that carry their own state in at most 64 bytes, so any process answers them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from babel.core import Locale
from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from core.accounts.commands import countries
from core.generation.values import Outcome, OutcomeKind, PictureView
from core.kernel.ids import RequestId, is_id
from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text

COPY_UNITS = 256
_NOTHING = "-"


class Verb(StrEnum):
    """What a button does; written into its data, so a letter once used keeps its meaning."""

    CANCEL = "c"
    AGAIN = "a"
    VARY = "v"
    VARY_WHICH = "V"
    BACK = "b"
    WORDS = "w"
    OPEN = "o"
    ALL = "l"
    ORIGINAL = "f"
    ORIGINALS = "F"
    DELETE = "d"
    DELETE_ALL = "D"
    ADULT = "y"
    MINOR = "n"
    ADULT_ELSEWHERE = "Y"
    """The request that waits for the answer has its message in another chat."""
    LANGUAGE = "sl"
    REGION = "sr"
    SETTINGS = "s"
    HELP = "h"
    STEP = "k"
    """A command about one's rights: its answer takes the place of the message."""
    STEP_BELOW = "K"
    """The same, but the message stays: it brought something, or says what was done."""
    ASK = "q"
    """A command that needs words: they are asked for first."""


@dataclass(frozen=True, slots=True)
class Press:
    """What a button's data says."""

    verb: Verb
    target: str = ""
    """An id, a language, a region, a topic, a command with words; empty when none is needed."""
    index: int = 0

    def write(self) -> str:
        """Return the data of a button."""
        parts = [self.verb.value, self.target or _NOTHING]
        return ":".join([*parts, str(self.index)] if self.index else parts)

    @property
    def request_id(self) -> RequestId | None:
        """Return the target as an id, if it is one."""
        return RequestId(self.target) if is_id(self.target) else None


STEPS = frozenset({Verb.STEP, Verb.STEP_BELOW, Verb.ASK})
"""Their buttons carry a command with its words, as typed."""


def read_press(data: str) -> Press | None:
    """Return what the data of a button says; None when it is not from here."""
    verb, _, rest = data.partition(":")
    if verb in STEPS:
        return Press(Verb(verb), rest)
    target, _, index = rest.partition(":")
    if verb not in set(Verb) or (index and not index.isdigit()):
        return None
    return Press(Verb(verb), "" if target == _NOTHING else target, int(index or 0))


def _button(label: str, verb: Verb, target: str = "", index: int = 0) -> InlineKeyboardButton:
    return InlineKeyboardButton(label, callback_data=Press(verb, target, index).write())


def waiting(request_id: RequestId, language: Language) -> InlineKeyboardMarkup:
    """Return what can be done while a request waits or runs."""
    label = text("button-cancel", language)
    return InlineKeyboardMarkup([[_button(label, Verb.CANCEL, request_id)]])


def _numbers(
    verb: Verb, request_id: RequestId, pictures: tuple[PictureView, ...]
) -> list[InlineKeyboardButton]:
    # The grid numbers places; a deleted picture leaves none, but the others keep their index.
    return [
        _button(str(place), verb, request_id, view.index)
        for place, view in enumerate(pictures, start=1)
    ]


def result(
    request_id: RequestId,
    pictures: tuple[PictureView, ...],
    language: Language,
    *,
    has_album: bool = False,
) -> InlineKeyboardMarkup:
    """Return the buttons under everything that a request made."""
    if len(pictures) == 1:
        return single(request_id, pictures[0], language)
    low = [
        _button(text("button-original", language), Verb.ORIGINALS, request_id),
        _button(text("button-delete", language), Verb.DELETE_ALL, request_id),
    ]
    if not has_album:
        low.insert(0, _button(text("button-all", language), Verb.ALL, request_id))
    making = _making(request_id, language)
    vary = _button(text("button-vary", language), Verb.VARY_WHICH, request_id)
    numbers = _numbers(Verb.OPEN, request_id, pictures)
    return InlineKeyboardMarkup([numbers, [vary, *making], low])


def which(
    request_id: RequestId, pictures: tuple[PictureView, ...], language: Language
) -> InlineKeyboardMarkup:
    """Return the question which picture of a grid is to be varied."""
    back = _button(text("messenger-button-back", language), Verb.BACK, request_id)
    return InlineKeyboardMarkup([_numbers(Verb.VARY, request_id, pictures), [back]])


def single(request_id: RequestId, picture: PictureView, language: Language) -> InlineKeyboardMarkup:
    """Return the buttons under one picture."""
    vary = _button(text("button-vary", language), Verb.VARY, request_id, picture.index)
    low = [
        _button(text("button-original", language), Verb.ORIGINAL, request_id, picture.index),
        _button(text("button-delete", language), Verb.DELETE, request_id, picture.index),
    ]
    return InlineKeyboardMarkup([[vary, *_making(request_id, language)], low])


def _making(request_id: RequestId, language: Language) -> list[InlineKeyboardButton]:
    return [
        _button(text("button-again", language), Verb.AGAIN, request_id),
        _button(text("button-words", language), Verb.WORDS, request_id),
    ]


def ended(request_id: RequestId, outcome: Outcome, language: Language) -> InlineKeyboardMarkup:
    """Return what can be done about an outcome that shows no picture."""
    words = _button(text("button-words", language), Verb.WORDS, request_id)
    match outcome.kind:
        case OutcomeKind.REFUSED:
            return InlineKeyboardMarkup([[words]])
        case OutcomeKind.FAILED:
            retry = _button(text("button-try-again", language), Verb.AGAIN, request_id)
            return InlineKeyboardMarkup([[retry, words]])
        case OutcomeKind.CANCELLED | OutcomeKind.PICTURES:
            again = _button(text("button-again", language), Verb.AGAIN, request_id)
            return InlineKeyboardMarkup([[again, words]])
        case _:
            assert_never(outcome.kind)


def age(pending_id: str, language: Language, *, elsewhere: bool = False) -> InlineKeyboardMarkup:
    """Return the two answers to the question of age."""
    adult = Verb.ADULT_ELSEWHERE if elsewhere else Verb.ADULT
    return InlineKeyboardMarkup(
        [
            [_button(text("button-adult", language), adult, pending_id)],
            [_button(text("button-minor", language), Verb.MINOR, pending_id)],
        ]
    )


def link(label: str, url: str) -> InlineKeyboardMarkup:
    """Return one button that leads to an address."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, url=url)]])


def copy_words(words: str, language: Language) -> InlineKeyboardMarkup:
    """Return a button that copies the person's own words, so that they can correct them."""
    label = text("messenger-button-copy", language)
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, copy_text=CopyTextButton(words))]])


def settings(language: Language) -> InlineKeyboardMarkup:
    """Return the languages, the chosen one marked, and the way to the regions."""
    languages = [
        _button(
            ("✓ " if offered == language else "") + text(f"language-{offered}", language),
            Verb.LANGUAGE,
            offered,
        )
        for offered in LANGUAGES
    ]
    region = _button(text("messenger-button-region", language), Verb.REGION)
    return InlineKeyboardMarkup([languages, [region]])


def _countries(language: Language) -> dict[str, str]:
    names = Locale.parse(language).territories
    return {code: str(names[code]) for code in sorted(countries()) if code in names}


def regions(letter: str, language: Language) -> InlineKeyboardMarkup:
    """Return the first letters of country codes, or the countries of one letter."""
    countries = _countries(language)
    if letter:
        buttons = [
            _button(f"{code} {name}", Verb.REGION, code)
            for code, name in countries.items()
            if code.startswith(letter)
        ]
        wide = 2
    else:
        letters = sorted({code[0] for code in countries})
        buttons = [_button(first, Verb.REGION, first) for first in letters]
        wide = 6
    rows = [buttons[start : start + wide] for start in range(0, len(buttons), wide)]
    verb = Verb.REGION if letter else Verb.SETTINGS
    back = _button(text("messenger-button-back", language), verb)
    return InlineKeyboardMarkup([*rows, [back]])


def country_name(code: str, language: Language) -> str:
    """Return a country's name in the language; the code itself when it has none."""
    return _countries(language).get(code, code)


HELP_TOPICS = ("imagine", "options", "buttons", "credits", "privacy", "settings")


def help_topics(language: Language) -> InlineKeyboardMarkup:
    """Return one button for each topic of help."""
    buttons = [
        _button(text(f"messenger-topic-{topic}", language), Verb.HELP, topic)
        for topic in HELP_TOPICS
    ]
    return InlineKeyboardMarkup([buttons[:3], buttons[3:]])
