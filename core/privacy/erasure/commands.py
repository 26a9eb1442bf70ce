"""Beginning and undoing the erasure of an account; closing one, which is not erasing."""

from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import AccountRow
from core.app import App
from core.generation.cancelling import cancel_account
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId, new_id
from core.privacy.erasure.queries import erasure_of, view
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.values import EraseAccount, Erasure
from core.privacy.letters.post import letter_id_of

KIND = "erasure"
LETTER = "receipt"
"""The name of the one message that shows how far an erasure is and becomes its receipt."""


class NothingToErase(CoreError):
    """There is no such account (any more); nothing happened."""

    code = "erasure-nothing"


class NothingToUndo(CoreError):
    """No erasure waits that could be undone: none was asked for, or it has begun."""

    code = "erasure-nothing-to-undo"


def task_id(erasure_id: str, attempt: int) -> str:
    """Return the name that an attempt is queued under; the same attempt is queued once."""
    return f"{erasure_id}.{attempt}"


async def begin_erasure(app: App, cmd: EraseAccount) -> Erasure:
    """Freeze an account that is to be erased, and queue the work for now or the grace's end.

    From here on late results are void, and nothing more is made for it. An erasure that is under
    way already is joined; "now" ends its grace.

    Raises:
        NothingToErase: there is no such account; nothing happened.
    """
    async with app.transaction() as tx:
        erasure = await _freeze(app, tx, cmd)
    # What is cut off here is done by the first step of the work; results are void all the same.
    await cancel_account(app, cmd.account_id)
    return erasure


async def _freeze(app: App, tx: AsyncSession, cmd: EraseAccount) -> Erasure:
    was = await tx.scalar(
        # A write that changes nothing: it locks the row, so that two askers come one by one.
        update(AccountRow)
        .where(AccountRow.id == cmd.account_id)
        .values(standing=AccountRow.standing)
        .returning(AccountRow.standing)
    )
    if was is None:
        raise NothingToErase
    now = app.clock.now()
    known = await erasure_of(tx, cmd.account_id)
    if known is not None:
        if cmd.is_now and known.state == "frozen":
            known.state, known.run_at, known.try_at = "running", now, now
            await app.engine.enqueue_task(tx, KIND, task_id(known.id, 0))
        return view(known)
    await tx.execute(
        update(AccountRow)
        .where(AccountRow.id == cmd.account_id)
        .values(standing="erasing", epoch=AccountRow.epoch + 1)
    )
    row = _new_row(app, cmd, was)
    tx.add(row)
    await tx.flush()
    if cmd.is_now:
        await app.engine.enqueue_task(tx, KIND, task_id(row.id, 0))
    return view(row, is_new=True)


def _new_row(app: App, cmd: EraseAccount, was: str) -> ErasureRow:
    now = app.clock.now()
    grace = timedelta(hours=0 if cmd.is_now else app.profile.deletion.grace_hours)
    erasure_id = new_id()
    hours: dict[str, int] = {}
    if cmd.reply_to is not None and cmd.takeback_hours is not None:
        hours[cmd.reply_to.surface] = cmd.takeback_hours
    has_letter = cmd.reply_to is not None
    return ErasureRow(
        id=erasure_id,
        account_id=cmd.account_id,
        subject_hash=app.keys.ledger.subject_hash(cmd.account_id),
        requester=cmd.requester,
        reason=cmd.reason,
        was_standing=was,
        state="running" if cmd.is_now else "frozen",
        confirmed_at=now,
        run_at=now + grace,
        try_at=now + grace,
        attempt=0,
        ended_at=None,
        letter_id=letter_id_of(app, erasure_id, LETTER) if has_letter else None,
        stores={"takeback_hours": hours, "language": cmd.language},
        addresses_sealed=None,
        receipt=None,
    )


async def undo_erasure(app: App, account_id: AccountId) -> Erasure:
    """Give a frozen account back, as it was.

    Raises:
        NothingToUndo: no erasure waits, or it has begun; nothing changed.
    """
    async with app.transaction() as tx:
        row = (
            await tx.scalars(
                update(ErasureRow)
                .where(ErasureRow.account_id == account_id, ErasureRow.state == "frozen")
                .values(state="undone", ended_at=app.clock.now())
                .returning(ErasureRow)
                .execution_options(populate_existing=True)
            )
        ).one_or_none()
        if row is None:
            raise NothingToUndo
        await tx.execute(
            update(AccountRow)
            .where(AccountRow.id == account_id, AccountRow.standing == "erasing")
            .values(standing=row.was_standing)
        )
        return view(row)


async def close_account(app: App, account_id: AccountId) -> bool:
    """Put an account out of use: it is kept for the profile's tail and erased afterwards.

    False when it was closed already, or is being erased; then nothing changed.
    """
    async with app.transaction() as tx:
        closed = await tx.scalar(
            update(AccountRow)
            .where(AccountRow.id == account_id, AccountRow.standing.in_(("active", "restricted")))
            .values(standing="closed", closed_at=app.clock.now(), epoch=AccountRow.epoch + 1)
            .returning(AccountRow.id)
        )
    if closed is None:
        return False
    await cancel_account(app, account_id)
    return True
