"""Erasures that others than the person begin: an operator, the platform, a tail that is over."""

import json

from sqlalchemy import func, select

from core.accounts.commands import find_person
from core.accounts.rows import IdentityRow
from core.app import App
from core.engine.engine import Steps, Task
from core.kernel.ids import AccountId
from core.kernel.people import Actor
from core.privacy.erasure.commands import NothingToErase, begin_erasure
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.values import EraseAccount, Erasure, Reason, Requester


async def erase_person(app: App, actor: Actor, reason: Reason, *, is_now: bool) -> Erasure:
    """Have an operator erase somebody by their id on a surface; they are told, with the reason.

    Raises:
        NothingToErase: nobody is known under that id; nothing happened.
    """
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
    if person is None:
        raise NothingToErase
    requester: Requester = "minor" if reason == "minor" else "operator"
    return await begin_erasure(
        app,
        EraseAccount(person.account_id, requester, is_now=is_now, reason=reason),
    )


async def erase_for_retention(app: App, account_id: AccountId) -> Erasure:
    """Erase an account whose time after closing is over: now, because its grace has been long.

    Raises:
        NothingToErase: it is gone already.
    """
    return await begin_erasure(app, EraseAccount(account_id, "retention", is_now=True))


async def erase_for_platform(app: App, account_id: AccountId) -> Erasure:
    """Erase an account whose person has deleted theirs on the platform; nobody is left to tell.

    Raises:
        NothingToErase: it is gone already.
    """
    return await begin_erasure(app, EraseAccount(account_id, "platform", is_now=True))


async def _is_elsewhere(app: App, account_id: AccountId) -> bool:
    count = select(func.count()).where(IdentityRow.account_id == account_id)
    async with app.transaction() as tx:
        return (await tx.scalar(count) or 0) > 1


def gone_task(app: App) -> Task:
    """Return the task that follows when a platform says that somebody's account is deleted there.

    Whoever is known on another platform too is still there and keeps what is theirs. The task's
    id is the account's; the engine forgets it with the account.
    """

    async def run(account_id: str, steps: Steps) -> None:
        async def erase() -> str:
            if await _is_elsewhere(app, AccountId(account_id)):
                return "kept"
            try:
                return (await erase_for_platform(app, AccountId(account_id))).state
            except NothingToErase:
                return "gone"

        await steps.run("gone-erase", erase)

    return run


async def receipts(app: App, erasure_id: str) -> str:
    """Return the receipt of an erasure as JSON, or in a line how far it is.

    Raises:
        NothingToErase: there is no such erasure.
    """
    async with app.transaction() as tx:
        row = await tx.scalar(select(ErasureRow).where(ErasureRow.id == erasure_id))
    if row is None:
        raise NothingToErase
    if row.receipt is not None:
        return json.dumps(row.receipt, indent=2, ensure_ascii=False)
    waiting = ", ".join(row.stores.get("waiting_for", ()))
    return f"{row.id} {row.state}" + (f", waiting for: {waiting}" if waiting else "")
