"""Refusals at the counter: what to change, and that nothing happened."""

from core.kernel.errors import CoreError


class TooManyQuestions(CoreError):
    """Too many commands within a minute; nothing happened, and in a moment everything works."""

    code = "rights-too-many"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__(retry_after_s=retry_after_s)
