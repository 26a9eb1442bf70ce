"""Two hundred kill -9 at random instants, under load: nothing lost, paid twice or told twice."""

import asyncio
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.generation.commands import cancel_request
from core.generation.errors import QuotaExceeded, TooManyInFlight
from core.kernel.ids import RequestId
from core.kernel.people import Actor
from tests.factories import a_request, accepted, an_adult
from tests.recovery.stage import Stage, a_stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

KILLS = 100
"""For each database."""
PEOPLE = 12


@dataclass
class Crowd:
    """People who keep asking, and now and then change their minds."""

    stage: Stage
    dice: random.Random
    people: list[Actor] = field(default_factory=list)
    asked: list[tuple[Actor, RequestId]] = field(default_factory=list)

    async def arrive(self) -> None:
        for number in range(PEOPLE):
            who = await an_adult(self.stage.app, str(number), credits_extra=10_000)
            self.people.append(who)

    async def act(self) -> None:
        for _ in range(self.dice.randint(1, 3)):
            person = self.dice.choice(self.people)
            try:
                request = a_request(person, count=self.dice.randint(1, 2))
                done = await accepted(self.stage.app, request)
                again = await accepted(self.stage.app, request)
            except (TooManyInFlight, QuotaExceeded):
                continue
            assert again.request_id == done.request_id, "a redelivered update is the same job"
            self.asked.append((person, done.request_id))
        if self.asked and self.dice.random() < 0.2:
            person, request_id = self.dice.choice(self.asked[-5:])
            await cancel_request(self.stage.app, person, request_id)


@pytest.mark.parametrize("dialect", ["openai", "localai"])
async def test_random_kills_lose_and_repeat_nothing(
    dialect: str, tmp_path: Path, database_url: str
) -> None:
    dice = random.Random(f"{dialect}{database_url[:6]}")
    workers = 1 if database_url.startswith("sqlite") else 2
    async with a_stage(tmp_path, dialect, database_url) as stage:
        stage.provider.state.delay_s = 0.2
        crowd = Crowd(stage, dice)
        await crowd.arrive()
        living = [await stage.start() for _ in range(workers)]
        for _ in range(KILLS // 2):
            await crowd.act()
            # From the middle of starting up to the middle of several jobs.
            await asyncio.sleep(dice.uniform(0.5, 6.0))
            victim = dice.randrange(workers)
            living[victim].kill()
            await living[victim].wait()
            living[victim] = await stage.start()

        await stage.all_told(timeout_s=240)

        assert len(crowd.asked) > KILLS // 4
        await stage.check_books(granted=PEOPLE * 10_000, may_repeat_calls=dialect == "localai")
        delivered = [text for text in stage.platform.messages.values() if text.endswith("pictures")]
        assert delivered, "the service went on working all the while"
        print(
            f"\n{dialect}: {KILLS // 2} kills, {len(crowd.asked)} requests, {len(delivered)} made"
        )
