"""What a running erasure remembers between its steps: in its row, and sealed with its own key."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from core.app import App
from core.kernel.ids import AccountId
from core.privacy.erasure.messages import Message, Messages, read_messages
from core.privacy.erasure.rows import ErasureRow
from core.storage.envelope import Place, Unreadable

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Memory:
    """A running erasure."""

    erasure_id: str
    account_id: AccountId
    stores: Json


def owner_of(erasure_id: str) -> AccountId:
    """Return the owner of the erasure's own key."""
    return AccountId(erasure_id)


def _place(erasure_id: str) -> Place:
    return Place("erasures", "addresses_sealed", erasure_id, owner_of(erasure_id))


async def load(app: App, erasure_id: str) -> Memory | None:
    """Return what a running erasure remembers; None once it is over."""
    async with app.transaction() as tx:
        row = await tx.get(ErasureRow, erasure_id, populate_existing=True)
    if row is None or row.state != "running" or row.account_id is None:
        return None
    return Memory(row.id, AccountId(row.account_id), row.stores)


async def note(app: App, erasure_id: str, **facts: object) -> None:
    """Add to what an erasure remembers: numbers, times and codes, nothing of anybody."""
    async with app.transaction() as tx:
        await _note(tx, erasure_id, facts)


async def _note(tx: Any, erasure_id: str, facts: Json, **values: object) -> None:
    stores = await tx.scalar(select(ErasureRow.stores).where(ErasureRow.id == erasure_id))
    await tx.execute(
        update(ErasureRow)
        .where(ErasureRow.id == erasure_id)
        .values(stores={**stores, **facts}, **values)
    )


async def seal_messages(app: App, erasure_id: str, found: Messages) -> None:
    """Keep where the messages are that are taken back once the person's key is gone."""
    await app.keys.make(owner_of(erasure_id))
    sealed = await app.keys.seal(_place(erasure_id), found.written())
    counts = {"removable": len(found.removable), "left": found.left}
    async with app.transaction() as tx:
        await _note(tx, erasure_id, {"messages": counts}, addresses_sealed=sealed)


async def kept_messages(app: App, erasure_id: str) -> tuple[Message, ...]:
    """Return the messages that are still to be taken back; none once they were let go."""
    async with app.transaction() as tx:
        sealed = await tx.scalar(
            select(ErasureRow.addresses_sealed).where(ErasureRow.id == erasure_id)
        )
    if not sealed:
        return ()
    try:
        return read_messages(await app.keys.unseal(_place(erasure_id), sealed))
    except Unreadable:
        # The key went in an earlier try, when all of them were on their way.
        return ()


async def let_messages_go(app: App, erasure_id: str) -> None:
    """Destroy the erasure's own key, and the addresses with it."""
    await app.keys.destroy(owner_of(erasure_id))
    async with app.transaction() as tx:
        await _note(tx, erasure_id, {}, addresses_sealed=None)
