"""Asking for pictures: accept, repeat, cancel, delete; one transaction each, no network inside."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.commands import lock_person, meet, set_age
from core.accounts.rules import refuse_making
from core.accounts.usage import OK, note_use
from core.accounts.values import Person
from core.app import App
from core.generation import requests
from core.generation.admission import admit
from core.generation.drafts import new_row
from core.generation.errors import (
    AgeDeclined,
    NotFound,
    NotYours,
    QuotaExceeded,
    TooManyInFlight,
)
from core.generation.flags import MAX_SEED, apply_flags, checked
from core.generation.queries import status_of
from core.generation.rows import PictureRow, RequestRow
from core.generation.uses import noted, refusals_noted
from core.generation.values import (
    Accepted,
    AgeNeeded,
    AgeNoted,
    AlreadyEnded,
    Cancelled,
    ContinueAfterAge,
    Deleted,
    Outcome,
    OutcomeKind,
    RepeatRequest,
    RequestImages,
    RequestState,
)
from core.kernel.ids import AccountId, BlobId, PictureId, RequestId, is_id
from core.kernel.people import Actor
from core.kernel.units import Credits
from core.moderation.redaction import redact_card_numbers
from core.quotas import ledger
from core.quotas.rules import Plan, load_plans, resets_in_s


async def request_images(app: App, cmd: RequestImages) -> Accepted | AgeNeeded:
    """Queue one generation job and hold its price.

    Returns:
        The queued request; or, before the person has said their age, the id under which the
        request is kept for the answer (nothing is held then).

    Raises:
        PromptEmpty, PromptTooLong, FlagInvalid: the wish can't be used; nothing was charged.
        AccountBanned, AccountRestricted, AccountClosed, AccountErasing: nothing was stored.
        AgeDeclined: the person said that they are under age; nothing was stored.
        PromptRejected: screening refused the words; nothing was stored or charged.
        OfferingUnavailable: no model can do this now; nothing was charged.
        TooManyInFlight: the plan's number of waiting requests is reached; nothing was charged.
        QuotaExceeded: the balance does not cover the price; nothing was charged.
    """
    async with refusals_noted(app, cmd.actor, "imagine"):
        return await _request(app, cmd, parent=None)


async def _request(
    app: App, cmd: RequestImages, *, parent: RequestId | None
) -> Accepted | AgeNeeded:
    person = await meet(app, cmd.actor)
    replay = await _replayed(app, cmd)
    if replay is not None:
        return replay
    wish = checked(
        replace(
            cmd.wish,
            prompt=redact_card_numbers(cmd.wish.prompt),
            negative=redact_card_numbers(cmd.wish.negative),
            style=redact_card_numbers(cmd.wish.style),
        )
    )
    refuse_making(person)
    if person.age == "minor":
        raise AgeDeclined
    admission = await admit(app, person, wish, adult_room=cmd.room.is_age_restricted)
    row = await new_row(app, cmd, person, wish, admission, parent)
    plan = load_plans(app.settings.plans)[person.plan]
    try:
        async with app.transaction() as tx:
            await note_use(
                tx,
                person.account_id,
                surface=cmd.actor.surface,
                feature="imagine" if parent is None else "repeat",
                outcome=OK,
                now=app.clock.now(),
            )
            if person.age == "unknown":
                tx.add(row)
                return AgeNeeded(RequestId(row.id))
            await _queue(app, tx, row, plan, admission.price)
    except (IntegrityError, QuotaExceeded, TooManyInFlight):
        # The same update may have arrived twice at once: then the other one made the job, and
        # what it holds is no reason to refuse this one.
        replay = await _replayed(app, cmd)
        if replay is None:
            raise
        return replay
    return await _accepted(app, RequestId(row.id), is_replay=False)


async def _replayed(app: App, cmd: RequestImages) -> Accepted | AgeNeeded | None:
    async with app.transaction() as tx:
        row = await requests.find_by_key(app, tx, cmd.request_key)
    if row is None:
        return None
    if row.state == RequestState.WAITING_AGE:
        return AgeNeeded(RequestId(row.id))
    return await _accepted(app, RequestId(row.id), is_replay=True)


async def _accepted(app: App, request_id: RequestId, *, is_replay: bool) -> Accepted:
    async with app.transaction() as tx:
        row = await requests.find(tx, request_id)
        assert row is not None
        status = await status_of(app, tx, row)
    return Accepted(request_id, status, is_replay)


async def _queue(app: App, tx: AsyncSession, row: RequestRow, plan: Plan, price: Credits) -> None:
    """Hold, store and enqueue in one transaction; a refusal undoes all of it."""
    owner = AccountId(row.account_id)
    now = app.clock.now()
    # Looked at again and locked: what a person restricts or closes meanwhile is not used any more.
    refuse_making(await lock_person(tx, owner))
    # The hold locks the balance first, so the count behind it can't be raced by the same person.
    held = await ledger.hold(tx, owner, plan, price, now)
    if held is None:
        standing = await ledger.standing(tx, owner, plan, now)
        raise QuotaExceeded(
            needed=price, available=standing.available, resets_in_s=resets_in_s(now)
        )
    if await requests.in_flight(tx, owner) >= plan.waiting_at_most:
        raise TooManyInFlight(limit=plan.waiting_at_most)
    row.hold_id = held.hold_id
    row.state = RequestState.QUEUED.value
    row.lane = plan.lane
    row.queued_at = now
    tx.add(row)
    await tx.flush()
    await app.engine.enqueue(tx, RequestId(row.id), lane=plan.lane, person=owner)


async def _queue_waiting(app: App, request_id: RequestId, person: Person, plan: Plan) -> bool:
    """Queue a request that waited for the person's age; False when it no longer waits."""
    async with app.transaction() as tx:
        # Two presses at once: the first to lock the row queues it, the other finds it queued.
        row = (
            await tx.scalars(
                update(RequestRow)
                .where(
                    RequestRow.id == request_id,
                    RequestRow.account_id == person.account_id,
                    RequestRow.state == RequestState.WAITING_AGE.value,
                )
                .values(epoch=person.epoch)
                .returning(RequestRow)
                .execution_options(populate_existing=True)
            )
        ).one_or_none()
        if row is None:
            return False
        await _queue(app, tx, row, plan, Credits(row.credits))
    return True


