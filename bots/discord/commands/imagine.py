"""/imagine: typed options with completion, or a modal when there are no words yet."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from discord import app_commands

from bots.discord import modals, render
from bots.discord.asking import Asked
from bots.discord.reply import Manner
from bots.discord.translate import localised
from bots.discord.visit import Attend, Visit
from core.app import App
from core.generation.flags import ASPECTS, FORMATS, MAX_COUNT, MAX_SEED, parse_wish
from core.generation.queries import offerings, style_names
from core.generation.values import ImageWish
from core.kernel.errors import CoreError
from core.providers.port import ImageFormat

_OPTIONS = {
    "prompt": ("server-option-prompt", "server-about-prompt"),
    "aspect": ("server-option-aspect", "server-about-aspect"),
    "count": ("server-option-count", "server-about-count"),
    "seed": ("server-option-seed", "server-about-seed"),
    "style": ("server-option-style", "server-about-style"),
    "negative": ("server-option-negative", "server-about-negative"),
    "format": ("server-option-format", "server-about-format"),
    "model": ("server-option-model", "server-about-model"),
    "spoiler": ("server-option-spoiler", "server-about-spoiler"),
}
"""Each option's name and description, as message codes."""
_MAX_CHOICES = 25
_CHOICE_CHARS = 100

Command = app_commands.Command[Any, ..., None]
Choice = app_commands.Choice[str]
Typed = Callable[[ImageWish], ImageWish]
"""Lays the typed options over what the words say."""


def matching(names: list[tuple[str, str]], typed: str) -> list[Choice]:
    """Return the (name, value) pairs that hold what was typed, as Discord's choices."""
    wanted = typed.casefold()
    found = [
        app_commands.Choice(name=name[:_CHOICE_CHARS], value=value)
        for name, value in names
        if wanted in name.casefold() or wanted in value.casefold()
    ]
    return found[:_MAX_CHOICES]


def imagine(app: App, attend: Attend) -> Command:
    """Build the command."""

    async def styles(interaction: Asked, typed: str) -> list[Choice]:
        chosen = str(getattr(interaction.namespace, "model", None) or "")
        return matching([(name, name) for name in style_names(app, chosen)], typed)

    async def models(_interaction: Asked, typed: str) -> list[Choice]:
        return matching([(one.title, one.id) for one in offerings(app)], typed)

    @app_commands.rename(**{option: localised(name) for option, (name, _) in _OPTIONS.items()})
    @app_commands.describe(**{option: localised(about) for option, (_, about) in _OPTIONS.items()})
    @app_commands.choices(
        aspect=[app_commands.Choice(name=one, value=one) for one in ASPECTS],
        format=[app_commands.Choice(name=one, value=one) for one in FORMATS],
    )
    @app_commands.autocomplete(style=styles, model=models)
    async def run(
        interaction: Asked,
        prompt: str | None = None,
        *,
        aspect: str | None = None,
        count: app_commands.Range[int, 1, MAX_COUNT] | None = None,
        seed: app_commands.Range[int, 0, MAX_SEED] | None = None,
        style: app_commands.Range[str, 1, 32] | None = None,
        negative: app_commands.Range[str, 1, 1000] | None = None,
        format: str | None = None,  # noqa: A002 - the option's name as people see it
        model: app_commands.Range[str, 1, 128] | None = None,
        spoiler: bool = False,
    ) -> None:
        def typed(wish: ImageWish) -> ImageWish:
            return replace(
                wish,
                aspect=aspect or wish.aspect,
                count=count or wish.count,
                seed=wish.seed if seed is None else seed,
                style=style.lower() if style else wish.style,
                negative=negative or wish.negative,
                image_format=cast("ImageFormat", format) if format else wish.image_format,
                offering_id=model or wish.offering_id,
                spoiler=spoiler or wish.spoiler,
            )

        async def work(visit: Visit) -> None:
            if prompt is None:
                flags = modals.flags_of(typed(ImageWish(prompt="")))
                await open_modal(visit, flags)
            else:
                await ask_in_words(visit, prompt, typed)

        await attend(interaction, Manner.PUBLIC, work)

    return app_commands.Command(
        name=localised("server-command-imagine"),
        description=localised("server-about-imagine"),
        callback=run,
        auto_locale_strings=False,
    )


async def open_modal(visit: Visit, flags: str) -> None:
    """Ask for the prompt on a form, or say that it was too late for one."""
    if visit.reply.can_open_modal:
        await visit.reply.open(modals.imagine_modal(flags, visit.language))
    else:
        await visit.tell(render.says("prompt-empty", visit.language))


def _as_typed(wish: ImageWish) -> ImageWish:
    return wish


async def ask_in_words(
    visit: Visit,
    words: str,
    typed: Typed = _as_typed,
) -> None:
    """Ask for what the words and their flags say; a refusal gives the words back."""
    try:
        await visit.ask(typed(parse_wish(words)))
    except CoreError as refusal:
        await visit.tell(render.refusal_page(refusal, visit.language, words=words))
