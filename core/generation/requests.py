"""Reading and writing request rows: sealing on the way in, opening on the way out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import case, exists, func, null, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.choices import objection_to
from core.accounts.moves import is_coming
from core.accounts.rows import AccountRow, ChoiceRow
from core.accounts.usage import MADE, note_event
from core.app import App
from core.generation.rows import OutboxRow, PictureRow, RequestRow
from core.generation.values import ImageWish, Outcome, OutcomeKind, RequestState
from core.kernel.ids import AccountId, HoldId, PictureId, RequestId, is_id
from core.kernel.units import Credits
from core.providers.port import ImageFormat
from core.quotas import ledger
from core.storage.envelope import Place

UNDECIDED = (RequestState.QUEUED.value, RequestState.RUNNING.value)


@dataclass(frozen=True, slots=True)
class SealedWish:
    """The person's words and addresses, ready to be stored."""

    prompt: bytes
    negative: bytes
    reply_to: bytes


def place_of(owner: AccountId, request_id: RequestId, column: str) -> Place:
    """Return where a sealed value of a request lives."""
    return Place("requests", column, request_id, owner)


async def seal_wish(
    app: App, owner: AccountId, request_id: RequestId, wish: ImageWish, reply_to: str
) -> SealedWish:
    """Seal what is the person's own, outside of any transaction."""
    return SealedWish(
        prompt=await app.keys.seal(
            place_of(owner, request_id, "prompt_sealed"), wish.prompt.encode()
        ),
        negative=await app.keys.seal(
            place_of(owner, request_id, "negative_sealed"), wish.negative.encode()
        ),
        reply_to=await app.keys.seal(
            place_of(owner, request_id, "reply_to_sealed"), reply_to.encode()
        ),
    )


async def open_text(app: App, row: RequestRow, column: str) -> str:
    """Open one sealed text of a request; empty when the column is, or its time was over.

    Raises:
        Unreadable: the person's key is destroyed.
    """
    sealed: bytes | None = getattr(row, column)
    if not sealed:
        return ""
    owner = AccountId(row.account_id)
    plain = await app.keys.unseal(place_of(owner, RequestId(row.id), column), sealed)
    return plain.decode()


async def open_wish(app: App, row: RequestRow) -> ImageWish:
    """Return what was asked for, opened."""
    return ImageWish(
        prompt=await open_text(app, row, "prompt_sealed"),
        negative=await open_text(app, row, "negative_sealed"),
        aspect=row.aspect,
        count=row.count,
        seed=row.seed if row.seed_given else None,
        style=row.style,
        offering_id=row.wished_offering,
        image_format=cast("ImageFormat", row.image_format),
        spoiler=row.spoiler,
    )


async def find(tx: AsyncSession, request_id: RequestId) -> RequestRow | None:
    """Return a request's row; None also for what has not the form of an id."""
    if not is_id(request_id):
        return None
    return await tx.get(RequestRow, request_id, populate_existing=True)


async def find_working(tx: AsyncSession, request_id: RequestId) -> RequestRow | None:
    """Return a row that its job may still work on: undecided, and its results not made void."""
    row = await find(tx, request_id)
    if row is None or row.state not in UNDECIDED:
        return None
    epoch = await tx.scalar(select(AccountRow.epoch).where(AccountRow.id == row.account_id))
    return row if row.epoch == epoch else None


async def is_own(tx: AsyncSession, row: RequestRow, person_id: AccountId) -> bool:
    """Say whether a request is a person's, also while it is on its way to their account."""
    if row.account_id == person_id:
        return True
    return await is_coming(tx, row.account_id, person_id, row.surface)


async def store_message(
    app: App, request_id: RequestId, address: str, removable_until: datetime | None
) -> bool:
    """Store where a request's one message is, and until when it can be removed (None: always).

    False when the request is gone.

    Raises:
        Unreadable: the account's key is destroyed; nothing was stored.
    """
    until = {"message_removable_until": removable_until}
    return await store_text(app, request_id, "message_sealed", address, until)


