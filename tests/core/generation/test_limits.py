"""What ends a job from outside: the time allowed, results made void, a worker that stops."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from core.accounts.commands import meet
from core.accounts.rows import AccountRow
from core.app import App
from core.generation.queries import status
from core.generation.rows import RequestRow
from core.generation.values import OutcomeKind, RequestState
from core.generation.workflow import repair
from core.kernel.ids import RequestId
from core.kernel.people import Actor
from core.providers.port import Asset, Failure, JobRef
from tests.core.generation.sight import a_provider, blobs_of, ledger_of, soon
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


def _with_time_limit(made: App, limit_s: int) -> App:
    """Allow jobs less time than an operator may set."""
    made.engine._options = replace(made.engine._options, job_timeout_s=limit_s)
    return replace(made, settings=made.settings.model_copy(update={"job_timeout_s": limit_s}))


async def _raise_epoch(app: App, actor: Actor) -> None:
    """Make void whatever is being made for a person."""
    person = await meet(app, actor)
    async with app.transaction() as tx:
        await tx.execute(
            update(AccountRow)
            .where(AccountRow.id == person.account_id)
            .values(epoch=AccountRow.epoch + 1)
        )


@pytest.mark.slow
async def test_a_request_that_takes_too_long_is_ended_refunded_and_explained(
    database_url: str,
) -> None:
    provider, surface = a_provider(), RecordingSurface()
    provider.gate.clear()
    async with an_app(database_url=database_url, providers=[provider]) as made:
        app = _with_time_limit(made, 6)
        async with a_service(app, surface):
            person = await an_adult(app)
            before = await balance_of(app, person)
            await accepted(app, a_request(person, count=2))

            await soon(lambda: bool(surface.parcels), 40)

            outcome = surface.parcels[0].status.outcome
            assert outcome is not None
            assert (outcome.kind, outcome.code) == (OutcomeKind.FAILED, "provider-timed-out")
            assert outcome.credits_returned == 4
            assert await balance_of(app, person) == before
            await soon(lambda: len(provider.cancelled) == 1)
            provider.gate.set()
            await asyncio.sleep(0.5)
            assert await blobs_of(app, person) == 0
            assert len(surface.parcels) == 1


class _Handing(FakeProvider):
    """Waits for a test before it hands the pictures over."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        self.reached.set()
        await self.go_on.wait()
        return await super().fetch(ref)


@pytest.mark.parametrize("when", ["painting", "handing over"])
async def test_a_result_that_was_made_void_meanwhile_reaches_nobody(when: str) -> None:
    surface = RecordingSurface()
    provider = _Handing(offering=a_provider().offering)
    if when == "painting":
        provider.gate.clear()
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        person = await an_adult(app)
        before = await balance_of(app, person)
        done = await accepted(app, a_request(person))

        async def is_painting() -> bool:
            return (await status(app, person, done.request_id)).percent == 50

        await soon(is_painting)
        if when == "handing over":
            await asyncio.wait_for(provider.reached.wait(), 10)
        await _raise_epoch(app, person)
        provider.go_on.set()

        await soon(lambda: bool(surface.parcels), 30)
        provider.gate.set()

        outcome = surface.parcels[0].status.outcome
        assert outcome is not None
        assert outcome.kind is OutcomeKind.FAILED
        assert surface.parcels[0].pictures == ()
        assert await balance_of(app, person) == before
        assert await blobs_of(app, person) == 0
        assert provider.purged == [done.request_id]
        assert provider.cancelled == ([done.request_id] if when == "painting" else [])


async def test_a_request_goes_on_where_another_worker_stopped(tmp_path: Path) -> None:
    first = a_provider()
    first.gate.clear()
    async with an_app(folder=tmp_path, providers=[first]) as app:
        person = await an_adult(app)
        async with a_worker(app):
            done = await accepted(app, a_request(person))
            await soon(lambda: bool(first.submits))

    second = a_provider()
    async with an_app(folder=tmp_path, providers=[second]) as app, a_worker(app):
        ended = await until(app, person, done.request_id, RequestState.ENDED, timeout_s=30)

        assert ended.outcome is not None
        assert ended.outcome.kind is OutcomeKind.PICTURES
        assert sorted(await ledger_of(app)) == [("capture", 2), ("hold", 2)]


async def test_what_waits_in_line_is_not_taken_for_broken() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        done = await accepted(app, a_request(person))
        await _queued_long_ago(app, done.request_id)

        await repair(app)

        assert (await status(app, person, done.request_id)).state is RequestState.QUEUED


async def _queued_long_ago(app: App, request_id: RequestId) -> None:
    async with app.transaction() as tx:
        row = await tx.get(RequestRow, request_id)
        assert row is not None
        assert row.queued_at is not None
        row.queued_at = row.queued_at.replace(year=row.queued_at.year - 1)
