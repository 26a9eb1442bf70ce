"""How a request ends: every failure has its words and gives the credits back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import pytest

from core.app import App, Screening
from core.generation.queries import picture_file, status
from core.generation.values import OutcomeKind, RequestState, RequestStatus
from core.generation.workflow import repair
from core.kernel.people import LANGUAGES, Actor
from core.messages.speech import spoken
from core.moderation.errors import ScreenUnavailable
from core.providers.port import Asset, Event, Failure, FailureKind, JobRef
from tests.core.generation.sight import a_provider, blobs_of, ledger_of, soon
from tests.factories import a_request, a_service, a_worker, accepted, an_adult, an_app, balance_of
from tests.fakes import FakeProvider, RecordingSurface, a_picture


async def _ended(app: App, person: Actor, timeout_s: float = 25, **wish: object) -> RequestStatus:
    """Ask, and wait for the outcome."""
    done = await accepted(app, a_request(person, **wish))  # type: ignore[arg-type]

    async def has_ended() -> bool:
        return (await status(app, person, done.request_id)).state is RequestState.ENDED

    await soon(has_ended, timeout_s)
    return await status(app, person, done.request_id)


_FAILURES = [
    (Failure(FailureKind.BLOCKED, stage="input"), OutcomeKind.REFUSED, "provider-blocked-input"),
    (Failure(FailureKind.BLOCKED, stage="output"), OutcomeKind.REFUSED, "provider-blocked-output"),
    (Failure(FailureKind.BLOCKED), OutcomeKind.REFUSED, "provider-blocked-input"),
    *(
        (Failure(kind, retry_after_s=30), OutcomeKind.FAILED, f"provider-{kind}")
        for kind in FailureKind
        if kind not in (FailureKind.BLOCKED, FailureKind.INTERRUPTED)
    ),
]


class _Failing(FakeProvider):
    """Fails in the way that the prompt's number says."""

    async def watch(self, ref: JobRef) -> AsyncIterator[Event]:
        yield _FAILURES[int(self.orders[ref.job_id].prompt)][0]


async def test_every_way_to_fail_is_told_in_both_languages_and_gives_the_credits_back() -> None:
    provider = _Failing(offering=a_provider().offering)
    async with an_app(providers=[provider]) as app, a_worker(app):
        people = [await an_adult(app, str(number)) for number in range(len(_FAILURES))]
        before = await balance_of(app, people[0])

        answers = await asyncio.gather(
            *(
                _ended(app, person, prompt=str(number), count=2)
                for number, person in enumerate(people)
            )
        )

        for person, ended, (_, kind, code) in zip(people, answers, _FAILURES, strict=True):
            assert ended.outcome is not None
            assert (ended.outcome.kind, ended.outcome.code) == (kind, code)
            assert (ended.outcome.credits_charged, ended.outcome.credits_returned) == (0, 4)
            texts = {
                spoken(ended.outcome.code, ended.outcome.facts, language) for language in LANGUAGES
            }
            assert len(texts) == len(LANGUAGES)
            assert not any("{" in text for text in texts)
            assert await balance_of(app, person) == before
            assert await blobs_of(app, person) == 0


async def test_a_failure_at_the_order_itself_ends_the_same_way() -> None:
    provider = a_provider()
    provider.submit_failure = Failure(FailureKind.RATE_LIMITED, retry_after_s=7)
    async with an_app(providers=[provider]) as app, a_worker(app):
        ended = await _ended(app, await an_adult(app))

        assert ended.outcome is not None
        assert ended.outcome.code == "provider-rate-limited"
        assert ended.outcome.facts == {"retry_after_s": 7}
        assert await ledger_of(app) == [("hold", 2), ("release", 2)]


