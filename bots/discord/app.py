"""Runs the Discord bot inside an existing event loop until it is cancelled."""

import logging

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.discord.client import LimnerClient
from bots.discord.settings import DiscordSettings
from core.app import App

log = logging.getLogger("limner.discord")


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


async def run(app: App, settings: DiscordSettings) -> None:
    """Log in, register the commands, answer and deliver until cancelled; then close in order.

    Raises:
        discord.LoginFailure: Discord does not know the token; nothing was started.
        ValueError: there is no token.
    """
    if settings.token is None:
        raise ValueError("DISCORD_TOKEN is missing")
    keep_content_out_of_logs()
    apply_seams(settings)
    async with LimnerClient(app, settings) as client:
        await client.login(settings.token.get_secret_value())
        log.info("logged in")
        await client.connect()
