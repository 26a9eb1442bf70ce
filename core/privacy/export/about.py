"""about.json: who answers for the data, what for, on which basis, who received it, until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import LANGUAGES
from core.messages.catalogue import text
from core.policy.versions import version_of
from core.privacy.export.gather import exported, made_of
from core.privacy.export.tables import Both
from core.privacy.export.values import DOWNLOADS_AT_MOST, FORMAT
from core.privacy.notice.facts import kept_of
from core.privacy.notice.wording import (
    Line,
    period,
    said,
)
from core.privacy.subject.holdings import Holding, holdings
from core.privacy.subject.mydata import holding_line, went_line
from core.privacy.subject.places import PLACES
from core.privacy.subject.recipients import Recipient, recipients, surfaces
from core.storage.inventory import Base, Category, declarations

Json = dict[str, Any]

_CCPA: Mapping[Category, str] = {
    "account": "A. Identifiers",
    "content": "H. Audio, electronic, visual, thermal, olfactory, or similar information",
    "usage": "F. Internet or other electronic network activity information",
    "quota": "D. Commercial information",
    "billing": "D. Commercial information",
    "support": "B. Customer records (Cal. Civ. Code 1798.80(e))",
    "safety": "F. Internet or other electronic network activity information",
    "consent": "B. Customer records (Cal. Civ. Code 1798.80(e))",
    "operations": "F. Internet or other electronic network activity information",
}
"""What the categories are called in Cal. Civ. Code 1798.140(v)(1)."""

RIGHTS: Mapping[str, tuple[str, str]] = {
    "access": ("export-right-access", "/mydata"),
    "copy": ("export-right-copy", "/export"),
    "correction": ("export-right-correction", "/correct"),
    "deletion": ("export-right-deletion", "/delete"),
    "restriction": ("export-right-restriction", "/restrict"),
    "objection": ("export-right-objection", "/object"),
    "consent": ("export-right-consent", "/consent"),
    "opt_out": ("export-right-opt-out", "/optout"),
    "complaint": ("export-right-complaint", "/support"),
}


@dataclass(frozen=True, slots=True)
class About:
    """What an export says of the data as a whole: for machines, and for the viewer."""

    written: Json
    panels: list[Json]


def both(line: Line) -> Both:
    """Say a line in every language."""
    return {one: said(line, one) for one in LANGUAGES}


def controller(app: App) -> Json:
    """Return who answers for the data.

    Source: the policy "Flux Art", introduction and section 20.
    """
    profile = app.profile
    return {
        "operator": app.settings.operator or profile.controller.name,
        "company": profile.controller.name,
        "website": profile.controller.website,
        "registered_office": profile.controller.registered_office,
        "privacy_contact": app.settings.privacy_contact,
        "support_contact": app.settings.support_contact,
        "service": profile.service,
    }


async def about(app: App, account_id: AccountId, made_at: datetime) -> About:
    """Gather everything that an export says beside the data."""
    held = await holdings(app, account_id)
    went = await recipients(app, account_id)
    known_on = await surfaces(app, account_id)
    profile = app.profile
    written = {
        "format": FORMAT,
        "account": account_id,
        "made_at": made_at.isoformat(),
        "made_at_unix": int(made_at.timestamp()),
        "controller": controller(app),
        "policy": {
            "profile": profile.name,
            "version": version_of(profile),
            "date": profile.policy_date,
            "language_note": both(Line("export-both-languages")),
        },
        "known_on": list(known_on),
        "categories": _categories(app, held.shown),
        "recipients": [{**made_of(one), "requests": count} for one, count in went.items()],
        "places": [_place(app, one.name) for one in PLACES],
        "rights": {
            name: {"what": both(Line(code)), "how": how} for name, (code, how) in RIGHTS.items()
        },
        "california": _california(),
        "this_copy": {
            "kept_days": profile.retention_days["exports"],
            "downloads_at_most": DOWNLOADS_AT_MOST,
            "times": "ISO 8601 with offset, and unix seconds in a second field ending in _unix",
        },
    }
    return About(written, _panels(app, held.shown, went))


def _categories(app: App, held: tuple[Holding, ...]) -> list[Json]:
    ends = {(one.category, one.retention): one for one in held}
    found = []
    for kept in kept_of(declarations(Base.metadata)):
        one = ends.get((kept.category, kept.retention))
        found.append(
            {
                "category": kept.category,
                "retention_class": kept.retention,
                "purposes": list(kept.purposes),
                "bases": list(kept.bases),
                "recipients": list(kept.recipients),
                "is_sealed": kept.is_sealed,
                "records": 0 if one is None else one.count,
                "kept": both(period(app.profile, kept.retention)),
                "oldest_leaves_at": (
                    None if one is None or one.leaves_at is None else one.leaves_at.isoformat()
                ),
            }
        )
    return found


def _place(app: App, name: str) -> Json:
    one = next(place for place in PLACES if place.name == name)
    return {
        "name": one.name,
        "kind": one.kind,
        "what": both(Line(one.what)),
        "end": both(_end_of(app, one.end)),
        "retention_class": one.retention,
        "is_sealed": one.is_sealed,
    }


def _end_of(app: App, code: str) -> Line:
    deletion = app.profile.deletion
    return Line(code, {"backups": deletion.backup_days, "keys": deletion.key_backup_days})


def _california() -> list[Json]:
    """Map what is held to the statute's categories, with sources and recipients.

    Source: the policy "Flux Art", section 14.4; Cal. Civ. Code 1798.110, 1798.130(a)(5).
    """
    groups: dict[Category, Json] = {}
    for shelf in exported():
        for field in shelf.shown:
            one = field.declaration
            group = groups.setdefault(
                one.category, {"sources": set(), "recipients": set(), "purposes": set()}
            )
            group["sources"].add(one.source)
            group["recipients"] |= one.recipients
            group["purposes"] |= one.purposes
    return [
        {
            "category": name,
            "statutory_category": _CCPA[name],
            **{key: sorted(values) for key, values in group.items()},
            "sold": False,
            "shared": False,
        }
        for name, group in sorted(groups.items())
    ]


def _panels(app: App, held: tuple[Holding, ...], went: Mapping[Recipient, int]) -> list[Json]:
    """Return what the viewer shows of it: a title, an introduction and lines, said already."""
    who = controller(app)
    contact = who["privacy_contact"] or "–"
    return [
        _panel(
            "export-panel-who",
            Line(
                "export-panel-who-about",
                {"operator": who["operator"], "company": who["company"], "contact": contact},
            ),
            [],
        ),
        _panel(
            "export-panel-kept",
            Line("export-panel-kept-about"),
            [both(holding_line(app, one)) for one in held],
        ),
        _panel(
            "export-panel-went",
            Line("export-panel-went-about"),
            [both(went_line(one, count)) for one, count in went.items()],
        ),
        _panel(
            "export-panel-places",
            Line("export-panel-places-about"),
            [
                {
                    one: f"{said(Line(place.what), one)} {said(_end_of(app, place.end), one)}"
                    for one in LANGUAGES
                }
                for place in PLACES
            ],
        ),
        _panel(
            "export-panel-rights",
            Line("export-panel-rights-about"),
            [
                {one: f"{how}: {text(code, one)}" for one in LANGUAGES}
                for code, how in RIGHTS.values()
            ],
        ),
    ]


def _panel(title: str, intro: Line, lines: list[Both]) -> Json:
    return {"title": both(Line(title)), "intro": both(intro), "lines": lines}
