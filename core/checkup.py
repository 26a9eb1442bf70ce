"""What ``limner check`` says before anything starts: problems in plain words, one a line."""

from urllib.parse import urlsplit

from core.kernel.errors import CoreError
from core.messages.speech import spoken
from core.policy.profile import load_profile
from core.providers.catalogue.loader import load_dialect
from core.providers.openai_compat.download import is_own_network
from core.providers.openai_compat.offerings import is_known_place
from core.quotas.rules import load_plans
from core.settings import Settings, storage_problems

_PLACEHOLDERS = ("example", "changeme", "todo", "your-", "xxx", "placeholder")

_CLEAR = (
    "OPENAI_BASE_URL must begin with https://: without it prompts travel in the clear; http:// is "
    "for this machine and your own network"
)
_STRANGER = (
    "OPENAI_BASE_URL would never be used: nobody has looked at what that host keeps. If the server "
    "is your own, set LIMNER_OPENAI_SELF_HOSTED=true"
)


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


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _travels_in_the_clear(address: str) -> bool:
    """Say whether an address is neither encrypted nor of the operator's own network (FA-11.2)."""
    parts = urlsplit(address)
    return parts.scheme == "http" and not is_own_network(parts.hostname or "")


def _provider_problems(settings: Settings) -> list[str]:
    if settings.openai_base_url:
        return _service_problems(settings)
    lonely = {
        "OPENAI_API_KEY": settings.openai_api_key is not None,
        "LIMNER_OPENAI_MODELS": bool(settings.openai_models),
        "LIMNER_OPENAI_DIALECT": settings.openai_dialect != "openai",
        "LIMNER_OPENAI_SELF_HOSTED": settings.openai_self_hosted,
    }
    problems = [
        f"{name} is set but OPENAI_BASE_URL is not" for name, is_set in lonely.items() if is_set
    ]
    if not settings.builtin:
        problems.append("nothing can make pictures: set OPENAI_BASE_URL, or LIMNER_BUILTIN=true")
    return problems


def _service_problems(settings: Settings) -> list[str]:
    if not _is_web_address(settings.openai_base_url):
        return ["OPENAI_BASE_URL must begin with https:// or http:// and name a host"]
    if _travels_in_the_clear(settings.openai_base_url):
        return [_CLEAR]
    host = urlsplit(settings.openai_base_url).hostname or ""
    dialect = load_dialect(settings.openai_dialect)
    if not is_known_place(dialect, host, self_hosted=settings.openai_self_hosted):
        return [_STRANGER]
    if host in dialect.hosts and settings.openai_api_key is None:
        return ["OPENAI_API_KEY is missing: the service at OPENAI_BASE_URL wants one"]
    return []


def _store_problems(settings: Settings) -> list[str]:
    named = {
        "LIMNER_S3_PREFIX": bool(settings.s3_prefix),
        "LIMNER_S3_ENDPOINT": bool(settings.s3_endpoint),
        "LIMNER_S3_ACCESS_KEY": settings.s3_access_key is not None,
        "LIMNER_S3_SECRET_KEY": settings.s3_secret_key is not None,
    }
    if not settings.s3_bucket:
        return [
            f"{name} is set but LIMNER_S3_BUCKET is not: pictures would stay in LIMNER_DATA"
            for name, is_set in named.items()
            if is_set
        ]
    problems = []
    if not (named["LIMNER_S3_ACCESS_KEY"] and named["LIMNER_S3_SECRET_KEY"]):
        problems.append(
            "LIMNER_S3_BUCKET is set but LIMNER_S3_ACCESS_KEY or LIMNER_S3_SECRET_KEY is not"
        )
    if settings.s3_endpoint and not _is_web_address(settings.s3_endpoint):
        problems.append("LIMNER_S3_ENDPOINT must begin with https:// or http:// and name a host")
    elif _travels_in_the_clear(settings.s3_endpoint):
        problems.append("LIMNER_S3_ENDPOINT must begin with https://, except on your own network")
    return problems


def _port_problems(settings: Settings) -> list[str]:
    ports = {
        "PORT": settings.port,
        "METRICS_PORT": settings.metrics_port,
        "LIMNER_WEB_PORT": settings.web_port,
    }
    taken = [port for port in ports.values() if port]
    names = [name for name, port in ports.items() if port and taken.count(port) > 1]
    return [f"{' and '.join(names)} are the same: give each its own"] if names else []


def _web_problems(settings: Settings) -> list[str]:
    """Links that people open must be encrypted, and somebody must answer them."""
    address = settings.public_url
    if not address:
        return []
    try:
        parts = urlsplit(address)
        host, is_bare = parts.hostname or "", parts.path in ("", "/") and parts.port != 0
    except ValueError:
        return ["LIMNER_PUBLIC_URL is not an address"]
    problems = []
    is_own = parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1")
    if not host or (parts.scheme != "https" and not is_own):
        problems.append("LIMNER_PUBLIC_URL must begin with https://")
    if not is_bare or parts.query or parts.fragment or parts.username is not None:
        problems.append("LIMNER_PUBLIC_URL is the address alone: no path, no user, no question")
    if settings.web_port is None:
        problems.append("LIMNER_PUBLIC_URL is set but LIMNER_WEB_PORT is not: nobody would answer")
    return problems


def problems_of(settings: Settings, *, has_bot: bool) -> list[str]:
    """Return what is missing or contradictory; empty when everything can start.

    ``has_bot``: a surface that strangers reach will start, so they must know who runs it.
    """
    problems = [
        *storage_problems(settings),
        *_port_problems(settings),
        *_store_problems(settings),
        *_provider_problems(settings),
        *_web_problems(settings),
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
