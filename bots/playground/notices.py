"""Answers to commands, as titled paragraphs: quota, privacy, help, first message, verification."""

from core.accounts.commands import meet
from core.accounts.values import Age
from core.app import App
from core.generation.queries import PrivacyGlance, privacy_glance
from core.generation.values import Verified
from core.kernel.people import Actor, Language
from core.messages.catalogue import text
from core.messages.speech import day, duration
from core.policy.profile import UNTIL_DELETED
from core.quotas.queries import QuotaView, quota

Notice = dict[str, object]
HELP_TOPICS = ("imagine", "options", "buttons", "credits", "privacy", "settings")


def notice(title: str, *paragraphs: str, **facts: object) -> Notice:
    """Return an answer as the page draws it."""
    return {"title": title, "paragraphs": [one for one in paragraphs if one], **facts}


def quota_of(view: QuotaView, language: Language) -> Notice:
    """Say what can be spent and when it refills."""
    return notice(
        text("page-quota-title", language),
        text(
            "quota-line",
            language,
            available=view.available,
            free=view.free_left,
            daily=view.daily_credits,
            extra=view.credits,
        ),
        text("quota-reset", language, resets_in=duration(view.resets_in_s, language)),
        text(
            "quota-plan",
            language,
            plan=view.plan,
            running=view.running_at_once,
            waiting=view.waiting_at_most,
            monthly=view.monthly_credits,
        ),
        meter={"free_left": view.free_left, "daily": view.daily_credits},
    )


def _period(glance: PrivacyGlance, retention: str, prefix: str, language: Language) -> str:
    profile = glance.profile
    days = profile.retention_days[retention]
    said = (
        text(f"{prefix}-until", language)
        if days == UNTIL_DELETED
        else text(f"{prefix}-days", language, days=days)
    )
    is_chosen = f"retention_days.{retention}" in profile.chosen
    return f"{said} {text('privacy-chosen', language)}" if is_chosen else said


def privacy_of(glance: PrivacyGlance, language: Language) -> Notice:
    """Say at a glance what is kept, why, how long, who receives it, the rights, who we are."""
    processors = ", ".join(glance.processors)
    contact = glance.privacy_contact or text("page-contact-self", language)
    training = (
        "privacy-training-never"
        if glance.profile.training_on_content == "never"
        else "privacy-training-consent"
    )
    who = (
        text(
            "privacy-who",
            language,
            operator=glance.operator,
            support=glance.support_contact or contact,
        )
        if glance.operator
        else text("privacy-who-local", language)
    )
    return notice(
        text("privacy-title", language, service=glance.profile.service),
        text("privacy-what", language),
        text("privacy-why", language),
        _period(glance, "generated_pictures", "privacy-pictures", language),
        _period(glance, "prompts", "privacy-prompts", language),
        text("privacy-recipients", language, processors=processors)
        if processors
        else text("privacy-recipients-nobody", language),
        text(training, language),
        text("privacy-rights", language, contact=contact),
        who,
    )


def help_of(topic: str, support: str, language: Language) -> Notice:
    """Explain one topic, or all of them when the topic is none."""
    topics = (topic,) if topic in HELP_TOPICS else HELP_TOPICS
    paragraphs = [text(f"help-{one}", language) for one in topics]
    if support:
        paragraphs.append(text("help-support", language, support=support))
    return notice(text("help-title", language), *paragraphs)


def welcome_of(operator: str, age: Age, language: Language) -> Notice:
    """Say what this is; ask for the age until it is known."""
    if age == "minor":
        return notice("", text("age-declined", language), buttons=[])
    said = [text("welcome", language)]
    if operator:
        said.append(text("welcome-operator", language, operator=operator))
    said.append(text("welcome-privacy", language))
    buttons: list[dict[str, object]] = []
    if age == "unknown":
        said.append(text("age-question", language))
        buttons = [
            {"action": "age-yes", "label": text("button-adult", language)},
            {"action": "age-no", "label": text("button-minor", language)},
        ]
    return notice("", *said, buttons=buttons)


def verified_of(found: Verified, language: Language) -> Notice:
    """Say whether a picture came from here."""
    made_at = ""
    if found.made_at is not None:
        made_at = text("verify-made-at", language, date=day(found.made_at, language))
    source = ""
    if found.digital_source_type.endswith("trainedAlgorithmicMedia"):
        source = text("verify-source-ai", language)
    elif found.digital_source_type.endswith("algorithmicMedia"):
        source = text("verify-source-illustrator", language)
    said = text(f"verify-{found.source}", language)
    return notice(text("page-verify-title", language), said, made_at, source)


async def known_of(app: App, actor: Actor) -> dict[str, object]:
    """Return the drawer's part about the person: what the commands that exist can tell."""
    person = await meet(app, actor)
    language = person.language
    return {
        "notices": [
            quota_of(await quota(app, actor), language),
            privacy_of(await privacy_glance(app, actor), language),
        ]
    }
