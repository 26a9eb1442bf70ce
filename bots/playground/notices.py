"""Answers to commands, as titled paragraphs: quota, help, first message, verification."""

from core.accounts.values import Age
from core.generation.values import Verified
from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import day, duration
from core.quotas.queries import QuotaView

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
