"""Fair between people: nobody's line of requests keeps another waiting for all of it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from core.generation.values import RequestState
from core.providers.port import Asset, Event, Failure, JobRef
from tests.core.generation.sight import a_provider, soon
from tests.factories import a_request, a_worker, accepted, an_adult, an_app, until
from tests.fakes import FakeProvider


@dataclass
class _Counting(FakeProvider):
    """Knows who is being served; each takes a moment."""

    moment_s: float = 0.4
    at_work: list[str] = field(default_factory=list)
    most_at_once: dict[str, int] = field(default_factory=dict)
    finished: list[str] = field(default_factory=list)

    async def watch(self, ref: JobRef) -> AsyncIterator[Event]:
        who = self.orders[ref.job_id].prompt
        self.at_work.append(who)
        now = self.at_work.count(who)
        self.most_at_once[who] = max(now, self.most_at_once.get(who, 0))
        await asyncio.sleep(self.moment_s)
        async for event in super().watch(ref):
            yield event

    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        who = self.orders[ref.job_id].prompt
        self.at_work.remove(who)
        self.finished.append(who)
        return await super().fetch(ref)


async def test_six_requests_of_one_person_do_not_hold_up_anothers_only_one() -> None:
    provider = _Counting(offering=a_provider(credits_each=1).offering)
    async with an_app(providers=[provider], LIMNER_WORKER_SLOTS=3) as app:
        greedy, modest = await an_adult(app, "1"), await an_adult(app, "2")
        for _ in range(6):
            await accepted(app, a_request(greedy, prompt="greedy"))
        only = await accepted(app, a_request(modest, prompt="modest"))
        async with a_worker(app):
            await until(app, modest, only.request_id, RequestState.ENDED)

    assert provider.finished.index("modest") < 4


async def test_one_person_has_no_more_at_work_than_the_plan_says(database_url: str) -> None:
    provider = _Counting(offering=a_provider(credits_each=1).offering, moment_s=0)
    provider.gate.clear()
    async with an_app(database_url=database_url, providers=[provider]) as app, a_worker(app):
        one, other = await an_adult(app, "1"), await an_adult(app, "2")
        for _ in range(5):
            await accepted(app, a_request(one, prompt="one"))
            await accepted(app, a_request(other, prompt="other"))
        await soon(lambda: len(provider.at_work) == 4)
        # Somebody's third would begin now, if it could.
        await asyncio.sleep(1)
        provider.gate.set()
        await soon(lambda: len(provider.finished) == 10)

    assert provider.most_at_once == {"one": 2, "other": 2}
