"""/privacy and /terms: at a glance first, then a page for each topic."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from core.app import App
from core.policy.values import Profile
from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.notice.facts import Notice, Store, notice_of
from core.privacy.notice.history import policy_history, policy_seen
from core.privacy.notice.news import history_page
from core.privacy.notice.pages import (
    TOPICS,
    glance,
    table,
    terms,
    topic_page,
    topic_title,
)
from core.privacy.notice.wording import Line
from core.providers.port import Offering
from core.settings import Settings
from core.storage.inventory import Base, declarations

_TABLE, _HISTORY = "table", "history"
_MORE = {_TABLE: "policy-table", _HISTORY: "policy-history"}


def _store(settings: Settings) -> Store | None:
    if not settings.s3_bucket:
        return None
    return Store(urlsplit(settings.s3_endpoint).hostname or "Amazon S3", settings.s3_region)


def notice(app: App) -> Notice:
    """Gather what the notice of this deployment speaks of."""
    return notice_for(app.settings, app.profile, app.registry.offerings())


def notice_for(settings: Settings, profile: Profile, offerings: Sequence[Offering]) -> Notice:
    """Gather what a notice speaks of, before anything runs."""
    return notice_of(
        profile,
        operator=settings.operator,
        support_contact=settings.support_contact,
        privacy_contact=settings.privacy_contact,
        offerings=offerings,
        declared=declarations(Base.metadata),
        store=_store(settings),
    )


def _steps() -> tuple[Step, ...]:
    topics = tuple(Step(topic_title(topic), "privacy", topic) for topic in TOPICS)
    return (*topics, *(Step(Line(code), "privacy", name) for name, code in _MORE.items()))


async def _privacy(asked: Asked) -> Answer:
    """Show the notice; what a person with an account was shown is recorded."""
    topic = asked.words[0].lower() if asked.words else ""
    if topic == _HISTORY:
        page = history_page(await policy_history(asked.app))
    elif topic == _TABLE:
        page = table(notice(asked.app))
    elif topic in TOPICS:
        page = topic_page(notice(asked.app), topic)
    else:
        page = glance(notice(asked.app))
        if asked.person is not None:
            await policy_seen(asked.app, asked.person.account_id)
    back = (Step(Line("rights-step-glance"), "privacy"),) if topic else ()
    return Answer(page, asked.language, back or _steps())


async def _terms(asked: Asked) -> Answer:
    steps = (Step(Line("rights-step-privacy"), "privacy"),)
    return Answer(terms(notice(asked.app)), asked.language, steps)


PRIVACY = Command(
    "privacy",
    "rights-about-privacy",
    _privacy,
    (
        Option(
            "topic",
            "rights-option-topic",
            (
                *(Choice(topic, topic_title(topic).code) for topic in TOPICS),
                *(Choice(name, code) for name, code in _MORE.items()),
            ),
        ),
    ),
)
TERMS = Command("terms", "rights-about-terms", _terms)
