"""Where an account stands: restricted and lifted by the person, banned by the operator."""

from datetime import datetime, time

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import AccountRow
from core.kernel.ids import AccountId


async def restrict(tx: AsyncSession, account_id: AccountId) -> bool:
    """Keep an account's data without using them from now on; False when it was not in use."""
    changed = await tx.scalar(
        update(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.standing == "active")
        .values(standing="restricted")
        .returning(AccountRow.id)
    )
    return changed is not None


async def lift(tx: AsyncSession, account_id: AccountId, now: datetime) -> bool:
    """Use a restricted account again, or open a closed one; False when it is neither.

    The day counts as a use, so that an account that slept is not closed again at once.
    """
    day = datetime.combine(now.date(), time(), now.tzinfo)
    changed = await tx.scalar(
        update(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.standing.in_(("restricted", "closed")))
        .values(standing="active", closed_at=None, closing_warned_at=None, last_used_at=day)
        .returning(AccountRow.id)
    )
    return changed is not None


async def ban(tx: AsyncSession, account_id: AccountId, now: datetime) -> bool:
    """Let a person make nothing from now on; False when that is so already."""
    changed = await tx.scalar(
        update(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.banned_at.is_(None))
        .values(banned_at=now)
        .returning(AccountRow.id)
    )
    return changed is not None


async def unban(tx: AsyncSession, account_id: AccountId) -> bool:
    """Let a banned person make things again; False when nobody was banned."""
    changed = await tx.scalar(
        update(AccountRow)
        .where(AccountRow.id == account_id, AccountRow.banned_at.is_not(None))
        .values(banned_at=None)
        .returning(AccountRow.id)
    )
    return changed is not None
