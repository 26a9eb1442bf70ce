"""Everything the page shows at first: texts, choices, commands, examples, the newest requests."""

from babel.core import Locale

from bots.playground.chat import COMMANDS
from bots.playground.draw import cards_of, credits_left
from bots.playground.notices import welcome_of
from bots.playground.texts import EXAMPLES, page_texts
from core.accounts.commands import meet
from core.app import App
from core.generation.flags import ASPECTS, MAX_COUNT, MAX_SEED
from core.generation.queries import history, offerings, style_names
from core.kernel.people import LANGUAGES, Actor, Language
from core.messages.catalogue import text
from core.quotas.queries import quota

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


async def state_of(app: App, actor: Actor, missing_tokens: tuple[str, ...]) -> dict[str, object]:
    """Return the page's state for its person, in the person's language."""
    person = await meet(app, actor)
    language = person.language
    view = await quota(app, actor)
    found = await history(app, actor, limit=HISTORY + 1)
    offered = list(LANGUAGES)
    return {
        **cards_of(found, HISTORY),
        "texts": page_texts(language),
        "languages": [
            {"code": code, "name": text(f"language-{code}", language)} for code in offered
        ],
        "person": {"language": language, "age": person.age, "region": person.region},
        "regions": _regions(language),
        "banner": _banner(app, missing_tokens, language),
        "credits": credits_left(view.available, language),
        "welcome": None
        if person.age == "adult"
        else welcome_of(app.settings.operator, person.age, language),
        "choices": _choices(app, language),
        "commands": [
            {
                "name": command.name,
                "about": text(command.about, language),
                "takes_words": command.takes_words,
            }
            for command in COMMANDS
        ],
        "examples": [{"text": text(code, language), "art": art} for code, art in EXAMPLES],
    }
