"""Credits when two accounts become one, or one becomes two: nobody's allowance grows by it."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.ids import AccountId
from core.quotas.ledger import lock_balance
from core.quotas.rows import BalanceRow


async def merge_balances(tx: AsyncSession, into: AccountId, gone: AccountId, now: datetime) -> None:
    """Add one balance to another and drop it; what was used of today's allowance adds up.

    Both are brought to the same day first, so an allowance that was used up yesterday counts for
    its month alone, and one that outlived an erasure counts as well.
    """
    kept, other = await lock_balance(tx, into, now), await lock_balance(tx, gone, now)
    same_day, same_month = kept.day == other.day, kept.month == other.month
    await tx.execute(
        update(BalanceRow)
        .where(BalanceRow.account_id == into)
        .values(
            credits=BalanceRow.credits + other.credits,
            day_used=BalanceRow.day_used + (other.day_used if same_day else 0),
            month_used=BalanceRow.month_used + (other.month_used if same_month else 0),
        )
    )
    await tx.execute(delete(BalanceRow).where(BalanceRow.account_id == gone))


async def copy_use(tx: AsyncSession, source: AccountId, new: AccountId, now: datetime) -> None:
    """Give a new account the use of another one, and none of its credits.

    Both have used up what they had together: splitting an account gives nobody a fresh allowance.
    """
    used = await lock_balance(tx, source, now)
    tx.add(
        BalanceRow(
            account_id=new,
            credits=0,
            day=used.day,
            day_used=used.day_used,
            month=used.month,
            month_used=used.month_used,
        )
    )
    await tx.flush()
