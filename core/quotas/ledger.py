"""Moving credits: grant, hold, capture, release; each in one statement that can't be raced."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, false, or_, select, true, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.kernel.ids import AccountId, HoldId, new_id
from core.kernel.units import Credits
from core.quotas.kept import Used, kept_allowance
from core.quotas.rows import BalanceRow, HoldRow, LedgerRow
from core.quotas.rules import Plan, day_of, free_left, month_of, split


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person can spend at this moment, in credits."""

    free_left: Credits
    credits: Credits

    @property
    def available(self) -> Credits:
        """Return both together."""
        return Credits(self.free_left + self.credits)


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that was made."""

    hold_id: HoldId
    left: Credits
    """Available after the hold."""


async def lock_balance(tx: AsyncSession, owner: AccountId, now: datetime) -> BalanceRow:
    """Lock the person's balance, start a new day or month if one began, and return it.

    The UPDATE comes first so that whoever reads the numbers in this transaction owns the row.
    """
    day = day_of(now)
    month = month_of(day)
    renew = (
        update(BalanceRow)
        .where(BalanceRow.account_id == owner)
        .values(
            # Never backwards: a process with a slow clock must not reopen a spent day.
            day_used=case((BalanceRow.day < day, 0), else_=BalanceRow.day_used),
            month_used=case((BalanceRow.month < month, 0), else_=BalanceRow.month_used),
            day=case((BalanceRow.day < day, day), else_=BalanceRow.day),
            month=case((BalanceRow.month < month, month), else_=BalanceRow.month),
        )
        .returning(BalanceRow)
        .execution_options(populate_existing=True)
    )
    row = (await tx.scalars(renew)).one_or_none()
    if row is not None:
        return row
    dialect = postgresql if tx.get_bind().dialect.name == "postgresql" else sqlite
    used = await kept_allowance(tx, owner) or Used(day, 0, month, 0)
    # Two first requests at once: the second waits for the first, then changes nothing.
    await tx.execute(
        dialect.insert(BalanceRow)
        .values(
            account_id=owner,
            credits=0,
            day=used.day,
            day_used=used.day_used,
            month=used.month,
            month_used=used.month_used,
        )
        .on_conflict_do_nothing()
    )
    return (await tx.scalars(renew)).one()


async def standing(tx: AsyncSession, owner: AccountId, plan: Plan, now: datetime) -> Standing:
    """Return what the person can spend, without changing anything."""
    row = await tx.get(BalanceRow, owner, populate_existing=True)
    if row is None:
        return fresh_standing(plan, await kept_allowance(tx, owner), now)
    return _standing(plan, row, now, Credits(row.credits))


def fresh_standing(plan: Plan, used: Used | None, now: datetime) -> Standing:
    """Return what somebody without a balance can spend; ``used``: from before an erasure."""
    none = Used(day_of(now), 0, month_of(day_of(now)), 0)
    return _standing(plan, used or none, now, Credits(0))


def _standing(plan: Plan, used: Used | BalanceRow, now: datetime, own: Credits) -> Standing:
    day = day_of(now)
    day_used = used.day_used if used.day >= day else 0
    month_used = used.month_used if used.month >= month_of(day) else 0
    return Standing(free_left(plan, day_used, month_used), own)


async def grant(
    tx: AsyncSession, owner: AccountId, amount: Credits, *, reference: str, now: datetime
) -> bool:
    """Add credits once for a reference; False when that reference was granted before."""
    # The lock first: of two at once, the second waits and then sees the first one's row.
    await lock_balance(tx, owner, now)
    known = await tx.scalar(
        select(LedgerRow.id).where(LedgerRow.reference == reference, LedgerRow.kind == "grant")
    )
    if known is not None:
        return False
    await tx.execute(
        update(BalanceRow)
        .where(BalanceRow.account_id == owner)
        .values(credits=BalanceRow.credits + amount)
    )
    _write(tx, owner, "grant", amount, reference, now)
    return True


async def hold(
    tx: AsyncSession, owner: AccountId, plan: Plan, price: Credits, now: datetime
) -> Held | None:
    """Set credits aside, the free allowance first; None when they do not suffice."""
    row = await lock_balance(tx, owner, now)
    free, balance = free_left(plan, row.day_used, row.month_used), Credits(row.credits)
    parts = split(price, free, balance)
    if parts is None:
        return None
    taken = await tx.scalar(
        update(BalanceRow)
        .where(
            BalanceRow.account_id == owner,
            BalanceRow.credits >= parts.paid,
            # Whoever used more than a smaller plan allows can still spend bought credits.
            or_(
                true() if parts.free == 0 else false(),
                and_(
                    BalanceRow.day_used + parts.free <= plan.daily_credits,
                    BalanceRow.month_used + parts.free <= plan.monthly_credits,
                ),
            ),
        )
        .values(
            credits=BalanceRow.credits - parts.paid,
            day_used=BalanceRow.day_used + parts.free,
            month_used=BalanceRow.month_used + parts.free,
        )
        .returning(BalanceRow.account_id)
    )
    if taken is None:
        return None
    hold_id = HoldId(new_id())
    tx.add(
        HoldRow(
            id=hold_id,
            account_id=owner,
            free_credits=parts.free,
            paid_credits=parts.paid,
            captured=0,
            day=row.day,
            state="open",
            created_at=now,
        )
    )
    _write(tx, owner, "hold", price, hold_id, now)
    await tx.flush()
    return Held(hold_id, Credits(free + balance - price))


async def hold_nothing(tx: AsyncSession, owner: AccountId, hold_id: HoldId, now: datetime) -> None:
    """Store the hold of what costs nothing and never will; once for an id. No credit moves."""
    if await tx.get(HoldRow, hold_id) is not None:
        return
    tx.add(
        HoldRow(
            id=hold_id,
            account_id=owner,
            free_credits=0,
            paid_credits=0,
            captured=0,
            day=day_of(now),
            state="released",
            created_at=now,
        )
    )
    await tx.flush()


async def settle(tx: AsyncSession, hold_id: HoldId, charge: Credits, now: datetime) -> Credits:
    """Capture ``charge`` of a hold and give the rest back; return what was given back.

    A hold that is settled already is left as it is, and 0 comes back. A charge of 0 releases all.
    """
    row = (
        await tx.scalars(
            update(HoldRow)
            .where(HoldRow.id == hold_id, HoldRow.state == "open")
            .values(state="captured" if charge else "released", captured=charge)
            .returning(HoldRow)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None:
        return Credits(0)
    owner = AccountId(row.account_id)
    # Bought credits are charged last, so what goes back is bought credits first.
    rest = row.free_credits + row.paid_credits - charge
    paid_back = min(rest, row.paid_credits)
    free_back = rest - paid_back
    if rest:
        balance = await lock_balance(tx, owner, now)
        same_day, same_month = balance.day == row.day, balance.month == month_of(row.day)
        await tx.execute(
            update(BalanceRow)
            .where(BalanceRow.account_id == owner)
            .values(
                credits=BalanceRow.credits + paid_back,
                day_used=BalanceRow.day_used - (free_back if same_day else 0),
                month_used=BalanceRow.month_used - (free_back if same_month else 0),
            )
        )
        _write(tx, owner, "release", Credits(rest), hold_id, now)
    if charge:
        _write(tx, owner, "capture", charge, hold_id, now)
    return Credits(rest)


def _write(
    tx: AsyncSession, owner: AccountId, kind: str, amount: Credits, reference: str, now: datetime
) -> None:
    tx.add(
        LedgerRow(
            id=new_id(),
            account_id=owner,
            kind=kind,
            credits=amount,
            reference=reference,
            created_at=now,
        )
    )