async def continue_after_age(app: App, cmd: ContinueAfterAge) -> Accepted | AgeNoted:
    """Store the answer about age; queue the request that waited for it, or drop it.

    Raises:
        QuotaExceeded, TooManyInFlight: the answer is stored, the request still waits.
        AccountBanned, AccountRestricted, AccountClosed, AccountErasing: the same.
    """
    person = await set_age(app, cmd.actor, is_adult=cmd.is_adult)
    if not cmd.is_adult:
        async with app.transaction() as tx:
            # Keep nothing but the answer's effect.
            await tx.execute(
                delete(RequestRow).where(
                    RequestRow.account_id == person.account_id,
                    RequestRow.state == RequestState.WAITING_AGE.value,
                )
            )
        return AgeNoted(is_adult=False)
    if cmd.pending_id is None:
        return AgeNoted(is_adult=True)
    plan = load_plans(app.settings.plans)[person.plan]
    if not is_id(cmd.pending_id):
        return AgeNoted(is_adult=True)
    refuse_making(person)
    if await _queue_waiting(app, cmd.pending_id, person, plan):
        return await _accepted(app, cmd.pending_id, is_replay=False)
    async with app.transaction() as tx:
        row = await requests.find(tx, cmd.pending_id)
    if row is None or row.account_id != person.account_id:
        return AgeNoted(is_adult=True)
    return await _accepted(app, cmd.pending_id, is_replay=True)


async def repeat_request(app: App, cmd: RepeatRequest) -> Accepted | AgeNeeded:
    """A button under a result: the same wish again, varied, or with other words.

    Raises:
        NotFound, NotYours: nothing happened.
        Everything that ``request_images`` raises.
    """
    async with refusals_noted(app, cmd.actor, "repeat"):
        return await _repeat(app, cmd)


async def _repeat(app: App, cmd: RepeatRequest) -> Accepted | AgeNeeded:
    person = await meet(app, cmd.actor)
    async with app.transaction() as tx:
        row = await _own(tx, person, cmd.request_id)
    wish = await requests.open_wish(app, row)
    match cmd.change:
        case "again":
            wish = replace(wish, seed=None)
        case "vary":
            # Another seed for every press, and the same again when the same press is replayed.
            turn = app.keys.fingerprint("vary", cmd.request_key, str(cmd.index))
            wish = replace(wish, seed=(row.seed + 1 + int(turn[:12], 16)) % MAX_SEED)
        case "words":
            wish = apply_flags(wish, cmd.prompt)
    asked = RequestImages(cmd.actor, cmd.room, wish, cmd.reply_to, cmd.request_key)
    return await _request(app, asked, parent=cmd.request_id)


