"""The one message while it waits and runs: place, percent, preview; never a flood."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from core.generation.commands import cancel_request
from core.generation.delivery import DRAW_EVERY_S
from core.generation.delivery_port import DeliveryResult, NotNow, Parcel, ProgressNote
from core.generation.queries import preview, status
from core.generation.values import RequestState
from core.providers.port import Event, Finished, JobRef, Preview, Progress
from tests.core.generation.sight import a_provider, shown, soon
from tests.factories import a_delivery, a_request, a_service, accepted, an_adult, an_app, until
from tests.fakes import FakeProvider, RecordingSurface, a_picture


@dataclass
class _Timed(RecordingSurface):
    """Remembers when it was asked to draw."""

    at_s: list[float] = field(default_factory=list)

    async def show_progress(self, note: ProgressNote) -> None:
        self.at_s.append(asyncio.get_running_loop().time())
        await super().show_progress(note)


class _Streaming(FakeProvider):
    """Streams previews faster than people may be shown them."""

    async def watch(self, ref: JobRef) -> AsyncIterator[Event]:
        for number in range(1, 45):
            yield Progress(number * 2)
            yield Preview(number * 2, a_picture(number, 32, 32, "JPEG"))
            await asyncio.sleep(0.1)
        await self.gate.wait()
        yield Finished()


@pytest.mark.slow
async def test_progress_is_drawn_at_most_every_two_seconds_with_fresh_previews() -> None:
    surface = _Timed()
    provider = _Streaming(offering=a_provider().offering)
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        person = await an_adult(app)
        done = await shown(app, a_request(person), "the message")
        await until(app, person, done.request_id)

    drawn = [note for note in surface.notes if note.status.percent]
    # How many it are depends on how long the machine takes; how far apart they are does not.
    assert len(drawn) >= 2
    gaps = [later - earlier for earlier, later in zip(surface.at_s, surface.at_s[1:], strict=False)]
    assert min(gaps) >= DRAW_EVERY_S - 0.05
    assert [note.status.percent for note in drawn] == sorted(note.status.percent for note in drawn)
    previews = [note.preview for note in drawn if note.preview]
    assert len(previews) >= 2
    assert len(set(previews)) == len(previews)
    assert {note.message_address for note in surface.notes} == {"the message"}


@pytest.mark.slow
async def test_what_does_not_change_is_not_drawn_again() -> None:
    surface = _Timed()
    provider = a_provider()
    provider.gate.clear()
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        person = await an_adult(app)
        done = await shown(app, a_request(person))

        async def has_preview() -> bool:
            return (await status(app, person, done.request_id)).percent == 50

        await soon(has_preview)
        await asyncio.sleep(DRAW_EVERY_S + 1.5)
        settled = len(surface.notes)
        await asyncio.sleep(DRAW_EVERY_S + 1)

        assert 1 <= settled <= 2
        assert len(surface.notes) == settled
        assert surface.notes[-1].status.percent == 50
        assert await preview(app, person, done.request_id) == a_picture(3, 32, 32, "JPEG")
        provider.gate.set()
        await until(app, person, done.request_id)
        assert await preview(app, person, done.request_id) is None


async def test_the_place_in_line_moves_up_in_the_same_message() -> None:
    surface = RecordingSurface()
    async with an_app() as app:
        people = [await an_adult(app, str(number)) for number in range(3)]
        asked = [await shown(app, a_request(person)) for person in people]
        assert [one.status.place for one in asked] == [1, 2, 3]
        etas = [one.status.eta_s for one in asked]
        assert etas == sorted(etas)

        async with a_delivery(app, surface):
            await asyncio.sleep(0.8)
            assert surface.notes == []
            await cancel_request(app, people[0], asked[0].request_id)
            await soon(lambda: len(surface.notes) >= 2)

        places = {note.status.request_id: note.status.place for note in surface.notes}
        assert places == {asked[1].request_id: 1, asked[2].request_id: 2}


async def test_without_a_message_there_is_nothing_to_draw() -> None:
    surface = RecordingSurface()
    async with an_app(providers=[a_provider()]) as app, a_service(app, surface):
        person = await an_adult(app)
        done = await accepted(app, a_request(person))
        await until(app, person, done.request_id)

    assert surface.notes == []


@dataclass
class _Stumbling(RecordingSurface):
    """Progress of one message always fails; and it writes down what came after what."""

    story: list[str] = field(default_factory=list)
    slow_s: float = 0

    async def show_progress(self, note: ProgressNote) -> None:
        if note.message_address == "broken":
            raise RuntimeError("a surface's bug")
        self.story.append("drawing")
        await asyncio.sleep(self.slow_s)
        self.story.append("drawn")
        await super().show_progress(note)

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        self.story.append("delivered")
        return await super().deliver(parcel)


async def test_one_message_that_cannot_be_drawn_keeps_nobody_elses_from_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    surface = _Stumbling()
    provider = a_provider()
    provider.gate.clear()
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        unlucky, lucky = await an_adult(app, "1"), await an_adult(app, "2")
        first = await shown(app, a_request(unlucky), "broken")
        second = await shown(app, a_request(lucky), "fine")

        def is_told() -> bool:
            return any("drawing progress failed" in one.getMessage() for one in caplog.records)

        # Either may be drawn first, and an end that comes first leaves nothing to draw.
        await soon(lambda: bool(surface.notes) and is_told())
        provider.gate.set()
        await until(app, unlucky, first.request_id)
        await until(app, lucky, second.request_id)

    assert {note.message_address for note in surface.notes} == {"fine"}
    assert len(surface.parcels) == 2


@dataclass
class _Crowded(RecordingSurface):
    """Has no room at first."""

    refusals: int = 2

    async def show_progress(self, note: ProgressNote) -> None:
        if self.refusals:
            self.refusals -= 1
            raise NotNow
        await super().show_progress(note)


async def test_what_had_no_room_is_shown_later_though_nothing_changes() -> None:
    surface = _Crowded()
    provider = a_provider()
    provider.gate.clear()
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        person = await an_adult(app)
        done = await shown(app, a_request(person))

        def is_halfway() -> bool:
            return any(note.status.percent == 50 and note.preview for note in surface.notes)

        await soon(is_halfway)
        provider.gate.set()
        await until(app, person, done.request_id)
    assert not surface.refusals


async def test_late_progress_never_overtakes_the_picture() -> None:
    surface = _Stumbling(slow_s=1.5)
    provider = a_provider()
    provider.gate.clear()
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        person = await an_adult(app)
        done = await shown(app, a_request(person))
        await soon(lambda: "drawing" in surface.story)
        provider.gate.set()
        await until(app, person, done.request_id, RequestState.ENDED)
        await until(app, person, done.request_id)

    assert surface.story == ["drawing", "drawn", "delivered"]
