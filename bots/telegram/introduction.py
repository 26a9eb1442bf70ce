"""What the bot tells the platform of itself: commands by scope and language, descriptions."""

import logging

from telegram import BotCommand, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bots.telegram.onemessage import Bot
from core.kernel.people import Language
from core.messages.catalogue import text
from core.privacy.counter.counter import COMMANDS
from core.privacy.counter.values import Command

log = logging.getLogger("limner.telegram")

PRIVATE = ("imagine", "help", "quota", "settings", "cancel", "verify")
GROUPS = ("imagine", "help", "cancel", "verify")
RIGHTS_IN_GROUPS = frozenset(
    {"privacy", "terms", "mydata", "export", "delete", "correct", "consent", "support"}
)
"""The commands about rights that a group's list shows; all of them work there when typed."""
# The empty tag is what everybody sees whose language has no list of its own.
_TAGS: tuple[tuple[str, Language], ...] = (("", "en"), ("zh", "zh_Hans"))


def _commands(
    names: tuple[str, ...], rights: tuple[Command, ...], language: Language
) -> list[BotCommand]:
    own = [BotCommand(name, text(f"messenger-command-{name}", language)) for name in names]
    return own + [BotCommand(right.name, text(right.about, language)) for right in rights]


async def introduce(bot: Bot) -> None:
    """Set commands and descriptions; the bot works without them, so a fault is only noted."""
    in_groups = tuple(one for one in COMMANDS if one.name in RIGHTS_IN_GROUPS)
    try:
        for tag, language in _TAGS:
            for scope, names, rights in (
                (BotCommandScopeAllPrivateChats(), PRIVATE, COMMANDS),
                (BotCommandScopeAllGroupChats(), GROUPS, in_groups),
            ):
                await bot.set_my_commands(
                    _commands(names, rights, language), scope=scope, language_code=tag or None
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
