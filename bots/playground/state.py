"""Everything the page shows at first: texts, choices, commands, examples, the newest requests."""

from babel.core import Locale

from bots.playground.chat import COMMANDS
from bots.playground.counter import COUNTER, Card, drawn, letter_card
from bots.playground.draw import cards_of, credits_left
from bots.playground.notices import welcome_of
from bots.playground.person import Installation
from bots.playground.texts import EXAMPLES, page_texts
from core.accounts.commands import known_person
from core.accounts.values import Age, Person
from core.app import App
from core.generation.flags import ASPECTS, MAX_COUNT, MAX_SEED
from core.generation.queries import history, offerings, style_names
from core.kernel.people import LANGUAGES, Actor, Language, language_of
from core.messages.catalogue import text
from core.privacy.answers import Answer, Step
from core.privacy.letters.queries import letters_of
from core.privacy.notice.history import policy_news
from core.privacy.notice.news import news_page
from core.privacy.notice.wording import Line
from core.quotas.queries import quota

NEWS_STEPS = (
    Step(Line("rights-step-privacy"), "privacy"),
    Step(Line("policy-history"), "privacy", "history"),
)
HISTORY = 20
"""Requests shown at first, and added by each press of "earlier"."""
_CODE_LETTERS = 2
# Codes that CLDR names although nobody lives there.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "XA", "XB", "QO", "ZZ"})


def _regions(language: Language) -> list[dict[str, str]]:
    names = Locale.parse(language).territories
    return [
        {"code": code, "name": str(name)}
        for code, name in names.items()
        if len(code) == _CODE_LETTERS and code.isalpha() and code not in _NO_COUNTRIES
    ]


def _choices(app: App, language: Language) -> dict[str, object]:
    models = []
    for offering in offerings(app):
        price = text("page-model-price", language, n=offering.credits_each)
        made = (
            text("page-model-ai", language)
            if offering.is_ai_model
            else text("page-model-builtin", language)
        )
        detail = f"{made} · {price}"
        models.append({"id": offering.id, "title": offering.title, "detail": detail})
    return {
        "aspects": ASPECTS,
        "counts": list(range(1, MAX_COUNT + 1)),
        "styles": style_names(app),
        "models": models,
        "max_seed": MAX_SEED,
    }


def _banner(app: App, missing_tokens: tuple[str, ...], language: Language) -> str:
    """Say what this page is, and what is missing to be reached from elsewhere."""
    is_all_local = all(not offering.processor for offering in offerings(app))
    parts = [text("page-banner" if is_all_local else "page-banner-services", language)]
    if len(missing_tokens) == 1:
        parts.append(text("page-banner-one", language, first=missing_tokens[0]))
    elif missing_tokens:
        first, second = missing_tokens[:2]
        parts.append(text("page-banner-two", language, first=first, second=second))
    return " ".join(parts)


def _commands(language: Language) -> list[dict[str, object]]:
    """Return what can be typed: the page's own commands, then those about rights."""
    own = [
        {"name": one.name, "about": text(one.about, language), "takes_words": one.takes_words}
        for one in COMMANDS
    ]
    rights = [
        {"name": one.name, "about": text(one.about, language), "takes_words": False}
        for one in COUNTER.values()
    ]
    return [*own, *rights]


async def _news(app: App, person: Person | None) -> Card | None:
    """Return what changed in the policy since the person was last told, as a card."""
    news = await policy_news(app, person.account_id) if person else None
    if person is None or news is None:
        return None
    return drawn(Answer(news_page(news), person.language, NEWS_STEPS))


async def state_of(
    app: App, actor: Actor, installation: Installation, missing_tokens: tuple[str, ...]
) -> dict[str, object]:
    """Return the page's state for its person, in the person's language; makes no account."""
    person = await known_person(app, actor)
    language = person.language if person else language_of(actor.language_hint)
    age: Age = person.age if person else "unknown"
    view = await quota(app, actor)
    found = await history(app, actor, limit=HISTORY + 1)
    offered = list(LANGUAGES)
    return {
        **cards_of(found, HISTORY),
        "texts": page_texts(language),
        "languages": [
            {"code": code, "name": text(f"language-{code}", language)} for code in offered
        ],
        "letters": [
            letter_card(one) for one in await letters_of(app, actor, installation.reply_to())
        ],
        "news": await _news(app, person),
        "person": {"language": language, "age": age, "region": person.region if person else ""},
        "regions": _regions(language),
        "banner": _banner(app, missing_tokens, language),
        "credits": credits_left(view.available, language),
        "welcome": None if age == "adult" else welcome_of(app.settings.operator, age, language),
        "choices": _choices(app, language),
        "commands": _commands(language),
        "examples": [{"text": text(code, language), "art": art} for code, art in EXAMPLES],
    }
