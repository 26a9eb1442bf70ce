"""Cancel: waiting, running, too late; credits come back once and no byte stays behind."""

import asyncio

import pytest

from core.generation.commands import cancel_request
from core.generation.errors import NotFound, NotYours
from core.generation.queries import status
from core.generation.values import AlreadyEnded, Cancelled, OutcomeKind, RequestState
from core.kernel.ids import RequestId, new_id
from core.kernel.units import Credits
from core.providers.port import Asset, Failure, ImageOrder, JobRef, Offering, PrivacyControls
from tests.core.generation.sight import a_provider, blobs_of, ledger_of, shown, soon
from tests.factories import (
    a_request,
    a_service,
    a_worker,
    accepted,
    an_adult,
    an_app,
    balance_of,
    until,
)
from tests.fakes import FakeProvider, RecordingSurface


async def test_a_waiting_request_is_cancelled_and_the_person_told(database_url: str) -> None:
    provider, surface = a_provider(), RecordingSurface()
    async with an_app(database_url=database_url, providers=[provider]) as app:
        person = await an_adult(app)
        before = await balance_of(app, person)
        done = await shown(app, a_request(person, count=2))

        answer = await cancel_request(app, person, done.request_id)

        assert answer == Cancelled(Credits(4))
        async with a_service(app, surface):
            ended = await until(app, person, done.request_id)
        assert ended.outcome is not None
        assert ended.outcome.kind is OutcomeKind.CANCELLED
        assert (ended.outcome.credits_charged, ended.outcome.credits_returned) == (0, 4)
        assert await balance_of(app, person) == before
        assert [parcel.message_address for parcel in surface.parcels] == ["message"]
        assert not provider.submits


async def test_a_running_request_is_stopped_at_the_provider_and_leaves_nothing() -> None:
    provider, surface = a_provider(), RecordingSurface()
    provider.gate.clear()
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        person = await an_adult(app)
        done = await shown(app, a_request(person))

        async def has_preview() -> bool:
            return (await status(app, person, done.request_id)).preview_blob is not None

        await soon(has_preview)
        assert await cancel_request(app, person, done.request_id) == Cancelled(Credits(2))
        await until(app, person, done.request_id)
        await soon(lambda: provider.cancelled == [done.request_id])
        provider.gate.set()

        await soon(lambda: provider.purged == [done.request_id])
        assert await blobs_of(app, person) == 0
        assert await ledger_of(app) == [("hold", 2), ("release", 2)]
        assert [p.status.outcome.kind for p in surface.parcels if p.status.outcome] == ["cancelled"]


class _SlowToHandOver(FakeProvider):
    """Has finished, and takes its time to hand the pictures over or to take the order."""

    def hold(self, when: str) -> "_SlowToHandOver":
        self.when = when
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()
        return self

    async def _wait(self) -> None:
        self.reached.set()
        await self.go_on.wait()

    async def submit(
        self,
        offering: Offering,
        order: ImageOrder,
        *,
        idempotency_key: str,
        controls: PrivacyControls,
    ) -> JobRef | Failure:
        ref = await super().submit(
            offering, order, idempotency_key=idempotency_key, controls=controls
        )
        if self.when == "submit":
            await self._wait()
        return ref

    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        if self.when == "fetch":
            await self._wait()
        return await super().fetch(ref)


@pytest.mark.parametrize("when", ["submit", "fetch"])
async def test_a_provider_that_answers_after_the_cancel_changes_nothing(
    database_url: str, when: str
) -> None:
    surface = RecordingSurface()
    offering = a_provider().offering
    provider = _SlowToHandOver(offering=offering, answers_late=True).hold(when)
    async with (
        an_app(database_url=database_url, providers=[provider]) as app,
        a_service(app, surface),
    ):
        person = await an_adult(app)
        before = await balance_of(app, person)
        done = await shown(app, a_request(person, count=3))
        await asyncio.wait_for(provider.reached.wait(), 15)

        assert await cancel_request(app, person, done.request_id) == Cancelled(Credits(6))
        told = await until(app, person, done.request_id)
        provider.go_on.set()
        await soon(lambda: provider.purged == [done.request_id])
        assert not provider.orders

        assert await status(app, person, done.request_id) == told
        assert told.outcome is not None
        assert told.outcome.pictures == ()
        assert await balance_of(app, person) == before
        assert await ledger_of(app) == [("hold", 6), ("release", 6)]
        assert await blobs_of(app, person) == 0
        assert len(surface.parcels) == 1
        if when == "submit":
            assert provider.cancelled == [done.request_id]


async def test_after_the_end_it_is_too_late_and_nothing_changes() -> None:
    async with an_app(providers=[a_provider()]) as app, a_worker(app):
        person = await an_adult(app)
        done = await accepted(app, a_request(person))
        ended = await until(app, person, done.request_id, RequestState.ENDED)

        answer = await cancel_request(app, person, done.request_id)

        assert answer == AlreadyEnded(OutcomeKind.PICTURES)
        assert await status(app, person, done.request_id) == ended
        assert ("release", 2) not in await ledger_of(app)


async def test_cancelling_twice_says_that_it_was_cancelled() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        done = await accepted(app, a_request(person))

        assert await cancel_request(app, person, done.request_id) == Cancelled(Credits(2))
        again = await cancel_request(app, person, done.request_id)

        assert again == AlreadyEnded(OutcomeKind.CANCELLED)
        assert await ledger_of(app) == [("hold", 2), ("release", 2)]


async def test_a_stranger_cancels_nothing(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person, stranger = await an_adult(app, "1"), await an_adult(app, "2")
        done = await accepted(app, a_request(person))

        with pytest.raises(NotYours):
            await cancel_request(app, stranger, done.request_id)
        for nonsense in (new_id(), "nonsense", "\x00", "\ud800" * 26):
            with pytest.raises(NotFound):
                await cancel_request(app, stranger, RequestId(nonsense))

        assert (await status(app, person, done.request_id)).state is RequestState.QUEUED


async def test_a_cancelled_request_makes_room_for_the_next() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        waiting = [await accepted(app, a_request(person)) for _ in range(6)]

        await cancel_request(app, person, waiting[0].request_id)

        assert (await accepted(app, a_request(person))).status.place == 6
