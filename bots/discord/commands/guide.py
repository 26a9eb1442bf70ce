"""/help by topic and /privacy at a glance; neither ever asks for an age."""

from typing import Any

from discord import app_commands

from bots.discord.asking import Asked
from bots.discord.page import Page
from bots.discord.reply import Manner
from bots.discord.translate import localised
from bots.discord.visit import Attend, Visit
from bots.discord.wording import quoted
from core.generation.queries import PrivacyGlance, privacy_glance
from core.kernel.people import Language
from core.messages.catalogue import text
from core.policy.profile import UNTIL_DELETED, Profile

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
    if support:
        lines.append(text("help-support", language, support=quoted(support)))
    return Page(lines=tuple(lines))


def privacy_command(attend: Attend) -> Command:
    """Build /privacy."""

    async def work(visit: Visit) -> None:
        glance = await privacy_glance(visit.app, visit.actor)
        await visit.tell(privacy_page(glance, visit.language))

    async def run(interaction: Asked) -> None:
        await attend(interaction, Manner.HIDDEN, work)

    return app_commands.Command(
        name=localised("server-command-privacy"),
        description=localised("server-about-privacy"),
        callback=run,
        auto_locale_strings=False,
    )


def _period(profile: Profile, retention: str, codes: tuple[str, str], language: Language) -> str:
    days = profile.retention_days[retention]
    until, for_days = codes
    line = text(until, language) if days == UNTIL_DELETED else text(for_days, language, days=days)
    if f"retention_days.{retention}" in profile.chosen:
        return f"{line} {text('privacy-chosen', language)}"
    return line


def privacy_page(glance: PrivacyGlance, language: Language) -> Page:
    """Draw what is kept, why, how long, who receives it, the rights, and who runs this."""
    profile = glance.profile
    training = (
        "privacy-training-never"
        if profile.training_on_content == "never"
        else "privacy-training-consent"
    )
    recipients = (
        text("privacy-recipients", language, processors=quoted(", ".join(glance.processors)))
        if glance.processors
        else text("privacy-recipients-nobody", language)
    )
    return Page(
        lines=(
            f"### {text('privacy-title', language, service=profile.service)}",
            text("privacy-what", language),
            text("privacy-why", language),
            _period(
                profile,
                "generated_pictures",
                ("privacy-pictures-until", "privacy-pictures-days"),
                language,
            ),
            _period(
                profile, "prompts", ("privacy-prompts-until", "privacy-prompts-days"), language
            ),
            recipients,
            text(training, language),
            text("privacy-rights", language, contact=quoted(glance.privacy_contact)),
            text(
                "privacy-who",
                language,
                operator=quoted(glance.operator),
                support=quoted(glance.support_contact),
            ),
        )
    )
