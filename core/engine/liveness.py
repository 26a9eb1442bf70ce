"""Signs of life: which processes run jobs, and which have died with some in hand."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, operational

_FORGET_AFTER = timedelta(days=30)


class ExecutorRow(Base):
    """One start of a worker process."""

    __tablename__ = "executors"
    __table_args__ = ({"info": {"clock": "seen_at"}},)

    id: Mapped[str] = operational(
        String(26), primary_key=True, retention="operations", reason="a process, not a person"
    )
    seen_at: Mapped[datetime] = operational(
        UtcDateTime(), retention="operations", reason="when a process last gave a sign of life"
    )


async def beat(tx: AsyncSession, executor_id: str, now: datetime) -> None:
    """Record that a process lives."""
    changed = await tx.execute(
        update(ExecutorRow)
        .where(ExecutorRow.id == executor_id)
        .values(seen_at=now)
        .returning(ExecutorRow.id)
    )
    if changed.first() is None:
        tx.add(ExecutorRow(id=executor_id, seen_at=now))
    await tx.execute(delete(ExecutorRow).where(ExecutorRow.seen_at < now - _FORGET_AFTER))


async def dead_executors(tx: AsyncSession, now: datetime, dead_after_s: float) -> list[str]:
    """Return the processes that have been silent for too long.

    They stay listed for a month, so that a takeover that itself died is repeated, and a fleet
    that was switched off for days goes on where it stopped.
    """
    limit = now - timedelta(seconds=dead_after_s)
    found = await tx.scalars(select(ExecutorRow.id).where(ExecutorRow.seen_at < limit))
    return list(found)


async def retire(tx: AsyncSession, executor_id: str, now: datetime) -> None:
    """Say that a process has stopped: its unfinished jobs may be taken over at once."""
    await tx.execute(
        update(ExecutorRow)
        .where(ExecutorRow.id == executor_id)
        .values(seen_at=now - timedelta(hours=1))
    )
