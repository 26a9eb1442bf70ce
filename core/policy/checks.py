"""What in a policy profile contradicts another value, the law, or the profile it follows."""

from datetime import date

from core.kernel.people import LANGUAGES
from core.policy.values import DEFAULT_CLOCK, UNTIL_DELETED, Profile, values_of

CONTENT_CLASSES = ("generated_pictures", "uploads", "prompts")

ALWAYS_DATED = frozenset(
    {"usage_raw", "usage_aggregate", "logs", "support", "billing", "safety", "consent"}
    | {"requests", "exports", "suppression", "operations"}
)
"""Classes that nobody deletes by hand: without a number of days they would stay for ever."""

LAW_AT_LEAST_DAYS = {"billing": 2557, "safety": 366}
"""Seven years of books with their leap days; a year for what was reported (18 USC 2258A)."""

LAW_ANSWER_DAYS = {DEFAULT_CLOCK: (30, 60), "california": (45, 45), "hong_kong": (40, 0)}
"""GDPR Article 12(3), CCPA regulations 7021, PDPO section 19: days, and days of extension."""

LAW_BREACH_HOURS = 72
"""GDPR Article 33(1)."""

YOUNGEST_YEARS = 13
"""Chat platforms themselves admit nobody younger."""

MOST_KEY_BACKUP_DAYS = 7
"""Older key backups would reopen data whose key was destroyed."""

_HOURS_A_DAY = 24


def contradictions(profile: Profile) -> list[str]:
    """Return each value that can't hold beside another one or the law; empty when all can."""
    return [
        *_about_text(profile),
        *_about_periods(profile),
        *_about_training(profile),
        *_about_people(profile),
        *_about_sources(profile),
    ]


def _about_text(profile: Profile) -> list[str]:
    problems = [
        f"{name}: must say something"
        for name, value in (("name", profile.name), ("service", profile.service))
        if not value.strip()
    ]
    if not profile.controller.name.strip():
        problems.append("controller.name: people must know who is answerable")
    if profile.policy_date or "policy_date" not in profile.chosen:
        try:
            date.fromisoformat(profile.policy_date)
        except ValueError:
            problems.append("policy_date: a date such as 2026-05-02; or empty, and chosen")
    if not profile.languages or not set(profile.languages) <= set(LANGUAGES):
        problems.append(f"languages: one or more of {', '.join(LANGUAGES)}")
    digest = profile.text.sha256
    if digest and (len(digest) != 64 or not set(digest) <= set("0123456789abcdef")):  # noqa: PLR2004
        problems.append("text.sha256: 64 hexadecimal digits, or empty")
    return problems


def _about_periods(profile: Profile) -> list[str]:
    days, margin_h = profile.retention_days, profile.deletion.purge_margin_hours
    problems = [
        f"retention_days.{name}: needs a number of days, because nobody deletes it by hand"
        for name in sorted(ALWAYS_DATED)
        if days[name] == UNTIL_DELETED
    ]
    if days["account"] != UNTIL_DELETED:
        problems += [
            f"retention_days.{name}: longer than retention_days.account, which it belongs to"
            for name in (*CONTENT_CLASSES, "quota")
            if days[name] == UNTIL_DELETED or days[name] > days["account"]
        ]
    if margin_h < 1:
        problems.append("deletion.purge_margin_hours: 1 or more, or bytes outlive their promise")
    problems += [
        f"retention_days.{name}: not longer than deletion.purge_margin_hours, "
        "so it would be gone before it is hidden"
        for name in CONTENT_CLASSES
        if days[name] != UNTIL_DELETED and days[name] * _HOURS_A_DAY < margin_h
    ]
    for name, least in sorted(LAW_AT_LEAST_DAYS.items()):
        if profile.at_least_days.get(name, 0) < least:
            problems.append(f"at_least_days.{name}: below the law's minimum of {least} days")
    problems += [
        f"retention_days.{name}: must exceed at_least_days.{name} by more than the purge margin"
        for name, least in sorted(profile.at_least_days.items())
        if days[name] == UNTIL_DELETED or (days[name] - least) * _HOURS_A_DAY <= margin_h
    ]
    uploads_h = profile.content.uploads_hours_after_job
    dated = days["uploads"] != UNTIL_DELETED
    if dated != (uploads_h != UNTIL_DELETED) or (
        dated and not 0 <= uploads_h <= days["uploads"] * _HOURS_A_DAY
    ):
        problems.append("content.uploads_hours_after_job: does not fit retention_days.uploads")
    return problems + _about_deletion(profile)


def _about_deletion(profile: Profile) -> list[str]:
    deletion, closure = profile.deletion, profile.closure
    holds = {
        "deletion.live_days: 1 or more": deletion.live_days >= 1,
        "deletion.backup_days: not below 0": deletion.backup_days >= 0,
        f"deletion.key_backup_days: 0 to {MOST_KEY_BACKUP_DAYS}, and not above "
        "deletion.backup_days": 0
        <= deletion.key_backup_days
        <= min(MOST_KEY_BACKUP_DAYS, deletion.backup_days),
        "deletion.grace_hours: shorter than deletion.live_days": 0
        <= deletion.grace_hours
        < deletion.live_days * _HOURS_A_DAY,
        "closure.account_days: not below 0": closure.account_days >= 0,
        "closure.warning_days: 1 or more, and shorter than closure.inactive_days": 1
        <= closure.warning_days
        < closure.inactive_days,
        "exports.link_days: 1 or more, and not above retention_days.exports": 1
        <= profile.exports.link_days
        <= profile.retention_days["exports"],
        "content.gone_with_account: must be true; nothing says why content would stay": (
            profile.content.gone_with_account
        ),
    }
    return [problem for problem, fits in holds.items() if not fits]


