"""Cancelling everything of a person at once, however much finished since."""

from sqlalchemy import select

from core.accounts.commands import find_person
from core.app import App
from core.generation import requests
from core.generation.commands import cancel_request
from core.generation.rows import RequestRow
from core.generation.values import Cancelled, CancelledAll, Outcome, OutcomeKind
from core.kernel.ids import AccountId, RequestId
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


async def cancel_account(app: App, account_id: AccountId) -> int:
    """End every queued or running request of an account that is going; return how many.

    The credits go back, so that undoing finds them. Late results are dropped, and purged where
    they were made.
    """
    query = select(RequestRow.id, RequestRow.started_at).where(
        RequestRow.account_id == account_id, RequestRow.state.in_(requests.UNDECIDED)
    )
    async with app.transaction() as tx:
        found = list((await tx.execute(query)).all())
    count = 0
    for one, started_at in found:
        async with app.transaction() as tx:
            outcome = Outcome(OutcomeKind.CANCELLED, code="cancelled")
            ended = await requests.end(tx, RequestId(one), outcome, app.clock.now())
        if ended is not None:
            count += 1
            if started_at is None:
                await app.engine.cancel(RequestId(one))
    return count
