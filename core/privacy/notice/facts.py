"""What a notice is made of: the profile, the inventory, who runs this, who else receives data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.policy.profile import Profile
from core.providers.port import Capability, Offering
from core.storage.inventory import Basis, Category, Declaration


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of people under one category and one retention class."""

    category: Category
    retention: str
    purposes: tuple[str, ...]
    bases: tuple[Basis, ...]
    is_sealed: bool
    """Whether any of it is encrypted with the person's own key."""
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Processor:
    """Somebody else who receives prompts, with what is known of them."""

    name: str
    trains: Literal["never", "contract", "may", "unknown"]
    retention_s: int | None
    """Seconds that it keeps what it is sent; None for unknown."""
    places: tuple[str, ...]
    """ISO 3166 codes of where it runs, or of whose law it is under where that is not pinned."""
    functions: tuple[Capability, ...] = ()
    """What it does for people."""
    zero_retention: Literal["default", "per_request", "account", "no", "unknown"] = "unknown"
    reviewed_on: date | None = None
    """When these facts were last looked at: the oldest of its offerings' reviews."""


@dataclass(frozen=True, slots=True)
class Store:
    """Somebody else's disks that hold sealed pictures."""

    name: str
    region: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Everything that /privacy and /terms speak of."""

    profile: Profile
    operator: str
    """Who runs this; the profile's own company where the settings name nobody."""
    support_contact: str
    privacy_contact: str
    processors: tuple[Processor, ...]
    """In the order of their names; the list is complete (FA-8.10)."""
    store: Store | None
    kept: tuple[Kept, ...]


def kept_of(declared: Mapping[tuple[str, str], Declaration]) -> tuple[Kept, ...]:
    """Gather what leads to a person from the declarations, by category and retention class."""
    groups: dict[tuple[Category, str], list[Declaration]] = {}
    for one in declared.values():
        if one.person_path != "none":
            groups.setdefault((one.category, one.retention), []).append(one)
    return tuple(
        Kept(
            category=category,
            retention=retention,
            purposes=tuple(sorted({name for one in group for name in one.purposes})),
            bases=tuple(sorted({one.basis for one in group})),
            is_sealed=any(one.encryption == "sealed" for one in group),
            recipients=tuple(sorted({name for one in group for name in one.recipients})),
        )
        for (category, retention), group in sorted(groups.items())
    )


def processors_of(offerings: Iterable[Offering]) -> tuple[Processor, ...]:
    """Name each processor once; where its offerings differ, the worst of them is what counts."""
    groups: dict[str, list[Offering]] = {}
    for one in offerings:
        if one.processor:
            groups.setdefault(one.processor, []).append(one)
    return tuple(_processor(name, group) for name, group in sorted(groups.items()))


_WORST_LAST: tuple[Literal["never", "contract", "may", "unknown"], ...] = (
    "never",
    "contract",
    "may",
    "unknown",
)


_KEPT_LAST: tuple[Literal["default", "per_request", "account", "no", "unknown"], ...] = (
    "default",
    "per_request",
    "account",
    "no",
    "unknown",
)


def _processor(name: str, group: list[Offering]) -> Processor:
    facts = [one.privacy for one in group]
    spans = [one.retention_s for one in facts]
    known = [span for span in spans if span is not None]
    places = {place for one in facts for place in (one.regions or one.jurisdictions)}
    return Processor(
        name=name,
        trains=max((one.trains for one in facts), key=_WORST_LAST.index),
        retention_s=max(known) if len(known) == len(spans) else None,
        places=tuple(sorted(places)),
        functions=tuple(sorted({one.capability for one in group})),
        zero_retention=max((one.zero_retention for one in facts), key=_KEPT_LAST.index),
        reviewed_on=min(one.reviewed_on for one in facts),
    )


def notice_of(
    profile: Profile,
    *,
    operator: str,
    support_contact: str,
    privacy_contact: str,
    offerings: Iterable[Offering],
    declared: Mapping[tuple[str, str], Declaration],
    store: Store | None = None,
) -> Notice:
    """Gather everything that the notice of a deployment speaks of."""
    return Notice(
        profile=profile,
        operator=operator or profile.controller.name,
        support_contact=support_contact,
        privacy_contact=privacy_contact,
        processors=processors_of(offerings),
        store=store,
        kept=kept_of(declared),
    )
