"""Whoever changes several rows of one person takes this lock first, so that races have an order."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import AccountRow
from core.kernel.ids import AccountId


async def lock_account(tx: AsyncSession, account_id: AccountId) -> AccountRow | None:
    """Return an account that nobody else can change until this transaction ends, or None.

    By a write: a read alone locks nothing in SQLite.
    """
    found: AccountRow | None = await tx.scalar(
        update(AccountRow)
        .where(AccountRow.id == account_id)
        .values(epoch=AccountRow.epoch)
        .returning(AccountRow)
        .execution_options(populate_existing=True)
    )
    return found
