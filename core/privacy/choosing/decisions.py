"""Deciding about one's data: opting out, objecting, consenting, taking back; all of it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import null, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.choices import NO_ANALYTICS, OptOut, Source, objection_to, say_no, take_back
from core.accounts.consents import Purpose, Words, consents_of, is_living_anywhere, living, record
from core.accounts.locks import lock_account
from core.accounts.usage import forget_use
from core.app import App
from core.generation.requests import UNDECIDED
from core.generation.rows import RequestRow
from core.kernel.ids import AccountId
from core.privacy.desk.requests import close_request, note_request, open_request
from core.privacy.letters.promotion import drop_promotions
from core.privacy.training.pool import empty_pool

STOPPED, OVERRIDING = "stopped", "overriding"
"""Outcomes of an objection, as the desk keeps them."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """What a no did, at once."""

    is_new: bool
    """False when it held already."""
    removed: int = 0
    """Records of use, receipts of routing or letters that were deleted with it."""


async def opt_out(
    app: App, account_id: AccountId, kind: OptOut, words: Words, source: Source = "chat"
) -> Stopped:
    """Opt out, for good: what rests on it stops with this transaction (FA-7.8, FA-14.h, AX-39).

    Opting out of advertising also takes back a consent to it, for which ``words`` are recorded.
    """
    async with app.transaction() as tx:
        if await lock_account(tx, account_id) is None:
            return Stopped(is_new=False)
        is_new = await say_no(tx, account_id, kind, app.clock.now(), source)
        if is_new:
            await note_request(tx, app, account_id, "optout")
        removed = await _cleared(tx, account_id, kind)
        if kind == "marketing":
            await _withdraw(app, tx, account_id, "marketing", words, "")
    if kind == "marketing":
        removed = await drop_promotions(app, account_id)
    return Stopped(is_new, removed)


async def bring_noes(app: App, account_id: AccountId, noes: Mapping[str, datetime]) -> int:
    """Honour what somebody said no to elsewhere, since then; return how many are new here.

    Each acts at once, as if it had been said here. One that holds here already stays as it is.
    """
    count = 0
    async with app.transaction() as tx:
        if await lock_account(tx, account_id) is None:
            return 0
        for kind, since in noes.items():
            if await say_no(tx, account_id, kind, since, "operator"):
                count += 1
                await _cleared(tx, account_id, kind)
    if "marketing" in noes:
        await drop_promotions(app, account_id)
    return count


async def opt_in(app: App, account_id: AccountId, kind: OptOut) -> bool:
    """Take an opt-out back; advertising still needs a consent of its own. False: there was none."""
    async with app.transaction() as tx:
        return await take_back(tx, account_id, kind)


async def stop_purpose(app: App, account_id: AccountId, purpose: str) -> Stopped:
    """Object to a purpose that can be stopped (FA-14.d, FA-4.2): from now on it is.

    ``purpose`` is one that ``interests.INTERESTS`` calls stoppable.
    """
    kind = objection_to(purpose)
    async with app.transaction() as tx:
        if await lock_account(tx, account_id) is None:
            return Stopped(is_new=False)
        is_new = await say_no(tx, account_id, kind, app.clock.now(), "chat")
        if is_new:
            await note_request(tx, app, account_id, "object", STOPPED)
        return Stopped(is_new, await _cleared(tx, account_id, kind))


async def refuse_objection(app: App, account_id: AccountId) -> None:
    """Record an objection that overriding grounds stand against; the person is told which."""
    async with app.transaction() as tx:
        request_id = await open_request(tx, app, account_id, "object")
        await close_request(tx, app, request_id, OVERRIDING, refused=True)


async def resume_purpose(app: App, account_id: AccountId, purpose: str) -> bool:
    """Take an objection back; False when there was none."""
    async with app.transaction() as tx:
        return await take_back(tx, account_id, objection_to(purpose))


async def _cleared(tx: AsyncSession, account_id: AccountId, kind: str) -> int:
    """Delete what was kept for nothing but the purpose that has just been stopped."""
    if kind in NO_ANALYTICS:
        return await forget_use(tx, account_id)
    if kind == objection_to("transparency"):
        gone = await tx.scalars(
            update(RequestRow)
            .where(
                RequestRow.account_id == account_id,
                RequestRow.route_receipt.is_not(None),
                RequestRow.state.not_in(UNDECIDED),
            )
            .values(route_receipt=null())
            .returning(RequestRow.id)
        )
        return len(gone.all())
    return 0


async def give_consent(
    app: App, account_id: AccountId, purpose: Purpose, words: Words, surface: str
) -> bool:
    """Record a yes to one purpose on one surface, with the words shown; False: it held already.

    The caller has asked ``offer_of`` whether it may be offered there at all. A yes to advertising
    is the newer decision and ends an opt-out of it.
    """
    async with app.transaction() as tx:
        if await lock_account(tx, account_id) is None:
            return False
        if purpose == "marketing":
            await take_back(tx, account_id, "marketing")
        if living(await consents_of(tx, account_id), purpose, surface) is not None:
            return False
        await record(
            tx,
            account_id,
            purpose,
            words,
            is_given=True,
            surface=surface,
            now=app.clock.now(),
        )
        return True


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What taking a consent back did."""

    was_living: bool
    pool_items: int = 0
    """Pictures that were taken out of the training pool."""


async def withdraw_consent(
    app: App, account_id: AccountId, purpose: Purpose, words: Words, surface: str
) -> Withdrawn:
    """Take a consent back, on every surface; what was collected under it goes at once (AX-41)."""
    async with app.transaction() as tx:
        if await lock_account(tx, account_id) is None:
            return Withdrawn(was_living=False)
        done = await _withdraw(app, tx, account_id, purpose, words, surface)
    if purpose == "marketing":
        await drop_promotions(app, account_id)
    return done


async def _withdraw(
    app: App,
    tx: AsyncSession,
    account_id: AccountId,
    purpose: Purpose,
    words: Words,
    surface: str,
) -> Withdrawn:
    if not is_living_anywhere(await consents_of(tx, account_id), purpose):
        return Withdrawn(was_living=False)
    await record(
        tx,
        account_id,
        purpose,
        words,
        is_given=False,
        surface=surface,
        now=app.clock.now(),
    )
    items = await empty_pool(tx, account_id) if purpose == "training" else 0
    return Withdrawn(was_living=True, pool_items=items)
