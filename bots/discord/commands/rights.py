"""Every command of the counter as a slash command, and the message menu that deletes a picture."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import discord
from discord import app_commands

from bots.discord import render
from bots.discord.asking import Asked
from bots.discord.commands.imagine import matching
from bots.discord.counter import Inquiry
from bots.discord.page import Page
from bots.discord.post import request_of
from bots.discord.translate import localised
from bots.discord.visit import Look
from core.kernel.people import Language, language_of
from core.messages.catalogue import text
from core.privacy.counter.counter import COMMANDS
from core.privacy.counter.values import Choice, Command, Option

SlashCommand = app_commands.Command[Any, ..., None]
Inquire = Callable[[Asked, Inquiry], Awaitable[None]]

_CHOICES_AT_MOST = 25
_DELETE = "delete"


def slash_commands(inquire: Inquire) -> list[SlashCommand]:
    """Build all of them; a command that is added to the counter appears by itself."""
    return [_slash_command(command, inquire) for command in COMMANDS]


def _slash_command(command: Command, inquire: Inquire) -> SlashCommand:
    async def run(interaction: Asked, **given: str | None) -> None:
        words = [given[name] or "" for name in sorted(given)]
        await inquire(interaction, Inquiry(command.name, " ".join(words).strip()))

    # discord.py reads a command's options off its callback's parameters, by name and type.
    options = {f"option_{number}": one for number, one in enumerate(command.options)}
    run.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                "interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Asked
            ),
            *(
                inspect.Parameter(
                    name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=str | None
                )
                for name in options
            ),
        ]
    )
    if options:
        _describe(run, options)
    return app_commands.Command(
        name=command.name,
        description=localised(command.about),
        callback=run,
        auto_locale_strings=False,
    )


def _describe(run: Callable[..., Awaitable[None]], options: dict[str, Option]) -> None:
    app_commands.rename(**{name: one.name for name, one in options.items()})(run)
    app_commands.describe(**{name: localised(one.label) for name, one in options.items()})(run)
    offered = {name: one.choices for name, one in options.items() if one.choices}
    few = {name: found for name, found in offered.items() if len(found) <= _CHOICES_AT_MOST}
    app_commands.choices(
        **{
            name: [app_commands.Choice(name=localised(one.label), value=one.value) for one in found]
            for name, found in few.items()
        }
    )(run)
    many = {name: _completion(found) for name, found in offered.items() if name not in few}
    app_commands.autocomplete(**many)(run)


def _completion(choices: tuple[Choice, ...]) -> Any:
    async def complete(interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
        language = language_of(interaction.locale.value)
        named = [(text(one.label, language), one.value) for one in choices]
        return matching(named, typed)

    return complete


def delete_menu(inquire: Inquire, look: Look) -> app_commands.ContextMenu:
    """Build the message menu that deletes one of our results, as /delete does."""

    async def not_ours(language: Language) -> Page:
        return render.says("server-not-a-result", language)

    async def run(interaction: Asked, message: discord.Message) -> None:
        request_id = request_of(message)
        if request_id is None:
            await look(interaction, not_ours)
        else:
            await inquire(interaction, Inquiry(_DELETE, about=request_id))

    return app_commands.ContextMenu(
        name=localised("server-menu-delete"), callback=run, auto_locale_strings=False
    )


def offers_deletion() -> bool:
    """Say whether the counter deletes."""
    return any(command.name == _DELETE for command in COMMANDS)
