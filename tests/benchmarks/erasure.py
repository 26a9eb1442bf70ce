"""How long an erasure takes: from the confirmation until nothing can be read, and to the end."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select

from core.accounts.commands import meet
from core.app import App
from core.kernel.ids import AccountId
from core.privacy.counter.counter import answer
from core.privacy.counter.values import Ask
from core.privacy.erasure.rows import ErasureRow
from core.storage.envelope import Place, Unreadable
from tests.benchmarks.ground import a_ground, an_app_on
from tests.benchmarks.table import Row, Scale
from tests.core.privacy.erasure.stage import TO, TRAITS, code_of
from tests.core.privacy.retention.crowd import a_crowd
from tests.factories import a_worker, an_actor
from tests.postgres import fresh_database, postgres_server

PART = "8. Erasing an account"
_LOOK_EVERY_S = 0.01


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds from the press that confirmed."""

    answered_s: float
    unreadable_s: float
    done_s: float


async def measure(scale: Scale, database_url: str = "") -> list[Row]:
    """Measure on SQLite and on PostgreSQL; ``database_url`` names a server to use."""
    rows = await _one_database("SQLite", "", scale.erased)
    with postgres_server(database_url) as server, fresh_database(server) as url:
        return rows + await _one_database("PostgreSQL", url, scale.erased)


async def _one_database(name: str, url: str, pictures: int) -> list[Row]:
    changes: dict[str, object] = {"database_url": url} if url else {}
    with a_ground() as ground:
        async with an_app_on(ground, LIMNER_POLICY="flux-art", **changes) as app:
            owner = (await meet(app, an_actor())).account_id
            await a_crowd(app, owner, app.clock.now(), pictures, with_blobs=True)
            async with _working(app):
                times = await _erased(app, owner)
    note = f"{pictures:,} pictures with their requests; a worker runs"
    return [
        Row(PART, f"{name}, confirmation answered", times.answered_s, "s", 1, note),
        Row(PART, f"{name}, nothing can be read after", times.unreadable_s, "s", 1, note),
        Row(PART, f"{name}, every store has acknowledged after", times.done_s, "s", 1, note),
    ]


@asynccontextmanager
async def _working(app: App) -> AsyncIterator[None]:
    async with a_worker(app):
        # The first round of its loops is over.
        await asyncio.sleep(1)
        yield


async def _told(app: App, words: str) -> str:
    shown = await answer(app, Ask(an_actor(), "delete", words, TO, "key", TRAITS))
    return code_of(shown) if words == "account now" else ""


async def _erased(app: App, owner: AccountId) -> Times:
    code = await _told(app, "account now")
    began = time.perf_counter()
    confirming = asyncio.create_task(_told(app, f"account now {code}"))
    unreadable = asyncio.create_task(_until_unreadable(app, owner, began))
    await confirming
    answered_s = time.perf_counter() - began
    while True:
        async with app.transaction() as tx:
            states = list(await tx.scalars(select(ErasureRow.state)))
        if states == ["done"]:
            break
        await asyncio.sleep(_LOOK_EVERY_S)
    return Times(answered_s, await unreadable, time.perf_counter() - began)


async def _until_unreadable(app: App, owner: AccountId, began: float) -> float:
    place = Place("benchmark", "words", "row", owner)
    sealed = await app.keys.seal(place, b"words")
    while True:
        try:
            await app.keys.unseal(place, sealed)
        except Unreadable:
            return time.perf_counter() - began
        await asyncio.sleep(_LOOK_EVERY_S)
