"""Bringing outcomes to people: sent once, later, gone, after a crash, by one loop of two."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from core.app import App
from core.generation import outbox
from core.generation.commands import cancel_request, remember_message
from core.generation.delivery import DeliveryLoop
from core.generation.delivery_port import DeliveryResult, Gone, Later, Parcel, Sent
from core.generation.queries import picture_file, status
from core.generation.values import RequestState
from core.kernel.ids import RequestId, new_id
from core.kernel.people import Actor
from tests.core.generation.sight import (
    a_provider,
    age_request,
    outbox_of,
    shown,
    soon,
    turn_outbox,
)
from tests.factories import (
    a_delivery,
    a_request,
    a_service,
    accepted,
    an_adult,
    an_app,
    until,
)
from tests.fakes import RecordingSurface


async def _an_outcome(app: App, person: Actor, address: str = "message") -> RequestId:
    """An outcome in the outbox, made without a worker: a cancelled request."""
    done = await shown(app, a_request(person), address)
    await cancel_request(app, person, done.request_id)
    return done.request_id


async def test_the_parcel_holds_all_that_a_surface_needs(database_url: str) -> None:
    surface = RecordingSurface()
    async with (
        an_app(database_url=database_url, providers=[a_provider()]) as app,
        a_service(app, surface),
    ):
        person = await an_adult(app)
        done = await shown(app, a_request(person, count=3), "chat 4, message 5")
        await until(app, person, done.request_id)

        (parcel,) = surface.parcels
        assert parcel.reply_to == "somewhere"
        assert parcel.message_address == "chat 4, message 5"
        assert (parcel.attempt, parcel.was_started) == (1, False)
        assert [file.alt_text for file in parcel.pictures] == ["a lighthouse in a storm"] * 3
        assert parcel.grid is not None
        assert parcel.status.outcome is not None
        for view, file in zip(parcel.status.outcome.pictures, parcel.pictures, strict=True):
            assert await picture_file(app, person, view.picture_id) == file
        assert (await outbox_of(app, done.request_id)).result == "sent"


async def test_a_push_back_is_waited_out_longer_each_time(database_url: str) -> None:
    surface = RecordingSurface(answers=[Later(0), Sent("message")])
    async with an_app(database_url=database_url) as app:
        person = await an_adult(app)
        request_id = await _an_outcome(app, person)
        async with a_delivery(app, surface):
            await until(app, person, request_id)

        assert [parcel.attempt for parcel in surface.parcels] == [1, 2]

        surface.answers = [Later(0), Later(60)]
        patient = await _an_outcome(app, person)
        await turn_outbox(app, patient, attempt=4)
        async with a_delivery(app, surface):
            await soon(lambda: len(surface.parcels) == 3)

            async def is_put_back() -> bool:
                return (await outbox_of(app, patient)).state == "waiting"

            await soon(is_put_back)
        row = await outbox_of(app, patient)
        async with app.transaction() as tx:
            now = await app.database.now(tx)
        assert (row.state, row.attempt) == ("waiting", 5)
        assert timedelta(seconds=25) < row.not_before - now < timedelta(seconds=33)


async def test_a_person_who_cannot_be_reached_keeps_the_pictures_and_is_left_alone() -> None:
    surface = RecordingSurface(answers=[Gone("blocked by the person, for ever and ever and ever")])
    async with an_app(providers=[a_provider()]) as app, a_service(app, surface):
        person = await an_adult(app)
        done = await shown(app, a_request(person))
        told = await until(app, person, done.request_id)

        await asyncio.sleep(0.6)
        assert len(surface.parcels) == 1
        assert (await outbox_of(app, done.request_id)).result.startswith("gone:blocked")
        assert told.outcome is not None
        assert (await picture_file(app, person, told.outcome.pictures[0].picture_id)).data


@dataclass
class _Mortal(RecordingSurface):
    """Sends, and never comes back to say so: as when its process dies."""

    sent: list[str] = field(default_factory=list)

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        await parcel.remember("made before the crash")
        self.sent.append(parcel.status.request_id)
        await asyncio.Event().wait()
        raise AssertionError


async def _send_and_die(app: App, surface: _Mortal) -> None:
    """Claim, send, and end without a word, as a killed process does."""
    loop = DeliveryLoop(app, surface, timedelta(0))
    await loop._drain()
    await soon(lambda: bool(surface.sent))
    tasks = list(loop._sending.values())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_after_a_crash_between_sending_and_recording_the_next_one_looks_first(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        person = await an_adult(app)
        done = await accepted(app, a_request(person))
        await cancel_request(app, person, done.request_id)
        dead, surface = _Mortal(), RecordingSurface()
        await _send_and_die(app, dead)
        row = await outbox_of(app, done.request_id)
        assert (row.state, dead.sent) == ("sending", [done.request_id])
        assert row.claimed_until is not None

        # Somebody else finds nothing to do while the claim holds.
        async with a_delivery(app, surface):
            await asyncio.sleep(0.6)
            assert surface.parcels == []
            expired = row.claimed_until - timedelta(seconds=outbox.CLAIM_S + 1)
            await turn_outbox(app, done.request_id, claimed_until=expired)
            await until(app, person, done.request_id)

        (parcel,) = surface.parcels
        assert (parcel.attempt, parcel.was_started) == (2, True)
        assert parcel.message_address == "made before the crash"


async def test_a_loop_that_stops_lets_go_at_once() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        dead, surface = _Mortal(), RecordingSurface()
        request_id = await _an_outcome(app, person)
        async with a_delivery(app, dead):
            await soon(lambda: dead.sent == [request_id])

        async with a_delivery(app, surface):
            # Well before its claim would have run out.
            await until(app, person, request_id, timeout_s=outbox.CLAIM_S - 5)

        assert surface.parcels[0].was_started


@dataclass
class _Slow(RecordingSurface):
    """Takes a while for each, and notices two at once for the same request."""

    busy: set[str] = field(default_factory=set)
    collisions: list[str] = field(default_factory=list)

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        key = parcel.status.request_id
        if key in self.busy:
            self.collisions.append(key)
        self.busy.add(key)
        await asyncio.sleep(0.05)
        self.busy.discard(key)
        return await super().deliver(parcel)


async def test_two_loops_of_one_surface_deliver_each_outcome_once(database_url: str) -> None:
    surface = _Slow()
    async with an_app(database_url=database_url) as app:
        people = [await an_adult(app, str(number)) for number in range(24)]
        wanted = sorted([await _an_outcome(app, person) for person in people])

        async with a_delivery(app, surface), a_delivery(app, surface), a_delivery(app, surface):
            await soon(lambda: len(surface.parcels) >= len(wanted))
            await asyncio.sleep(0.5)

        assert sorted(parcel.status.request_id for parcel in surface.parcels) == wanted
        assert surface.collisions == []


async def test_each_surface_gets_its_own_outcomes_only() -> None:
    here, elsewhere = RecordingSurface(), RecordingSurface(surface="elsewhere")
    async with an_app() as app:
        person = await an_adult(app)
        request_id = await _an_outcome(app, person)
        async with a_delivery(app, here), a_delivery(app, elsewhere):
            await until(app, person, request_id)

        assert elsewhere.parcels == []


async def test_after_a_day_of_trying_it_is_given_up_and_the_result_stays() -> None:
    surface = RecordingSurface(answers=[Later(1)])
    async with an_app() as app:
        person = await an_adult(app)
        request_id = await _an_outcome(app, person)
        row = await outbox_of(app, request_id)
        await turn_outbox(
            app,
            request_id,
            created_at=row.created_at - outbox.GIVE_UP_AFTER - timedelta(minutes=1),
        )

        async with a_delivery(app, surface):
            seen = await until(app, person, request_id)

        assert (await outbox_of(app, request_id)).result == "gave-up"
        assert seen.outcome is not None


@dataclass
class _Clumsy(RecordingSurface):
    """Raises at first, as a surface with a bug does."""

    faults: int = 1

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        if self.faults:
            self.faults -= 1
            raise ValueError("a surface's bug")
        return await super().deliver(parcel)


async def test_a_surface_that_fails_once_is_asked_again_and_others_do_not_wait(
    caplog: pytest.LogCaptureFixture,
) -> None:
    surface = _Clumsy()
    async with an_app() as app:
        person, other = await an_adult(app), await an_adult(app, "2")
        first, second = await _an_outcome(app, person), await _an_outcome(app, other)

        async with a_delivery(app, surface):
            await until(app, person, first)
            await until(app, other, second)

        assert len(surface.parcels) == 2
        assert max(parcel.attempt for parcel in surface.parcels) == 2
        errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert [record.getMessage() for record in errors] == ["delivery failed"]


async def test_an_outcome_waits_for_the_message_that_is_being_sent() -> None:
    surface = RecordingSurface()
    async with an_app() as app:
        person = await an_adult(app)
        done = await accepted(app, a_request(person))
        lost = await accepted(app, a_request(person))
        for one in (done, lost):
            await cancel_request(app, person, one.request_id)
        loop = asyncio.create_task(DeliveryLoop(app, surface).run())
        try:
            await asyncio.sleep(0.6)
            assert surface.parcels == []

            await remember_message(app, person, done.request_id, "the message")
            await until(app, person, done.request_id)
            assert [parcel.message_address for parcel in surface.parcels] == ["the message"]

            # Whoever should have sent the other one has died: it goes out without.
            await age_request(app, lost.request_id, app.clock.now() - timedelta(seconds=11))
            await until(app, person, lost.request_id)
            assert surface.parcels[1].message_address == ""
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)


async def test_where_the_result_was_sent_is_where_it_is_found_later() -> None:
    surface = RecordingSurface(answers=[Sent("the final message")])
    async with an_app() as app:
        person = await an_adult(app)
        request_id = await _an_outcome(app, person, "the first message")
        async with a_delivery(app, surface):
            await until(app, person, request_id)

        async with app.transaction() as tx:
            claimed = await outbox.claim(tx, "test", new_id(), app.clock.now(), 5)
        assert claimed == []
        assert (await status(app, person, request_id)).state is RequestState.DELIVERED
