"""The erasure of an account, step by step, until every store has acknowledged.

What is needed from the person's key comes first, then the key, then the stores, then the receipt.
Each step can be cut off anywhere and repeated. Nothing is ever called done before every store has
said so; what fails is tried again, later and later, and the person is told.
"""

from collections.abc import Awaitable, Callable
from functools import partial

from sqlalchemy import update

from core.app import App
from core.engine.engine import Steps, Task
from core.generation.cancelling import cancel_account
from core.generation.rows import CopyRow, RequestRow
from core.privacy.erasure import copies, stores
from core.privacy.erasure.ending import end, postpone
from core.privacy.erasure.memory import Memory, load, note, seal_messages
from core.privacy.erasure.messages import copies_of, messages_of
from core.privacy.erasure.plan import count_rows
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.stores import ACKNOWLEDGED
from core.privacy.erasure.tombstones import leave_tombstones
from core.privacy.linking.moving import finish_moves

GO, STOP = "go", "stop"
Work = Callable[[App, Memory], Awaitable[str]]


def erasure_task(app: App) -> Task:
    """Return the erasure as the task that workers run; its id names the erasure and the attempt."""

    async def run(task_id: str, steps: Steps) -> None:
        await erase(app, task_id.partition(".")[0], steps)

    return run


async def erase(app: App, erasure_id: str, steps: Steps) -> str:
    """Run one attempt; return ``done``, ``partial``, or ``stop`` where there is nothing to do."""

    def step(work: Work) -> Callable[[], Awaitable[str]]:
        async def call() -> str:
            memory = await load(app, erasure_id)
            return await work(app, memory) if memory is not None else ACKNOWLEDGED

        return call

    verdict = await steps.run("erase-begin", lambda: begin(app, erasure_id))
    if verdict == STOP:
        return STOP
    for first, works in (("start", BEFORE_THE_KEY), ("rows", BEFORE_THE_ROWS)):
        for name, work in works:
            if await steps.attempt(f"erase-{name}", step(work)) != ACKNOWLEDGED:
                # Without these nothing further may be destroyed: the whole attempt comes again.
                later = partial(postpone, app, erasure_id, [first])
                return await steps.run("erase-postpone", later)
    waiting = [
        name
        for name, work in STORES
        if await steps.attempt(f"erase-{name}", step(work)) != ACKNOWLEDGED
    ]
    if waiting:
        return await steps.run("erase-postpone", lambda: postpone(app, erasure_id, waiting))
    return await steps.run("erase-end", lambda: end(app, erasure_id))


async def begin(app: App, erasure_id: str) -> str:
    """Take an erasure whose time has come; from here on it can't be undone."""
    now = app.clock.now()
    async with app.transaction() as tx:
        await tx.execute(
            update(ErasureRow)
            .where(
                ErasureRow.id == erasure_id,
                ErasureRow.state == "frozen",
                ErasureRow.run_at <= now,
            )
            .values(state="running")
        )
        row = await tx.get(ErasureRow, erasure_id, populate_existing=True)
        return GO if row is not None and row.state == "running" else STOP


async def _cancel(app: App, memory: Memory) -> str:
    await cancel_account(app, memory.account_id)
    return ACKNOWLEDGED


async def _arrivals(app: App, memory: Memory) -> str:
    """Bring over what is still on its way from an account that was joined, or to a split one."""
    return ACKNOWLEDGED if await finish_moves(app, memory.account_id) else stores.WAITING


async def _count(app: App, memory: Memory) -> str:
    """Count before anything goes: a repeated attempt would only find what is left."""
    if "rows" not in memory.stores:
        rows = await count_rows(app, memory.account_id)
        files = len(await app.vault.blobs_of(memory.account_id))
        await note(app, memory.erasure_id, rows=rows, files=files)
    return ACKNOWLEDGED


async def _messages(app: App, memory: Memory) -> str:
    """Open the addresses of the chat's messages, and seal them with the erasure's own key."""
    if "messages" not in memory.stores:
        mine = RequestRow.account_id == memory.account_id
        shown_in = copies_of(mine) | (CopyRow.account_id == memory.account_id)
        found = await messages_of(app, mine, shown_in)
        await seal_messages(app, memory.erasure_id, found)
    return ACKNOWLEDGED


async def _gather_copies(app: App, memory: Memory) -> str:
    if "jobs" not in memory.stores:
        mine = RequestRow.account_id == memory.account_id
        jobs = await copies.gather(app, memory.erasure_id, mine)
        await note(app, memory.erasure_id, jobs=jobs)
    return ACKNOWLEDGED


async def _tombstones(app: App, memory: Memory) -> str:
    if "tombstones" not in memory.stores:
        count = await leave_tombstones(app, memory.account_id)
        await note(app, memory.erasure_id, tombstones=count)
    return ACKNOWLEDGED


async def _ledger(app: App, memory: Memory) -> str:
    await app.keys.ledger.note(memory.account_id, app.clock.now())
    return ACKNOWLEDGED


BEFORE_THE_KEY: tuple[tuple[str, Work], ...] = (
    ("cancel", _cancel),
    ("arrivals", _arrivals),
    ("messages", _messages),
    ("tombstones", _tombstones),
    ("ledger", _ledger),
    ("keys", stores.destroy_keys),
)
"""Only what the key is needed for, so that nobody can read anything as soon as possible."""
BEFORE_THE_ROWS: tuple[tuple[str, Work], ...] = (
    ("count", _count),
    ("copies", _gather_copies),
)
STORES: tuple[tuple[str, Work], ...] = (
    ("jobs", stores.end_jobs),
    ("files", stores.delete_files),
    ("rows", stores.delete_rows),
    ("late-files", stores.delete_files),
    ("log", stores.empty_log),
    ("providers", stores.purge_copies),
    ("chat", stores.post_takebacks),
)
STEPS: tuple[str, ...] = (
    "erase-begin",
    *(f"erase-{name}" for name, _ in (*BEFORE_THE_KEY, *BEFORE_THE_ROWS, *STORES)),
    "erase-end",
)
"""Every step of an erasure that nothing holds up, in order."""
