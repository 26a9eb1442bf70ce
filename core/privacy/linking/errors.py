"""Why two accounts can't be joined, or one can't be split, now; nothing changed."""

from core.kernel.errors import CoreError


class LinkCodeUnknown(CoreError):
    """The code is wrong, was used, or its ten minutes are over; nothing changed."""

    code = "link-code-unknown"


class LinkTooManyTries(CoreError):
    """Too many codes were tried; nothing changed."""

    code = "link-too-many-tries"

    def __init__(self, *, retry_after_s: int) -> None:
        super().__init__(retry_after_s=retry_after_s)


class LinkOwnCode(CoreError):
    """The code was made by this very account; nothing changed."""

    code = "link-own-code"


class LinkSameSurface(CoreError):
    """Both accounts are on the same surface already; nothing changed."""

    code = "link-same-surface"


class LinkErasing(CoreError):
    """One of the accounts is about to be erased; nothing changed."""

    code = "link-erasing"


class LinkClosed(CoreError):
    """One of the accounts is closed; nothing changed."""

    code = "link-closed"


class LinkBusy(CoreError):
    """Pictures are being made; nothing changed."""

    code = "link-busy"


class LinkExporting(CoreError):
    """An export is being made; nothing changed."""

    code = "link-exporting"


class LinkMoving(CoreError):
    """Things of one of the accounts are still being brought over; nothing changed."""

    code = "link-moving"


class NotLinked(CoreError):
    """The account is on one surface only; nothing changed."""

    code = "link-not-linked"
