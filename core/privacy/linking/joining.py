"""Two accounts become one: looked at first, then joined in one transaction (FEATURES "link").

The account that made the code stays. Who belongs to it, what is spent and what was chosen are
settled at once; pictures and words follow, sealed anew, by ``moving``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.afterlife import left_something
from core.accounts.commands import find_person, meet, native_hash
from core.accounts.locks import lock_account
from core.accounts.moves import is_moving
from core.accounts.rows import (
    AccountRow,
    ChoiceRow,
    IdentityRow,
    LinkCodeRow,
    MoveRow,
)
from core.app import App
from core.generation.requests import UNDECIDED
from core.generation.rows import PictureRow, RequestRow
from core.kernel.ids import AccountId, new_id
from core.kernel.people import Actor
from core.privacy.erasure.rows import ConfirmationRow
from core.privacy.export.rows import ExportRow
from core.privacy.linking.codes import owner_of, use_code
from core.privacy.linking.errors import (
    LinkBusy,
    LinkClosed,
    LinkCodeUnknown,
    LinkErasing,
    LinkExporting,
    LinkMoving,
    LinkOwnCode,
    LinkSameSurface,
)
from core.privacy.linking.facts import joined
from core.privacy.linking.moving import KIND, move_plain_in
from core.privacy.linking.plan import shelves
from core.privacy.notice.rows import PolicySeenRow
from core.quotas.rules import load_plans
from core.quotas.sharing import merge_balances
from core.storage.envelope import Place
from core.storage.inventory import Base


@dataclass(frozen=True, slots=True)
class Joining:
    """What a code would join, or has joined."""

    account_id: AccountId
    """The one that stays."""
    surfaces: tuple[str, ...]
    """Where that account is known already."""
    pictures: int
    """How many pictures come along from the account that is joined to it."""


async def look(app: App, actor: Actor, typed: str) -> Joining:
    """Say what a code would join; nothing changes.

    Raises:
        LinkCodeUnknown, LinkOwnCode, LinkSameSurface, LinkErasing, LinkClosed, LinkBusy,
        LinkExporting, LinkMoving.
    """
    async with app.transaction() as tx:
        kept = await owner_of(app, tx, typed)
        if kept is None:
            raise LinkCodeUnknown
        person = await find_person(app, tx, actor)
        return await _checked(tx, actor, kept, None if person is None else person.account_id)


async def join(app: App, actor: Actor, typed: str) -> Joining:
    """Join the account of whoever typed a code to the account that made it, once.

    Raises:
        As ``look``; nothing changed, and the code is still good.
    """
    async with app.transaction() as tx:
        kept = await owner_of(app, tx, typed)
        person = await find_person(app, tx, actor)
        is_back = person is None and await left_something(app, tx, actor)
    if kept is None:
        raise LinkCodeUnknown
    if is_back:
        # A ban, a no or a used-up allowance came before an erasure: joining must not shake it off.
        person = await meet(app, actor)
    gone = None if person is None else person.account_id
    if gone == kept:
        raise LinkOwnCode
    identities = await _resealed(app, actor, gone, kept)
    async with app.transaction() as tx:
        accounts = {}
        for account_id in sorted(one for one in (kept, gone) if one is not None):
            # First, and in one order for everybody, so that two joinings never wait for each other.
            accounts[account_id] = await lock_account(tx, account_id)
        if await use_code(app, tx, typed) != kept:
            raise LinkCodeUnknown
        found = await _checked(tx, actor, kept, gone)
        await _take_identities(app, tx, actor, gone, kept, identities)
        if gone is not None:
            one, other = accounts[kept], accounts[gone]
            assert one is not None
            assert other is not None
            await _join_rows(app, tx, one, other)
        return found


async def _checked(
    tx: AsyncSession, actor: Actor, kept: AccountId, gone: AccountId | None
) -> Joining:
    if gone == kept:
        raise LinkOwnCode
    both = [one for one in (kept, gone) if one is not None]
    standings = set(await tx.scalars(select(AccountRow.standing).where(AccountRow.id.in_(both))))
    if "erasing" in standings:
        raise LinkErasing
    if "closed" in standings:
        raise LinkClosed
    surfaces = tuple(await tx.scalars(_surfaces_of(kept)))
    theirs = {actor.surface} if gone is None else set(await tx.scalars(_surfaces_of(gone)))
    if theirs & set(surfaces):
        raise LinkSameSurface
    for account_id in both:
        if await is_moving(tx, account_id):
            raise LinkMoving
        if await tx.scalar(_running_exports(account_id)):
            raise LinkExporting
    if gone is None:
        return Joining(kept, surfaces, 0)
    if await tx.scalar(_undecided(gone)):
        raise LinkBusy
    pictures = await tx.scalar(
        select(func.count()).select_from(PictureRow).where(PictureRow.account_id == gone)
    )
    return Joining(kept, surfaces, pictures or 0)


def _surfaces_of(account_id: AccountId) -> Select[str]:
    return (
        select(IdentityRow.surface)
        .where(IdentityRow.account_id == account_id)
        .order_by(IdentityRow.surface)
    )


def _running_exports(account_id: AccountId) -> Select[str]:
    return select(ExportRow.id).where(
        ExportRow.account_id == account_id, ExportRow.state == "running"
    )


def _undecided(account_id: AccountId) -> Select[str]:
    return select(RequestRow.id).where(
        RequestRow.account_id == account_id, RequestRow.state.in_(UNDECIDED)
    )


async def _resealed(
    app: App, actor: Actor, gone: AccountId | None, kept: AccountId
) -> dict[str, bytes]:
    """Return each id of the person on a surface, by its row, sealed for the account that stays."""
    if gone is None:
        identity_id = new_id()
        place = Place("identities", "native_sealed", identity_id, kept)
        return {identity_id: await app.keys.seal(place, actor.native_id.encode())}
    async with app.transaction() as tx:
        rows = list(await tx.scalars(select(IdentityRow).where(IdentityRow.account_id == gone)))
    found = {}
    for row in rows:
        place = Place("identities", "native_sealed", row.id, gone)
        plain = await app.keys.unseal(place, row.native_sealed)
        found[row.id] = await app.keys.seal(
            Place("identities", "native_sealed", row.id, kept), plain
        )
    return found


async def _take_identities(
    app: App,
    tx: AsyncSession,
    actor: Actor,
    gone: AccountId | None,
    kept: AccountId,
    sealed: Mapping[str, bytes],
) -> None:
    """Let every id of the person lead to the account that stays.

    Raises:
        LinkMoving: the account got or lost an id this very moment; nothing changed.
    """
    if gone is None:
        ((identity_id, native_sealed),) = sealed.items()
        tx.add(
            IdentityRow(
                id=identity_id,
                account_id=kept,
                surface=actor.surface,
                native_hash=native_hash(app, actor),
                native_sealed=native_sealed,
                created_at=app.clock.now(),
            )
        )
        await tx.flush()
        return
    here = set(await tx.scalars(select(IdentityRow.id).where(IdentityRow.account_id == gone)))
    if here != set(sealed):
        raise LinkMoving
    for identity_id, native_sealed in sealed.items():
        await tx.execute(
            update(IdentityRow)
            .where(IdentityRow.id == identity_id)
            .values(account_id=kept, native_sealed=native_sealed)
        )


async def _join_rows(app: App, tx: AsyncSession, one: AccountRow, other: AccountRow) -> None:
    """Settle at once what can be; what is sealed follows."""
    kept, gone = AccountId(one.id), AccountId(other.id)
    now = app.clock.now()
    values = joined(one, other, load_plans(app.settings.plans))
    await tx.execute(update(AccountRow).where(AccountRow.id == kept).values(**values))
    await merge_balances(tx, kept, gone, now)
    await _join_choices(tx, kept, gone)
    await _join_seen(tx, kept, gone)
    for row in (LinkCodeRow, ConfirmationRow):
        await tx.execute(delete(row).where(row.account_id.in_((kept, gone))))
    move = MoveRow(id=new_id(), account_id=gone, into_id=kept, surface="", begun_at=now)
    tx.add(move)
    await tx.flush()
    for shelf in shelves(Base.metadata):
        if shelf.is_plain:
            await move_plain_in(tx, move, shelf)
    # Nobody reaches the other account any more: results of what it may still have running are void.
    await tx.execute(
        update(AccountRow).where(AccountRow.id == gone).values(epoch=AccountRow.epoch + 1)
    )
    await app.engine.enqueue_task(tx, KIND, f"{move.id}.first")


async def _join_choices(tx: AsyncSession, kept: AccountId, gone: AccountId) -> None:
    """Every no of either holds for both, since the first of them."""
    known = {
        row.kind: row
        for row in await tx.scalars(select(ChoiceRow).where(ChoiceRow.account_id == kept))
    }
    for row in list(await tx.scalars(select(ChoiceRow).where(ChoiceRow.account_id == gone))):
        mine = known.get(row.kind)
        if mine is None:
            tx.add(ChoiceRow(account_id=kept, kind=row.kind, since=row.since, source=row.source))
        else:
            mine.since = min(mine.since, row.since)
        await tx.delete(row)
    await tx.flush()


async def _join_seen(tx: AsyncSession, kept: AccountId, gone: AccountId) -> None:
    """What either was shown, the person has seen."""
    known = {
        row.version: row
        for row in await tx.scalars(select(PolicySeenRow).where(PolicySeenRow.account_id == kept))
    }
    theirs = select(PolicySeenRow).where(PolicySeenRow.account_id == gone)
    for row in list(await tx.scalars(theirs)):
        mine = known.get(row.version)
        if mine is None:
            tx.add(PolicySeenRow(account_id=kept, version=row.version, seen_at=row.seen_at))
        else:
            mine.seen_at = max(mine.seen_at, row.seen_at)
        await tx.delete(row)
    await tx.flush()
