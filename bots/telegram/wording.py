"""People's words made harmless: escaped for HTML, no turned-around direction, cut to size."""

import html
import re

CAPTION_UNITS = 1024
TEXT_UNITS = 4096
NOTICE_UNITS = 200
"""What an answer to a press may hold (Bot API, answerCallbackQuery)."""

# Signs that change the direction of the text around them (Unicode, "Bidirectional controls").
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u0000-\u001f\u007f\u200b\u2060\ufeff]+")


def units(words: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 code units."""
    return len(words.encode("utf-16-le")) // 2


def cut(words: str, most_units: int) -> str:
    """Return the words, shortened to so many units; never in the middle of a sign."""
    if units(words) <= most_units:
        return words
    kept = words.encode("utf-16-le")[: max(0, most_units - 1) * 2].decode("utf-16-le", "ignore")
    return kept.rstrip() + "…"


def plain(words: str) -> str:
    """Return the words in one line, without invisible signs."""
    return " ".join(_INVISIBLE.sub(" ", _DIRECTION.sub("", words)).split())


def quoted(words: str, most_units: int) -> str:
    """Return the words in one line, cut, then escaped: shown literally whatever they are."""
    return escaped(cut(plain(words), most_units))


def escaped(words: str) -> str:
    """Return the words with HTML's own signs made literal."""
    return html.escape(words, quote=False)


def literal(words: str) -> str:
    """Return a text of ours that may hold people's words: shown as it is, whatever they are."""
    return escaped(_DIRECTION.sub("", words))
