"""The one error that a person can act on: a code and facts, never words."""

from collections.abc import Mapping
from typing import ClassVar


class CoreError(Exception):
    """A refusal that a person, or an operator, can do something about.

    The code is also the message id in every language; the facts fill the message's places.
    Facts never hold content (prompts, names, tokens): they may be logged.
    """

    code: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        """Keep the facts; the text is made by the surface in the person's language."""
        if not getattr(type(self), "code", ""):
            msg = f"{type(self).__name__} has no code"
            raise TypeError(msg)
        self.facts: Mapping[str, object] = facts
        super().__init__(self.code)


class CannotStart(Exception):
    """What an operator must mend before anything starts, in plain words and without secrets."""