async def store_text(
    app: App,
    request_id: RequestId,
    column: str,
    words: str,
    others: Mapping[str, object] | None = None,
) -> bool:
    """Seal a text into a request for the account that has it now; False when it is gone.

    ``others``: plain columns that change with it.

    Raises:
        Unreadable: the account's key is destroyed; nothing was stored.
    """
    while True:
        async with app.transaction() as tx:
            row = await find(tx, request_id)
        if row is None:
            return False
        owner = AccountId(row.account_id)
        sealed = await app.keys.seal(place_of(owner, request_id, column), words.encode())
        async with app.transaction() as tx:
            stored = await tx.scalar(
                update(RequestRow)
                .where(RequestRow.id == request_id, RequestRow.account_id == owner)
                .values({column: sealed, **(others or {})})
                .returning(RequestRow.id)
            )
        if stored is not None:
            return True
        # It came to another account in between (core/privacy/linking), or has gone.


async def find_picture(tx: AsyncSession, picture_id: PictureId) -> PictureRow | None:
    """Return a picture's row; None also for what has not the form of an id."""
    return await tx.get(PictureRow, picture_id) if is_id(picture_id) else None


async def find_by_key(app: App, tx: AsyncSession, request_key: str) -> RequestRow | None:
    """Return the request that a native update made before, if it did."""
    hashed = app.keys.fingerprint("request", request_key)
    return await tx.scalar(select(RequestRow).where(RequestRow.request_key_hash == hashed))


async def in_flight(tx: AsyncSession, owner: AccountId) -> int:
    """Count a person's requests that wait or run."""
    count = await tx.scalar(
        select(func.count())
        .select_from(RequestRow)
        .where(RequestRow.account_id == owner, RequestRow.state.in_(UNDECIDED))
    )
    return count or 0


async def pictures_of(tx: AsyncSession, request_id: RequestId) -> list[PictureRow]:
    """Return a request's pictures in the grid's order."""
    found = await tx.scalars(
        select(PictureRow).where(PictureRow.request_id == request_id).order_by(PictureRow.index)
    )
    return list(found)


async def end(
    tx: AsyncSession, request_id: RequestId, outcome: Outcome, now: datetime
) -> Credits | None:
    """End a request: the one place where it becomes decided, settled, and put into the outbox.

    Returns:
        The credits given back, or None when something else ended it first; then nothing changed.
    """
    # The receipt was needed to make the picture; whoever objected to more keeps none (FA-14.d).
    objected = exists().where(
        ChoiceRow.account_id == RequestRow.account_id,
        ChoiceRow.kind == objection_to("transparency"),
    )
    row = (
        await tx.scalars(
            update(RequestRow)
            .where(RequestRow.id == request_id, RequestRow.state.in_(UNDECIDED))
            .values(
                route_receipt=case((objected, null()), else_=RequestRow.route_receipt),
                state=RequestState.ENDED.value,
                outcome_kind=outcome.kind.value,
                outcome_code=outcome.code,
                outcome_facts=outcome.facts,
                credits_charged=outcome.credits_charged,
                ended_at=now,
                percent=100 if outcome.kind is OutcomeKind.PICTURES else RequestRow.percent,
                preview_blob=None,
                revision=RequestRow.revision + 1,
            )
            .returning(RequestRow)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None:
        return None
    assert row.hold_id is not None
    returned = await ledger.settle(tx, HoldId(row.hold_id), outcome.credits_charged, now)
    tx.add(_to_deliver(row, now))
    await tx.flush()
    await note_event(
        tx,
        AccountId(row.account_id),
        surface=row.surface,
        feature=MADE,
        outcome=outcome.kind.value,
        now=now,
        offering_id=row.offering_id,
    )
    return returned


def _to_deliver(row: RequestRow, now: datetime) -> OutboxRow:
    return OutboxRow(
        request_id=row.id,
        account_id=row.account_id,
        surface=row.surface,
        state="waiting",
        attempt=0,
        was_started=False,
        claimed_by=None,
        claimed_until=None,
        not_before=now,
        created_at=now,
        result="",
    )


def picture_id_of(app: App, request_id: RequestId, index: int) -> PictureId:
    """Return the id of a request's picture: always the same, so a repeated step repeats nothing."""
    return PictureId(app.keys.fingerprint("picture", request_id, str(index))[:26])
