"""Keeping one picture from elsewhere with its request, sealed for the account that it comes to.

Every id comes from the id that the copy says and from the account: the same again is the same.
"""

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.locks import lock_account
from core.accounts.moves import is_moving
from core.accounts.rows import AccountRow
from core.app import App
from core.generation import requests
from core.generation.rows import NO_LANE, PictureRow, RequestRow
from core.generation.values import ImageWish, OutcomeKind, RequestState
from core.kernel.ids import AccountId, BlobId, HoldId, PictureId, RequestId, id_at
from core.privacy.importing.past import PastPicture, PastRequest
from core.quotas import ledger


class AccountNotInUse(Exception):
    """The account is frozen, closed, restricted or on its way to another; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where things are brought to."""

    account_id: AccountId
    surface: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One picture with what it belongs to."""

    picture: PastPicture
    request: PastRequest
    parent: PastRequest | None
    """The request that it was made from, where the copy has that one too."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture's bytes, and what this instance saw in them itself."""

    data: bytes
    mime: str
    width_px: int
    height_px: int
    sha256: str
    perceptual_hash: int


async def require_use(tx: AsyncSession, account_id: AccountId) -> AccountRow:
    """Return an account that nobody else changes until this transaction ends.

    Raises:
        AccountNotInUse: nothing can be brought to it now.
    """
    account = await lock_account(tx, account_id)
    if account is None or account.standing != "active" or await is_moving(tx, account_id):
        raise AccountNotInUse
    return account


def request_id_of(app: App, home: Home, request: PastRequest) -> RequestId:
    """Return the id that a request from elsewhere has here; it sorts by when it was made."""
    digest = app.keys.fingerprint("brought-request", home.account_id, request.id)
    return RequestId(id_at(request.created_at, digest))


def picture_id_of(app: App, home: Home, one: Arrival) -> PictureId:
    """Return the id that a picture from elsewhere has here."""
    request_id = request_id_of(app, home, one.request)
    return requests.picture_id_of(app, request_id, one.picture.index)


async def is_here(app: App, home: Home, one: Arrival) -> bool:
    """Say whether a picture was brought in before, or is the account's very own."""
    brought = PictureRow.id == picture_id_of(app, home, one)
    own = and_(PictureRow.id == one.picture.id, PictureRow.account_id == home.account_id)
    async with app.transaction() as tx:
        return await tx.scalar(select(PictureRow.id).where(or_(brought, own))) is not None


async def keep_picture(app: App, home: Home, one: Arrival, seen: Seen) -> bool:
    """Keep a picture and, with its first one, the request; False when it is there already.

    Bytes first, then the rows in one transaction: a crash between them leaves bytes that the next
    try replaces, or the sweep finds.

    Raises:
        AccountNotInUse: nothing was kept.
    """
    owner = home.account_id
    picture_id = picture_id_of(app, home, one)
    blob = BlobId(picture_id)
    row = await _request_row(app, home, one)
    await app.vault.put(owner, blob, seen.data)
    try:
        async with app.transaction() as tx:
            account = await require_use(tx, owner)
            if await tx.get(PictureRow, picture_id) is not None:
                return False
            row.epoch = account.epoch
            if not await _stand(app, tx, owner, row):
                return False
            tx.add(_picture_row(owner, RequestId(row.id), picture_id, one.picture, seen))
    except AccountNotInUse:
        await app.vault.delete(owner, blob)
        raise
    return True


async def _stand(app: App, tx: AsyncSession, owner: AccountId, row: RequestRow) -> bool:
    """Store a request that is not there yet; False when it went to another account meanwhile."""
    known = await tx.get(RequestRow, row.id)
    if known is not None:
        return known.account_id == owner
    assert row.hold_id is not None
    await ledger.hold_nothing(tx, owner, HoldId(row.hold_id), app.clock.now())
    tx.add(row)
    await tx.flush()
    return True


async def _request_row(app: App, home: Home, one: Arrival) -> RequestRow:
    """Return a request as it stands when all is over: told, free of charge, sent to nobody."""
    request, owner = one.request, home.account_id
    request_id = request_id_of(app, home, request)
    wish = ImageWish(prompt=request.prompt or "", negative=request.negative or "")
    sealed = await requests.seal_wish(app, owner, request_id, wish, "")
    words = None
    if request.unknown_words:
        place = requests.place_of(owner, request_id, "unknown_words_sealed")
        words = await app.keys.seal(place, request.unknown_words.encode())
    return RequestRow(
        id=request_id,
        account_id=owner,
        surface=home.surface,
        request_key_hash=app.keys.fingerprint("brought", owner, request.id),
        state=RequestState.DELIVERED.value,
        epoch=0,
        lane=NO_LANE,
        # What had left elsewhere is as gone here.
        prompt_sealed=b"" if request.prompt is None else sealed.prompt,
        negative_sealed=b"" if request.negative is None else sealed.negative,
        aspect=request.aspect,
        count=request.count,
        seed=request.seed,
        seed_given=request.seed_given,
        style=request.style,
        wished_offering=request.wished_offering,
        offering_id=request.offering_id,
        image_format=request.image_format,
        spoiler=request.spoiler,
        # Only a surface knows an adult room, and this came by none.
        adult_room=False,
        reply_to_sealed=sealed.reply_to,
        message_sealed=None,
        parent_id=None if one.parent is None else request_id_of(app, home, one.parent),
        hold_id=app.keys.fingerprint("brought-hold", request_id)[:26],
        credits=0,
        created_at=request.created_at,
        queued_at=request.queued_at,
        started_at=request.started_at,
        ended_at=request.ended_at,
        percent=100,
        preview_blob=None,
        revision=1,
        # This instance sent it to nobody, and asks nobody to delete it.
        route_receipt=None,
        submit_intent_at=None,
        provider_job_id=None,
        outcome_kind=OutcomeKind.PICTURES.value,
        outcome_code="",
        outcome_facts={},
        unknown_words_sealed=words,
        credits_charged=0,
    )


def _picture_row(
    owner: AccountId,
    request_id: RequestId,
    picture_id: PictureId,
    picture: PastPicture,
    seen: Seen,
) -> PictureRow:
    return PictureRow(
        id=picture_id,
        account_id=owner,
        request_id=request_id,
        index=picture.index,
        blob=picture_id,
        mime=seen.mime,
        width_px=seen.width_px,
        height_px=seen.height_px,
        size_bytes=len(seen.data),
        seed=picture.seed,
        is_ai_model=picture.is_ai_model,
        manifest_id=picture.manifest_id,
        sha256=seen.sha256,
        perceptual_hash=seen.perceptual_hash,
        created_at=picture.created_at,
    )
