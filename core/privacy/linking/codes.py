"""The code that joins two accounts: short, good for ten minutes, once; only its hash is kept."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.locks import lock_account
from core.accounts.rows import LinkCodeRow
from core.app import App
from core.kernel.ids import AccountId

GOOD_FOR = timedelta(minutes=10)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Nothing that looks like something else: no 0 and O, no 1, I and L."""
_CHARS = 8
_HALF = 4


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it is shown, once."""

    text: str
    expires_at: datetime


def normalised(typed: str) -> str:
    """Return a typed code without what people put between its halves; empty if it can't be one."""
    found = "".join(one for one in typed.upper() if one.isalnum())
    return found if len(found) == _CHARS and set(found) <= set(_ALPHABET) else ""


def shown(code: str) -> str:
    """Return a code in two halves, to be read aloud."""
    return f"{code[:_HALF]}-{code[_HALF:]}"


async def make_code(app: App, account_id: AccountId) -> Code:
    """Make a code for an account; one that was made before is good no more."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CHARS))
    expires_at = app.clock.now() + GOOD_FOR
    async with app.transaction() as tx:
        # Two at once: the lock makes one of them the later one, whose code counts.
        await lock_account(tx, account_id)
        await tx.execute(delete(LinkCodeRow).where(LinkCodeRow.account_id == account_id))
        tx.add(
            LinkCodeRow(code_hash=_hash(app, code), account_id=account_id, expires_at=expires_at)
        )
    return Code(shown(code), expires_at)


def _hash(app: App, code: str) -> str:
    return app.keys.fingerprint("link-code", code)


async def owner_of(app: App, tx: AsyncSession, typed: str) -> AccountId | None:
    """Return whose code was typed, if it still counts."""
    code = normalised(typed)
    found: str | None = await tx.scalar(
        select(LinkCodeRow.account_id).where(
            LinkCodeRow.code_hash == _hash(app, code), LinkCodeRow.expires_at > app.clock.now()
        )
    )
    return AccountId(found) if code and found is not None else None


async def use_code(app: App, tx: AsyncSession, typed: str) -> AccountId | None:
    """Use a code up; of two at once, one gets it."""
    found: str | None = await tx.scalar(
        delete(LinkCodeRow)
        .where(
            LinkCodeRow.code_hash == _hash(app, normalised(typed)),
            LinkCodeRow.expires_at > app.clock.now(),
        )
        .returning(LinkCodeRow.account_id)
    )
    return None if found is None else AccountId(found)
