"""What must stay true of somebody who is erased: a ban, their choices, a used-up allowance.

Written while the person's key still opens the surfaces' ids; afterwards only somebody who comes
with the same id can be recognised, and nobody can be read out of it.
"""

from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.afterlife import ALLOWANCE, BAN, tombstone_hash
from core.accounts.choices import outlives_erasure
from core.accounts.rows import AccountRow, ChoiceRow, IdentityRow, TombstoneRow
from core.app import App
from core.kernel.ids import AccountId
from core.quotas.kept import Used
from core.quotas.rows import BalanceRow
from core.quotas.rules import day_of, month_of
from core.storage.envelope import Place


async def leave_tombstones(app: App, account_id: AccountId) -> int:
    """Write what outlives the erasure, in place of what earlier erasures left; return how much.

    Does nothing once the person's key is destroyed: then it was done before.
    """
    async with app.transaction() as tx:
        identities = list(
            await tx.scalars(select(IdentityRow).where(IdentityRow.account_id == account_id))
        )
    sealed = [
        (Place("identities", "native_sealed", one.id, account_id), one.native_sealed)
        for one in identities
    ]
    opened = await app.keys.unseal_many(sealed)
    if not identities or any(one is None for one in opened):
        return 0
    natives = [
        (identity.surface, raw.decode())
        for identity, raw in zip(identities, opened, strict=True)
        if raw is not None
    ]
    async with app.transaction() as tx:
        facts = await _facts(app, tx, account_id)
        await tx.execute(delete(TombstoneRow).where(TombstoneRow.account_id == account_id))
        rows = [
            {
                "native_hash": tombstone_hash(app, kind, surface, native_id),
                "kind": kind,
                "value": value,
                "made_at": app.clock.now(),
                "account_id": None,
            }
            for surface, native_id in natives
            for kind, value in facts.items()
        ]
        dialect = sqlite if app.database.is_sqlite else postgresql
        for row in rows:
            await tx.execute(
                dialect.insert(TombstoneRow)
                .values(**row)
                .on_conflict_do_update(
                    index_elements=["native_hash", "kind"],
                    set_={"value": row["value"], "made_at": row["made_at"], "account_id": None},
                )
            )
    return len(rows)


def _day(when: datetime) -> str:
    """Return the day alone: the moment would say more than has to be kept."""
    return when.astimezone(UTC).date().isoformat()


async def _facts(app: App, tx: AsyncSession, account_id: AccountId) -> dict[str, str]:
    """Return what must stay true, by kind."""
    found: dict[str, str] = {}
    account = await tx.get(AccountRow, account_id)
    if account is not None and account.banned_at is not None:
        found[BAN] = _day(account.banned_at)
    choices = await tx.scalars(select(ChoiceRow).where(ChoiceRow.account_id == account_id))
    found |= {one.kind: _day(one.since) for one in choices if outlives_erasure(one.kind)}
    balance = await tx.get(BalanceRow, account_id)
    if balance is not None:
        # Only what still counts: yesterday's use says nothing about what may be used today.
        day = day_of(app.clock.now())
        day_used = balance.day_used if balance.day == day else 0
        month_used = balance.month_used if balance.month == month_of(day) else 0
        if day_used or month_used:
            found[ALLOWANCE] = Used(day, day_used, month_of(day), month_used).written()
    return found
