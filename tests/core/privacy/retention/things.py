"""Things with an age, as rows and blobs of a real app."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from core.accounts.commands import meet
from core.accounts.usage import MADE, note_event
from core.app import App
from core.engine.engine import Result, Steps
from core.generation import requests
from core.generation.rows import OutboxRow, PictureRow, RequestRow
from core.generation.values import ImageWish
from core.kernel.ids import AccountId, BlobId, PictureId, RequestId, new_id
from core.kernel.people import Actor
from core.privacy.retention.sweep import sweep
from core.quotas.rows import HoldRow
from core.storage.inventory import Base
from tests.core.privacy.retention.clock import MovingClock
from tests.factories import an_app

MARK = "canarymark"
"""Stands in what the sweep must remove."""


class PlainSteps(Steps):
    """Runs steps without an engine."""

    async def run(self, name: str, step: Callable[[], Awaitable[Result]]) -> Result:
        del name
        return await step()


@asynccontextmanager
async def an_aging_app(
    database_url: str = "", policy: str = "artiflux", folder: Path | None = None
) -> AsyncIterator[tuple[App, MovingClock]]:
    clock = MovingClock()
    async with an_app(
        clock=clock, database_url=database_url, folder=folder, LIMNER_POLICY=policy
    ) as app:
        yield app, clock


async def swept(app: App, name: str = "") -> None:
    """Sweep once, as a worker would."""
    await sweep(app, name or new_id(), PlainSteps())


async def a_person(app: App, native_id: str = "1") -> tuple[Actor, AccountId]:
    actor = Actor("test", native_id, "en")
    return actor, (await meet(app, actor)).account_id


def _ended_row(
    owner: AccountId,
    request_id: RequestId,
    sealed: requests.SealedWish,
    hold_id: str,
    at: datetime,
    outcome: str,
) -> RequestRow:
    """A request's row as it stands when all is over."""
    return RequestRow(
        id=request_id,
        account_id=owner,
        surface="test",
        request_key_hash=new_id(),
        state="delivered",
        epoch=0,
        lane="standard",
        prompt_sealed=sealed.prompt,
        negative_sealed=sealed.negative,
        aspect="1:1",
        count=1,
        seed=1,
        seed_given=False,
        style="",
        wished_offering="",
        offering_id="builtin/illustrator",
        image_format="png",
        spoiler=False,
        adult_room=False,
        reply_to_sealed=sealed.reply_to,
        message_sealed=None,
        parent_id=None,
        hold_id=hold_id,
        credits=1,
        created_at=at,
        queued_at=at,
        started_at=at,
        ended_at=at,
        percent=100,
        preview_blob=None,
        revision=1,
        route_receipt=None,
        submit_intent_at=at,
        provider_job_id=f"{MARK}-{request_id}",
        outcome_kind=outcome,
        outcome_code="",
        outcome_facts={},
        unknown_words_sealed=None,
        credits_charged=1,
    )


async def a_request_with_a_picture(
    app: App, owner: AccountId, at: datetime, *, outcome: str = "pictures"
) -> tuple[RequestId, PictureId]:
    """A request that ended long ago, with its hold, its outbox row and one picture."""
    request_id = RequestId(new_id())
    picture_id = PictureId(new_id())
    wish = ImageWish(prompt=f"{MARK} a heron")
    sealed = await requests.seal_wish(app, owner, request_id, wish, f"{MARK} there")
    await app.vault.put(owner, BlobId(picture_id), f"{MARK} picture".encode())
    hold = HoldRow(
        id=new_id(),
        account_id=owner,
        free_credits=1,
        paid_credits=0,
        captured=1,
        day="2026-03-01",
        state="captured",
        created_at=at,
    )
    row = _ended_row(owner, request_id, sealed, hold.id, at, outcome)
    await _store(app, hold, row)
    outbox = OutboxRow(
        request_id=request_id,
        account_id=owner,
        surface="test",
        state="done",
        attempt=1,
        was_started=True,
        claimed_by=None,
        claimed_until=None,
        not_before=at,
        created_at=at,
        result="",
    )
    await _store(app, outbox, _picture(picture_id, owner, request_id, at))
    async with app.transaction() as tx:
        await note_event(
            tx,
            owner,
            surface="test",
            feature=MADE,
            outcome=outcome,
            now=at,
            offering_id="builtin/illustrator",
        )
    return request_id, picture_id


async def _store(app: App, *rows: Base) -> None:
    for row in rows:
        async with app.transaction() as tx:
            tx.add(row)


def _picture(
    picture_id: PictureId, owner: AccountId, request_id: RequestId, at: datetime
) -> PictureRow:
    return PictureRow(
        id=picture_id,
        account_id=owner,
        request_id=request_id,
        index=1,
        blob=picture_id,
        mime="image/png",
        width_px=8,
        height_px=8,
        size_bytes=8,
        seed=1,
        is_ai_model=False,
        manifest_id=f"{MARK}-{picture_id}",
        sha256=new_id(),
        perceptual_hash=1,
        created_at=at,
    )


async def count_of(app: App, row: type[Base]) -> int:
    async with app.transaction() as tx:
        return await tx.scalar(select(func.count()).select_from(row)) or 0


def with_periods(app: App, **days: int) -> App:
    """The same app under a profile with other periods."""
    periods = app.profile.retention_days | days
    return replace(app, profile=replace(app.profile, retention_days=periods))
