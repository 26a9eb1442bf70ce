"""The record of processing activities, made from the inventory, the profile and the providers.

Source: GDPR, Article 30; Flux Art 4 (FA-4.0, FA-4.4). Nothing in it is written by hand, so it can't
say anything else than the code does.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from core.policy.purposes import laws_for
from core.policy.values import Profile
from core.policy.versions import version_of
from core.privacy.notice.facts import Notice
from core.privacy.notice.pages import providers
from core.privacy.notice.wording import (
    BASES,
    CATEGORIES,
    CLASSES,
    PURPOSES,
    Line,
    days_of,
    period,
    said,
)
from core.storage.inventory import Declaration
from core.storage.places import PLACES, Place

_MADE = (
    "Made by `limner policy record` from the inventory beside the columns, the policy profile, the "
    "providers and the settings. Don't edit it."
)
_MEASURES = (
    "words, pictures, ids and addresses are sealed with a key of each person (AES-GCM), kept apart",
    "a person's key is destroyed first in an erasure, so that every copy becomes unreadable",
    "look-ups by keyed hashes; no content in logs, metrics or the engine's tables",
    "requests leave for registered recipients only, with checked certificates",
    "what is past its time is hidden at once and destroyed by a sweep every six hours",
)


@dataclass(frozen=True, slots=True)
class Activity:
    """What is done with one kind of data for one set of purposes."""

    data: str
    kind: str
    purposes: tuple[str, ...]
    basis: str
    laws: tuple[str, ...]
    """What makes it a duty, where the basis is a legal obligation."""
    period: str
    recipients: tuple[str, ...]
    is_sealed: bool
    """Whether any of it is encrypted with the person's own key."""
    where: tuple[str, ...]
    """``table.column``, or the name of another place."""


@dataclass(frozen=True, slots=True)
class Record:
    """The whole record of one deployment."""

    service: str
    controller: str
    privacy_contact: str
    policy_version: str
    activities: tuple[Activity, ...]
    recipients: tuple[str, ...]
    regions: tuple[str, ...]
    measures: tuple[str, ...]


def _english(line: Line) -> str:
    return said(line, "en")


def _group(one: Declaration) -> tuple[str, str, tuple[str, ...], str]:
    return (one.category, one.retention, tuple(sorted(one.purposes)), one.basis)


def _activities(
    profile: Profile, declared: Mapping[tuple[str, str], Declaration]
) -> list[Activity]:
    groups: dict[tuple[str, str, tuple[str, ...], str], dict[str, Declaration]] = {}
    for (table, column), one in declared.items():
        if one.person_path != "none":
            groups.setdefault(_group(one), {})[f"{table}.{column}"] = one
    return [
        Activity(
            data=_english(Line(CATEGORIES[category])),
            kind=_english(Line(CLASSES[retention])),
            purposes=tuple(_english(Line(PURPOSES[name])) for name in purposes),
            basis=_english(Line(BASES[basis])),
            laws=laws_for(purposes) if basis == "legal_obligation" else (),
            period=_english(period(profile, retention)),
            recipients=tuple(sorted({name for one in group.values() for name in one.recipients})),
            is_sealed=any(one.encryption == "sealed" for one in group.values()),
            where=tuple(sorted(group)),
        )
        for (category, retention, purposes, basis), group in sorted(groups.items())
    ]


def _elsewhere(profile: Profile, place: Place) -> Activity:
    backups = {
        "backup": profile.deletion.backup_days,
        "key_backup": profile.deletion.key_backup_days,
    }
    days = backups.get(place.retention)
    span = period(profile, place.retention) if days is None else days_of(days)
    return Activity(
        data=place.what,
        kind=_english(Line(CATEGORIES[place.category])),
        purposes=tuple(_english(Line(PURPOSES[name])) for name in sorted(place.purposes)),
        basis=_english(Line(BASES[place.basis])),
        laws=laws_for(place.purposes) if place.basis == "legal_obligation" else (),
        period=_english(span),
        recipients=tuple(sorted(place.recipients)),
        is_sealed=place.is_sealed,
        where=(place.name,),
    )


def record_of(notice: Notice, declared: Mapping[tuple[str, str], Declaration]) -> Record:
    """Make the record of a deployment; ``declared`` is the whole inventory, the engine's too."""
    profile = notice.profile
    kept = [one for one in PLACES if one.basis != "none"]
    return Record(
        service=profile.service,
        controller=notice.operator,
        privacy_contact=notice.privacy_contact,
        policy_version=version_of(profile),
        activities=(*_activities(profile, declared), *(_elsewhere(profile, one) for one in kept)),
        recipients=tuple(_english(line) for line in providers(notice).lines),
        regions=profile.regions.processing,
        measures=_MEASURES,
    )


def as_json(record: Record) -> str:
    """Return the record as JSON, the same for the same code and settings."""
    return json.dumps(asdict(record), indent=2, ensure_ascii=False) + "\n"


def _row(one: Activity) -> str:
    basis = f"{one.basis}: {'; '.join(one.laws)}" if one.laws else one.basis
    cells = (
        f"{one.data} ({one.kind})",
        ", ".join(one.purposes),
        basis,
        one.period,
        ", ".join(one.recipients) or "–",
        "yes" if one.is_sealed else "no",
        "<br>".join(f"`{name}`" for name in one.where),
    )
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def as_markdown(record: Record) -> str:
    """Return the record as a page."""
    parts = [
        "# Record of processing",
        "",
        _MADE,
        "",
        f"- Service: {record.service}",
        f"- Answerable: {record.controller or 'not set'}",
        f"- Privacy contact: {record.privacy_contact or 'not set'}",
        f"- Policy version: {record.policy_version[:8]}",
        f"- Places of processing: {', '.join(record.regions)}",
        "",
        "## Activities",
        "",
        "| Data | What for | Basis | Kept | Received by | Sealed | Where |",
        "|---|---|---|---|---|---|---|",
        *(_row(one) for one in record.activities),
        "",
        "## Recipients",
        "",
        *(f"- {line}" for line in record.recipients),
        "",
        "## Measures",
        "",
        *(f"- {line}" for line in record.measures),
        "",
    ]
    return "\n".join(parts)
