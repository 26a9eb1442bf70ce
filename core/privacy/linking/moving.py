"""Bringing rows and pictures from one account to another: sealed anew, one by one, durably.

Any process can go on with it: what has been moved is not found any more, and what is moved twice
is the same. A row changes its account in the same statement that changes its sealed values, and
only if nobody else has changed them meanwhile. Bytes are stored for the new account before the row
changes and deleted for the old one after it, so that no crash loses any.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true, update
from sqlalchemy.engine import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.locks import lock_account
from core.accounts.rows import AccountRow, MoveRow
from core.app import App
from core.engine.engine import Steps, Task
from core.generation.requests import UNDECIDED
from core.generation.rows import OutboxRow, RequestRow
from core.kernel.ids import AccountId, BlobId
from core.privacy.letters.rows import LetterRow
from core.privacy.linking.plan import Shelf, made_on, shelves
from core.privacy.retention.plan import empty_value
from core.storage.envelope import Place, Unreadable
from core.storage.inventory import Base
from core.storage.vault import BlobMissing

KIND = "account-move"
_AT_ONCE = 50
_EVERY = timedelta(seconds=15)
_LINGERS = timedelta(minutes=1)
"""How long the account that ends stays after the joining: somebody may just have used it."""


def move_task(app: App) -> Task:
    """Return the task that workers run; its id is the move's and the round's."""

    async def run(task_id: str, steps: Steps) -> None:
        move_id = task_id.partition(".")[0]
        await steps.run("move", lambda: move_all(app, move_id))

    return run


class MoveSchedule:
    """Queues moves that are not done; called with every round of the reconcile loop."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def keep(self) -> None:
        """Queue a round of each move that is there; others' queueing of it is no error."""
        async with self._app.transaction() as tx:
            found = list(await tx.scalars(select(MoveRow.id).limit(_AT_ONCE)))
            if not found:
                return
            now = await self._app.database.now(tx)
            round_number = int(now.timestamp() // _EVERY.total_seconds())
            for move_id in found:
                await self._app.engine.enqueue_task(tx, KIND, f"{move_id}.{round_number}")


async def move_all(app: App, move_id: str, *, is_pressing: bool = False) -> str:
    """Bring over what can be, and end the move when nothing is left; say how it stands.

    ``is_pressing``: also what is not delivered yet, because something else waits for it.
    """
    async with app.transaction() as tx:
        move = await tx.get(MoveRow, move_id)
    if move is None:
        return "done"
    try:
        for shelf in shelves(Base.metadata):
            if shelf.is_plain:
                await move_plain(app, move, shelf, is_pressing=is_pressing)
            else:
                await _move_shelf(app, move, shelf, is_pressing=is_pressing)
    except Unreadable:
        # Nobody is there to bring it to: the account that it should have joined was erased.
        await drop(app, move)
        return "dropped"
    return await _end(app, move)


def condition_of(move: MoveRow, shelf: Shelf) -> ColumnElement[bool] | None:
    """Return which rows of a table move; None for none of them."""
    mine = shelf.owner == move.account_id
    if not move.surface:
        return mine
    there = made_on(shelf.table, move.surface)
    return None if there is None else and_(mine, there)


async def move_plain(app: App, move: MoveRow, shelf: Shelf, *, is_pressing: bool) -> None:
    """Move rows that hold nothing sealed, in one statement."""
    async with app.transaction() as tx:
        await move_plain_in(tx, move, shelf, is_pressing=is_pressing)


async def move_plain_in(
    tx: AsyncSession, move: MoveRow, shelf: Shelf, *, is_pressing: bool = False
) -> None:
    """Move rows that hold nothing sealed, in the caller's transaction."""
    condition = condition_of(move, shelf)
    if condition is not None:
        await tx.execute(
            update(shelf.table)
            .where(condition, _can_go(shelf, is_pressing=is_pressing))
            .values(await _arrived(tx, move, shelf))
        )


async def _arrived(tx: AsyncSession, move: MoveRow, shelf: Shelf) -> dict[str, Any]:
    """Return what a row holds for its new account, but for what is sealed."""
    values: dict[str, Any] = {shelf.owner.name: move.into_id}
    if "epoch" in shelf.table.columns:
        epoch = await tx.scalar(select(AccountRow.epoch).where(AccountRow.id == move.into_id))
        if epoch is None:
            raise Unreadable
        values["epoch"] = epoch
    return values


def _can_go(shelf: Shelf, *, is_pressing: bool = False) -> ColumnElement[bool]:
    """Rows that a running job or a delivery under way still works on stay until it has ended."""
    table = shelf.table
    undelivered = exists().where(OutboxRow.request_id == RequestRow.id, OutboxRow.state != "done")
    at_work = RequestRow.state.in_(UNDECIDED)
    busy = at_work if is_pressing else at_work | undelivered
    if table is RequestRow.__table__:
        return ~busy
    if "request_id" in table.columns:
        return ~exists().where(RequestRow.id == table.columns["request_id"], busy)
    return true()


async def _move_shelf(app: App, move: MoveRow, shelf: Shelf, *, is_pressing: bool) -> None:
    condition = condition_of(move, shelf)
    if condition is None:
        return
    last = ""
    while True:
        query = (
            select(shelf.table)
            .where(condition, _can_go(shelf, is_pressing=is_pressing), shelf.key > last)
            .order_by(shelf.key)
            .limit(_AT_ONCE)
        )
        async with app.transaction() as tx:
            rows = (await tx.execute(query)).mappings().all()
        if not rows:
            return
        for row in rows:
            await _move_row(app, move, shelf, row)
        last = str(rows[-1][shelf.key.name])


async def _move_row(app: App, move: MoveRow, shelf: Shelf, row: RowMapping) -> None:
    source, target = AccountId(move.account_id), AccountId(move.into_id)
    fresh = await resealed(app, shelf, row, source, target)
    blobs = [BlobId(str(row[one.name])) for one in shelf.blobs if row[one.name]]
    for blob in blobs:
        try:
            data = await app.vault.get(source, blob)
        except BlobMissing:
            # Deleted, or brought over by a try before this one.
            continue
        await app.vault.put(target, blob, data)
    unchanged = [column == row[column.name] for column in shelf.sealed if row[column.name]]
    async with app.transaction() as tx:
        moved = await tx.scalar(
            update(shelf.table)
            .where(shelf.key == row[shelf.key.name], shelf.owner == source, *unchanged)
            .values({**await _arrived(tx, move, shelf), **fresh})
            .returning(shelf.key)
        )
        if moved is not None and blobs:
            await tx.execute(
                update(LetterRow)
                .where(LetterRow.attachment_owner == source, LetterRow.attachment.in_(blobs))
                .values(attachment_owner=target)
            )
        is_there = moved is not None or await _exists(tx, shelf, row)
    # A row that changed meanwhile is found again by the next round, with what was stored for it.
    if moved is not None:
        for blob in blobs:
            await app.vault.delete(source, blob)
    elif not is_there:
        for blob in blobs:
            await app.vault.delete(target, blob)


async def _exists(tx: AsyncSession, shelf: Shelf, row: RowMapping) -> bool:
    found = await tx.scalar(select(shelf.key).where(shelf.key == row[shelf.key.name]))
    return found is not None


async def resealed(
    app: App, shelf: Shelf, row: RowMapping, source: AccountId, target: AccountId
) -> Mapping[str, Any]:
    """Return a row's sealed values, sealed for another account; unreadable ones become empty.

    Raises:
        Unreadable: the other account has no key.
    """
    found: dict[str, Any] = {}
    name = str(row[shelf.key.name])
    for column in shelf.sealed:
        if not row[column.name]:
            continue
        place = Place(shelf.table.name, column.name, name, source)
        try:
            plain = await app.keys.unseal(place, row[column.name])
        except Unreadable:
            found[column.name] = empty_value(column)
            continue
        there = Place(shelf.table.name, column.name, name, target)
        found[column.name] = await app.keys.seal(there, plain)
    return found


async def _left(tx: AsyncSession, move: MoveRow) -> int:
    total = 0
    for shelf in shelves(Base.metadata):
        condition = condition_of(move, shelf)
        if condition is not None:
            query = select(func.count()).select_from(shelf.table).where(condition)
            total += await tx.scalar(query) or 0
    return total


async def _end(app: App, move: MoveRow) -> str:
    """End a move when nothing is left; of a joined account, the account itself ends then."""
    source = AccountId(move.account_id)
    async with app.transaction() as tx:
        if await _left(tx, move):
            return "waiting"
        if move.surface:
            row = await tx.get(MoveRow, move.id)
            if row is not None:
                await tx.delete(row)
            return "done"
    if app.clock.now() - move.begun_at < _LINGERS:
        return "waiting"
    for blob in await app.vault.blobs_of(source):
        # What a job left between its steps: no row leads to it any more.
        await app.vault.delete(source, blob)
    async with app.transaction() as tx:
        account = await lock_account(tx, source)
        if account is not None:
            if await _left(tx, move):
                return "waiting"
            await tx.delete(account)
    await app.keys.destroy(source)
    return "done"


async def drop(app: App, move: MoveRow) -> None:
    """Destroy what should have joined an account that is gone: key first, then bytes and rows.

    Only for a joined account: after a split both go on, and what was to be brought stays.
    """
    source = AccountId(move.account_id)
    if move.surface:
        async with app.transaction() as tx:
            row = await tx.get(MoveRow, move.id)
            if row is not None:
                await tx.delete(row)
        return
    await app.keys.destroy(source)
    for blob in await app.vault.blobs_of(source):
        await app.vault.delete(source, blob)
    async with app.transaction() as tx:
        account = await lock_account(tx, source)
        if account is not None:
            await tx.delete(account)


async def finish_moves(app: App, account_id: AccountId) -> bool:
    """Bring over now what is on its way to an account or from it; False when something can't be.

    An export and an erasure call it first, so that they hold everything, and nothing of others.
    """
    either = or_(MoveRow.into_id == account_id, MoveRow.account_id == account_id)
    async with app.transaction() as tx:
        moves = list(await tx.scalars(select(MoveRow).where(either)))
    is_whole = True
    for move in moves:
        await move_all(app, move.id, is_pressing=True)
        async with app.transaction() as tx:
            is_whole &= not await _left(tx, move)
    return is_whole
