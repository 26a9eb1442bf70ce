"""Use: which feature, when, how it ended; never a word, and nothing of who said no to it."""

from datetime import datetime, time

from sqlalchemy import delete, exists, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.choices import NO_ANALYTICS
from core.accounts.commands import find_person
from core.accounts.rows import AccountRow, ChoiceRow, UsageEventRow
from core.app import App
from core.kernel.ids import AccountId, new_id
from core.kernel.people import Actor
from core.storage.database import UtcDateTime

OK = "ok"
MADE = "picture"
"""The feature of the event with which a request ends; the only one that names a model."""
_OUTCOME_CHARS = 64


async def note_use(
    tx: AsyncSession,
    account_id: AccountId,
    *,
    surface: str,
    feature: str,
    outcome: str,
    now: datetime,
) -> None:
    """Record one use, in the caller's transaction, and the day of it.

    The day is always kept, so that accounts that nobody uses can be closed; a warning of that is
    over then. See ``note_event`` for the rest.
    """
    # Midnight: closing needs the day, and the hour is nobody's business.
    day = datetime.combine(now.date(), time(), now.tzinfo)
    await tx.execute(
        update(AccountRow)
        .where(
            AccountRow.id == account_id,
            or_(AccountRow.last_used_at.is_(None), AccountRow.last_used_at < day),
        )
        .values(last_used_at=day, closing_warned_at=None)
    )
    await note_event(tx, account_id, surface=surface, feature=feature, outcome=outcome, now=now)


async def note_event(
    tx: AsyncSession,
    account_id: AccountId,
    *,
    surface: str,
    feature: str,
    outcome: str,
    now: datetime,
    offering_id: str = "",
) -> None:
    """Record an event of use (AX-04): codes and a time, nothing that anybody wrote.

    Only while the account is active and its person neither opted out of analysis nor objected to
    it (AX-39, FA-14.d); decided in the one statement that writes it. An account that is gone
    already is no error.
    """
    said_no = exists().where(
        ChoiceRow.account_id == AccountRow.id, ChoiceRow.kind.in_(sorted(NO_ANALYTICS))
    )
    columns = ("id", "account_id", "surface", "feature", "offering_id", "outcome", "at")
    values = select(
        literal(new_id()),
        AccountRow.id,
        literal(surface),
        literal(feature),
        literal(offering_id),
        literal(outcome[:_OUTCOME_CHARS]),
        literal(now, UtcDateTime()),
    ).where(AccountRow.id == account_id, AccountRow.standing == "active", ~said_no)
    await tx.execute(insert(UsageEventRow).from_select(columns, values))


async def note_use_of(app: App, actor: Actor, feature: str, outcome: str = OK) -> None:
    """Record one use by somebody, in a transaction of its own; nothing of somebody unknown."""
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is not None:
            await note_use(
                tx,
                person.account_id,
                surface=actor.surface,
                feature=feature,
                outcome=outcome,
                now=app.clock.now(),
            )


async def forget_use(tx: AsyncSession, account_id: AccountId) -> int:
    """Delete every recorded use of a person; return how many there were."""
    gone = await tx.scalars(
        delete(UsageEventRow)
        .where(UsageEventRow.account_id == account_id)
        .returning(UsageEventRow.id)
    )
    return len(gone.all())