async def test_a_job_the_service_has_lost_is_ordered_again_and_then_given_up() -> None:
    provider = a_provider()
    provider.failure = Failure(FailureKind.INTERRUPTED)
    async with an_app(providers=[provider]) as app, a_worker(app):
        ended = await _ended(app, await an_adult(app))

        assert ended.outcome is not None
        assert ended.outcome.kind is OutcomeKind.FAILED
        assert 2 <= len(provider.submits) <= 5
        assert await ledger_of(app) == [("hold", 2), ("release", 2)]


async def test_zero_pictures_is_a_failure() -> None:
    provider = a_provider()
    provider.produce = 0
    async with an_app(providers=[provider]) as app, a_worker(app):
        ended = await _ended(app, await an_adult(app), count=4)

        assert ended.outcome is not None
        assert ended.outcome.code == "provider-empty"
        assert ended.outcome.credits_returned == 8


async def test_fewer_pictures_than_ordered_cost_what_was_delivered(database_url: str) -> None:
    provider = a_provider()
    provider.produce = 3
    async with (
        an_app(database_url=database_url, providers=[provider]) as app,
        a_worker(app),
    ):
        person = await an_adult(app)
        before = await balance_of(app, person)

        ended = await _ended(app, person, count=4)

        assert ended.outcome is not None
        assert len(ended.outcome.pictures) == 3
        assert (ended.outcome.credits_charged, ended.outcome.credits_returned) == (6, 2)
        assert await balance_of(app, person) == before - 6
        assert sorted(await ledger_of(app)) == [("capture", 6), ("hold", 8), ("release", 2)]


async def test_more_pictures_than_ordered_are_not_sold() -> None:
    provider = a_provider()
    provider.produce = 4
    async with an_app(providers=[provider]) as app, a_worker(app):
        person = await an_adult(app)

        ended = await _ended(app, person, count=2)

        assert ended.outcome is not None
        assert len(ended.outcome.pictures) == 2
        assert ended.outcome.credits_charged == 4
        assert await blobs_of(app, person) == 2


@dataclass
class _Flagging:
    """Judges words as always, and flags pictures by the order in which they come."""

    words: Screening
    flagged: set[int] = field(default_factory=set)
    unavailable: bool = False
    seen: int = 0

    async def prepare(self) -> None:
        await self.words.prepare()

    async def refuse_text(self, text: str, *, adult_room: bool) -> str | None:
        return await self.words.refuse_text(text, adult_room=adult_room)

    async def refuse_picture(self, picture: bytes, *, adult_room: bool) -> str | None:
        if self.unavailable:
            raise ScreenUnavailable
        if picture == a_picture(3, 32, 32, "JPEG"):
            # The fake provider's preview: judged as well, but not one of the pictures.
            return None
        self.seen += 1
        return "nudity" if self.seen in self.flagged else None


async def test_a_flagged_picture_is_not_delivered_and_not_charged() -> None:
    surface = RecordingSurface()
    async with an_app(providers=[a_provider()]) as made:
        app = replace(made, screen=_Flagging(made.screen, {1}))
        async with a_service(app, surface):
            person = await an_adult(app)
            done = await accepted(app, a_request(person))
            await soon(lambda: len(surface.parcels) == 1)

            outcome = surface.parcels[0].status.outcome
            assert outcome is not None
            assert (outcome.kind, outcome.code) == (OutcomeKind.REFUSED, "picture-rejected")
            assert outcome.facts == {"category": "nudity"}
            assert "{" not in spoken(outcome.code, outcome.facts, "zh_Hans")
            assert surface.parcels[0].pictures == ()
            assert await ledger_of(app) == [("hold", 2), ("release", 2)]
            assert await blobs_of(app, person) == 0
            assert (await status(app, person, done.request_id)).outcome is not None


async def test_one_flagged_picture_of_four_leaves_three_that_are_charged() -> None:
    async with an_app(providers=[a_provider()]) as made:
        app = replace(made, screen=_Flagging(made.screen, {2}))
        async with a_worker(app):
            person = await an_adult(app)

            ended = await _ended(app, person, count=4)

            assert ended.outcome is not None
            assert [one.index for one in ended.outcome.pictures] == [1, 3, 4]
            assert (ended.outcome.credits_charged, ended.outcome.credits_returned) == (6, 2)
            assert await blobs_of(app, person) == 3


