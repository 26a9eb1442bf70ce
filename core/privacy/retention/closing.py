"""Accounts that fall asleep: their person is warned, then they are closed, then erased.

A durable task beside the sweep. Only accounts in use are closed: who asked that their data be kept
but not used (/restrict) has said what they want, and whose erasure is under way needs no closing.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from sqlalchemy import ColumnElement, Table, func, select, update

from core.accounts.rows import AccountRow
from core.app import App
from core.engine.engine import Steps, Task
from core.kernel.ids import AccountId
from core.kernel.people import Language
from core.policy.closing import CONTENT, closes_on, limits_of
from core.privacy.answers import Answer, Step
from core.privacy.erasure.commands import NothingToErase
from core.privacy.erasure.operators import erase_for_retention
from core.privacy.letters.people import private_reply_to
from core.privacy.letters.post import Draft, draft, letter_id_of, post
from core.privacy.notice.wording import Line, Page, days_of
from core.privacy.retention.batches import destroy_all
from core.privacy.retention.plan import Deletion, by_class, children_of, declared, is_free
from core.storage.envelope import Unreadable
from core.storage.inventory import Base

KIND = "closing"
_AT_ONCE = 100
_LAST_USE = func.coalesce(AccountRow.last_used_at, AccountRow.created_at)


def closing_task(app: App) -> Task:
    """Return the task that workers run; its id is the hours that it belongs to."""

    async def run(_task_id: str, steps: Steps) -> None:
        begun = await steps.run("closing-begin", lambda: _now(app))
        now = datetime.fromisoformat(begun)
        await steps.run("closing-warn", lambda: warn_sleepers(app, now))
        await steps.run("closing-close", lambda: close_sleepers(app, now))
        await steps.run("closing-content", lambda: destroy_content(app, now))
        await steps.run("closing-erase", lambda: erase_closed(app, now))

    return run


async def _now(app: App) -> str:
    return app.clock.now().isoformat()


async def warn_sleepers(app: App, now: datetime) -> int:
    """Tell people whose account will be closed, once; return how many.

    It is news of their account and no advertising, so it goes to everybody whom a surface still
    reaches (FA-15.3). Somebody who is not reached is not warned, and closed all the same: closing
    destroys nothing that they could not still get back.
    """
    limits = limits_of(app.profile, now)
    due = (
        AccountRow.standing == "active",
        AccountRow.closing_warned_at.is_(None),
        limits.warn >= _LAST_USE,
    )
    total = 0
    while True:
        async with app.transaction() as tx:
            found = list(await tx.scalars(select(AccountRow).where(*due).limit(_AT_ONCE)))
        if not found:
            return total
        for row in found:
            letter = await _warning(app, row, now)
            async with app.transaction() as tx:
                warned = await tx.scalar(
                    update(AccountRow)
                    .where(AccountRow.id == row.id, *due)
                    .values(closing_warned_at=now)
                    .returning(AccountRow.id)
                )
                if warned is not None and letter is not None:
                    await post(tx, letter, await app.database.now(tx))
            total += warned is not None


async def _warning(app: App, row: AccountRow, now: datetime) -> Draft | None:
    account_id = AccountId(row.id)
    try:
        reply_to = await private_reply_to(app, account_id)
    except Unreadable:
        return None
    if reply_to is None:
        return None
    last_used = row.last_used_at or row.created_at
    on = closes_on(app.profile, last_used, now)
    tail = app.profile.closure.account_days
    after = Line("closing-then", {"period": days_of(tail)}) if tail else Line("closing-then-gone")
    dates = {"last": f"{last_used:%Y-%m-%d}", "date": f"{on:%Y-%m-%d}"}
    page = Page("closing", Line("closing-title"), (Line("closing-warning", dates), after))
    steps = (
        Step(Line("closing-step-keep"), "mydata"),
        Step(Line("closing-step-export"), "export"),
    )
    return await draft(
        app,
        letter_id_of(app, row.id, f"closing {last_used:%Y-%m-%d}"),
        account_id=account_id,
        about=row.id,
        reply_to=reply_to,
        answer=Answer(page, cast("Language", row.language), steps),
        is_last=True,
    )


async def close_sleepers(app: App, now: datetime) -> int:
    """Close what nobody has used for the profile's time although warned; return how many.

    The condition stands in the one statement that closes: a use at the last moment prevents it.
    """
    limits = limits_of(app.profile, now)
    async with app.transaction() as tx:
        closed = await tx.scalars(
            update(AccountRow)
            .where(
                AccountRow.standing == "active",
                limits.close >= _LAST_USE,
                AccountRow.closing_warned_at <= limits.warned,
            )
            .values(standing="closed", closed_at=now, epoch=AccountRow.epoch + 1)
            .returning(AccountRow.id)
        )
        return len(closed.all())


async def destroy_content(app: App, now: datetime) -> int:
    """Destroy what people made in accounts that were closed long enough ago; return how many rows.

    Flux Art section 10: pictures go with the account's closing, the account itself stays on.
    """
    total = 0
    for work in content_works(limits_of(app.profile, now).content, now):
        total += await destroy_all(app, work, "")
    return total


def content_works(closed_before: datetime, now: datetime) -> Iterator[Deletion]:
    """Yield what has to go of accounts that were closed before a time, children first."""
    closed = select(AccountRow.id).where(
        AccountRow.standing == "closed", AccountRow.closed_at <= closed_before
    )
    for table in reversed(Base.metadata.sorted_tables):
        classes = by_class(table)
        owner = _owner_of(table)
        if owner is None or not classes or not set(classes) <= CONTENT:
            continue
        condition = owner.in_(closed) & is_free(table, now)
        children = children_of(table)
        if children is not None:
            condition &= ~children
        yield Deletion(table, frozenset(classes), condition)


def _owner_of(table: Table) -> ColumnElement[str] | None:
    """Return the column that leads from a row to its account."""
    for column in table.columns:
        declaration = declared(column)
        if declaration is not None and declaration.person_path in table.columns:
            return table.columns[declaration.person_path]
    return None


async def erase_closed(app: App, now: datetime) -> int:
    """Begin the erasure of accounts whose time after closing is over; return how many."""
    limit = limits_of(app.profile, now).erase
    total = 0
    while True:
        async with app.transaction() as tx:
            ids = list(
                await tx.scalars(
                    select(AccountRow.id)
                    .where(AccountRow.standing == "closed", AccountRow.closed_at <= limit)
                    .limit(_AT_ONCE)
                )
            )
        if not ids:
            return total
        for account_id in ids:
            try:
                await erase_for_retention(app, AccountId(account_id))
            except NothingToErase:
                continue
            total += 1
