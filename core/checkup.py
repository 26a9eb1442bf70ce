"""What ``limner check`` says before anything starts: problems in plain words, one a line."""

from core.kernel.errors import CoreError
from core.messages.speech import spoken
from core.policy.profile import load_profile
from core.quotas.rules import load_plans
from core.settings import Settings, storage_problems

_PLACEHOLDERS = ("example", "changeme", "todo", "your-", "xxx", "placeholder")


def _contact_problems(settings: Settings) -> list[str]:
    problems = []
    for name, value in (
        ("LIMNER_OPERATOR", settings.operator),
        ("LIMNER_SUPPORT_CONTACT", settings.support_contact),
        ("LIMNER_PRIVACY_CONTACT", settings.privacy_contact),
    ):
        if not value.strip():
            problems.append(f"{name} is missing: people must know who runs the bot")
        elif any(word in value.lower() for word in _PLACEHOLDERS):
            problems.append(f"{name} is a placeholder: people must be able to reach you")
    return problems


def _provider_problems(settings: Settings) -> list[str]:
    problems = []
    if not settings.builtin and not settings.openai_base_url:
        problems.append("nothing can make pictures: set OPENAI_BASE_URL, or LIMNER_BUILTIN=true")
    if settings.openai_base_url and not settings.openai_base_url.startswith(
        ("http://", "https://")
    ):
        problems.append("OPENAI_BASE_URL must begin with https:// or http://")
    if settings.openai_api_key is not None and not settings.openai_base_url:
        problems.append("OPENAI_API_KEY is set but OPENAI_BASE_URL is not")
    return problems


def _store_problems(settings: Settings) -> list[str]:
    if not settings.s3_bucket:
        return []
    if settings.s3_access_key is None or settings.s3_secret_key is None:
        return ["LIMNER_S3_BUCKET is set but LIMNER_S3_ACCESS_KEY or LIMNER_S3_SECRET_KEY is not"]
    return []


def _database_problems(settings: Settings) -> list[str]:
    url = settings.resolved_database_url()
    if not url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        return ["DATABASE_URL is neither sqlite:///… nor postgresql://…"]
    return []


def problems_of(settings: Settings, *, has_bot: bool) -> list[str]:
    """Return what is missing or contradictory; empty when everything can start.

    ``has_bot``: a surface that strangers reach will start, so they must know who runs it.
    """
    problems = [
        *storage_problems(settings),
        *_database_problems(settings),
        *_store_problems(settings),
        *_provider_problems(settings),
    ]
    if has_bot:
        problems.extend(_contact_problems(settings))
    try:
        load_profile(settings.policy)
        plans = load_plans(settings.plans)
    except CoreError as refusal:
        problems.append(spoken(refusal.code, refusal.facts, "en"))
        return problems
    if any(pair.partition("=")[2] not in plans for pair in settings.first_plans):
        problems.append("LIMNER_FIRST_PLANS: write surface=plan, with a plan that exists")
    return problems