async def test_pictures_nobody_could_check_are_not_shown() -> None:
    async with an_app(providers=[a_provider()]) as made:
        app = replace(made, screen=_Flagging(made.screen, unavailable=True))
        async with a_worker(app):
            person = await an_adult(app)

            ended = await _ended(app, person)

            assert ended.outcome is not None
            assert (ended.outcome.kind, ended.outcome.code) == (
                OutcomeKind.FAILED,
                "screen-unavailable",
            )
            assert await ledger_of(app) == [("hold", 2), ("release", 2)]
            assert await blobs_of(app, person) == 0


class _Damaged(FakeProvider):
    """Hands over bytes that are no picture, for some of what was ordered."""

    bad: frozenset[int] = frozenset({0})

    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        assets = await super().fetch(ref)
        assert not isinstance(assets, Failure)
        return tuple(
            replace(asset, data=b"<html>502</html>") if number in self.bad else asset
            for number, asset in enumerate(assets)
        )


async def test_bytes_that_are_no_picture_are_neither_shown_nor_charged() -> None:
    provider = _Damaged(offering=a_provider().offering)
    async with an_app(providers=[provider]) as app, a_worker(app):
        person = await an_adult(app)

        one = await _ended(app, person)
        two = await _ended(app, person, count=2)

        assert one.outcome is not None
        assert one.outcome.code == "provider-empty"
        assert two.outcome is not None
        assert [view.index for view in two.outcome.pictures] == [2]
        assert two.outcome.credits_charged == 2


class _Broken(FakeProvider):
    """Has a bug: raises where the port allows no exception."""

    async def watch(self, ref: JobRef) -> AsyncIterator[Event]:
        async for event in super().watch(ref):
            yield event
            raise RuntimeError("bug with the words of a person")


async def test_a_bug_in_a_provider_gives_the_credits_back_and_says_so() -> None:
    surface = RecordingSurface()
    provider = _Broken(offering=a_provider().offering)
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        person = await an_adult(app)
        before = await balance_of(app, person)
        await accepted(app, a_request(person))

        await soon(lambda: len(surface.parcels) == 1, 25)

        outcome = surface.parcels[0].status.outcome
        assert outcome is not None
        assert (outcome.kind, outcome.code) == (OutcomeKind.FAILED, "provider-interrupted")
        assert await balance_of(app, person) == before
        assert await blobs_of(app, person) == 0
        await repair(app)
        assert await ledger_of(app) == [("hold", 2), ("release", 2)]


async def test_the_model_going_away_while_a_request_waits_is_told() -> None:
    provider = a_provider()
    async with an_app(providers=[provider]) as app:
        person = await an_adult(app)
        done = await accepted(app, a_request(person))
        provider.offering = replace(provider.offering, id="fake/other", credits_each=3)

        async with a_worker(app):

            async def has_ended() -> bool:
                return (await status(app, person, done.request_id)).outcome is not None

            await soon(has_ended)
        ended = await status(app, person, done.request_id)
        assert ended.outcome is not None
        assert ended.outcome.code == "provider-unavailable"
        assert await ledger_of(app) == [("hold", 2), ("release", 2)]


@pytest.mark.promise("LW-2")
async def test_the_picture_is_what_was_ordered_with_its_origin_written_in() -> None:
    async with an_app(providers=[a_provider()]) as app, a_worker(app):
        person = await an_adult(app)

        ended = await _ended(app, person, seed=7, count=2)

        assert ended.outcome is not None
        assert [view.seed for view in ended.outcome.pictures] == [7, 8]
        for view in ended.outcome.pictures:
            file = await picture_file(app, person, view.picture_id)
            assert (file.width_px, file.height_px) == (view.width_px, view.height_px) == (256, 256)
            assert (await app.provenance.read(file.data)).signature == "ours"
