"""The question of age: asked once, continued without asking for the words again."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from core.accounts.commands import meet, set_age
from core.generation.commands import continue_after_age, request_images
from core.generation.errors import AgeDeclined, QuotaExceeded
from core.generation.queries import history, status
from core.generation.rows import RequestRow
from core.generation.values import Accepted, AgeNeeded, AgeNoted, ContinueAfterAge
from core.generation.workflow import WAITING_AGE_KEPT, repair
from core.kernel.ids import RequestId, new_id
from core.kernel.people import Actor
from core.quotas.rows import HoldRow
from tests.core.generation.sight import a_provider, count_of, ledger_of, soon
from tests.factories import a_request, a_worker, accepted, an_actor, an_adult, an_app, balance_of


def _answer(
    actor: Actor, pending_id: RequestId | None, *, is_adult: bool = True
) -> ContinueAfterAge:
    return ContinueAfterAge(actor, is_adult=is_adult, pending_id=pending_id)


@pytest.mark.promise("FA-13.1")
async def test_the_first_request_asks_for_the_age_and_goes_on_with_the_same_words(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        person = an_actor()
        asked = await request_images(
            app, a_request(person, prompt="a blue heron", aspect="16:9", count=2, seed=5)
        )
        assert isinstance(asked, AgeNeeded)
        assert await ledger_of(app) == []

        done = await continue_after_age(app, _answer(person, asked.pending_id))

        assert isinstance(done, Accepted)
        assert done.request_id == asked.pending_id
        assert done.status.wish.prompt == "a blue heron"
        assert (done.status.wish.aspect, done.status.wish.count, done.status.seed) == ("16:9", 2, 5)
        assert await ledger_of(app) == [("hold", 4)]
        assert isinstance(await request_images(app, a_request(person)), Accepted)


async def test_the_same_update_before_the_answer_keeps_one_request() -> None:
    async with an_app() as app:
        request = a_request(an_actor(), request_key="test:same")

        first = await request_images(app, request)
        second = await request_images(app, request)

        assert first == second
        assert await count_of(app, RequestRow) == 1


@pytest.mark.promise("FA-13.1")
async def test_a_younger_person_s_words_are_dropped_and_nothing_else_is_kept() -> None:
    async with an_app() as app:
        person = an_actor()
        asked = await request_images(app, a_request(person))
        assert isinstance(asked, AgeNeeded)

        noted = await continue_after_age(app, _answer(person, asked.pending_id, is_adult=False))

        assert noted == AgeNoted(is_adult=False)
        for table in (RequestRow, HoldRow):
            assert await count_of(app, table) == 0
        with pytest.raises(AgeDeclined):
            await request_images(app, a_request(person))
        assert await count_of(app, RequestRow) == 0


@pytest.mark.promise("FA-13.1")
async def test_a_younger_person_s_old_button_makes_nothing() -> None:
    async with an_app() as app:
        person = an_actor()
        asked = await request_images(app, a_request(person))
        assert isinstance(asked, AgeNeeded)
        await continue_after_age(app, _answer(person, asked.pending_id, is_adult=False))

        noted = await continue_after_age(app, _answer(person, asked.pending_id))

        assert noted == AgeNoted(is_adult=True)
        assert await count_of(app, RequestRow) == 0


@pytest.mark.parametrize("presses", [2, 8])
async def test_pressing_again_and_again_is_one_request_and_one_charge(
    database_url: str, presses: int
) -> None:
    async with an_app(database_url=database_url) as app:
        person = an_actor()
        asked = await request_images(app, a_request(person))
        assert isinstance(asked, AgeNeeded)

        done = await asyncio.gather(
            *(continue_after_age(app, _answer(person, asked.pending_id)) for _ in range(presses))
        )

        assert all(isinstance(one, Accepted) for one in done)
        assert sum(not one.is_replay for one in done if isinstance(one, Accepted)) == 1
        assert await ledger_of(app) == [("hold", 2)]


@pytest.mark.parametrize("pending", ["theirs", "unknown", "nonsense", "zero", "none"])
async def test_nobody_continues_what_is_not_theirs(database_url: str, pending: str) -> None:
    async with an_app(database_url=database_url) as app:
        other = an_actor("2")
        theirs = await request_images(app, a_request(other))
        assert isinstance(theirs, AgeNeeded)
        given = {
            "theirs": theirs.pending_id,
            "unknown": RequestId(new_id()),
            "nonsense": RequestId("'; --"),
            "zero": RequestId("\x00"),
            "none": None,
        }[pending]

        noted = await continue_after_age(app, _answer(an_actor("1"), given))

        assert noted == AgeNoted(is_adult=True)
        assert (await meet(app, other)).age == "unknown"
        assert await ledger_of(app) == []
        assert await history(app, other) == ()


async def test_without_credits_the_answer_counts_and_the_request_still_waits() -> None:
    async with an_app(providers=[a_provider(credits_each=20)]) as app:
        person = an_actor()
        first = await request_images(app, a_request(person))
        second = await request_images(app, a_request(person))
        assert isinstance(first, AgeNeeded)
        assert isinstance(second, AgeNeeded)
        await continue_after_age(app, _answer(person, first.pending_id))

        with pytest.raises(QuotaExceeded):
            await continue_after_age(app, _answer(person, second.pending_id))

        assert (await meet(app, person)).age == "adult"
        assert (await status(app, person, second.pending_id)).state == "waiting-age"
        assert await balance_of(app, person) == 4


async def test_a_question_nobody_answers_takes_the_words_with_it() -> None:
    async with an_app() as app:
        asked = await request_images(app, a_request(an_actor()))
        grown = await accepted(app, a_request(await an_adult(app, "2")))
        assert isinstance(asked, AgeNeeded)
        async with app.transaction() as tx:
            await tx.execute(
                update(RequestRow).values(
                    created_at=app.clock.now() - WAITING_AGE_KEPT - timedelta(minutes=1)
                )
            )

        await repair(app)

        async with app.transaction() as tx:
            assert await tx.get(RequestRow, asked.pending_id) is None
            assert await tx.get(RequestRow, grown.request_id) is not None


async def test_a_request_that_waited_for_the_answer_becomes_a_picture() -> None:
    provider = a_provider()
    async with an_app(providers=[provider]) as app, a_worker(app):
        person = an_actor()
        asked = await request_images(app, a_request(person, prompt="a blue heron"))
        assert isinstance(asked, AgeNeeded)
        await continue_after_age(app, _answer(person, asked.pending_id))

        async def has_ended() -> bool:
            return (await status(app, person, asked.pending_id)).outcome is not None

        await soon(has_ended)
        assert provider.orders[asked.pending_id].prompt == "a blue heron"


async def test_the_answer_may_be_given_without_a_request() -> None:
    async with an_app() as app:
        assert await continue_after_age(app, _answer(an_actor(), None)) == AgeNoted(is_adult=True)
        assert isinstance(await request_images(app, a_request(an_actor())), Accepted)
        await set_age(app, an_actor(), is_adult=False)
        with pytest.raises(AgeDeclined):
            await request_images(app, a_request(an_actor()))
