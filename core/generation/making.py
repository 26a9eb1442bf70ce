"""Following a provider at work: progress and previews into the row, cancellation out of it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

from sqlalchemy import update

from core.app import App
from core.generation import parts, requests
from core.generation.lookout import Lookout
from core.generation.rows import RequestRow
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId
from core.providers.port import (
    Asset,
    Event,
    Failure,
    FailureKind,
    Finished,
    ImageOrder,
    JobRef,
    Offering,
    Preview,
    Progress,
    Provider,
    Queued,
)

_LOOK_EVERY_S = 1.0
_MAX_SUBMITS = 3


async def make_pictures(
    app: App,
    row: RequestRow,
    provider: Provider,
    offering: Offering,
    order: ImageOrder,
    ref: JobRef,
    lookout: Lookout,
) -> tuple[Asset, ...] | Failure | None:
    """Wait for a job and fetch its pictures.

    Returns:
        The pictures, a verdict, or None when the request was decided elsewhere meanwhile; the
        provider has then been told to stop.
    """
    for _ in range(_MAX_SUBMITS):
        result = await _follow(app, row, provider, ref, lookout)
        if not isinstance(result, Failure) or result.kind is not FailureKind.INTERRUPTED:
            return result
        if offering.after_crash != "resubmit":
            return result
        # The process that had placed the order died; ordering again costs nothing there.
        again = await provider.submit(
            offering,
            order,
            idempotency_key=row.id,
            controls=parts.controls_of(row.route_receipt),
        )
        if isinstance(again, Failure):
            return again
        ref = again
    return Failure(FailureKind.UNAVAILABLE)


async def _follow(
    app: App, row: RequestRow, provider: Provider, ref: JobRef, lookout: Lookout
) -> tuple[Asset, ...] | Failure | None:
    progress = _Progress(app, row)
    events = provider.watch(ref)
    upcoming: asyncio.Task[Event] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(_next(events))
            done, _ = await asyncio.wait({upcoming}, timeout=_LOOK_EVERY_S)
            if not done:
                if not await lookout.is_working(row.id):
                    await provider.cancel(ref)
                    return None
                continue
            event, upcoming = upcoming.result(), None
            match event:
                case Finished():
                    return await provider.fetch(ref)
                case Failure():
                    return event
                case Queued() | Progress() | Preview():
                    if not await progress.show(event):
                        await provider.cancel(ref)
                        return None
    finally:
        if upcoming is not None:
            upcoming.cancel()
            with contextlib.suppress(asyncio.CancelledError, StopAsyncIteration):
                await upcoming
        if isinstance(events, AsyncGenerator) and (upcoming is None or upcoming.done()):
            # Give back what the provider holds open for this stream, whichever way it ended.
            await events.aclose()


async def _next(events: AsyncIterator[Event]) -> Event:
    return await anext(events)


class _Progress:
    """Writes what the provider says into the request's row, which surfaces draw from."""

    def __init__(self, app: App, row: RequestRow) -> None:
        self._app = app
        self._row = row
        self._previews = 0

    async def _may_be_seen(self, preview: bytes) -> bool:
        """A preview is a picture too: nobody sees one that the finished picture would not pass."""
        try:
            refused = await self._app.screen.refuse_picture(
                preview, adult_room=self._row.adult_room
            )
        except CoreError:
            # Unreadable, or no judge answers: the work goes on without showing it.
            return False
        return refused is None

    async def show(self, event: Queued | Progress | Preview) -> bool:
        """Store the progress; False when the request is no longer this job's."""
        values: dict[str, object] = {"revision": RequestRow.revision + 1}
        if isinstance(event, Preview) and await self._may_be_seen(event.picture):
            # Two places in turn: a surface may still be reading the last one.
            blob = parts.preview_blob(self._app, self._row, self._previews % 2)
            self._previews += 1
            await self._app.vault.put(AccountId(self._row.account_id), blob, event.picture)
            values["preview_blob"] = blob
        if not isinstance(event, Queued):
            values["percent"] = max(0, min(99, event.percent))
        async with self._app.transaction() as tx:
            mine = await tx.scalar(
                update(RequestRow)
                .where(RequestRow.id == self._row.id, RequestRow.state.in_(requests.UNDECIDED))
                .values(**values)
                .returning(RequestRow.id)
            )
        return mine is not None
