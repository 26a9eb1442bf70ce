"""Beginning and undoing the erasure of an account; closing one, which is not erasing."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.locks import lock_account
from core.accounts.rows import AccountRow
from core.app import App
from core.generation.cancelling import cancel_account
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId, new_id
from core.kernel.people import language_of
from core.privacy.answers import Answer
from core.privacy.desk.requests import close_request, open_request
from core.privacy.erasure.codes import refused, use_code
from core.privacy.erasure.pages import begun_page
from core.privacy.erasure.queries import current_erasure, erasure_of, view
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.values import EraseAccount, Erasure
from core.privacy.letters.people import private_reply_to
from core.privacy.letters.post import Draft, draft, letter_id_of, post
from core.storage.envelope import Unreadable

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
    way already is joined; "now" ends its grace. Who asked for nothing is told by a letter.

    Raises:
        NothingToErase: there is no such account; nothing happened.
        CodeWrong, CodeGone: the code is not right, or counts no more; nothing happened.
    """
    cmd = await _with_language(app, cmd)
    notice = await _notice(app, cmd)
    async with app.transaction() as tx:
        # A wrong try is counted, so it must not be undone by an exception in here.
        tries_left = await _tries_left(app, tx, cmd)
        erasure = None if tries_left is not None else await _freeze(app, tx, cmd, notice)
    if erasure is None:
        assert tries_left is not None
        known = await current_erasure(app, cmd.account_id)
        if tries_left or known is None:
            raise refused(tries_left)
        # The same press again: it was confirmed, and once is enough.
        return known
    # What is cut off here is done by the first step of the work; results are void all the same.
    await cancel_account(app, cmd.account_id)
    return erasure


async def _tries_left(app: App, tx: AsyncSession, cmd: EraseAccount) -> int | None:
    if cmd.code is None:
        return None
    return await use_code(app, tx, cmd.account_id, cmd.code.action, cmd.code.typed)


async def _with_language(app: App, cmd: EraseAccount) -> EraseAccount:
    if cmd.language is not None:
        return cmd
    async with app.transaction() as tx:
        account = await tx.get(AccountRow, cmd.account_id)
    if account is None:
        raise NothingToErase
    return replace(cmd, language=language_of(account.language))


@dataclass(frozen=True, slots=True)
class _Notice:
    """The letter that tells a person of an erasure that somebody else began."""

    erasure_id: str
    letter: Draft | None


async def _notice(app: App, cmd: EraseAccount) -> _Notice:
    erasure_id = new_id()
    if cmd.reply_to is not None or cmd.requester == "platform" or cmd.reason == "restored":
        return _Notice(erasure_id, None)
    try:
        reply_to = await private_reply_to(app, cmd.account_id)
    except Unreadable:
        reply_to = None
    if reply_to is None:
        return _Notice(erasure_id, None)
    run_at = app.clock.now() + _grace(app, cmd)
    language = cmd.language or "en"
    letter = await draft(
        app,
        letter_id_of(app, erasure_id, LETTER),
        account_id=None,
        about=erasure_id,
        reply_to=reply_to,
        answer=Answer(begun_page(cmd, run_at, language), language),
    )
    return _Notice(erasure_id, letter)


def _grace(app: App, cmd: EraseAccount) -> timedelta:
    return timedelta(hours=0 if cmd.is_now else app.profile.deletion.grace_hours)


async def _freeze(app: App, tx: AsyncSession, cmd: EraseAccount, notice: _Notice) -> Erasure:
    account = await lock_account(tx, cmd.account_id)
    if account is None:
        raise NothingToErase
    now = app.clock.now()
    known = await erasure_of(tx, cmd.account_id)
    if known is not None:
        if cmd.is_now and known.state == "frozen":
            known.state, known.run_at, known.try_at = "running", now, now
            await app.engine.enqueue_task(tx, KIND, task_id(known.id, 0))
        return view(known)
    row = _new_row(app, cmd, account.standing, notice)
    if cmd.requester in ("person", "minor"):
        request_id = await open_request(tx, app, cmd.account_id, "delete")
        row.stores = {**row.stores, "request_id": request_id}
    account.standing = "erasing"
    account.epoch += 1
    tx.add(row)
    await tx.flush()
    if notice.letter is not None:
        await post(tx, notice.letter, await app.database.now(tx))
    if cmd.is_now:
        await app.engine.enqueue_task(tx, KIND, task_id(row.id, 0))
    return view(row, is_new=True)


def _new_row(app: App, cmd: EraseAccount, was: str, notice: _Notice) -> ErasureRow:
    now = app.clock.now()
    grace = _grace(app, cmd)
    erasure_id = notice.erasure_id
    has_letter = cmd.reply_to is not None or notice.letter is not None
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
        stores={"language": cmd.language},
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
        if request_id := row.stores.get("request_id"):
            await close_request(tx, app, request_id, "undone")
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
