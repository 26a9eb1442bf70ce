"""The job: route, submit, make, check, stamp, settle; each a step that a crash does not repeat."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.choices import choices_of
from core.accounts.rows import AccountRow
from core.app import App
from core.engine.engine import Steps
from core.generation import parts, requests
from core.generation.admission import choose
from core.generation.lookout import Lookout
from core.generation.making import make_pictures
from core.generation.rows import PictureRow, RequestRow
from core.generation.values import Outcome, OutcomeKind, RequestState
from core.kernel.ids import AccountId, BlobId, RequestId
from core.kernel.units import Credits
from core.moderation.errors import NotAPicture, PictureTooLarge, ScreenUnavailable
from core.providers.port import Asset, Failure, FailureKind, ImageOrder, JobRef, Offering, Provider
from core.providers.sizing import choose_size
from core.storage.envelope import Unreadable

log = logging.getLogger("limner.job")

STOP = "stop"
"""The request was decided elsewhere (cancelled, erased): leave no trace of this job."""
GO = "go"
UNSCREENED = "unscreened"
"""No judge could look at the pictures, so none may be shown."""
WAITING_AGE_KEPT = timedelta(hours=1)
_REPAIR_AT_ONCE = 200
_REPAIR_AFTER = timedelta(seconds=5)

Made = Callable[[App, AsyncSession, RequestRow], Awaitable[object]]


class GenerationJob:
    """One job from its queued request to its settled outcome; any process can go on with it."""

    def __init__(self, app: App, made: Made | None = None) -> None:
        """``made`` is called with the request in the transaction that settles its pictures."""
        self._app = app
        self._made = made
        self._lookout = Lookout(app)

    async def run(self, request_id: RequestId, steps: Steps) -> None:
        """Run the steps. Verdicts travel as returned values; an exception here is a bug."""
        verdict = await steps.run("route", lambda: self._route(request_id))
        if verdict == GO:
            verdict = await steps.run("submit", lambda: self._submit(request_id))
        if verdict == GO:
            verdict = await steps.run("make", lambda: self._make(request_id))
        if verdict == GO:
            verdict = await steps.run("check", lambda: self._check(request_id))
        if verdict.startswith(GO):
            allowed = verdict.removeprefix(GO)
            verdict = await steps.run("stamp", lambda: self._stamp(request_id, allowed))
        last = verdict
        await steps.run("settle", lambda: self._settle(request_id, last))

    async def _load(self, request_id: RequestId) -> RequestRow | None:
        """Return the row while the request is still this job's to work on."""
        async with self._app.transaction() as tx:
            return await requests.find_working(tx, request_id)

    async def _route(self, request_id: RequestId) -> str:
        app = self._app
        row = await self._load(request_id)
        if row is None:
            return STOP
        try:
            wish = await requests.open_wish(app, row)
        except Unreadable:
            return STOP
        async with app.transaction() as tx:
            region = await tx.scalar(
                select(AccountRow.region).where(AccountRow.id == row.account_id)
            )
            choices = await choices_of(tx, AccountId(row.account_id))
            now = await app.database.now(tx)
        receipt = choose(app, region or "", wish, choices, max_credits=row.credits, now=now)
        chosen = receipt.chosen
        async with app.transaction() as tx:
            mine = await tx.scalar(
                update(RequestRow)
                .where(RequestRow.id == request_id, RequestRow.state.in_(requests.UNDECIDED))
                .values(
                    state=RequestState.RUNNING.value,
                    started_at=now,
                    route_receipt=parts.as_json(receipt),
                    offering_id=chosen or row.offering_id,
                    revision=RequestRow.revision + 1,
                )
                .returning(RequestRow.id)
            )
        if mine is None:
            return STOP
        return GO if chosen else _failed(Failure(FailureKind.UNAVAILABLE))

    def _counterpart(self, row: RequestRow) -> tuple[Provider, Offering] | None:
        offering = self._app.registry.offering(row.offering_id)
        provider = self._app.registry.provider_of(row.offering_id)
        return None if offering is None or provider is None else (provider, offering)

    async def _order(self, row: RequestRow, offering: Offering) -> ImageOrder:
        wish = await requests.open_wish(self._app, row)
        size = choose_size(wish.aspect, offering.limits) or (1024, 1024)
        return ImageOrder(
            prompt=wish.prompt,
            negative=wish.negative,
            seed=row.seed,
            width_px=size[0],
            height_px=size[1],
            count=wish.count,
            style=wish.style,
            image_format=wish.image_format,
        )

    async def _submit(self, request_id: RequestId) -> str:
        """Store the intent, place the order, store the provider's id: in that order."""
        app = self._app
        row = await self._load(request_id)
        if row is None:
            return STOP
        counterpart = self._counterpart(row)
        if counterpart is None:
            return _failed(Failure(FailureKind.UNAVAILABLE))
        provider, offering = counterpart
        if row.submit_intent_at is not None and row.provider_job_id is None:
            # A process died between the intent and the answer.
            if offering.after_crash == "lost":
                return _failed(Failure(FailureKind.INTERRUPTED, was_charged=True))
            if offering.after_crash == "lookup":
                found = await provider.find(offering, request_id)
                if found is not None:
                    await self._store_ref(request_id, found)
                    return GO
        elif row.provider_job_id is not None:
            return GO
        order = await self._order(row, offering)
        async with app.transaction() as tx:
            await tx.execute(
                update(RequestRow)
                .where(RequestRow.id == request_id)
                .values(submit_intent_at=await app.database.now(tx))
            )
        controls = parts.controls_of(row.route_receipt)
        ref = await provider.submit(offering, order, idempotency_key=request_id, controls=controls)
        if isinstance(ref, Failure):
            app.health.note_failure(provider.name, ref, app.clock.now())
            return _failed(ref)
        await self._store_ref(request_id, ref)
        return GO

    async def _store_ref(self, request_id: RequestId, ref: JobRef) -> None:
        async with self._app.transaction() as tx:
            await tx.execute(
                update(RequestRow)
                .where(RequestRow.id == request_id)
                .values(provider_job_id=ref.job_id)
            )

    async def _make(self, request_id: RequestId) -> str:
        """Follow the provider, fetch the bytes, and seal them before anything else."""
        app = self._app
        row = await self._load(request_id)
        if row is None:
            await self._call_off(request_id)
            return STOP
        counterpart = self._counterpart(row)
        if counterpart is None or row.provider_job_id is None:
            return _failed(Failure(FailureKind.UNAVAILABLE))
        provider, offering = counterpart
        if await parts.has_raw(app, row):
            return GO
        ref = JobRef(offering.id, row.provider_job_id)
        order = await self._order(row, offering)
        result = await make_pictures(app, row, provider, offering, order, ref, self._lookout)
        if result is None:
            return STOP
        if isinstance(result, Failure):
            app.health.note_failure(provider.name, result, app.clock.now())
            return _failed(result)
        app.health.note_success(provider.name)
        await parts.put_raw(app, row, result)
        if await self._load(request_id) is None:
            # Decided while the bytes were fetched, perhaps by the end of the time allowed: then
            # no further step comes to clean up.
            await parts.drop_working(app, row)
            return STOP
        return GO

    async def _call_off(self, request_id: RequestId) -> None:
        """Tell the provider to stop: the request was decided before anybody followed the work."""
        async with self._app.transaction() as tx:
            row = await requests.find(tx, request_id)
        if row is None or row.provider_job_id is None:
            return
        counterpart = self._counterpart(row)
        if counterpart is not None:
            await counterpart[0].cancel(JobRef(row.offering_id, row.provider_job_id))

    async def _check(self, request_id: RequestId) -> str:
        """Judge every picture before anybody sees it; return which may be shown."""
        app = self._app
        row = await self._load(request_id)
        if row is None:
            return STOP
        allowed: list[str] = []
        category: str | None = None
        for index in range(1, row.count + 1):
            asset = await parts.get_raw(app, row, index)
            if asset is None:
                continue
            try:
                refused = await app.screen.refuse_picture(asset.data, adult_room=row.adult_room)
            except (NotAPicture, PictureTooLarge):
                # What can't be opened was not made: it is neither shown nor charged.
                continue
            except ScreenUnavailable:
                return UNSCREENED
            if refused is None:
                allowed.append(str(index))
            category = refused or category
        if allowed:
            return GO + ",".join(allowed)
        return f"refused:{category}" if category else _failed(Failure(FailureKind.EMPTY))

    async def _stamp(self, request_id: RequestId, allowed: str) -> str:
        """Write the provenance into every allowed picture and seal it as the final one."""
        app = self._app
        row = await self._load(request_id)
        if row is None:
            return STOP
        offering = app.registry.offering(row.offering_id)
        is_ai_model = offering.is_ai_model if offering else True
        made: list[PictureRow] = []
        words: list[str] = []
        for index in (int(part) for part in allowed.split(",")):
            asset = await parts.get_raw(app, row, index)
            if asset is None:
                return _failed(Failure(FailureKind.EMPTY))
            made.append(await self._stamp_one(row, index, asset, is_ai_model=is_ai_model))
            words.extend(parts.unknown_words(asset))
        owner = AccountId(row.account_id)
        sealed_words = None
        if words:
            place = requests.place_of(owner, request_id, "unknown_words_sealed")
            unique = "\n".join(dict.fromkeys(words))
            sealed_words = await app.keys.seal(place, unique.encode())
        async with app.transaction() as tx:
            mine = await tx.scalar(
                update(RequestRow)
                .where(RequestRow.id == request_id, RequestRow.state.in_(requests.UNDECIDED))
                .values(unknown_words_sealed=sealed_words)
                .returning(RequestRow.id)
            )
            if mine is not None:
                await tx.execute(delete(PictureRow).where(PictureRow.request_id == request_id))
                tx.add_all(made)
        if mine is None:
            await parts.drop_pictures(app, row)
            return STOP
        return "done"

    async def _stamp_one(
        self, row: RequestRow, index: int, asset: Asset, *, is_ai_model: bool
    ) -> PictureRow:
        app = self._app
        made_at = app.clock.now()
        stamp = await app.provenance.stamp(
            asset.data, asset.mime, is_ai_model=is_ai_model, made_at=made_at
        )
        with Image.open(BytesIO(stamp.data)) as picture:
            width_px, height_px = picture.size
        picture_id = requests.picture_id_of(app, RequestId(row.id), index)
        await app.vault.put(AccountId(row.account_id), BlobId(picture_id), stamp.data)
        return PictureRow(
            id=picture_id,
            account_id=row.account_id,
            request_id=row.id,
            index=index,
            blob=picture_id,
            mime=asset.mime,
            width_px=width_px,
            height_px=height_px,
            size_bytes=len(stamp.data),
            seed=parts.seed_of(asset, row.seed + index - 1),
            is_ai_model=is_ai_model,
            manifest_id=stamp.manifest_id,
            sha256=stamp.sha256,
            perceptual_hash=stamp.perceptual_hash,
            created_at=made_at,
        )

    async def _settle(self, request_id: RequestId, verdict: str) -> str:
        """Capture or release the hold and write the outbox row, in one transaction."""
        app = self._app
        decided = None
        async with app.transaction() as tx:
            row = await requests.find(tx, request_id)
            if row is None:
                return STOP
            if verdict != STOP and await requests.find_working(tx, request_id) is not None:
                made = len(await requests.pictures_of(tx, request_id))
                each = row.credits // row.count
                outcome = _outcome(verdict, Credits(each * made))
                decided = await requests.end(tx, request_id, outcome, await app.database.now(tx))
                if decided is not None and outcome.kind is OutcomeKind.PICTURES and self._made:
                    await self._made(app, tx, row)
        await parts.drop_working(app, row)
        if row.outcome_kind != OutcomeKind.PICTURES:
            await parts.drop_pictures(app, row)
            if decided is None:
                # Decided elsewhere: a late result is dropped here and purged where it was made.
                await self._purge(row)
        return verdict

    async def _purge(self, row: RequestRow) -> None:
        counterpart = self._counterpart(row)
        if counterpart is None or row.provider_job_id is None:
            return
        await counterpart[0].purge(JobRef(row.offering_id, row.provider_job_id))


