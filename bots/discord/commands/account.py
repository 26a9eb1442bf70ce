"""/quota, /settings and /cancel: what a person has, chooses and waits for."""

from typing import Any

from discord import app_commands

from bots.discord import render
from bots.discord.asking import Asked
from bots.discord.components import NOTHING, Verb, button, labelled
from bots.discord.page import Page
from bots.discord.reply import Manner
from bots.discord.translate import localised
from bots.discord.visit import Attend, Visit
from core.accounts.commands import choose_language, choose_region
from core.accounts.values import Person
from core.generation.cancelling import cancel_all
from core.kernel.people import LANGUAGES
from core.messages.catalogue import text
from core.quotas.queries import quota

Command = app_commands.Command[Any, ..., None]

_LANGUAGE_NAMES = {"en": "language-en", "zh_Hans": "language-zh_Hans"}


def quota_command(attend: Attend) -> Command:
    """Build /quota."""

    async def work(visit: Visit) -> None:
        view = await quota(visit.app, visit.actor)
        await visit.tell(render.quota_page(view, visit.language))

    async def run(interaction: Asked) -> None:
        await attend(interaction, Manner.HIDDEN, work)

    return app_commands.Command(
        name=localised("server-command-quota"),
        description=localised("server-about-quota"),
        callback=run,
        auto_locale_strings=False,
    )


def cancel_command(attend: Attend) -> Command:
    """Build /cancel: everything of the person that waits or runs."""

    async def work(visit: Visit) -> None:
        done = await cancel_all(visit.app, visit.actor)
        if not done.count:
            await visit.tell(render.says("server-nothing-to-cancel", visit.language))
            return
        lines = (
            text("cancelled", visit.language),
            text("credits-returned", visit.language, n=done.credits_returned),
        )
        await visit.tell(Page(lines=lines))

    async def run(interaction: Asked) -> None:
        await attend(interaction, Manner.HIDDEN, work)

    return app_commands.Command(
        name=localised("server-command-cancel"),
        description=localised("server-about-cancel"),
        callback=run,
        auto_locale_strings=False,
    )


def settings_command(attend: Attend) -> Command:
    """Build /settings: shows what is set, and sets what is given."""

    @app_commands.rename(
        language=localised("server-option-language"), region=localised("server-option-region")
    )
    @app_commands.describe(
        language=localised("server-about-language"), region=localised("server-about-region")
    )
    @app_commands.choices(
        language=[
            app_commands.Choice(name=text(_LANGUAGE_NAMES[one], one), value=one)
            for one in LANGUAGES
        ]
    )
    async def run(
        interaction: Asked,
        language: str | None = None,
        region: app_commands.Range[str, 2, 2] | None = None,
    ) -> None:
        async def work(visit: Visit) -> None:
            person = visit.person
            if language is not None:
                person = await choose_language(visit.app, visit.actor, language)
            if region is not None:
                person = await choose_region(visit.app, visit.actor, region)
            is_saved = language is not None or region is not None
            await visit.tell(settings_page(person, is_saved=is_saved))

        await attend(interaction, Manner.HIDDEN, work)

    return app_commands.Command(
        name=localised("server-command-settings"),
        description=localised("server-about-settings"),
        callback=run,
        auto_locale_strings=False,
    )


def settings_page(person: Person, *, is_saved: bool = False) -> Page:
    """Draw what a person has chosen, with buttons to choose anew."""
    language = person.language
    region = person.region or text("settings-region-unset", language)
    name = text(_LANGUAGE_NAMES[language], language)
    languages = tuple(
        button(Verb.LANGUAGE, one, text(_LANGUAGE_NAMES[one], one), disabled=one == person.language)
        for one in LANGUAGES
    )
    ask = labelled(Verb.REGION, NOTHING, "server-button-region", language)
    return Page(
        lines=(
            f"### {text('settings-title', language)}",
            text("settings-language", language, language=name),
            text("settings-region", language, region=region),
            text("settings-saved", language) if is_saved else "",
        ),
        rows=((*languages, ask),),
    )
