"""What /privacy and /terms say, in layers: at a glance, the full table, a page for each topic."""

from collections.abc import Callable, Mapping

from core.policy.versions import version_of
from core.privacy.notice.facts import Kept, Notice, Processor
from core.privacy.notice.wording import (
    BASES,
    CATEGORIES,
    CLASSES,
    PURPOSES,
    Line,
    Page,
    days_of,
    marked,
    period,
    what_of,
)
from core.providers.port import Capability

_SHORT_VERSION = 8
_HOUR_S = 3600


def _date(notice: Notice) -> Line:
    date = notice.profile.policy_date
    version = version_of(notice.profile)[:_SHORT_VERSION]
    if not date:
        return Line("policy-date-none", {"version": version})
    return Line("policy-date", {"date": date, "version": version})


def _training(notice: Notice) -> Line:
    if notice.profile.training_on_content == "never":
        return Line("policy-training-never")
    return Line("policy-training-consent")


def _recipients(notice: Notice) -> Line:
    if not notice.processors:
        return Line("policy-who-nobody")
    names = tuple(Line("policy-word", {"word": one.name}) for one in notice.processors)
    return Line("policy-who-processors", {"names": names})


def _contact(notice: Notice) -> Line:
    if not notice.privacy_contact:
        return Line("policy-contact-local", {"operator": notice.operator})
    return Line(
        "policy-contact",
        {
            "operator": notice.operator,
            "privacy": notice.privacy_contact,
            "support": notice.support_contact or notice.privacy_contact,
        },
    )


def glance(notice: Notice) -> Page:
    """Answer what most people ask; the other pages are made of the same values."""
    profile = notice.profile
    categories = sorted({one.category for one in notice.kept} - {"operations"})
    return Page(
        "glance",
        Line("policy-title", {"service": profile.service}),
        (
            Line("policy-covers", {"service": profile.service}),
            _date(notice),
            Line("policy-what", {"what": tuple(Line(CATEGORIES[one]) for one in categories)}),
            Line("policy-long-pictures", {"period": period(profile, "generated_pictures")}),
            Line("policy-long-prompts", {"period": period(profile, "prompts")}),
            _training(notice),
            Line("policy-sale-never"),
            _recipients(notice),
            Line("policy-rights"),
            _contact(notice),
            Line("policy-more"),
        ),
    )


def table(notice: Notice) -> Page:
    """Say of everything that is kept what for, on which basis, how long, and who gets it."""
    return Page("table", Line("policy-table"), tuple(_row(notice, one) for one in notice.kept))


def _row(notice: Notice, kept: Kept) -> Line:
    outside = [name for name in kept.recipients if name in _RECIPIENTS]
    receivers = tuple(Line(_RECIPIENTS[name]) for name in outside)
    return Line(
        "policy-row-sealed" if kept.is_sealed else "policy-row",
        {
            "what": what_of(kept.category, kept.retention),
            "purposes": tuple(Line(PURPOSES[name]) for name in kept.purposes),
            "bases": tuple(Line(BASES[name]) for name in kept.bases),
            "period": period(notice.profile, kept.retention),
            "recipients": receivers or Line("policy-recipient-nobody"),
        },
    )


_RECIPIENTS = {"provider": "policy-recipient-provider", "surface": "policy-recipient-surface"}


def _how_long(notice: Notice) -> tuple[Line, ...]:
    profile = notice.profile
    deletion, closure = profile.deletion, profile.closure
    return (
        *(
            Line("policy-long-class", {"what": Line(code), "period": period(profile, name)})
            for name, code in CLASSES.items()
        ),
        Line(
            "policy-deletion",
            {
                "live": marked(days_of(deletion.live_days), "deletion.live_days", profile),
                "backups": marked(days_of(deletion.backup_days), "deletion.backup_days", profile),
                "keys": marked(
                    days_of(deletion.key_backup_days), "deletion.key_backup_days", profile
                ),
            },
        ),
        Line("policy-grace", {"n": deletion.grace_hours}),
        Line(
            "policy-closure",
            {
                "tail": marked(days_of(closure.account_days), "closure.account_days", profile),
                "idle": marked(days_of(closure.inactive_days), "closure.inactive_days", profile),
                "warning": days_of(closure.warning_days),
            },
        ),
    )