def _failed(failure: Failure) -> str:
    """Turn a failure into a recorded verdict: small facts, no content."""
    return f"failed:{failure.kind}:{failure.stage}:{failure.retry_after_s or ''}"


def _outcome(verdict: str, charge: Credits) -> Outcome:
    kind, _, rest = verdict.partition(":")
    if kind == "done":
        return Outcome(OutcomeKind.PICTURES, credits_charged=charge)
    if kind == "refused":
        return Outcome(OutcomeKind.REFUSED, code="picture-rejected", facts={"category": rest})
    if kind == UNSCREENED:
        return Outcome(OutcomeKind.FAILED, code=ScreenUnavailable.code)
    reason, stage, retry_after = [*rest.split(":"), "", ""][:3]
    if reason == FailureKind.BLOCKED:
        return Outcome(OutcomeKind.REFUSED, code=f"provider-blocked-{stage or 'input'}")
    facts: dict[str, object] = {"retry_after_s": int(retry_after)} if retry_after else {}
    return Outcome(OutcomeKind.FAILED, code=f"provider-{reason}", facts=facts)


def _given_up(app: App, row: RequestRow | None, now: datetime) -> Outcome:
    """Say why the engine stopped a job: its time was over, or it broke."""
    limit = timedelta(seconds=app.settings.job_timeout_s)
    started = row.started_at if row is not None else None
    is_late = started is not None and now - started >= limit
    kind = FailureKind.TIMED_OUT if is_late else FailureKind.INTERRUPTED
    return _outcome(_failed(Failure(kind)), Credits(0))


async def repair(app: App) -> None:
    """Refund what the engine has given up, and drop requests whose age question nobody answered."""
    async with app.transaction() as tx:
        now = await app.database.now(tx)
        await tx.execute(
            delete(RequestRow).where(
                RequestRow.state == RequestState.WAITING_AGE.value,
                RequestRow.created_at < now - WAITING_AGE_KEPT,
            )
        )
        ids = list(
            await tx.scalars(
                select(RequestRow.id)
                .where(
                    RequestRow.state.in_(requests.UNDECIDED),
                    RequestRow.queued_at < now - _REPAIR_AFTER,
                )
                .order_by(RequestRow.queued_at)
                .limit(_REPAIR_AT_ONCE)
            )
        )
    given_up = await app.engine.failed_jobs([RequestId(one) for one in ids])
    for request_id in given_up:
        async with app.transaction() as tx:
            row = await requests.find(tx, request_id)
            outcome = _given_up(app, row, now)
            ended = await requests.end(tx, request_id, outcome, await app.database.now(tx))
        if row is not None and ended is not None:
            log.warning("a job ended without an outcome; its credits were returned")
            await parts.drop_working(app, row)
            await parts.drop_pictures(app, row)
