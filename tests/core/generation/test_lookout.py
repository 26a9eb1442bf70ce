"""Many running jobs ask together whether they may go on, and each gets its own answer."""

import asyncio

import pytest
from sqlalchemy import event

from core.generation.commands import cancel_request
from core.generation.lookout import Lookout
from tests.factories import a_request, accepted, an_adult, an_app


async def test_jobs_that_ask_together_cost_one_query_and_each_hears_of_its_own() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        kept, dropped = [
            (await accepted(app, a_request(person, prompt=words))).request_id
            for words in ("a fox", "a hen")
        ]
        await cancel_request(app, person, dropped)
        queries: list[str] = []
        engine = app.database.engine.sync_engine
        event.listen(engine, "before_cursor_execute", lambda *told: queries.append(told[2]))
        lookout = Lookout(app)

        answers = await asyncio.gather(*(lookout.is_working(one) for one in [kept, dropped] * 50))

        assert answers == [True, False] * 50
        assert len(queries) == 1
        assert await lookout.is_working(kept), "the next round begins anew"


async def test_one_who_stops_waiting_leaves_the_others_their_answer() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        request_id = (await accepted(app, a_request(person))).request_id
        lookout = Lookout(app)
        leaves = asyncio.create_task(lookout.is_working(request_id))
        stays = asyncio.create_task(lookout.is_working(request_id))
        await asyncio.sleep(0)
        leaves.cancel()

        assert await stays
        with pytest.raises(asyncio.CancelledError):
            await leaves
