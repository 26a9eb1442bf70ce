"""What outlives an erasure and comes back with the person: a ban, their choices, nothing else."""

from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import AccountRow, ChoiceRow, TombstoneRow
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import Actor

BAN, ALLOWANCE = "ban", "allowance"
KEPT = "kept"
"""The source of a choice that was made before an erasure."""


def tombstone_hash(app: App, kind: str, surface: str, native_id: str) -> str:
    """Return what a tombstone is found by: another hash for each kind, so that none are linked."""
    return app.keys.fingerprint("tombstone", kind, surface, native_id)


def _since(one: TombstoneRow) -> datetime:
    return datetime.fromisoformat(one.value).replace(tzinfo=UTC)


async def _hashes(app: App, tx: AsyncSession, actor: Actor) -> list[str]:
    kinds = await tx.scalars(select(TombstoneRow.kind).distinct())
    return [tombstone_hash(app, kind, actor.surface, actor.native_id) for kind in kinds]


async def left_something(app: App, tx: AsyncSession, actor: Actor) -> bool:
    """Say whether an erased account of somebody left something that must stay true of them."""
    hashes = await _hashes(app, tx, actor)
    known = select(TombstoneRow.kind).where(TombstoneRow.native_hash.in_(hashes))
    return bool(hashes) and await tx.scalar(known) is not None


async def take_up(app: App, tx: AsyncSession, actor: Actor, account_id: AccountId) -> bool:
    """Give a new account what the same person's erased one left behind; say whether it did.

    The tombstones stay, and know the account from now on: its first balance asks them.
    """
    hashes = await _hashes(app, tx, actor)
    if not hashes:
        return False
    found = list(
        await tx.scalars(
            update(TombstoneRow)
            .where(TombstoneRow.native_hash.in_(hashes))
            .values(account_id=account_id)
            .returning(TombstoneRow)
        )
    )
    for one in found:
        if one.kind == BAN:
            await tx.execute(
                update(AccountRow).where(AccountRow.id == account_id).values(banned_at=_since(one))
            )
        elif one.kind != ALLOWANCE:
            tx.add(ChoiceRow(account_id=account_id, kind=one.kind, since=_since(one), source=KEPT))
    return bool(found)
