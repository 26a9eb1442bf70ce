"""/help by topic and /privacy at a glance; neither ever asks for an age."""

from typing import Any

from discord import app_commands

from bots.discord.asking import Asked
from bots.discord.page import Page
from bots.discord.reply import Manner
from bots.discord.translate import localised
from bots.discord.visit import Attend, Visit
from bots.discord.wording import quoted
from core.kernel.people import Language
from core.messages.catalogue import text
from core.privacy.counter.counter import COMMANDS

Command = app_commands.Command[Any, ..., None]

_TOPICS = {
    "imagine": ("server-topic-imagine", ("help-imagine", "help-options")),
    "buttons": ("server-topic-buttons", ("help-buttons",)),
    "credits": ("server-topic-credits", ("help-credits",)),
    "privacy": ("server-topic-privacy", ("help-privacy",)),
    "settings": ("server-topic-settings", ("help-settings",)),
}


def help_command(attend: Attend) -> Command:
    """Build /help."""

    @app_commands.rename(topic=localised("server-option-topic"))
    @app_commands.describe(topic=localised("server-about-topic"))
    @app_commands.choices(
        topic=[
            app_commands.Choice(name=localised(name), value=topic)
            for topic, (name, _lines) in _TOPICS.items()
        ]
    )
    async def run(interaction: Asked, topic: str | None = None) -> None:
        async def work(visit: Visit) -> None:
            support = visit.app.settings.support_contact
            await visit.tell(help_page(topic, support, visit.language))

        await attend(interaction, Manner.HIDDEN, work)

    return app_commands.Command(
        name=localised("server-command-help"),
        description=localised("server-about-help"),
        callback=run,
        auto_locale_strings=False,
    )


def help_page(topic: str | None, support: str, language: Language) -> Page:
    """Draw one topic, or all of them."""
    chosen = [_TOPICS[topic]] if topic in _TOPICS else list(_TOPICS.values())
    lines = [f"### {text('help-title', language)}"]
    lines += [text(code, language) for _name, codes in chosen for code in codes]
    if _TOPICS["privacy"] in chosen:
        lines += [f"- `/{one.name}` {text(one.about, language)}" for one in COMMANDS]
    if support:
        lines.append(text("help-support", language, support=quoted(support)))
    return Page(lines=tuple(lines))
