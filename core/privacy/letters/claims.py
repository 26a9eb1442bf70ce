"""Claiming, finishing and postponing the letters of one surface."""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.privacy.letters.rows import LetterRow

CLAIM_S = 20
"""Seconds of silence after which another process may look after a letter; a living one renews."""
GIVE_UP_AFTER = timedelta(hours=24)


async def locked(tx: AsyncSession, letter_id: str) -> LetterRow | None:
    """Return a letter that nobody else can change until this transaction ends.

    By a write: a read alone locks nothing in SQLite.
    """
    found: LetterRow | None = await tx.scalar(
        update(LetterRow)
        .where(LetterRow.id == letter_id)
        .values(attempt=LetterRow.attempt)
        .returning(LetterRow)
        .execution_options(populate_existing=True)
    )
    return found


async def claim(
    tx: AsyncSession, surface: str, claimer: str, now: datetime, limit: int
) -> list[LetterRow]:
    """Take up to ``limit`` letters that are due; nobody else gets them until the claim ends.

    In the rows returned, ``was_started`` is true when a try before this one began to send.
    """
    due = or_(
        and_(LetterRow.state == "waiting", LetterRow.not_before <= now),
        and_(LetterRow.state == "sending", LetterRow.claimed_until < now),
    )
    chosen = (
        select(LetterRow.id)
        .where(LetterRow.surface == surface, due)
        .order_by(LetterRow.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(await tx.scalars(chosen))
    if not ids:
        return []
    claimed = await tx.scalars(
        update(LetterRow)
        .where(LetterRow.id.in_(ids), due)
        .values(
            state="sending",
            claimed_by=claimer,
            claimed_until=now + timedelta(seconds=CLAIM_S),
            attempt=LetterRow.attempt + 1,
        )
        .returning(LetterRow)
        .execution_options(populate_existing=True)
    )
    return list(claimed)


async def renew(tx: AsyncSession, claimer: str, now: datetime) -> None:
    """Say that a process still works on what it has claimed."""
    await tx.execute(
        update(LetterRow)
        .where(LetterRow.state == "sending", LetterRow.claimed_by == claimer)
        .values(claimed_until=now + timedelta(seconds=CLAIM_S))
    )


async def release(tx: AsyncSession, claimer: str, now: datetime) -> None:
    """Let go of what a stopping process had claimed."""
    await tx.execute(
        update(LetterRow)
        .where(LetterRow.state == "sending", LetterRow.claimed_by == claimer)
        .values(claimed_until=now - timedelta(seconds=1))
    )


async def start(tx: AsyncSession, letter_id: str) -> None:
    """Record, before the first byte leaves, that a send may happen."""
    await tx.execute(update(LetterRow).where(LetterRow.id == letter_id).values(was_started=True))


async def postpone(tx: AsyncSession, letter_id: str, claimer: str, until: datetime) -> None:
    """Try again later; only whoever has the claim may say so."""
    await tx.execute(
        update(LetterRow)
        .where(LetterRow.id == letter_id, LetterRow.claimed_by == claimer)
        .values(state="waiting", not_before=until, claimed_by=None, claimed_until=None)
    )


async def finish(
    tx: AsyncSession,
    letter_id: str,
    claimer: str,
    revision: int,
    result: str,
    now: datetime,
    *,
    keeps: bool = False,
) -> bool:
    """Record how sending ended; True when the letter is over and its key may go.

    A letter that got new words while it was being sent goes on its way again. ``keeps``: a letter
    that was sent stays readable, even its last words.
    """
    row = await locked(tx, letter_id)
    if row is None or row.claimed_by != claimer or row.state != "sending":
        return False
    row.claimed_by = row.claimed_until = None
    if row.revision != revision and result == "sent":
        row.state, row.not_before, row.attempt = "waiting", now, 0
        return False
    row.state, row.result = "done", result
    may_stay = keeps and row.kind != "takeback"
    if result == "sent" and (may_stay or not row.is_last):
        return False
    row.body_sealed = row.reply_to_sealed = b""
    row.message_sealed = None
    return True
