"""How fast credits are held, and that 64 at once never get more than there is."""

import asyncio
import time
from dataclasses import dataclass

from core.accounts.commands import meet
from core.app import App
from core.generation.errors import QuotaExceeded
from core.kernel.ids import AccountId, new_id
from core.kernel.people import Actor
from core.kernel.units import Credits
from core.quotas import ledger
from core.quotas.rules import Plan, load_plans
from tests.benchmarks.ground import a_ground, an_app_on, welcome_adults
from tests.benchmarks.table import Row, Scale
from tests.factories import a_request, accepted
from tests.postgres import fresh_database, postgres_server

PART = "4. Holds at 64-way concurrency"
TOGETHER = 64
_SURFACE = "test"


@dataclass(frozen=True, slots=True)
class Race:
    """What came of many attempts."""

    attempts: int
    held: int
    taken_s: float


async def measure(scale: Scale, database_url: str = "") -> list[Row]:
    """Measure on SQLite and on PostgreSQL; ``database_url`` names a server to use."""
    rows = await _one_database("SQLite", "", scale)
    with postgres_server(database_url) as server, fresh_database(server) as url:
        return rows + await _one_database("PostgreSQL", url, scale)


async def _one_database(name: str, url: str, scale: Scale) -> list[Row]:
    with a_ground() as ground:
        changes: dict[str, object] = {"database_url": url} if url else {}
        async with an_app_on(ground, LIMNER_PLANS=ground.plans(0), **changes) as app:
            crowd = await _many_people(app, scale.holds)
            race = await _one_person(app, scale.holds)
            accepted_at_once = await _whole_requests(app)
    over = race.held - race.attempts // 2
    note = f"budget for half of {race.attempts} attempts"
    return [
        Row(
            PART,
            f"{name}, {TOGETHER} people",
            crowd.held / crowd.taken_s,
            "holds/s",
            crowd.held,
            "each commit on disk" if not url else "the tests' own server has fsync off",
        ),
        Row(
            PART,
            f"{name}, one person",
            race.attempts / race.taken_s,
            "tries/s",
            race.attempts,
            note,
        ),
        Row(PART, f"{name}, over-admission", over, "holds", race.attempts, "must be 0; " + note),
        Row(
            PART,
            f"{name}, whole requests over budget",
            accepted_at_once - 1,
            "requests",
            TOGETHER,
            "must be 0; 64 at once on a budget for one",
        ),
    ]


async def _budget(app: App, native_id: str, amount: int) -> AccountId:
    await welcome_adults(app, _SURFACE, [native_id])
    owner = (await meet(app, Actor(_SURFACE, native_id, "en"))).account_id
    async with app.transaction() as tx:
        await ledger.grant(
            tx, owner, Credits(amount), reference=f"bench:{new_id()}", now=app.clock.now()
        )
    return owner


async def _raced(app: App, owners: list[AccountId], attempts: int) -> Race:
    """Let as many tasks as there are owners hold one credit at a time."""
    plan = _plan(app)
    held = 0

    async def take(owner: AccountId) -> None:
        nonlocal held
        for _ in range(attempts // len(owners)):
            async with app.transaction() as tx:
                got = await ledger.hold(tx, owner, plan, Credits(1), app.clock.now())
            held += got is not None

    began_s = time.perf_counter()
    await asyncio.gather(*(take(owner) for owner in owners))
    return Race(attempts, held, time.perf_counter() - began_s)


def _plan(app: App) -> Plan:
    return load_plans(app.settings.plans)["free"]


async def _many_people(app: App, attempts: int) -> Race:
    owners = [await _budget(app, f"many-{number}", attempts) for number in range(TOGETHER)]
    return await _raced(app, owners, attempts)


async def _one_person(app: App, attempts: int) -> Race:
    owner = await _budget(app, "one", attempts // 2)
    return await _raced(app, [owner] * TOGETHER, attempts)


async def _whole_requests(app: App) -> int:
    """Return how many of 64 requests at once are accepted on a budget for one."""
    price = app.registry.offerings()[0].credits_each
    await _budget(app, "asker", price)
    actor = Actor(_SURFACE, "asker", "en")

    async def ask() -> int:
        try:
            await accepted(app, a_request(actor))
        except QuotaExceeded:
            return 0
        return 1

    return sum(await asyncio.gather(*(ask() for _ in range(TOGETHER))))
