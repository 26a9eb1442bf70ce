"""Who may make something now; pure."""

from typing import assert_never

from core.accounts.errors import (
    AccountBanned,
    AccountClosed,
    AccountErasing,
    AccountRestricted,
)
from core.accounts.values import Person


def refuse_making(person: Person) -> None:
    """Refuse to make anything for somebody whose account does not allow it now.

    Raises:
        AccountBanned, AccountRestricted, AccountClosed, AccountErasing: nothing happened.
    """
    match person.standing:
        case "erasing":
            raise AccountErasing
        case "closed":
            raise AccountClosed
        case "restricted":
            raise AccountRestricted
        case "active":
            pass
        case _:
            assert_never(person.standing)
    if person.is_banned:
        raise AccountBanned
