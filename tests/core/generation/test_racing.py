"""Many at once: the same update, a budget for one, presses of one button."""

import asyncio

from core.accounts.commands import meet
from core.generation.commands import cancel_request, request_images
from core.generation.errors import QuotaExceeded, TooManyInFlight
from core.generation.rows import RequestRow
from core.generation.values import Accepted, AlreadyEnded, Cancelled
from core.quotas.rows import BalanceRow, HoldRow
from tests.core.generation.sight import a_provider, count_of, ledger_of
from tests.factories import a_request, accepted, an_actor, an_adult, an_app, balance_of


async def test_the_same_update_twenty_times_at_once_is_one_job_and_one_charge(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        request = a_request(await an_adult(app), request_key="test:same")

        done = await asyncio.gather(*(request_images(app, request) for _ in range(20)))

        assert len({one.request_id for one in done if isinstance(one, Accepted)}) == 1
        assert sum(not one.is_replay for one in done if isinstance(one, Accepted)) == 1
        assert await count_of(app, RequestRow) == 1
        assert await ledger_of(app) == [("hold", 2)]


async def test_the_same_update_at_once_is_no_refusal_when_the_credits_are_for_one(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url, providers=[a_provider(credits_each=24)]) as app:
        request = a_request(await an_adult(app), request_key="test:same")

        done = await asyncio.gather(*(request_images(app, request) for _ in range(10)))

        assert all(isinstance(one, Accepted) for one in done)
        assert await ledger_of(app) == [("hold", 24)]


async def test_64_requests_at_once_on_a_budget_for_one_are_one_request(database_url: str) -> None:
    async with an_app(database_url=database_url, providers=[a_provider(credits_each=24)]) as app:
        person = await an_adult(app)
        assert await balance_of(app, person) == 24

        done = await asyncio.gather(
            *(request_images(app, a_request(person)) for _ in range(64)), return_exceptions=True
        )

        assert sum(isinstance(one, Accepted) for one in done) == 1
        assert sum(isinstance(one, QuotaExceeded) for one in done) == 63
        assert await ledger_of(app) == [("hold", 24)]
        assert await count_of(app, RequestRow) == await count_of(app, HoldRow) == 1
        assert await balance_of(app, person) == 0


async def test_64_requests_at_once_never_pass_the_number_that_may_wait(database_url: str) -> None:
    async with an_app(database_url=database_url, providers=[a_provider(credits_each=1)]) as app:
        person = await an_adult(app)

        done = await asyncio.gather(
            *(request_images(app, a_request(person)) for _ in range(64)), return_exceptions=True
        )

        assert sum(isinstance(one, Accepted) for one in done) == 6
        assert sum(isinstance(one, TooManyInFlight) for one in done) == 58
        assert await balance_of(app, person) == 18


async def test_the_first_words_of_a_person_twice_at_once_make_one_account(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        met = await asyncio.gather(*(meet(app, an_actor()) for _ in range(12)))

        assert len({person.account_id for person in met}) == 1


async def test_cancel_pressed_many_times_gives_the_credits_back_once(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person = await an_adult(app)
        before = await balance_of(app, person)
        done = await accepted(app, a_request(person, count=3))

        answers = await asyncio.gather(
            *(cancel_request(app, person, done.request_id) for _ in range(8))
        )

        assert sum(isinstance(one, Cancelled) for one in answers) == 1
        assert sum(isinstance(one, AlreadyEnded) for one in answers) == 7
        assert await ledger_of(app) == [("hold", 6), ("release", 6)]
        assert await balance_of(app, person) == before
        assert await count_of(app, BalanceRow) == 1