def _about_training(profile: Profile) -> list[str]:
    allowed = profile.training_on_content == "consent"
    holds = {
        "training.only_where_the_surface_allows: must be true where training_on_content is "
        "consent": not allowed or profile.training.only_where_the_surface_allows,
        "usage.aggregate_min_people: 2 or more": profile.usage.aggregate_min_people > 1,
        "usage.aggregates_may_improve_models: contradicts training_on_content = never": allowed
        or not profile.usage.aggregates_may_improve_models,
    }
    return [problem for problem, fits in holds.items() if not fits]


def _about_people(profile: Profile) -> list[str]:
    problems = []
    for name, clock in sorted(profile.answers.items()):
        most, extra = LAW_ANSWER_DAYS[name]
        if not (1 <= clock.days <= most and 0 <= clock.extension_days <= extra):
            problems.append(f"answers.{name}: at most {most} days, extended by at most {extra}")
    places = profile.regions.processing
    holds = {
        f"minimum_age_years: a whole number, {YOUNGEST_YEARS} or more": profile.minimum_age_years
        >= YOUNGEST_YEARS,
        "regions.processing: at least one place": bool(places),
        "regions.processing: CN contradicts outside_prc_never_in_prc": not (
            profile.outside_prc_never_in_prc and "CN" in places
        ),
        "sale.for_money: true is nothing that Limner can keep promises about": (
            not profile.sale.for_money
        ),
        "sale.browser_signal: needs sale.opt_out": profile.sale.opt_out
        or not profile.sale.browser_signal,
        f"notices.breach_hours: 1 to {LAW_BREACH_HOURS}": 1
        <= profile.notices.breach_hours
        <= LAW_BREACH_HOURS,
        "notices.new_processor_days: 1 or more": profile.notices.new_processor_days >= 1,
    }
    return problems + [problem for problem, fits in holds.items() if not fits]


def _about_sources(profile: Profile) -> list[str]:
    """Each value is either in the policy's text, with the section, or chosen; never both."""
    known = values_of(profile)
    problems = [f"chosen: {one} is no value" for one in sorted(profile.chosen - set(known))]
    problems += [
        f"sections: {one} is no value"
        for one in sorted(profile.sections)
        if one not in known and not any(name.startswith(f"{one}.") for name in known)
    ]
    problems += [
        f"{one}: both chosen and in section {profile.sections[one]}"
        for one in sorted(profile.chosen & set(profile.sections))
    ]
    problems += [
        f"{name}: neither chosen nor given by a section"
        for name in known
        if name not in profile.chosen and name != "policy_date" and not profile.section_of(name)
    ]
    return problems


_NOT_LONGER = ("deletion.", "closure.account_days", "answers.", "notices.breach_hours")
_NOT_LOWER = (
    "minimum_age_years",
    "at_least_days.",
    "usage.aggregate_min_people",
    "notices.new_processor_days",
    "exports.link_days",
    "closure.warning_days",
    "deletion.purge_margin_hours",
    "deletion.grace_hours",
)
_NOT_GIVEN_UP = (
    "outside_prc_never_in_prc",
    "sale.opt_out",
    "sale.browser_signal",
    "training.only_where_the_surface_allows",
)
_NOT_TAKEN = ("sale.for_money", "usage.aggregates_may_improve_models")


def laxer_than(profile: Profile, followed: Profile) -> list[str]:
    """Return each value that promises less than the profile that is said to be followed."""
    theirs, ours = values_of(followed), values_of(profile)
    problems = [
        f"{name}: promises less than {followed.name}, which gives {theirs[name]}"
        for name, value in ours.items()
        if name in theirs and _promises_less(name, value, theirs[name])
    ]
    if profile.training_on_content == "consent" and followed.training_on_content == "never":
        problems.append(f"training_on_content: {followed.name} never trains on content")
    missing = set(followed.languages) - set(profile.languages)
    problems += [f"languages: {followed.name} speaks {one} too" for one in sorted(missing)]
    added = set(profile.regions.processing) - set(followed.regions.processing)
    problems += [
        f"regions.processing: {followed.name} processes nothing in {one}" for one in sorted(added)
    ]
    gone = set(followed.answers) - set(profile.answers)
    return problems + [f"missing: answers.{one}" for one in sorted(gone)]


def _promises_less(name: str, ours: object, theirs: object) -> bool:
    if isinstance(ours, bool) and isinstance(theirs, bool):
        return (name in _NOT_GIVEN_UP and theirs and not ours) or (
            name in _NOT_TAKEN and ours and not theirs
        )
    if not isinstance(ours, int) or not isinstance(theirs, int):
        return False
    if name.startswith(_NOT_LOWER):
        return ours < theirs
    if name.startswith("retention_days."):
        return theirs != UNTIL_DELETED and (ours == UNTIL_DELETED or ours > theirs)
    return name.startswith(_NOT_LONGER) and ours > theirs
