"""What is left out counts too: ``--no clothes`` is a wish like any other."""

import pytest

from core.generation.commands import request_images
from core.moderation.errors import PromptRejected
from tests.factories import a_request, accepted, an_adult, an_app, balance_of


@pytest.mark.parametrize("left_out", ["clothes", "snow, clothes", "衣服"])
async def test_leaving_out_the_clothes_is_refused_and_costs_nothing(left_out: str) -> None:
    async with an_app() as app:
        person = await an_adult(app)
        before = await balance_of(app, person)

        with pytest.raises(PromptRejected) as refused:
            await request_images(app, a_request(person, prompt="a woman", negative=left_out))

        assert refused.value.facts["category"] == "nudity"
        assert await balance_of(app, person) == before


@pytest.mark.parametrize("left_out", ["nudity", "snow", "gore, blood", "帽子"])
async def test_what_is_refused_by_itself_may_be_left_out(left_out: str) -> None:
    async with an_app() as app:
        person = await an_adult(app)

        await accepted(app, a_request(person, prompt="a woman", negative=left_out))
