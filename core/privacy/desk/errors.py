"""Refusals of the rights desk: what may not happen to a request, and that it did not."""

from core.kernel.errors import CoreError


class ExtensionWithoutReason(CoreError):
    """More time without a reason that the policy knows; the date stays."""

    code = "desk-extension-reason"

    def __init__(self, *, reasons: str) -> None:
        super().__init__(reasons=reasons)


class ExtendedAlready(CoreError):
    """More time a second time; the date stays."""

    code = "desk-extended-already"


class ExtensionTooLate(CoreError):
    """More time after the first period has ended; the date stays."""

    code = "desk-extension-late"


class ExtensionTooLong(CoreError):
    """More days than this jurisdiction allows; the date stays."""

    code = "desk-extension-long"

    def __init__(self, *, most_days: int) -> None:
        super().__init__(most_days=most_days)


class FeeForbidden(CoreError):
    """A fee where an answer must be free; nothing is charged."""

    code = "desk-fee-forbidden"


class FeeWithoutReason(CoreError):
    """A fee without a reason that the person can be told; nothing is charged."""

    code = "desk-fee-reason"


class RequestUnknown(CoreError):
    """No such request, or it has ended; nothing happened."""

    code = "desk-request-unknown"


class KindUnknown(CoreError):
    """Not a right that can be asked for; nothing was stored."""

    code = "desk-kind-unknown"

    def __init__(self, *, kinds: str) -> None:
        super().__init__(kinds=kinds)


class NobodyKnown(CoreError):
    """Nothing is held about this person; nothing was stored."""

    code = "desk-nobody-known"


class TalkUnknown(CoreError):
    """No such talk, or it has gone; nothing was sent."""

    code = "desk-talk-unknown"


class TalkAnswered(CoreError):
    """The talk has its answer; nothing was sent."""

    code = "desk-talk-answered"


class WordsTooLong(CoreError):
    """More characters than one message holds; nothing was stored."""

    code = "desk-words-long"

    def __init__(self, *, most: int, n: int) -> None:
        super().__init__(most=most, n=n)


class TooManyTalks(CoreError):
    """Many messages within an hour; nothing was stored, and later there is room again."""

    code = "desk-talks-many"

    def __init__(self, *, retry_after_s: int, contact: str) -> None:
        super().__init__(retry_after_s=retry_after_s, contact=contact or "–")
