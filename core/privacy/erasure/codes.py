"""Codes to be typed before what can't be undone: good once, for minutes, for few tries."""

import hmac
import secrets
from datetime import timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId
from core.privacy.erasure.rows import ConfirmationRow

GOOD_FOR = timedelta(minutes=15)
TRIES = 5
_DIGITS = 6


class CodeWrong(CoreError):
    """The code is not the one that was shown; nothing was deleted."""

    code = "erasure-code-wrong"

    def __init__(self, *, tries_left: int) -> None:
        super().__init__(tries_left=tries_left)


class CodeGone(CoreError):
    """No code counts any more: too old, used, or tried too often; nothing was deleted."""

    code = "erasure-code-gone"


def _hash(app: App, account_id: AccountId, action: str, typed: str) -> str:
    return app.keys.fingerprint("confirmation", account_id, action, typed)


async def new_code(app: App, account_id: AccountId, action: str) -> str:
    """Make the one code that confirms an action from now on; an earlier one counts no more.

    Only its keyed hash is stored.
    """
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
    values = {
        "code_hash": _hash(app, account_id, action, code),
        "tries": 0,
        "expires_at": app.clock.now() + GOOD_FOR,
    }
    dialect = sqlite if app.database.is_sqlite else postgresql
    async with app.transaction() as tx:
        await tx.execute(
            dialect.insert(ConfirmationRow)
            .values(account_id=account_id, action=action, **values)
            .on_conflict_do_update(index_elements=["account_id", "action"], set_=values)
        )
    return code


def cleaned(typed: str) -> str:
    """Return a code as people type it: spaces, dashes and full-width digits make no difference."""
    return "".join(str(int(one)) for one in typed if one.isdecimal())


async def use_code(
    app: App, tx: AsyncSession, account_id: AccountId, action: str, typed: str
) -> int | None:
    """Use a code up in the caller's transaction.

    Returns:
        None when it was right: it counts no more. Else how many tries are left; the try counts
        only if the transaction commits, so raise outside of it.
    """
    now = app.clock.now()
    mine = (ConfirmationRow.account_id == account_id, ConfirmationRow.action == action)
    row = (
        await tx.scalars(
            update(ConfirmationRow)
            .where(*mine, ConfirmationRow.expires_at > now, ConfirmationRow.tries < TRIES)
            .values(tries=ConfirmationRow.tries + 1)
            .returning(ConfirmationRow)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None:
        return 0
    is_right = hmac.compare_digest(row.code_hash, _hash(app, account_id, action, cleaned(typed)))
    if is_right:
        await tx.execute(delete(ConfirmationRow).where(*mine))
        return None
    return TRIES - row.tries


def refused(tries_left: int) -> CoreError:
    """Return the refusal for a code that was not right."""
    return CodeWrong(tries_left=tries_left) if tries_left else CodeGone()
