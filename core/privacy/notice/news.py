"""Saying what changed in the policy, value by value, in words."""

from collections.abc import Sequence

from core.policy.values import Value
from core.policy.versions import Change
from core.privacy.notice.history import PolicyNews
from core.privacy.notice.wording import CLASSES, Line, Page, days_of

_SHORT_VERSION = 8

_ABOUT = {
    "policy_date": "policy-topic-changes",
    "minimum_age_years": "policy-topic-age",
    "training_on_content": "policy-topic-training",
    "outside_prc_never_in_prc": "policy-topic-regions",
    "languages": "policy-about-languages",
    "at_least_days": "policy-about-least",
    "controller": "policy-topic-contact",
    "content": "policy-topic-time",
    "deletion.live_days": "policy-about-live",
    "deletion.backup_days": "policy-about-backups",
    "deletion.key_backup_days": "policy-about-keys",
    "deletion": "policy-topic-time",
    "closure": "policy-about-closure",
    "usage": "policy-class-usage-aggregate",
    "training": "policy-topic-training",
    "answers": "policy-about-answers",
    "regions": "policy-topic-regions",
    "sale": "policy-about-sale",
    "notices.breach_hours": "policy-about-breach",
    "notices.new_processor_days": "policy-about-processors",
    "exports": "policy-class-exports",
}


def about(value: str) -> Line:
    """Say what a value of the profile, by its dotted name, is about.

    Raises:
        KeyError: nobody knows such a value; a bug that the tests find.
    """
    kind, _, rest = value.partition(".")
    if kind == "retention_days":
        return Line(CLASSES[rest])
    if kind == "at_least_days":
        return Line(_ABOUT[kind], {"what": Line(CLASSES[rest])})
    return Line(_ABOUT.get(value) or _ABOUT[kind])


def _in_words(name: str, value: Value | None) -> Line:
    if value is None or value in ("", []):
        return Line("policy-nothing")
    if isinstance(value, bool):
        return Line("policy-yes" if value else "policy-no")
    if isinstance(value, list):
        words = tuple(Line("policy-word", {"word": one}) for one in value)
        return Line("policy-regions-list", {"places": words})
    if isinstance(value, int):
        if name.endswith(("days",)) or name.partition(".")[0].endswith("_days"):
            return days_of(value)
        return Line("policy-hours", {"n": value}) if "hours" in name else _word(value)
    return _word(value)


def _word(value: str | int) -> Line:
    return Line("policy-word", {"word": str(value)})


def _changed(change: Change) -> Line:
    return Line(
        "policy-changed",
        {
            "what": about(change.name),
            "before": _in_words(change.name, change.before),
            "after": _in_words(change.name, change.after),
        },
    )


def news_page(news: PolicyNews) -> Page:
    """Announce a version: from when it holds, and each value that is no longer what it was."""
    return Page(
        "news",
        Line("policy-news"),
        (_since(news), *(_changed(one) for one in news.changes), Line("policy-changes-consent")),
    )


def history_page(history: Sequence[PolicyNews]) -> Page:
    """List the versions, newest first, each with what it changed."""
    lines: list[Line] = []
    for news in history:
        lines.append(_since(news))
        lines += [_changed(one) for one in news.changes]
    return Page("history", Line("policy-history"), tuple(lines))


def _since(news: PolicyNews) -> Line:
    return Line(
        "policy-since",
        {
            "version": news.version[:_SHORT_VERSION],
            "date": f"{news.published_at:%Y-%m-%d}",
        },
    )
