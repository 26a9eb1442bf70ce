"""What people are shown: status, history, pictures, verification; changes nothing."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.commands import find_person
from core.accounts.rows import AccountRow
from core.app import App
from core.generation import requests
from core.generation.errors import NotFound, NotYours
from core.generation.gates import unsigned
from core.generation.grid import compose_grid
from core.generation.provenance.likeness import MATCH_BITS, distance
from core.generation.rows import NO_LANE, PictureRow, RequestRow
from core.generation.uses import noted
from core.generation.values import (
    Outcome,
    OutcomeKind,
    PictureFile,
    PictureView,
    RequestState,
    RequestStatus,
    Verified,
)
from core.kernel.ids import AccountId, BlobId, PictureId, RequestId
from core.kernel.people import Actor, language_of
from core.kernel.units import Credits
from core.policy.retention import cutoff, is_visible
from core.providers.port import Offering
from core.quotas import ledger
from core.quotas.rules import load_plans
from core.storage.vault import BlobMissing

ALT_TEXT_CHARS = 200
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


async def _place(tx: AsyncSession, row: RequestRow) -> int:
    """Return 1 for the next in line; 0 when the request does not wait."""
    if row.state != RequestState.QUEUED:
        return 0
    ahead = await tx.scalar(
        select(func.count())
        .select_from(RequestRow)
        .where(
            RequestRow.state == RequestState.QUEUED.value,
            RequestRow.lane == row.lane,
            RequestRow.queued_at < row.queued_at,
        )
    )
    return (ahead or 0) + 1


def _eta_s(app: App, row: RequestRow, place: int, typical_s: int) -> int:
    if row.outcome_kind is not None:
        return 0
    if place:
        settings = app.settings
        slots = settings.worker_slots_premium if row.lane == "premium" else settings.worker_slots
        return typical_s * (1 + (place - 1) // slots)
    if row.started_at is None:
        return typical_s
    spent_s = int((app.clock.now() - row.started_at).total_seconds())
    return max(1, typical_s - spent_s)


def _unexpired_requests(app: App) -> ColumnElement[bool]:
    limit = cutoff(app.profile, "prompts", app.clock.now())
    return true() if limit is None else RequestRow.created_at > limit


def _is_shown(app: App, picture: PictureRow) -> bool:
    """Expired pictures are hidden at once; the sweep destroys them within hours."""
    now = app.clock.now()
    return is_visible(app.profile, "generated_pictures", picture.created_at, now)


def _view(picture: PictureRow) -> PictureView:
    return PictureView(
        picture_id=PictureId(picture.id),
        index=picture.index,
        width_px=picture.width_px,
        height_px=picture.height_px,
        seed=picture.seed,
        mime=picture.mime,
    )


async def _outcome(app: App, tx: AsyncSession, row: RequestRow) -> Outcome | None:
    if row.outcome_kind is None:
        return None
    pictures = await requests.pictures_of(tx, RequestId(row.id))
    words = await requests.open_text(app, row, "unknown_words_sealed")
    return Outcome(
        kind=OutcomeKind(row.outcome_kind),
        code=row.outcome_code,
        facts=row.outcome_facts,
        credits_charged=Credits(row.credits_charged),
        credits_returned=Credits(row.credits - row.credits_charged),
        pictures=tuple(_view(picture) for picture in pictures if _is_shown(app, picture)),
        unknown_words=tuple(words.split("\n")) if words else (),
    )


async def status_of(app: App, tx: AsyncSession, row: RequestRow) -> RequestStatus:
    """Draw up a request's status for its owner."""
    account = await tx.get(AccountRow, row.account_id)
    assert account is not None
    plan = load_plans(app.settings.plans)[account.plan]
    standing = await ledger.standing(tx, AccountId(row.account_id), plan, app.clock.now())
    place = await _place(tx, row)
    offering = app.registry.offering(row.offering_id)
    return RequestStatus(
        request_id=RequestId(row.id),
        state=RequestState(row.state),
        language=language_of(account.language),
        wish=await requests.open_wish(app, row),
        seed=row.seed,
        offering_title=offering.title if offering else row.offering_id,
        is_ai_model=offering.is_ai_model if offering else True,
        created_at=row.created_at,
        place=place,
        eta_s=_eta_s(app, row, place, offering.typical_s if offering else 20),
        percent=row.percent,
        preview_blob=BlobId(row.preview_blob) if row.preview_blob else None,
        credits_held=Credits(row.credits if row.outcome_kind is None else 0),
        credits_left=standing.available,
        outcome=await _outcome(app, tx, row),
        revision=row.revision,
    )


async def _own(app: App, tx: AsyncSession, actor: Actor, request_id: RequestId) -> RequestRow:
    row = await requests.find(tx, request_id)
    if row is None:
        raise NotFound
    person = await find_person(app, tx, actor)
    if person is None or not await requests.is_own(tx, row, person.account_id):
        raise NotYours
    return row


async def status(app: App, actor: Actor, request_id: RequestId) -> RequestStatus:
    """Return how a request stands.

    Raises:
        NotFound, NotYours: nothing is told.
    """
    async with app.transaction() as tx:
        row = await _own(app, tx, actor, request_id)
        if not is_visible(app.profile, "prompts", row.created_at, app.clock.now()):
            raise NotFound
        return await status_of(app, tx, row)


async def history(
    app: App, actor: Actor, *, limit: int = 30, before: RequestId | None = None
) -> tuple[RequestStatus, ...]:
    """Return a person's requests, newest first; ``before`` goes on behind that one."""
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is None:
            return ()
        query = (
            select(RequestRow)
            .where(
                RequestRow.account_id == person.account_id,
                RequestRow.state != RequestState.WAITING_AGE.value,
                _unexpired_requests(app),
            )
            .order_by(RequestRow.id.desc())
            .limit(limit)
        )
        if before is not None:
            query = query.where(RequestRow.id < before)
        rows = list(await tx.scalars(query))
        return tuple([await status_of(app, tx, row) for row in rows])


