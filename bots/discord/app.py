"""Runs the Discord bot inside an existing event loop until it is cancelled."""

import asyncio
import logging

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.discord.client import LimnerClient
from bots.discord.reply import WIRE_FAULTS
from bots.discord.settings import DiscordSettings
from core.app import App

log = logging.getLogger("limner.discord")

_LAST_PAUSE_S = 60.0
_TOO_MANY = 429
_SERVER_FAULT = 500


def keep_content_out_of_logs() -> None:
    """Hold discord.py to its milder messages: at DEBUG it writes whole requests, prompts included.

    ``discord.http`` and ``discord.webhook.async_`` do so, whatever level the operator chose.
    """
    logging.getLogger("discord").setLevel(logging.INFO)


def apply_seams(settings: DiscordSettings) -> None:
    """Tell discord.py where Discord is; it keeps these addresses on its classes."""
    Route.BASE = settings.api_base
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
    discord.Asset.BASE = settings.cdn_base


async def _serve(app: App, settings: DiscordSettings, token: str) -> None:
    async with LimnerClient(app, settings) as client:
        await client.login(token)
        log.info("logged in")
        await client.connect()


def _may_pass(fault: Exception) -> bool:
    """Say whether Discord is out of reach, busy or down, rather than refusing us."""
    if isinstance(fault, discord.HTTPException):
        return fault.status >= _SERVER_FAULT or fault.status == _TOO_MANY
    return True


async def run(app: App, settings: DiscordSettings) -> None:
    """Log in, register the commands, answer and deliver until cancelled; then close in order.

    Discord may be out of reach when the bot starts: it is tried until it answers, ever more
    slowly.

    Raises:
        discord.LoginFailure: Discord does not know the token; nothing was started.
        ValueError: there is no token.
    """
    if settings.token is None:
        raise ValueError("DISCORD_TOKEN is missing")
    keep_content_out_of_logs()
    apply_seams(settings)
    pause_s = 1.0
    while True:
        try:
            return await _serve(app, settings, settings.token.get_secret_value())
        except (*WIRE_FAULTS, discord.GatewayNotFound, discord.RateLimited) as fault:
            if not _may_pass(fault):
                raise
            log.warning("not reached yet: %s", type(fault).__name__)
        await asyncio.sleep(pause_s)
        pause_s = min(_LAST_PAUSE_S, pause_s * 2)
