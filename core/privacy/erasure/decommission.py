"""The end of the service: everything of everybody goes, and only what must stay is left."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Table, func, select, true

from core.accounts.rows import AccountRow
from core.app import App
from core.engine.liveness import ExecutorRow
from core.kernel.errors import CannotStart
from core.kernel.ids import AccountId, RequestId
from core.privacy.erasure import copies
from core.privacy.erasure.copies import ProviderShare
from core.privacy.erasure.plan import ITSELF, detachment, person_column
from core.privacy.erasure.stores import delete_where, detach
from core.privacy.retention.plan import declared
from core.storage.inventory import Base
from core.storage.vault import StoredBlob

SENTENCE = "erase everything of everybody"
"""What the operator types."""
ABOUT = "decommission"
_AT_ONCE = 16
_BATCH = 500
_STILL_RUNNING = (
    "A worker of this service gave a sign of life less than {seconds:.0f} seconds ago: stop every "
    "process first. Nothing was deleted"
)


@dataclass(frozen=True, slots=True)
class Decommissioned:
    """What went, and what had to stay."""

    keys: int
    files: int
    rows: int
    kept: Mapping[str, int]
    """Rows that must stay, by table, with nobody's name on them."""
    providers: tuple[ProviderShare, ...]


async def decommission(app: App) -> Decommissioned:
    """Destroy every key, then every file, row and job of everybody; a repeat finishes the rest.

    Receipts of erasures stay, and what the law wants kept, cut off from its person.

    Raises:
        CannotStart: a worker still runs; nothing was deleted.
    """
    await _refuse_while_running(app)
    await copies.gather(app, ABOUT, true())
    keys = await app.keys.destroy_all()
    await copies.purge(app, ABOUT)
    providers = await copies.shares(app, ABOUT)
    files = await _delete_files(app)
    rows, kept = await _delete_rows(app)
    while ids := await app.engine.some_ids(_BATCH):
        await app.engine.forget([RequestId(one) for one in ids])
    await app.database.checkpoint()
    return Decommissioned(keys, files, rows, kept, providers)


async def _refuse_while_running(app: App) -> None:
    silence_s = app.settings.dead_after_s
    async with app.transaction() as tx:
        limit = await app.database.now(tx) - timedelta(seconds=silence_s)
        alive = await tx.scalar(select(ExecutorRow.id).where(ExecutorRow.seen_at > limit).limit(1))
    if alive is not None:
        raise CannotStart(_STILL_RUNNING.format(seconds=silence_s))


async def _delete_files(app: App) -> int:
    gate = asyncio.Semaphore(_AT_ONCE)

    async def drop(one: StoredBlob) -> None:
        async with gate:
            await app.vault.delete(one.owner, one.blob)

    total = 0
    tomorrow = app.clock.now() + timedelta(days=1)
    async for found in app.vault.stored_before(tomorrow, _BATCH):
        await asyncio.gather(*(drop(one) for one in found))
        total += len(found)
    return total


async def _delete_rows(app: App) -> tuple[int, dict[str, int]]:
    """Empty the tables, children first; what must stay is cut off from its people."""
    total = 0
    kept: dict[str, int] = {}
    tables = list(reversed(Base.metadata.sorted_tables))
    staying = [one for one in tables if one.name == ITSELF or _must_stay(app, one)]
    for table in staying:
        await _cut_off(app, table)
        async with app.transaction() as tx:
            count = await tx.scalar(select(func.count()).select_from(table)) or 0
        if count:
            kept[table.name] = count
    for table in tables:
        if table not in staying:
            total += await delete_where(app, table, true())
    return total, kept


def _must_stay(app: App, table: Table) -> bool:
    """Whether the law wants something in a table kept, for example a bill."""
    rules = [one for column in table.columns if (one := declared(column)) is not None]
    return any(
        one.erase != "delete"
        and one.person_path != "none"
        and app.profile.at_least_days.get(one.retention)
        for one in rules
    )


async def _cut_off(app: App, table: Table) -> None:
    person = person_column(table)
    if person is None:
        return
    while True:
        # A row that was cut off holds no account's id any more, so that each is found once.
        query = select(person).where(person.in_(select(AccountRow.id))).distinct().limit(_BATCH)
        async with app.transaction() as tx:
            people = [AccountId(one) for one in await tx.scalars(query)]
        if not people:
            return
        for one in people:
            await detach(app, detachment(table, person, one), one)
