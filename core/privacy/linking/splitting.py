"""One account becomes two again: a surface goes its own way, with what was made there.

What was chosen holds for both, what is used up is used up for both, credits stay where they are.
"""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.commands import find_person, native_hash
from core.accounts.locks import lock_account
from core.accounts.moves import is_moving
from core.accounts.rows import AccountRow, ChoiceRow, ConsentRow, IdentityRow, MoveRow
from core.app import App
from core.generation.requests import UNDECIDED
from core.generation.rows import PictureRow, RequestRow
from core.kernel.ids import AccountId, new_id
from core.kernel.people import Actor
from core.privacy.export.rows import ExportRow
from core.privacy.linking.errors import (
    LinkBusy,
    LinkClosed,
    LinkErasing,
    LinkExporting,
    LinkMoving,
    NotLinked,
)
from core.privacy.linking.facts import plan_after_split
from core.privacy.linking.moving import KIND, move_plain_in
from core.privacy.linking.plan import shelves
from core.privacy.notice.rows import PolicySeenRow
from core.quotas.rows import HoldRow
from core.quotas.rules import load_plans
from core.quotas.sharing import copy_use
from core.storage.envelope import Place
from core.storage.inventory import Base


@dataclass(frozen=True, slots=True)
class Splitting:
    """What a split would do, or has done."""

    stays: tuple[str, ...]
    """The surfaces that the account keeps."""
    pictures: int
    """How many pictures were made on the surface that goes, and go with it."""


async def look_at_split(app: App, actor: Actor) -> Splitting:
    """Say what a split would do; nothing changes.

    Raises:
        NotLinked, LinkErasing, LinkClosed, LinkBusy, LinkExporting, LinkMoving.
    """
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is None:
            raise NotLinked
        return await _checked(tx, person.account_id, actor.surface)


async def split(app: App, actor: Actor) -> Splitting:
    """Give a surface an account of its own.

    Raises:
        As ``look_at_split``; nothing changed.
    """
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is None:
            raise NotLinked
        found = await _checked(tx, person.account_id, actor.surface)
        identity = (
            await tx.scalars(
                select(IdentityRow).where(
                    IdentityRow.surface == actor.surface,
                    IdentityRow.native_hash == native_hash(app, actor),
                )
            )
        ).one()
    old, new = person.account_id, AccountId(new_id())
    await app.keys.make(new)
    place = Place("identities", "native_sealed", identity.id, new)
    sealed = await app.keys.seal(place, actor.native_id.encode())
    try:
        async with app.transaction() as tx:
            account = await lock_account(tx, old)
            await _checked(tx, old, actor.surface)
            assert account is not None
            await _new_account(app, tx, account, new, actor.surface)
            await tx.execute(
                update(IdentityRow)
                .where(IdentityRow.id == identity.id, IdentityRow.account_id == old)
                .values(account_id=new, native_sealed=sealed)
            )
            await _split_rows(app, tx, account, new, actor.surface, found.stays)
    except BaseException:
        # A key without an account is harmless, but nothing is left behind if it can be helped.
        await app.keys.destroy(new)
        raise
    return found


async def _checked(tx: AsyncSession, account_id: AccountId, surface: str) -> Splitting:
    account = await tx.get(AccountRow, account_id, populate_existing=True)
    known = list(
        await tx.scalars(
            select(IdentityRow.surface)
            .where(IdentityRow.account_id == account_id)
            .order_by(IdentityRow.surface)
        )
    )
    if account is None or surface not in known or len(known) < 2:  # noqa: PLR2004 - two halves
        raise NotLinked
    if account.standing == "erasing":
        raise LinkErasing
    if account.standing == "closed":
        raise LinkClosed
    if await is_moving(tx, account_id):
        raise LinkMoving
    here = RequestRow.account_id == account_id
    undecided = select(RequestRow.id).where(here, RequestRow.state.in_(UNDECIDED))
    if await tx.scalar(undecided):
        raise LinkBusy
    exports = select(ExportRow.id).where(
        ExportRow.account_id == account_id, ExportRow.state == "running"
    )
    if await tx.scalar(exports):
        raise LinkExporting
    pictures = await tx.scalar(
        select(func.count())
        .select_from(PictureRow)
        .join(RequestRow, RequestRow.id == PictureRow.request_id)
        .where(here, RequestRow.surface == surface)
    )
    return Splitting(tuple(one for one in known if one != surface), pictures or 0)


async def _new_account(
    app: App, tx: AsyncSession, old: AccountRow, new: AccountId, surface: str
) -> None:
    """Make the account of the surface that goes; what the person said of themselves holds there."""
    now = app.clock.now()
    tx.add(
        AccountRow(
            id=new,
            created_at=now,
            language=old.language,
            language_chosen=old.language_chosen,
            age=old.age,
            age_declared_at=old.age_declared_at,
            region=old.region,
            subdivision=old.subdivision,
            plan=app.settings.first_plan(surface),
            welcomed_at=old.welcomed_at,
            epoch=0,
            standing=old.standing,
            closed_at=None,
            banned_at=old.banned_at,
            last_used_at=old.last_used_at,
            closing_warned_at=None,
        )
    )
    await tx.flush()
    await copy_use(tx, AccountId(old.id), new, now)


async def _split_rows(
    app: App,
    tx: AsyncSession,
    account: AccountRow,
    new: AccountId,
    surface: str,
    stays: tuple[str, ...],
) -> None:
    old, settings = AccountId(account.id), app.settings
    plan = plan_after_split(
        account.plan,
        surface,
        list(stays),
        {one: settings.first_plan(one) for one in (surface, *stays)},
        load_plans(settings.plans),
    )
    await tx.execute(update(AccountRow).where(AccountRow.id == old).values(plan=plan))
    await _copy_decisions(tx, old, new, surface)
    # A request can't stand without its hold. The ledger stays with the balance that it explains.
    of_surface = select(RequestRow.hold_id).where(
        RequestRow.account_id == old, RequestRow.surface == surface
    )
    await tx.execute(
        update(HoldRow)
        .where(HoldRow.account_id == old, HoldRow.id.in_(of_surface))
        .values(account_id=new)
    )
    move = MoveRow(
        id=new_id(), account_id=old, into_id=new, surface=surface, begun_at=app.clock.now()
    )
    tx.add(move)
    await tx.flush()
    for shelf in shelves(Base.metadata):
        if shelf.is_plain:
            await move_plain_in(tx, move, shelf)
    await app.engine.enqueue_task(tx, KIND, f"{move.id}.first")


async def _copy_decisions(tx: AsyncSession, old: AccountId, new: AccountId, surface: str) -> None:
    """Every no holds for both from now on; what was shown was shown to both."""
    for choice in list(await tx.scalars(select(ChoiceRow).where(ChoiceRow.account_id == old))):
        tx.add(
            ChoiceRow(account_id=new, kind=choice.kind, since=choice.since, source=choice.source)
        )
    for seen in list(
        await tx.scalars(select(PolicySeenRow).where(PolicySeenRow.account_id == old))
    ):
        tx.add(PolicySeenRow(account_id=new, version=seen.version, seen_at=seen.seen_at))
    taken_back = select(ConsentRow).where(
        ConsentRow.account_id == old,
        ConsentRow.state == "withdrawn",
        ConsentRow.surface != surface,
    )
    for row in list(await tx.scalars(taken_back)):
        tx.add(
            ConsentRow(
                id=new_id(),
                account_id=new,
                purpose=row.purpose,
                state=row.state,
                text=row.text,
                language=row.language,
                policy_version=row.policy_version,
                surface=row.surface,
                at=row.at,
            )
        )
    await tx.flush()
