"""Valid objects with one knob each: an app on a real database, people, requests, a worker."""

import asyncio
import atexit
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from core.accounts.commands import set_age, welcome
from core.app import App
from core.bootstrap import running_app
from core.generation.commands import request_images
from core.generation.delivery import DeliveryLoop
from core.generation.delivery_port import SurfaceDelivery
from core.generation.queries import status
from core.generation.values import (
    Accepted,
    ImageWish,
    RequestImages,
    RequestState,
    RequestStatus,
)
from core.kernel.clock import Clock
from core.kernel.ids import RequestId, new_id
from core.kernel.people import Actor, ReplyTo, Room
from core.kernel.units import Credits
from core.migrations.migrate import migrate
from core.providers.port import Provider
from core.quotas import ledger
from core.quotas.queries import quota
from core.settings import Settings
from core.storage.database import Database
from core.worker import working
from tests.fakes import FakeProvider
from tests.patience import LONG_S


def settings_for(folder: Path, database_url: str = "", **changes: object) -> Settings:
    """Return settings that touch nothing outside a folder; names as in the environment."""
    values: dict[str, object] = {
        "LIMNER_DATA": folder / "data",
        "LIMNER_KEYS": folder / "keys",
        "LIMNER_OPERATOR": "Example Studio",
        "LIMNER_SUPPORT_CONTACT": "help@example.org",
        "LIMNER_PRIVACY_CONTACT": "privacy@example.org",
        "LIMNER_QUEUE_POLL": 0.05,
        "LIMNER_DEAD_AFTER": 2,
    }
    if database_url:
        values["DATABASE_URL"] = database_url
    return Settings.model_validate(values | changes)


@cache
def migrated_file() -> Path:
    """An SQLite file with all tables, to make others of: that is quicker than migrating."""
    folder = Path(tempfile.mkdtemp(prefix="limner-test-migrated-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / "limner.db"
    migrate(Database(f"sqlite:///{file}"))
    return file


def _migrated(database: Database) -> None:
    file = Path(database.url.database or "")
    if database.is_sqlite and not file.exists():
        shutil.copyfile(migrated_file(), file)
    migrate(database)


@asynccontextmanager
async def an_app(
    *,
    providers: list[Provider] | None = None,
    real_providers: bool = False,
    clock: Clock | None = None,
    folder: Path | None = None,
    database_url: str = "",
    **changes: Any,
) -> AsyncIterator[App]:
    """A real app on a real database of its own: SQLite, or the one that is named.

    ``folder`` keeps the data for another app after this one, like a restart. Without providers
    there is one ``FakeProvider``; ``real_providers`` takes those the settings name.
    """
    own = Path(tempfile.mkdtemp(prefix="limner-test-")) if folder is None else folder
    try:
        settings = settings_for(own, database_url, **changes)
        settings.data.mkdir(parents=True, exist_ok=True)
        database = Database(settings.resolved_database_url())
        await asyncio.to_thread(_migrated, database)
        await database.aclose()
        chosen = None if real_providers else (providers or [FakeProvider()])
        async with running_app(settings, providers=chosen, clock=clock) as app:
            yield app
    finally:
        if folder is None:
            shutil.rmtree(own, ignore_errors=True)


@asynccontextmanager
async def a_worker(app: App) -> AsyncIterator[None]:
    """Run jobs in this process while the context is open."""
    async with working(app):
        yield


@asynccontextmanager
async def a_delivery(app: App, surface: SurfaceDelivery) -> AsyncIterator[None]:
    """Deliver to a surface while the context is open."""
    task = asyncio.create_task(DeliveryLoop(app, surface, timedelta(0)).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def a_service(app: App, surface: SurfaceDelivery) -> AsyncIterator[None]:
    """Worker and delivery together."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(a_worker(app))
        await stack.enter_async_context(a_delivery(app, surface))
        yield


def an_actor(native_id: str = "1", surface: str = "test", language_hint: str = "en") -> Actor:
    """A person as a surface knows them."""
    return Actor(surface, native_id, language_hint)


async def an_adult(app: App, native_id: str = "1", *, credits_extra: int = 0) -> Actor:
    """A person who was welcomed and has said that they are 18 or over."""
    actor = an_actor(native_id)
    await welcome(app, actor)
    person = await set_age(app, actor, is_adult=True)
    if credits_extra:
        async with app.transaction() as tx:
            await ledger.grant(
                tx,
                person.account_id,
                Credits(credits_extra),
                reference=f"test:{new_id()}",
                now=app.clock.now(),
            )
    return actor


def a_request(
    actor: Actor | None = None,
    *,
    prompt: str = "a lighthouse in a storm",
    request_key: str = "",
    is_private: bool = True,
    **wish: object,
) -> RequestImages:
    """A request that can be asked."""
    who = actor or an_actor()
    return RequestImages(
        actor=who,
        room=Room("room", is_private=is_private),
        wish=ImageWish(prompt=prompt, **wish),  # type: ignore[arg-type]
        reply_to=ReplyTo(who.surface, "somewhere"),
        request_key=request_key or f"test:{new_id()}",
    )


async def accepted(app: App, request: RequestImages) -> Accepted:
    """Ask, and expect to be accepted."""
    result = await request_images(app, request)
    assert isinstance(result, Accepted), result
    return result


async def balance_of(app: App, actor: Actor) -> int:
    """What a person can spend, free allowance included."""
    return (await quota(app, actor)).available


async def until(
    app: App,
    actor: Actor,
    request_id: RequestId,
    state: RequestState = RequestState.DELIVERED,
    timeout_s: float = LONG_S,
) -> RequestStatus:
    """Wait until a request has come to a state."""
    async with asyncio.timeout(timeout_s):
        while True:
            seen = await status(app, actor, request_id)
            if seen.state == state:
                return seen
            await asyncio.sleep(0.05)
