"""Cancelling everything of a person at once, however much finished since."""

from sqlalchemy import select

from core.accounts.commands import find_person
from core.app import App
from core.generation import requests
from core.generation.commands import cancel_request
from core.generation.rows import RequestRow
from core.generation.values import Cancelled, CancelledAll
from core.kernel.ids import RequestId
from core.kernel.people import Actor
from core.kernel.units import Credits


async def cancel_all(app: App, actor: Actor) -> CancelledAll:
    """End every queued or running request of a person and give the credits back.

    What ends by itself meanwhile is left as it is and not counted.
    """
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is None:
            return CancelledAll(0, Credits(0))
        found = await tx.scalars(
            select(RequestRow.id).where(
                RequestRow.account_id == person.account_id,
                RequestRow.state.in_(requests.UNDECIDED),
            )
        )
        ids = [RequestId(one) for one in found]
    count, returned = 0, 0
    for request_id in ids:
        result = await cancel_request(app, actor, request_id)
        if isinstance(result, Cancelled):
            count += 1
            returned += result.credits_returned
    return CancelledAll(count, Credits(returned))
