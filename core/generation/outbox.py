"""The outbox: claiming, finishing and postponing the outcomes of one surface."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.generation.rows import OutboxRow, RequestRow
from core.generation.values import RequestState
from core.kernel.ids import RequestId

CLAIM_S = 20
"""Seconds of silence after which another process may look after a send; a living one renews."""
GIVE_UP_AFTER = timedelta(hours=24)


async def claim(
    tx: AsyncSession,
    surface: str,
    claimer: str,
    now: datetime,
    limit: int,
    *,
    wait_for_message: timedelta = timedelta(0),
) -> list[OutboxRow]:
    """Take up to ``limit`` outcomes that are due; nobody else gets them until the claim ends.

    A request whose one message is not known yet waits for it: its surface may be sending it right
    now. After ``wait_for_message`` since it was queued, the sender must have died.
    In the rows returned, ``was_started`` is true when a try before this one began to send.
    """
    due = or_(
        and_(OutboxRow.state == "waiting", OutboxRow.not_before <= now),
        and_(OutboxRow.state == "sending", OutboxRow.claimed_until < now),
    )
    chosen = (
        select(OutboxRow.request_id)
        .join(RequestRow, RequestRow.id == OutboxRow.request_id)
        .where(
            OutboxRow.surface == surface,
            due,
            or_(
                RequestRow.message_sealed.is_not(None),
                RequestRow.queued_at < now - wait_for_message,
            ),
        )
        .order_by(OutboxRow.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True, of=OutboxRow)
    )
    ids = list(await tx.scalars(chosen))
    if not ids:
        return []
    claimed = await tx.scalars(
        update(OutboxRow)
        .where(OutboxRow.request_id.in_(ids), due)
        .values(
            state="sending",
            claimed_by=claimer,
            claimed_until=now + timedelta(seconds=CLAIM_S),
            attempt=OutboxRow.attempt + 1,
        )
        .returning(OutboxRow)
        .execution_options(populate_existing=True)
    )
    return list(claimed)


async def renew(tx: AsyncSession, claimer: str, now: datetime) -> None:
    """Say that a process still works on what it has claimed."""
    await tx.execute(
        update(OutboxRow)
        .where(OutboxRow.state == "sending", OutboxRow.claimed_by == claimer)
        .values(claimed_until=now + timedelta(seconds=CLAIM_S))
    )


async def release_claims(tx: AsyncSession, claimers: list[str], now: datetime) -> None:
    """Let go of what dead or stopped processes had claimed."""
    await tx.execute(
        update(OutboxRow)
        .where(OutboxRow.state == "sending", OutboxRow.claimed_by.in_(claimers))
        .values(claimed_until=now - timedelta(seconds=1))
    )


async def start(tx: AsyncSession, request_id: RequestId) -> None:
    """Record, before the first byte leaves, that a send may happen."""
    await tx.execute(
        update(OutboxRow).where(OutboxRow.request_id == request_id).values(was_started=True)
    )


async def postpone(tx: AsyncSession, request_id: RequestId, claimer: str, until: datetime) -> None:
    """Try again later; only whoever has the claim may say so."""
    await tx.execute(
        update(OutboxRow)
        .where(OutboxRow.request_id == request_id, OutboxRow.claimed_by == claimer)
        .values(state="waiting", not_before=until, claimed_by=None, claimed_until=None)
    )


async def finish(tx: AsyncSession, request_id: RequestId, claimer: str, result: str) -> bool:
    """Record that the person has been told, or can't be told; False if the claim was lost."""
    done = await tx.scalar(
        update(OutboxRow)
        .where(
            OutboxRow.request_id == request_id,
            OutboxRow.claimed_by == claimer,
            OutboxRow.state == "sending",
        )
        .values(state="done", result=result, claimed_by=None, claimed_until=None)
        .returning(OutboxRow.request_id)
    )
    if done is None:
        return False
    await tx.execute(
        update(RequestRow)
        .where(RequestRow.id == request_id, RequestRow.state == RequestState.ENDED.value)
        .values(state=RequestState.DELIVERED.value)
    )
    return True