def file_of(picture: PictureRow, data: bytes, prompt: str) -> PictureFile:
    """Make a picture ready to be handed to its owner."""
    return PictureFile(
        data=data,
        mime=picture.mime,
        file_name=f"limner-{picture.id[:8]}.{_SUFFIXES.get(picture.mime, 'bin')}",
        alt_text=shortened(prompt),
        width_px=picture.width_px,
        height_px=picture.height_px,
    )


def shortened(prompt: str) -> str:
    """Return the prompt as an alternative text of at most ``ALT_TEXT_CHARS`` characters."""
    words = " ".join(prompt.split())
    return words if len(words) <= ALT_TEXT_CHARS else words[: ALT_TEXT_CHARS - 1] + "…"


async def picture_file(app: App, actor: Actor, picture_id: PictureId) -> PictureFile:
    """Return the untouched original.

    Raises:
        NotFound: it was deleted or never was.
        NotYours: only its owner may have it.
    """
    async with app.transaction() as tx:
        picture = await requests.find_picture(tx, picture_id)
        if picture is None or not _is_shown(app, picture):
            raise NotFound
        row = await _own(app, tx, actor, RequestId(picture.request_id))
    try:
        data = await app.vault.get(AccountId(picture.account_id), BlobId(picture.blob))
    except BlobMissing as missing:
        raise NotFound from missing
    return file_of(picture, data, await requests.open_text(app, row, "prompt_sealed"))


async def all_files(app: App, row: RequestRow) -> tuple[PictureFile, ...]:
    """Return all pictures of a request, in the grid's order; deleted ones are left out."""
    async with app.transaction() as tx:
        found = await requests.pictures_of(tx, RequestId(row.id))
        pictures = [picture for picture in found if _is_shown(app, picture)]
    prompt = await requests.open_text(app, row, "prompt_sealed")
    files = []
    for picture in pictures:
        try:
            data = await app.vault.get(AccountId(picture.account_id), BlobId(picture.blob))
        except BlobMissing:
            continue
        files.append(file_of(picture, data, prompt))
    return tuple(files)


async def grid(app: App, actor: Actor, request_id: RequestId) -> PictureFile | None:
    """Return one numbered picture of all that a request made; None for a single one.

    Raises:
        NotFound, NotYours: nothing is told.
    """
    async with app.transaction() as tx:
        row = await _own(app, tx, actor, request_id)
    return await compose_grid(await all_files(app, row))


async def preview(app: App, actor: Actor, request_id: RequestId) -> bytes | None:
    """Return the newest preview of running work, if the provider streams any.

    Raises:
        NotFound, NotYours: nothing is told.
    """
    async with app.transaction() as tx:
        row = await _own(app, tx, actor, request_id)
    return await preview_of(app, row)


async def preview_of(app: App, row: RequestRow) -> bytes | None:
    """Return a row's preview; None when there is none or it has just been replaced."""
    if row.preview_blob is None:
        return None
    try:
        return await app.vault.get(AccountId(row.account_id), BlobId(row.preview_blob))
    except BlobMissing:
        return None


def offerings(app: App) -> tuple[Offering, ...]:
    """Return what can be ordered, for choices and completion."""
    return tuple(app.registry.offerings())


def style_names(app: App, offering_id: str = "") -> tuple[str, ...]:
    """Return the style names that an offering, or any, draws itself."""
    names: dict[str, None] = {}
    for offering in app.registry.offerings():
        if offering_id in ("", offering.id):
            names.update(dict.fromkeys(offering.limits.styles))
    return tuple(names)


def _made_here() -> ColumnElement[bool]:
    """What somebody brought along from elsewhere says nothing about what was made here."""
    return RequestRow.lane != NO_LANE


async def _recognised(tx: AsyncSession, wanted: int) -> datetime | None:
    """Look for a picture that is the same to the eye: hashes that differ in few bits."""
    query = select(PictureRow.perceptual_hash, PictureRow.created_at)
    hashes = await tx.stream(query.join(RequestRow).where(_made_here()))
    async for known, made_at in hashes:
        if distance(unsigned(known), unsigned(wanted)) <= MATCH_BITS:
            found: datetime = made_at
            return found
    return None


async def verify(app: App, picture: bytes, actor: Actor | None = None) -> Verified:
    """Say whether a picture came from here: by its signature, else by the registry.

    The registry knows the exact file, and pictures that were only re-encoded or made smaller.
    Whose it was is never told. The use is recorded for ``actor``, if they have an account.

    Raises:
        CoreError: ``not-a-picture`` or ``picture-too-large``.
    """
    if actor is None:
        return await _verified(app, picture)
    async with noted(app, actor, "verify"):
        return await _verified(app, picture)


async def _verified(app: App, picture: bytes) -> Verified:
    reading = await app.provenance.read(picture)
    async with app.transaction() as tx:
        made = await tx.scalar(
            select(PictureRow.created_at)
            .join(RequestRow)
            .where(PictureRow.sha256 == reading.sha256, _made_here())
            .limit(1)
        )
        if made is None and reading.signature != "ours":
            made = await _recognised(tx, reading.perceptual_hash)
    kind = reading.digital_source_type
    if reading.signature == "ours":
        return Verified("ours-signed", kind, made)
    if made is not None:
        return Verified("ours-recognised", kind, made)
    match reading.signature:
        case "other":
            return Verified("other-signed", kind, None)
        case "damaged":
            return Verified("damaged", kind, None)
        case "none":
            return Verified("unknown", kind, None)
