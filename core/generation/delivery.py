"""Brings outcomes and progress to one surface, in the process that owns its client."""

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from sqlalchemy import select

from core.app import App
from core.generation import outbox, requests
from core.generation.delivery_port import (
    ACCOUNT_GONE,
    GONE_TASK,
    DeliveryResult,
    Gone,
    Later,
    NotNow,
    Parcel,
    ProgressNote,
    Sent,
    SurfaceDelivery,
)
from core.generation.grid import compose_grid
from core.generation.queries import all_files, preview_of, status_of
from core.generation.rows import OutboxRow, RequestRow
from core.generation.values import OutcomeKind, PictureFile, RequestState
from core.kernel.ids import RequestId, new_id
from core.storage.envelope import Unreadable
from core.storage.turns import IN_BACKGROUND

log = logging.getLogger("limner.delivery")

POLL_S = 0.25
DRAW_EVERY_S = 2.0
"""One edit of a progress message every so many seconds at most."""
WAIT_FOR_MESSAGE = timedelta(seconds=10)
"""How long an outcome waits for the message that its surface sends after accepting."""
DRAWING_AT_MOST_S = 20.0
"""Seconds after which an edit of a progress message is given up."""
SEND_AT_MOST_S = 180.0
"""Seconds after which a send is given up and tried again: a hanging one must not keep its place."""
STOP_PATIENCE_S = 1.0
"""Seconds that work in hand is given when the loop is told to stop."""
_AT_ONCE = 8
_FIRST_RETRY_S, _LAST_RETRY_S = 1.0, 300.0


_NEVER = (-1, -1)


@dataclass(slots=True)
class _Drawn:
    """What was last shown of a running request."""

    at_s: float
    looks: tuple[int, int]
    preview: bytes


