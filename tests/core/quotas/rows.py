"""Accounts and balances for the ledger's tests, without the rest of the app."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from core.accounts.rows import AccountRow
from core.kernel.ids import AccountId, new_id
from core.kernel.units import Credits
from core.quotas.rows import BalanceRow, HoldRow, LedgerRow
from core.quotas.rules import Plan
from core.storage.database import Database

PLAN = Plan("free", Credits(10), Credits(25), 2, 6, "standard")
NOTHING_FREE = Plan("none", Credits(0), Credits(0), 2, 6, "standard")


async def an_account(database: Database, now: datetime) -> AccountId:
    owner = AccountId(new_id())
    async with database.transaction() as tx:
        tx.add(
            AccountRow(
                id=owner,
                created_at=now,
                language="en",
                language_chosen=False,
                age="adult",
                age_declared_at=now,
                region="",
                plan="free",
                welcomed_at=now,
                epoch=0,
            )
        )
    return owner


async def balance(database: Database, owner: AccountId) -> BalanceRow | None:
    async with database.transaction() as tx:
        return await tx.get(BalanceRow, owner)


async def ledger_rows(database: Database, owner: AccountId) -> Sequence[LedgerRow]:
    async with database.transaction() as tx:
        return (await tx.scalars(select(LedgerRow).where(LedgerRow.account_id == owner))).all()


async def hold_rows(database: Database, owner: AccountId) -> Sequence[HoldRow]:
    async with database.transaction() as tx:
        return (await tx.scalars(select(HoldRow).where(HoldRow.account_id == owner))).all()
