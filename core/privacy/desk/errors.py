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
