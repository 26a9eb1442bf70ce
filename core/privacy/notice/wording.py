"""Lines of a notice: a code and its facts, which may be lines themselves; and saying them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import day
from core.policy.profile import UNTIL_DELETED, Profile


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence or word by its code; a tuple of lines is said as a list, a time as its day."""

    code: str
    facts: Mapping[str, "str | int | datetime | Line | tuple[Line, ...]"] = field(
        default_factory=dict
    )


Facts = dict[str, str | int | datetime | Line | tuple[Line, ...]]


@dataclass(frozen=True, slots=True)
class Page:
    """A title and what stands below it, in order."""

    topic: str
    title: Line
    lines: tuple[Line, ...]


def said(line: Line, language: Language) -> str:
    """Return a line in the person's language."""
    places: dict[str, object] = {}
    for name, fact in line.facts.items():
        if isinstance(fact, Line):
            places[name] = said(fact, language)
        elif isinstance(fact, tuple):
            places[name] = _listed([said(one, language) for one in fact], language)
        elif isinstance(fact, datetime):
            places[name] = day(fact, language)
        else:
            places[name] = fact
    return text(line.code, language, **places)


def _listed(words: list[str], language: Language) -> str:
    one, *rest = words
    if not rest:
        return one
    return text("policy-list", language, one=one, rest=_listed(rest, language))


def paragraphs(page: Page, language: Language) -> tuple[str, ...]:
    """Return the title and each line of a page, as plain text without markup."""
    return tuple(said(line, language) for line in (page.title, *page.lines))


CLASSES = {
    "account": "policy-class-account",
    "generated_pictures": "policy-class-pictures",
    "uploads": "policy-class-uploads",
    "prompts": "policy-class-prompts",
    "quota": "policy-class-quota",
    "usage_raw": "policy-class-usage-raw",
    "usage_aggregate": "policy-class-usage-aggregate",
    "logs": "policy-class-logs",
    "support": "policy-class-support",
    "billing": "policy-class-billing",
    "safety": "policy-class-safety",
    "consent": "policy-class-consent",
    "requests": "policy-class-requests",
    "exports": "policy-class-exports",
    "suppression": "policy-class-suppression",
    "operations": "policy-class-operations",
}
CATEGORIES = {
    "account": "policy-category-account",
    "content": "policy-category-content",
    "usage": "policy-category-usage",
    "quota": "policy-category-quota",
    "billing": "policy-category-billing",
    "support": "policy-category-support",
    "safety": "policy-category-safety",
    "consent": "policy-category-consent",
    "operations": "policy-category-operations",
}
BASES = {
    "contract": "policy-basis-contract",
    "legitimate_interest": "policy-basis-interest",
    "consent": "policy-basis-consent",
    "legal_obligation": "policy-basis-law",
    "none": "policy-basis-none",
}
PURPOSES = {
    "service": "policy-purpose-service",
    "account": "policy-purpose-account",
    "billing": "policy-purpose-billing",
    "security": "policy-purpose-security",
    "abuse": "policy-purpose-abuse",
    "age_check": "policy-purpose-age",
    "routing": "policy-purpose-routing",
    "transparency": "policy-purpose-transparency",
    "support": "policy-purpose-support",
    "notice": "policy-purpose-notice",
    "analytics": "policy-purpose-analytics",
    "legal": "policy-purpose-legal",
    "claims": "policy-purpose-claims",
    "rights": "policy-purpose-rights",
    "operation": "policy-purpose-operation",
    "consent": "policy-purpose-consent",
    "retention": "policy-purpose-retention",
    "marketing": "policy-purpose-marketing",
}


_YEAR_DAYS = 365


def days_of(days: int) -> Line:
    """Say a number of days, or that the person decides; whole years as years."""
    if days == UNTIL_DELETED:
        return Line("policy-period-deleted")
    years, rest = divmod(days, _YEAR_DAYS)
    if years and not rest:
        return Line("policy-period-years", {"n": years})
    return Line("policy-period-days", {"n": days})


def what_of(category: str, retention: str) -> Line:
    """Name a kind of data by its category and its retention class; once where both are one."""
    if category == retention:
        return Line(CATEGORIES[category])
    return Line(
        "policy-kind", {"what": Line(CATEGORIES[category]), "kind": Line(CLASSES[retention])}
    )


def marked(value: Line, name: str, profile: Profile) -> Line:
    """Add to a value that the policy's text does not give it, where that is so."""
    return Line("policy-marked", {"value": value}) if profile.is_chosen(name) else value


def period(profile: Profile, retention: str) -> Line:
    """Say how long a retention class stays, with its minimum and whether it was chosen."""
    value = days_of(profile.retention_days[retention])
    hours = profile.content.uploads_hours_after_job
    if retention == "uploads" and hours != UNTIL_DELETED:
        value = Line("policy-period-hours", {"n": hours})
    least = profile.at_least_days.get(retention)
    if least is not None:
        value = Line("policy-period-least", {"value": value, "least": days_of(least)})
    return marked(value, f"retention_days.{retention}", profile)