async def _own(tx: AsyncSession, person: Person, request_id: RequestId) -> RequestRow:
    row = await requests.find(tx, request_id)
    if row is None:
        raise NotFound
    if not await requests.is_own(tx, row, person.account_id):
        raise NotYours
    return row


async def remember_message(
    app: App,
    actor: Actor,
    request_id: RequestId,
    address: str,
    removable_until: datetime | None = None,
) -> None:
    """Store where the request's one message is; the surface alone can read it.

    ``removable_until``: until when the surface can take it back; None for any time.

    Raises:
        NotFound, NotYours: nothing was stored.
    """
    if not is_id(request_id):
        raise NotFound
    person = await meet(app, actor)
    async with app.transaction() as tx:
        await _own(tx, person, request_id)
    await requests.store_message(app, request_id, address, removable_until)


async def cancel_request(app: App, actor: Actor, request_id: RequestId) -> Cancelled | AlreadyEnded:
    """End a queued or running request and give its credits back.

    A provider that answers later changes nothing: its pictures are dropped.

    Raises:
        NotFound, NotYours: nothing changed.
    """
    async with noted(app, actor, "cancel"):
        return await _cancel(app, actor, request_id)


async def _cancel(app: App, actor: Actor, request_id: RequestId) -> Cancelled | AlreadyEnded:
    person = await meet(app, actor)
    async with app.transaction() as tx:
        row = await _own(tx, person, request_id)
        outcome = Outcome(OutcomeKind.CANCELLED, code="cancelled")
        returned = await requests.end(tx, request_id, outcome, app.clock.now())
        if returned is None:
            if row.outcome_kind is None:
                raise NotFound
            return AlreadyEnded(OutcomeKind(row.outcome_kind))
    if row.started_at is None:
        # A job that has begun sees its row and stops by itself: it has a provider to tell and
        # bytes to remove, which an engine that just drops it would not do.
        await app.engine.cancel(request_id)
    return Cancelled(returned)


async def delete_picture(app: App, actor: Actor, picture_id: PictureId) -> Deleted:
    """Delete one picture at once: its bytes first, then its row.

    Raises:
        NotFound, NotYours: nothing was deleted.
    """
    async with noted(app, actor, "delete"):
        person = await meet(app, actor)
        async with app.transaction() as tx:
            picture = await requests.find_picture(tx, picture_id)
            if picture is None:
                raise NotFound
            row = await _own(tx, person, RequestId(picture.request_id))
        return await _delete(app, row, [picture])


async def delete_request(app: App, actor: Actor, request_id: RequestId) -> Deleted:
    """Delete all pictures of a request at once: the bytes first, then the rows.

    Raises:
        NotFound, NotYours: nothing was deleted.
    """
    async with noted(app, actor, "delete"):
        person = await meet(app, actor)
        async with app.transaction() as tx:
            row = await _own(tx, person, request_id)
            pictures = await requests.pictures_of(tx, request_id)
        return await _delete(app, row, pictures)


async def _delete(app: App, row: RequestRow, pictures: list[PictureRow]) -> Deleted:
    address = await requests.open_text(app, row, "message_sealed")
    for picture in pictures:
        await app.vault.delete(AccountId(picture.account_id), BlobId(picture.blob))
    ids = tuple(PictureId(picture.id) for picture in pictures)
    async with app.transaction() as tx:
        gone = await tx.scalars(
            delete(PictureRow).where(PictureRow.id.in_(ids)).returning(PictureRow)
        )
        held = [(AccountId(one.account_id), BlobId(one.blob)) for one in gone]
        await tx.execute(
            update(RequestRow)
            .where(RequestRow.id == row.id)
            .values(revision=RequestRow.revision + 1)
        )
    for owner, blob in held:
        # Once more: it may have come to a joined account since (core/privacy/linking).
        await app.vault.delete(owner, blob)
    await app.database.checkpoint()
    return Deleted(ids, address)