def _who(notice: Notice) -> tuple[Line, ...]:
    profile = notice.profile
    return (
        _recipients(notice),
        *(_processor(one) for one in notice.processors),
        Line("policy-who-platform"),
        Line("policy-sale-never"),
        Line("policy-sale-signal" if profile.sale.browser_signal else "policy-sale-command"),
        Line("policy-new-processor", {"period": days_of(profile.notices.new_processor_days)}),
        Line("policy-links"),
    )


def _processor(one: Processor) -> Line:
    keeps = Line("policy-processor-unknown")
    if one.retention_s is not None:
        hours = -(-one.retention_s // _HOUR_S)
        keeps = Line("policy-hours", {"n": hours}) if hours else Line("policy-processor-nothing")
    places = tuple(Line("policy-word", {"word": place}) for place in one.places)
    return Line(
        "policy-processor",
        {
            "name": one.name,
            "trains": Line(_TRAINS[one.trains]),
            "keeps": keeps,
            "places": places or Line("policy-processor-unknown"),
        },
    )


_TRAINS = {
    "never": "policy-processor-never",
    "contract": "policy-processor-contract",
    "may": "policy-processor-may",
    "unknown": "policy-processor-unknown",
}


_FUNCTIONS = {
    Capability.TEXT_TO_IMAGE: "policy-function-pictures",
    Capability.EDIT: "policy-function-edits",
    Capability.UPSCALE: "policy-function-edits",
    Capability.IMAGE_TO_VIDEO: "policy-function-films",
    Capability.TEXT_TO_VIDEO: "policy-function-films",
    Capability.DESCRIBE: "policy-function-describes",
}
_ZERO = {
    "default": "policy-zero-default",
    "per_request": "policy-zero-request",
    "account": "policy-zero-account",
    "no": "policy-zero-no",
    "unknown": "policy-processor-unknown",
}


def _provider(one: Processor) -> Line:
    functions = dict.fromkeys(_FUNCTIONS[function] for function in one.functions)
    reviewed = f"{one.reviewed_on:%Y-%m-%d}" if one.reviewed_on else "–"
    return Line(
        "policy-provider",
        {
            "processor": _processor(one),
            "functions": tuple(Line(code) for code in functions),
            "zero": Line(_ZERO[one.zero_retention]),
            "reviewed": reviewed,
        },
    )


def providers(notice: Notice) -> Page:
    """List everybody else who receives data: function, place, controls (FA-8.10)."""
    store = notice.store
    return Page(
        "providers",
        Line("policy-providers"),
        (
            _recipients(notice),
            *(_provider(one) for one in notice.processors),
            *(
                [Line("policy-provider-store", {"name": store.name, "region": store.region})]
                if store
                else []
            ),
            Line("policy-controls"),
            Line("policy-who-platform"),
            Line(
                "policy-new-processor",
                {"period": days_of(notice.profile.notices.new_processor_days)},
            ),
        ),
    )


def _training_page(notice: Notice) -> tuple[Line, ...]:
    usage = notice.profile.usage
    aggregates = (
        "policy-aggregates-models"
        if usage.aggregates_may_improve_models
        else "policy-aggregates-service"
    )
    return (
        _training(notice),
        Line(aggregates, {"n": usage.aggregate_min_people}),
        Line("policy-training-providers"),
    )


def _regions(notice: Notice) -> tuple[Line, ...]:
    regions = notice.profile.regions
    places = tuple(Line("policy-word", {"word": place}) for place in regions.processing)
    prc = "policy-regions-prc-also" if regions.prc_people_also_in_prc else "policy-regions-prc-same"
    value = marked(
        Line("policy-regions-list", {"places": places}), "regions.processing", notice.profile
    )
    return (
        Line("policy-regions", {"places": value}),
        Line("policy-regions-outside"),
        Line(prc),
        Line("policy-regions-said"),
    )


def _rights(notice: Notice) -> tuple[Line, ...]:
    profile = notice.profile
    clocks = tuple(
        Line(
            _CLOCKS[name],
            {
                "period": marked(days_of(clock.days), f"answers.{name}.days", profile),
                "extension": days_of(clock.extension_days),
            },
        )
        for name, clock in profile.answers.items()
    )
    return (
        Line("policy-rights"),
        Line("policy-rights-list"),
        *clocks,
        Line("policy-rights-same"),
        Line("policy-rights-authority"),
    )


_CLOCKS = {
    "default": "policy-clock-default",
    "california": "policy-clock-california",
    "hong_kong": "policy-clock-hong-kong",
}


def _security(notice: Notice) -> tuple[Line, ...]:
    hours = marked(
        Line("policy-hours", {"n": notice.profile.notices.breach_hours}),
        "notices.breach_hours",
        notice.profile,
    )
    return (
        Line("policy-security-sealed"),
        Line("policy-security-chat"),
        Line("policy-security-cards"),
        Line("policy-security-breach", {"period": hours}),
        Line("policy-security-limits"),
    )


def _age(notice: Notice) -> tuple[Line, ...]:
    value = Line("policy-age-years", {"n": notice.profile.minimum_age_years})
    return (
        Line("policy-age", {"age": marked(value, "minimum_age_years", notice.profile)}),
        Line("policy-age-younger"),
    )


def _choices(_notice: Notice) -> tuple[Line, ...]:
    return (
        Line("policy-choice-training"),
        Line("policy-choice-analytics"),
        Line("policy-choice-sale"),
        Line("policy-choice-marketing"),
        Line("policy-choice-none"),
    )


def _changes(notice: Notice) -> tuple[Line, ...]:
    return (_date(notice), Line("policy-changes"), Line("policy-changes-consent"))


def _contacts(notice: Notice) -> tuple[Line, ...]:
    controller = notice.profile.controller
    lines = [_contact(notice), Line("policy-contact-person")]
    if controller.name and notice.operator == controller.name:
        lines.append(
            Line(
                "policy-controller",
                {
                    "name": controller.name,
                    "website": controller.website,
                    "office": controller.registered_office or "–",
                },
            )
        )
    return tuple(lines)


_PAGES: Mapping[str, tuple[str, Callable[[Notice], tuple[Line, ...]]]] = {
    "time": ("policy-topic-time", _how_long),
    "who": ("policy-topic-who", _who),
    "training": ("policy-topic-training", _training_page),
    "rights": ("policy-topic-rights", _rights),
    "choices": ("policy-topic-choices", _choices),
    "regions": ("policy-topic-regions", _regions),
    "security": ("policy-topic-security", _security),
    "age": ("policy-topic-age", _age),
    "changes": ("policy-topic-changes", _changes),
    "contact": ("policy-topic-contact", _contacts),
}

TOPICS: tuple[str, ...] = tuple(_PAGES)


def topic_title(topic: str) -> Line:
    """Return what a topic is called, for the button that leads to it."""
    return Line(_PAGES[topic][0])


def topic_page(notice: Notice, topic: str) -> Page:
    """Return the page of one of ``TOPICS``.

    Raises:
        KeyError: there is no such topic.
    """
    title, lines = _PAGES[topic]
    return Page(topic, Line(title), lines(notice))


def terms(notice: Notice) -> Page:
    """Return the terms of use, as far as the profile and the service itself set them."""
    profile = notice.profile
    age = Line("policy-age-years", {"n": profile.minimum_age_years})
    return Page(
        "terms",
        Line("policy-terms-title", {"service": profile.service}),
        (
            Line("policy-terms-operator", {"operator": notice.operator}),
            Line("policy-age", {"age": marked(age, "minimum_age_years", profile)}),
            Line("policy-terms-yours"),
            Line("policy-terms-forbidden"),
            Line("policy-terms-marked"),
            Line("policy-terms-credits"),
            Line("policy-terms-end"),
            Line("policy-terms-privacy"),
            _contact(notice),
        ),
    )
