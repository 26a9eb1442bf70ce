"""What the tests of generation look at and turn: small providers, rows, the vault, the outbox."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select, update

from core.accounts.commands import meet
from core.app import App
from core.generation.commands import remember_message
from core.generation.rows import OutboxRow, PictureRow, RequestRow
from core.generation.values import Accepted, RequestImages
from core.kernel.ids import RequestId
from core.kernel.people import Actor
from core.quotas.rows import BalanceRow, HoldRow, LedgerRow
from tests.factories import accepted
from tests.fakes import AN_OFFERING, FakeProvider, an_offering
from tests.patience import LONG_S

SIDE_PX = 256
SMALL = replace(
    AN_OFFERING.limits, max_side_px=2 * SIDE_PX, max_pixels=SIDE_PX * SIDE_PX, min_side_px=64
)


def a_provider(**changes: object) -> FakeProvider:
    """Draw small pictures, so that the tests are fast; facts of the offering may be changed."""
    return FakeProvider(offering=an_offering(limits=SMALL, **changes))


async def row_of(app: App, request_id: RequestId) -> RequestRow:
    async with app.transaction() as tx:
        row = await tx.get(RequestRow, request_id, populate_existing=True)
    assert row is not None
    return row


async def outbox_of(app: App, request_id: RequestId) -> OutboxRow:
    async with app.transaction() as tx:
        row = await tx.get(OutboxRow, request_id, populate_existing=True)
    assert row is not None
    return row


async def turn_outbox(app: App, request_id: RequestId, **values: object) -> None:
    """Edit an outbox row, as time or a crash would."""
    async with app.transaction() as tx:
        await tx.execute(
            update(OutboxRow).where(OutboxRow.request_id == request_id).values(**values)
        )


async def age_request(app: App, request_id: RequestId, queued_at: datetime) -> None:
    """Say that a request was queued at another time."""
    async with app.transaction() as tx:
        await tx.execute(
            update(RequestRow).where(RequestRow.id == request_id).values(queued_at=queued_at)
        )


async def count_of(
    app: App, table: type[RequestRow | HoldRow | LedgerRow | PictureRow | OutboxRow | BalanceRow]
) -> int:
    async with app.transaction() as tx:
        return await tx.scalar(select(func.count()).select_from(table)) or 0


async def ledger_of(app: App) -> list[tuple[str, int]]:
    """Every movement of credits, in order: kind and amount."""
    async with app.transaction() as tx:
        rows = await tx.scalars(select(LedgerRow).order_by(LedgerRow.created_at, LedgerRow.id))
        return [(row.kind, row.credits) for row in rows]


async def blobs_of(app: App, actor: Actor) -> int:
    """How many sealed pictures, previews and raw results are stored for a person."""
    person = await meet(app, actor)
    return len(await app.vault.blobs_of(person.account_id))


async def soon(
    what: Callable[[], bool] | Callable[[], Awaitable[bool]], timeout_s: float = LONG_S
) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(timeout_s):
        while True:
            answer = what()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.03)


async def shown(app: App, request: RequestImages, address: str = "message") -> Accepted:
    """Ask as a surface does: accepted, one message sent, its address remembered."""
    done = await accepted(app, request)
    await remember_message(app, request.actor, done.request_id, address)
    return done
