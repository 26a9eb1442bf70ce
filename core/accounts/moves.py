"""Whose rows are on their way to whom, after two accounts became one or one became two."""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import MoveRow


async def is_coming(tx: AsyncSession, owner: str, person: str, surface: str) -> bool:
    """Say whether a row of one account, made on a surface, is on its way to another account.

    Then its person may already use it, as if it had arrived.
    """
    found = await tx.scalar(
        select(MoveRow.id).where(
            MoveRow.account_id == owner,
            MoveRow.into_id == person,
            or_(MoveRow.surface == "", MoveRow.surface == surface),
        )
    )
    return found is not None


async def is_moving(tx: AsyncSession, person: str) -> bool:
    """Say whether rows are on their way to or from an account."""
    found = await tx.scalar(
        select(MoveRow.id).where(or_(MoveRow.account_id == person, MoveRow.into_id == person))
    )
    return found is not None