class DeliveryLoop:
    """Drains one surface's outbox and keeps its progress messages fresh."""

    def __init__(
        self,
        app: App,
        surface: SurfaceDelivery,
        wait_for_message: timedelta = WAIT_FOR_MESSAGE,
    ) -> None:
        self._app = app
        self._surface = surface
        self._claimer = new_id()
        self._wait_for_message = wait_for_message
        self._drawn: dict[str, _Drawn] = {}
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._drawing: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._pens = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Work until cancelled; a round that fails is logged and the next one goes on.

        When cancelled, rounds and sends that have begun are let finish for a moment, so that
        nothing is cut off in the middle of a transaction.
        """
        rounds = [
            asyncio.create_task(self._forever(self._drain, POLL_S)),
            asyncio.create_task(self._forever(self._draw, POLL_S * 2)),
            asyncio.create_task(self._forever(self._renew, outbox.CLAIM_S / 4)),
        ]
        try:
            await asyncio.wait(rounds)
        finally:
            self._stopping.set()
            await _end(rounds)
            await self._stop()

    async def _forever(self, work: Callable[[], Awaitable[None]], pause_s: float) -> None:
        # New requests are answered first; those who wait for a picture wait a little longer.
        IN_BACKGROUND.set(True)
        while not self._stopping.is_set():
            try:
                await work()
            except Exception:  # the edge of this loop: one bad round must not end delivery
                log.exception("delivery round failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)

    async def _stop(self) -> None:
        await _end([*self._sending.values(), *self._drawing.values()])
        async with self._app.transaction() as tx:
            now = await self._app.database.now(tx)
            await outbox.release_claims(tx, [self._claimer], now)

    async def _renew(self) -> None:
        if self._sending:
            async with self._app.transaction() as tx:
                now = await self._app.database.now(tx)
                await outbox.renew(tx, self._claimer, now)

    async def _drain(self) -> None:
        free = _AT_ONCE - len(self._sending)
        if free <= 0:
            return
        async with self._app.transaction() as tx:
            now = await self._app.database.now(tx)
            claimed = await outbox.claim(
                tx,
                self._surface.surface,
                self._claimer,
                now,
                free,
                wait_for_message=self._wait_for_message,
            )
        for row in claimed:
            _keep(self._sending, row.request_id, self._deliver(row))

    async def _deliver(self, row: OutboxRow) -> None:
        request_id = RequestId(row.request_id)
        try:
            parcel = await self._parcel(row)
            drawing = self._drawing.get(row.request_id)
            if drawing is not None:
                # Progress that is on its way must not overtake the picture.
                await asyncio.wait({drawing}, timeout=DRAWING_AT_MOST_S)
            async with self._app.transaction() as tx:
                await outbox.start(tx, request_id)
            async with asyncio.timeout(SEND_AT_MOST_S):
                result = await self._surface.deliver(parcel)
        except Unreadable:
            # The account was erased meanwhile: nobody can be shown anything of it.
            result = Gone("erased")
        except Exception:  # the edge of one delivery: it is tried again, nothing is lost
            log.exception("delivery failed")
            result = Later(_backoff_s(row.attempt))
        await self._record(row, result)

    async def _record(self, row: OutboxRow, result: DeliveryResult) -> None:
        request_id = RequestId(row.request_id)
        match result:
            case Sent(address, removable_until):
                await self._remember(request_id, address, removable_until)
                code = "sent"
            case Gone(reason):
                code = f"gone:{reason}"[:32]
            case Later(retry_after_s):
                async with self._app.transaction() as tx:
                    now = await self._app.database.now(tx)
                    if now - row.created_at < outbox.GIVE_UP_AFTER:
                        wait = timedelta(seconds=max(retry_after_s, _backoff_s(row.attempt)))
                        await outbox.postpone(tx, request_id, self._claimer, now + wait)
                        return
                code = "gave-up"
            case _:
                assert_never(result)
        async with self._app.transaction() as tx:
            await outbox.finish(tx, request_id, self._claimer, code)
            if result == Gone(ACCOUNT_GONE):
                await self._app.engine.enqueue_task(tx, GONE_TASK, row.account_id)
        self._drawn.pop(request_id, None)

    async def _remember(
        self, request_id: RequestId, address: str, removable_until: datetime | None
    ) -> None:
        # None of it where the account was erased while its picture was on the way.
        with contextlib.suppress(Unreadable):
            await requests.store_message(self._app, request_id, address, removable_until)

    async def _parcel(self, claimed: OutboxRow) -> Parcel:
        app, request_id = self._app, RequestId(claimed.request_id)
        async with app.transaction() as tx:
            row = await requests.find(tx, request_id)
            if row is None:
                raise Unreadable
            status = await status_of(app, tx, row)
        pictures: tuple[PictureFile, ...] = ()
        if status.outcome is not None and status.outcome.kind is OutcomeKind.PICTURES:
            pictures = await all_files(app, row)

        async def remember(address: str, removable_until: datetime | None = None) -> None:
            await self._remember(request_id, address, removable_until)

        return Parcel(
            reply_to=await requests.open_text(app, row, "reply_to_sealed"),
            message_address=await requests.open_text(app, row, "message_sealed"),
            attempt=claimed.attempt,
            was_started=claimed.was_started,
            status=status,
            pictures=pictures,
            grid=await compose_grid(pictures),
            remember=remember,
        )

    async def _draw(self) -> None:
        """Redraw every running request of this surface that changed, each once in a while."""
        query = select(RequestRow).where(
            RequestRow.surface == self._surface.surface,
            RequestRow.state.in_(requests.UNDECIDED),
            RequestRow.message_sealed.is_not(None),
        )
        async with self._app.transaction() as tx:
            rows = list(await tx.scalars(query))
        living = {row.id for row in rows}
        for gone in [key for key in self._drawn if key not in living]:
            del self._drawn[gone]
        now_s = asyncio.get_running_loop().time()
        for row in rows:
            known = self._drawn.get(row.id)
            if row.id in self._drawing or (known and now_s - known.at_s < DRAW_EVERY_S):
                continue
            if known and row.state == RequestState.RUNNING and known.looks == (row.revision, 0):
                continue
            _keep(self._drawing, row.id, self._draw_one(RequestId(row.id)))

    async def _draw_one(self, request_id: RequestId) -> None:
        try:
            async with self._pens, asyncio.timeout(DRAWING_AT_MOST_S):
                await self._show_progress(request_id)
        except Exception:  # the edge of one drawing: progress is best effort, the next one follows
            log.exception("drawing progress failed")

    async def _show_progress(self, request_id: RequestId) -> None:
        now_s = asyncio.get_running_loop().time()
        async with self._app.transaction() as tx:
            row = await requests.find(tx, request_id)
            if row is None or row.state not in requests.UNDECIDED:
                return
            status = await status_of(self._app, tx, row)
        last = self._drawn.get(row.id)
        looks = (status.revision, status.place)
        if last is None:
            # The surface has just drawn it as accepted; show the next change.
            self._drawn[row.id] = _Drawn(now_s, looks, b"")
            if status.place:
                return
        elif last.looks == looks:
            last.at_s = now_s
            return
        preview = await preview_of(self._app, row)
        # By its bytes: previews take turns in two places, so the place says nothing.
        digest = hashlib.sha256(preview).digest() if preview else b""
        if last is not None and last.preview == digest:
            preview = None
        note = ProgressNote(
            reply_to=await requests.open_text(self._app, row, "reply_to_sealed"),
            message_address=await requests.open_text(self._app, row, "message_sealed"),
            status=status,
            preview=preview,
        )
        drawn = self._drawn[row.id] = _Drawn(now_s, looks, digest)
        try:
            await self._surface.show_progress(note)
        except NotNow:
            drawn.looks, drawn.preview = _NEVER, b"" if last is None else last.preview
        drawn.at_s = asyncio.get_running_loop().time()


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Let tasks finish for a moment, then cancel those that are left."""
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_PATIENCE_S)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _keep(
    tasks: dict[str, asyncio.Task[None]], key: str, work: Coroutine[None, None, None]
) -> None:
    """Start work and remember it until it ends."""
    task = asyncio.create_task(work)
    tasks[key] = task

    def forget(done: asyncio.Task[None]) -> None:
        if tasks.get(key) is done:
            del tasks[key]

    task.add_done_callback(forget)


def _backoff_s(attempt: int) -> float:
    return min(_LAST_RETRY_S, _FIRST_RETRY_S * 2.0 ** min(attempt, 10))
