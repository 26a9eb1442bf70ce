"""Commands named in a text, as mentions that can be pressed (Discord, "Message Formatting")."""

import re
from collections.abc import Mapping

_COMMAND = re.compile(r"(?<![A-Za-z0-9/`<\\])/([a-z]+)(?![A-Za-z0-9_/:`-])")


class Mentions:
    """Knows the commands' numbers once they are registered for everybody.

    Where they are registered for some servers alone each server has other numbers, and a text
    names them without being pressable.
    """

    def __init__(self) -> None:
        self._ids: Mapping[str, int] = {}

    def learn(self, ids: Mapping[str, int]) -> None:
        """Take the numbers that Discord gave."""
        self._ids = ids

    def linked(self, words: str, max_chars: int) -> str:
        """Return the text with its commands as mentions; unchanged where that would not fit."""
        linked = _COMMAND.sub(self._mention, words)
        return linked if len(linked) <= max_chars else words

    def _mention(self, found: re.Match[str]) -> str:
        number = self._ids.get(found[1])
        return found[0] if number is None else f"</{found[1]}:{number}>"


NO_MENTIONS = Mentions()
