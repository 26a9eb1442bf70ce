"""kill -9 before, inside and after every step: each request still ends once, and books balance."""

from pathlib import Path

import pytest

from core.generation.values import OutcomeKind
from tests.factories import a_request, accepted, an_adult, balance_of, until
from tests.recovery.stage import a_stage

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

STEPS = ("route", "submit", "make", "check", "stamp", "settle")
MOMENTS = [f"{when}:{step}" for step in STEPS for when in ("before", "inside", "after")]
MOMENTS += ["before:deliver", "after:deliver"]


@pytest.mark.promise("AX-14")
@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_worker_killed_anywhere_loses_and_repeats_nothing(
    moment: str, tmp_path: Path, database_url: str
) -> None:
    async with a_stage(tmp_path, "localai", database_url) as stage:
        person = await an_adult(stage.app)
        granted = await balance_of(stage.app, person)
        asked = await accepted(stage.app, a_request(person, count=2))

        mortal = await stage.start(moment)
        assert await mortal.wait() == -9, "it died where it was told to"
        await stage.start()
        status = await until(stage.app, person, asked.request_id, timeout_s=60)

        assert status.outcome is not None
        assert status.outcome.kind is OutcomeKind.PICTURES
        assert await balance_of(stage.app, person) == granted - status.outcome.credits_charged
        # A server of one's own may be asked again; nobody pays there.
        await stage.check_books(may_repeat_calls=True)


@pytest.mark.parametrize("moment", ["inside:submit", "after:submit", "inside:make", "before:make"])
async def test_a_paid_provider_is_never_asked_twice(
    moment: str, tmp_path: Path, database_url: str
) -> None:
    async with a_stage(tmp_path, "openai", database_url) as stage:
        person = await an_adult(stage.app)
        granted = await balance_of(stage.app, person)
        asked = await accepted(stage.app, a_request(person))

        mortal = await stage.start(moment)
        assert await mortal.wait() == -9
        await stage.start()
        status = await until(stage.app, person, asked.request_id, timeout_s=60)

        assert status.outcome is not None
        assert status.outcome.kind in {OutcomeKind.FAILED, OutcomeKind.PICTURES}
        if status.outcome.kind is OutcomeKind.FAILED:
            assert status.outcome.code == "provider-interrupted"
            assert await balance_of(stage.app, person) == granted
        await stage.check_books(may_repeat_calls=False)
