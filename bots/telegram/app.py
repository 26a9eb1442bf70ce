"""Runs the Telegram bot inside an existing event loop until it is cancelled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter
from telegram.ext import ApplicationBuilder

from bots.telegram.delivery import TelegramDelivery
from bots.telegram.desk import Desk, TelegramApplication
from bots.telegram.handlers.routes import add_routes
from bots.telegram.intake import KINDS, POLL_S, Intake, listening
from bots.telegram.introduction import introduce
from bots.telegram.letters import TelegramLetters
from bots.telegram.news import News
from bots.telegram.openings import Openings
from bots.telegram.pace import Pace
from bots.telegram.secrets_asked import SecretsAsked
from bots.telegram.settings import TelegramSettings
from core.app import App
from core.generation.delivery import DeliveryLoop
from core.privacy.letters.loop import LetterLoop

log = logging.getLogger("limner.telegram")

CONNECTIONS = 64
_LAST_PAUSE_S = 30.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the platform is waited for, in seconds.

    A picture is often answered after more than the library's five seconds although it arrived.
    """

    connect_s: float = 10.0
    read_s: float = 30.0
    write_s: float = 30.0
    media_write_s: float = 120.0


def build_application(
    settings: TelegramSettings, pace: Pace, patience: Patience
) -> TelegramApplication:
    """Make the library's application; nothing is connected yet.

    Raises:
        ValueError: there is no token.
    """
    if settings.token is None:
        raise ValueError("TELEGRAM_TOKEN is missing")
    builder = (
        ApplicationBuilder()
        .token(settings.token.get_secret_value())
        .base_url(settings.api_base)
        .base_file_url(settings.file_base)
        .rate_limiter(pace)
        .updater(None)
        .connection_pool_size(CONNECTIONS)
        .pool_timeout(patience.read_s)
        .connect_timeout(patience.connect_s)
        .read_timeout(patience.read_s)
        .write_timeout(patience.write_s)
        .media_write_timeout(patience.media_write_s)
        .get_updates_connect_timeout(patience.connect_s)
        .get_updates_read_timeout(POLL_S + patience.read_s)
    )
    application: TelegramApplication = builder.build()
    return application


async def _reach(call: Callable[[], Awaitable[object]]) -> None:
    """Make the first calls until the platform answers: it may be down when the bot starts."""
    pause_s = 1.0
    while True:
        try:
            await call()
        except (BadRequest, InvalidToken):
            raise
        except (NetworkError, RetryAfter) as fault:
            log.warning("not reached yet: %s", type(fault).__name__)
            await asyncio.sleep(pause_s)
            pause_s = min(_LAST_PAUSE_S, pause_s * 2)
        else:
            return


async def run(app: App, settings: TelegramSettings, *, patience: Patience | None = None) -> None:
    """Register the commands, answer and deliver until cancelled; then stop in order.

    Updates that wait at the platform are kept, and those that were begun are finished.

    Raises:
        ValueError: there is no token; nothing was started.
        telegram.error.InvalidToken: the platform does not know the token.
        OSError: the port of the webhook is taken.
    """
    pace, openings = Pace(), Openings()
    application = build_application(settings, pace, patience or Patience())
    await _reach(application.initialize)
    delivery = TelegramDelivery(application.bot, pace, openings)
    letters = TelegramLetters(application.bot, pace)
    add_routes(Desk(app, application, delivery, openings, News(), SecretsAsked()))
    intake = Intake(application)
    try:
        await application.start()
        async with asyncio.TaskGroup() as group:
            group.create_task(introduce(application.bot))
            group.create_task(DeliveryLoop(app, delivery).run())
            group.create_task(LetterLoop(app, letters).run())
            if settings.webhook_url:
                await _take_pushes(application, intake, settings)
            else:
                await _reach(application.bot.delete_webhook)
                log.info("polling")
                await intake.poll()
    finally:
        await intake.finish()
        await application.stop()
        await application.shutdown()


async def _take_pushes(
    application: TelegramApplication, intake: Intake, settings: TelegramSettings
) -> None:
    secret = settings.webhook_secret
    if secret is None:
        raise ValueError("LIMNER_TELEGRAM_WEBHOOK_SECRET is missing")
    path = urlsplit(settings.webhook_url).path or "/"
    routes = intake.routes(path, secret.get_secret_value())
    async with listening(routes, settings.webhook_host, settings.webhook_port):
        await _reach(
            partial(
                application.bot.set_webhook,
                settings.webhook_url,
                secret_token=secret.get_secret_value(),
                allowed_updates=KINDS,
                drop_pending_updates=False,
            )
        )
        log.info("taking pushes")
        await asyncio.Event().wait()
