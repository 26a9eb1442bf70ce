"""A worker with a crowd of jobs, as a process that reports on itself.

``python -m tests.benchmarks.crowd FOLDER SERVICE JOBS`` prints one line of JSON.
"""

import asyncio
import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from core.app import App
from core.generation.commands import remember_message
from core.generation.delivery_port import DeliveryResult, Parcel, ProgressNote, Sent
from core.generation.values import OutcomeKind
from core.kernel.people import Actor
from tests.benchmarks.ground import Ground, an_app_on, welcome_adults
from tests.benchmarks.processes import usage_of
from tests.benchmarks.provider import ReadyService
from tests.factories import a_request, a_service, accepted

_SURFACE = "test"
_EACH = 4
"""Requests of one person."""
_LOOK_EVERY_S = 0.2
_TIMEOUT_S = 1200.0


@dataclass
class CountingSurface:
    """Counts what people get and keeps nothing of it."""

    surface: str = _SURFACE
    delivered: int = 0

    async def show_progress(self, note: ProgressNote) -> None:
        pass

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        assert parcel.status.outcome is not None
        self.delivered += parcel.status.outcome.kind is OutcomeKind.PICTURES
        return Sent(parcel.message_address)


async def _ask(app: App, people: list[str]) -> None:
    for _ in range(_EACH):
        for person in people:
            actor = Actor(_SURFACE, person, "en")
            done = await accepted(app, a_request(actor))
            await remember_message(app, actor, done.request_id, "message")


async def _crowd(app: App, service: ReadyService, jobs: int) -> dict[str, float]:
    people = [str(number) for number in range(jobs // _EACH)]
    await welcome_adults(app, _SURFACE, people)
    surface = CountingSurface()
    async with asyncio.timeout(_TIMEOUT_S), a_service(app, surface):
        before = usage_of(os.getpid())
        await service.turn(is_open=False)
        began_s = time.monotonic()
        await _ask(app, people)
        accepted_s = time.monotonic() - began_s
        while await service.turn() < jobs:
            await asyncio.sleep(_LOOK_EVERY_S)
        running_s = time.monotonic() - began_s
        flying = usage_of(os.getpid())
        began_s = time.monotonic()
        await service.turn(is_open=True)
        while surface.delivered < jobs:
            await asyncio.sleep(_LOOK_EVERY_S)
        delivered_s = time.monotonic() - began_s
    return {
        "accepted_s": accepted_s,
        "running_s": running_s,
        "delivered_s": delivered_s,
        "delivered": surface.delivered,
        "rss_before": before.rss_bytes,
        "rss": flying.rss_bytes,
        "threads": flying.threads,
    }


async def main(folder: str, service: str, jobs: str) -> None:
    """Run the crowd and print what was measured."""
    ready = ReadyService(service)
    settings: dict[str, object] = {**ready.environment(), "LIMNER_OPENAI_SELF_HOSTED": True}
    async with an_app_on(
        Ground(Path(folder)),
        real_providers=True,
        LIMNER_BUILTIN=False,
        LIMNER_WORKER_SLOTS=int(jobs),
        LIMNER_QUEUE_POLL=0.2,
        LIMNER_JOB_TIMEOUT=3600,
        **settings,
    ) as app:
        print(json.dumps(await _crowd(app, ready, int(jobs))), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
