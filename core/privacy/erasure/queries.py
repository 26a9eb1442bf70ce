"""How erasures stand; changes nothing."""

from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.kernel.ids import AccountId
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.values import Erasure, State

ALIVE = ("frozen", "running")


async def erasure_of(tx: AsyncSession, account_id: AccountId) -> ErasureRow | None:
    """Return the erasure of an account that waits or runs."""
    return await tx.scalar(
        select(ErasureRow)
        .where(ErasureRow.account_id == account_id, ErasureRow.state.in_(ALIVE))
        .execution_options(populate_existing=True)
    )


def view(row: ErasureRow, *, is_new: bool = False) -> Erasure:
    """Return what its person may know of an erasure."""
    return Erasure(
        erasure_id=row.id,
        state=cast("State", row.state),
        confirmed_at=row.confirmed_at,
        run_at=row.run_at,
        letter_id=row.letter_id or "",
        is_new=is_new,
        waiting_for=tuple(row.stores.get("waiting_for", ())),
    )


async def current_erasure(app: App, account_id: AccountId) -> Erasure | None:
    """Return the erasure of an account that waits or runs, if there is one."""
    async with app.transaction() as tx:
        row = await erasure_of(tx, account_id)
    return None if row is None else view(row)


async def oldest_erasure_s(app: App, now: datetime) -> int:
    """Return for how long the oldest erasure that has begun is not done yet; 0 for none."""
    query = select(func.min(ErasureRow.run_at)).where(ErasureRow.state == "running")
    async with app.transaction() as tx:
        oldest = await tx.scalar(query)
    return 0 if oldest is None else max(0, int((now - oldest).total_seconds()))
