"""Refusals of generation that a person can act on."""

from core.kernel.errors import CoreError
from core.kernel.units import Credits


class PromptEmpty(CoreError):
    """There are no words to draw; nothing was charged."""

    code = "prompt-empty"


class PromptTooLong(CoreError):
    """The prompt is longer than the limit in characters; nothing was charged."""

    code = "prompt-too-long"

    def __init__(self, *, length_chars: int, max_chars: int) -> None:
        super().__init__(length_chars=length_chars, max_chars=max_chars)


class FlagUnknown(CoreError):
    """A ``--flag`` that does not exist; nothing was charged."""

    code = "flag-unknown"

    def __init__(self, *, flag: str, known: tuple[str, ...]) -> None:
        super().__init__(flag=flag, known=" ".join(known))


class FlagInvalid(CoreError):
    """A flag's value cannot be used; ``allowed`` says what can. Nothing was charged."""

    code = "flag-invalid"

    def __init__(self, *, flag: str, given: str, allowed: str) -> None:
        super().__init__(flag=flag, given=given, allowed=allowed)


class NotYours(CoreError):
    """Only the person who asked may do that; nothing changed."""

    code = "not-yours"


class NotFound(CoreError):
    """There is no such request or picture (any more); nothing changed."""

    code = "not-found"


class TooManyInFlight(CoreError):
    """The person has as many requests waiting as the plan allows; nothing was charged."""

    code = "too-many-in-flight"

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)


class OfferingUnavailable(CoreError):
    """The wished model can't be used now; nothing was charged."""

    code = "offering-unavailable"

    def __init__(self, *, model: str, reason: str) -> None:
        super().__init__(model=model, reason=reason)


class ModelUnknown(CoreError):
    """There is no model of the wished name; ``known`` are those there are. Nothing was charged."""

    code = "model-unknown"

    def __init__(self, *, known: tuple[str, ...]) -> None:
        super().__init__(known=" ".join(known))


class QuotaExceeded(CoreError):
    """The balance does not cover the request; nothing was charged."""

    code = "quota-exceeded"

    def __init__(self, *, needed: Credits, available: Credits, resets_in_s: int) -> None:
        super().__init__(needed=needed, available=available, resets_in_s=resets_in_s)


class AgeDeclined(CoreError):
    """The person has said that they are under 18; pictures are not made. Privacy commands work."""

    code = "age-declined"
