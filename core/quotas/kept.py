"""The used-up free allowance that outlives an erasure: erasing gives nobody a fresh one."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.afterlife import ALLOWANCE, tombstone_hash
from core.accounts.rows import TombstoneRow
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import Actor


@dataclass(frozen=True, slots=True)
class Used:
    """How much of the free allowance of a day and of a month is used up, in credits."""

    day: str
    day_used: int
    month: str
    month_used: int

    def written(self) -> str:
        """Return it as a tombstone keeps it."""
        return f"{self.day} {self.day_used} {self.month} {self.month_used}"


def read_used(value: str) -> Used:
    """Return what ``Used.written`` wrote.

    Raises:
        ValueError: somebody else wrote it; a bug.
    """
    day, day_used, month, month_used = value.split(" ")
    return Used(day, int(day_used), month, int(month_used))


async def kept_allowance(tx: AsyncSession, owner: AccountId) -> Used | None:
    """Return what the owner had used up before an erasure; None when there was none."""
    return await _kept(tx, TombstoneRow.account_id == owner)


async def strangers_allowance(app: App, tx: AsyncSession, actor: Actor) -> Used | None:
    """Return what somebody without an account had used up before an erasure; asking makes none."""
    native_hash = tombstone_hash(app, ALLOWANCE, actor.surface, actor.native_id)
    return await _kept(tx, TombstoneRow.native_hash == native_hash)


async def _kept(tx: AsyncSession, whose: ColumnElement[bool]) -> Used | None:
    found = await tx.scalars(
        select(TombstoneRow.value).where(whose, TombstoneRow.kind == ALLOWANCE)
    )
    kept = [read_used(value) for value in found]
    return max(kept, key=lambda one: (one.day, one.day_used, one.month_used), default=None)
