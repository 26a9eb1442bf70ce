"""Builds everything once, from the settings: the only place where adapters are made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from sqlalchemy.exc import OperationalError

from core.app import App
from core.engine.engine import Engine, EngineOptions, Lane
from core.generation.gates import ProvenanceGate, ScreenGate
from core.generation.provenance.signer import Signer, SignerUnreadable
from core.kernel.clock import Clock, SystemClock
from core.kernel.errors import CannotStart
from core.kernel.pace import Pace
from core.moderation.classifier import PictureClassifier
from core.moderation.screen import Screen
from core.policy.profile import load_profile
from core.privacy.erasure.replay import replay_deletions
from core.providers.builtin import Builtin
from core.providers.catalogue.loader import load_dialect
from core.providers.healthbook import HealthBook
from core.providers.openai_compat.provider import OpenAICompat
from core.providers.port import Provider
from core.providers.registry import Registry
from core.quotas.rules import load_plans
from core.settings import Settings
from core.storage.database import Database
from core.storage.keys import KeyStore, WrongKeys, prove_shredding
from core.storage.vault import S3Location, Vault, local_store, s3_store

NO_KEYS_FOLDER = "LIMNER_KEYS can't be made, read or written: check the path and who may use it"
UNREACHABLE_KEYS = (
    "The keys' table can't be reached or opened: check LIMNER_KEYS_DATABASE_URL, or LIMNER_KEYS"
)
WRONG_KEYS = (
    "LIMNER_KEYS does not hold the keys that this data was sealed with: restore master.key and "
    "pepper.key from their backup, or copy them from the host that made them"
)
WRONG_SIGNER = (
    "LIMNER_KEYS holds a signing certificate that can't be read: restore provenance-signer.pem "
    "from its backup; a new one would not know the pictures made before"
)


COMMANDS_AT_MOST, COMMANDS_IN_S = 30, 60.0
"""Commands about rights from one person: no person types faster, and nobody waits a minute."""
CODES_AT_MOST, CODES_IN_S = 10, 600.0
"""Codes that join accounts: as many tries as somebody needs who mistypes, and no more."""
LANES: tuple[Lane, ...] = ("standard", "premium")


def build_providers(settings: Settings) -> list[Provider]:
    """Make the providers that the settings name, the operator's own service first."""
    providers: list[Provider] = []
    if settings.openai_base_url:
        key = settings.openai_api_key
        providers.append(
            OpenAICompat(
                dialect=load_dialect(settings.openai_dialect),
                base_url=settings.openai_base_url,
                api_key=key.get_secret_value() if key else "",
                models=settings.openai_models,
                self_hosted=settings.openai_self_hosted,
            )
        )
    if settings.builtin:
        providers.append(Builtin(workers=settings.builtin_workers))
    return providers


def build_vault(settings: Settings, keys: KeyStore) -> Vault:
    """Make the picture store: a bucket when one is named, else a folder."""
    if not settings.s3_bucket:
        return Vault(local_store(str(settings.data / "pictures")), keys)
    secret = settings.s3_secret_key
    access = settings.s3_access_key
    where = S3Location(
        bucket=settings.s3_bucket,
        prefix=settings.s3_prefix,
        endpoint=settings.s3_endpoint,
        region=settings.s3_region,
        access_key=access.get_secret_value() if access else "",
        secret_key=secret.get_secret_value() if secret else "",
    )
    return Vault(s3_store(where), keys)


def build_engine(settings: Settings, database: Database) -> Engine:
    """Make the engine with the concurrency that settings and plans give."""
    plans = load_plans(settings.plans).values()
    per_person = {
        lane: max((plan.running_at_once for plan in plans if plan.lane == lane), default=1)
        for lane in LANES
    }
    options = EngineOptions(
        slots={"standard": settings.worker_slots, "premium": settings.worker_slots_premium},
        per_person=per_person,
        poll_s=settings.queue_poll_s,
        dead_after_s=settings.dead_after_s,
        job_timeout_s=settings.job_timeout_s,
    )
    return Engine(database, options)


def open_keys(settings: Settings) -> KeyStore:
    """Open the keys, or make them on the first start.

    Raises:
        CannotStart: they can't be reached, or are not those that the data was made with.
    """
    url = settings.keys_database_url
    try:
        return KeyStore(settings.keys, url.get_secret_value() if url else None)
    except WrongKeys as wrong:
        raise CannotStart(WRONG_KEYS) from wrong
    except OSError as trouble:
        raise CannotStart(NO_KEYS_FOLDER) from trouble
    except OperationalError as unreachable:
        raise CannotStart(UNREACHABLE_KEYS) from unreachable


@asynccontextmanager
async def running_app(
    settings: Settings,
    *,
    providers: list[Provider] | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[App]:
    """Build the app, prove that shredding works, connect; give everything back at the end.

    Accounts that a restored backup brought back although they were erased go before anything else.

    The database must have been migrated (core/migrations). ``providers`` and ``clock`` replace
    what the settings would make.

    Raises:
        RuntimeError: destroyed keys still open data, so nothing is started.
        CannotStart: the keys can't be reached, or are not those that the data was made with.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    profile = load_profile(settings.policy)
    async with AsyncExitStack() as stack:
        keys = open_keys(settings)
        stack.callback(keys.close)
        await asyncio.to_thread(prove_shredding, keys)
        classifier = PictureClassifier()
        stack.callback(classifier.close)
        database = Database(settings.resolved_database_url())
        stack.push_async_callback(database.aclose)
        registry = Registry(build_providers(settings) if providers is None else providers)
        stack.push_async_callback(registry.aclose)
        try:
            signer = await asyncio.to_thread(Signer.open, settings.keys)
        except SignerUnreadable as wrong:
            raise CannotStart(WRONG_SIGNER) from wrong
        engine = build_engine(settings, database)
        stack.push_async_callback(engine.stop)
        engine.connect()
        app = App(
            settings=settings,
            clock=clock or SystemClock(),
            database=database,
            keys=keys,
            vault=build_vault(settings, keys),
            engine=engine,
            registry=registry,
            health=HealthBook(),
            profile=profile,
            screen=ScreenGate(Screen(picture_judges=(classifier,)), classifier.warm_up),
            provenance=ProvenanceGate(signer),
            counter_pace=Pace(COMMANDS_AT_MOST, COMMANDS_IN_S),
            link_pace=Pace(CODES_AT_MOST, CODES_IN_S),
        )
        await replay_deletions(app)
        yield app
