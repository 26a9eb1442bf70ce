"""Whether requests that are being made here are still to be made: one query for all of them."""

import asyncio

from sqlalchemy import select

from core.accounts.rows import AccountRow
from core.app import App
from core.generation import requests
from core.generation.rows import RequestRow

_GATHER_S = 0.25


class Lookout:
    """Answers everybody who asks within a quarter of a second together.

    Each running job asks every second; hundreds of them with a query each would keep the process
    busy with nothing else.
    """

    def __init__(self, app: App) -> None:
        self._app = app
        self._asked: set[str] = set()
        self._round: asyncio.Task[frozenset[str]] | None = None

    async def is_working(self, request_id: str) -> bool:
        """Say whether a request's job may go on: undecided, and its results not made void."""
        self._asked.add(request_id)
        if self._round is None:
            self._round = asyncio.create_task(self._look())
        # One who stops waiting must not take the answer from the others.
        return request_id in await asyncio.shield(self._round)

    async def _look(self) -> frozenset[str]:
        await asyncio.sleep(_GATHER_S)
        asked, self._asked, self._round = self._asked, set(), None
        query = (
            select(RequestRow.id)
            .join(AccountRow, AccountRow.id == RequestRow.account_id)
            .where(
                RequestRow.id.in_(asked),
                RequestRow.state.in_(requests.UNDECIDED),
                RequestRow.epoch == AccountRow.epoch,
            )
        )
        async with self._app.transaction() as tx:
            return frozenset(await tx.scalars(query))
