"""What the bot tells the platform of itself: commands by scope and language, descriptions."""

import logging

from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bots.telegram.onemessage import Bot
from core.kernel.people import Language
from core.messages.catalogue import text

log = logging.getLogger("limner.telegram")

PRIVATE = ("imagine", "help", "quota", "settings", "cancel", "verify", "privacy")
GROUPS = ("imagine", "help", "cancel", "verify", "privacy")
# The empty tag is what everybody sees whose language has no list of its own.
_TAGS: tuple[tuple[str, Language], ...] = (("", "en"), ("zh", "zh_Hans"))


def _commands(names: tuple[str, ...], language: Language) -> list[BotCommand]:
    return [BotCommand(name, text(f"messenger-command-{name}", language)) for name in names]


async def introduce(bot: Bot) -> None:
    """Set commands and descriptions; the bot works without them, so a fault is only noted."""
    try:
        for tag, language in _TAGS:
            for scope, names in (
                (BotCommandScopeAllPrivateChats(), PRIVATE),
                (BotCommandScopeAllGroupChats(), GROUPS),
            ):
                await bot.set_my_commands(
                    _commands(names, language), scope=scope, language_code=tag or None
                )
            await _describe(bot, tag, language)
    except TelegramError as fault:
        log.warning("commands not registered: %s", type(fault).__name__)


async def _describe(bot: Bot, tag: str, language: Language) -> None:
    """Set the descriptions that differ: the platform takes few such changes a day."""
    short = text("messenger-short-description", language)
    if (await bot.get_my_short_description(tag or None)).short_description != short:
        await bot.set_my_short_description(short, tag or None)
    long = f"{text('welcome', language)} {text('age-question', language)}"
    if (await bot.get_my_description(tag or None)).description != long:
        await bot.set_my_description(long, tag or None)
