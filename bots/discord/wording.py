"""People's words made harmless: no markdown, no mentions, no turned-around reading direction."""

import re

PROMPT_SHOWN_CHARS = 300
KEPT_CHARS = 1500
"""How much of a refused prompt is shown again, to its owner alone, so that it can be copied."""

# Signs that change the direction of the text around them (Unicode, "Bidirectional controls").
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\u0000-\u001f\u007f\u200b-\u200d\u2060\ufeff]+")
_MARKDOWN = re.compile(r"([\\*_~`|>#\[\]()<:@+.!/-])")
_INLINE = re.compile(r"([\\*_~`|\[\]<@]|:(?=\S))")
_AT_START = re.compile(r"^([0-9]*)([>#+.-])", re.MULTILINE)


def plain(words: str, max_chars: int) -> str:
    """Return the words in one line, without invisible signs, cut to so many characters."""
    line = " ".join(_INVISIBLE.sub(" ", _DIRECTION.sub("", words)).split())
    return line if len(line) <= max_chars else line[: max_chars - 1].rstrip() + "…"


def quoted(words: str, max_chars: int = PROMPT_SHOWN_CHARS) -> str:
    """Return the words as Discord's markdown shows them literally; at most twice as long."""
    return _MARKDOWN.sub(r"\\\1", plain(words, max_chars))


def literal(words: str) -> str:
    """Return a text of ours that may hold people's words, with every sign shown as it is.

    Lines stay, and no address becomes a link; signs that only mean something at the start of a
    line are left alone elsewhere, so that a long text stays short.
    """
    cleaned = _DIRECTION.sub("", words)
    lines = (" ".join(_INVISIBLE.sub(" ", line).split()) for line in cleaned.splitlines())
    shown = _INLINE.sub(r"\\\1", "\n".join(line for line in lines if line))
    return _AT_START.sub(r"\1\\\2", shown)


def kept(words: str) -> str:
    """Return the words as a block of code that can be copied whole."""
    shown = plain(words, KEPT_CHARS).replace("`", "'")
    return f"```\n{shown}\n```"
