"""Why somebody may make nothing now; rights are never refused for any of these."""

from core.kernel.errors import CoreError


class AccountBanned(CoreError):
    """The operator lets the person make nothing; nothing was stored or charged."""

    code = "account-banned"


class AccountRestricted(CoreError):
    """The person asked that their data be kept but not used; nothing was stored or charged."""

    code = "account-restricted"


class AccountClosed(CoreError):
    """The account is closed; it can be opened again. Nothing was stored or charged."""

    code = "account-closed"


class AccountErasing(CoreError):
    """The account is frozen and on its way out; nothing was stored or charged."""

    code = "account-erasing"
