"""From a request to its delivered picture, on a real engine and database."""

import pytest

from core.generation.values import OutcomeKind
from tests.factories import a_request, a_service, accepted, an_adult, an_app, balance_of, until
from tests.fakes import RecordingSurface


@pytest.mark.promise("AX-14", "FA-5.0a")
async def test_a_request_becomes_a_delivered_picture_and_costs_its_price() -> None:
    surface = RecordingSurface()
    async with an_app() as app, a_service(app, surface):
        person = await an_adult(app)
        before = await balance_of(app, person)

        done = await accepted(app, a_request(person))
        status = await until(app, person, done.request_id)

        assert status.outcome is not None
        assert status.outcome.kind is OutcomeKind.PICTURES
        assert len(surface.parcels) == 1
        assert len(surface.parcels[0].pictures) == 1
        assert await balance_of(app, person) == before - 2
