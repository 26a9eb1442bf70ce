"""Chooses the offering for a wish, and writes down why: pure rules over data.

Source: PRIVACY "Transparency of routing": unknown facts fail closed, and each job keeps a receipt.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.providers.health import Health
from core.providers.port import Capability, ImageFormat, Offering, PrivacyControls
from core.providers.sizing import choose_size

PRC = "CN"

Reason = Literal[
    "not-wished",
    "unknown-offering",
    "capability",
    "sunset",
    "facts-unknown",
    "facts-expired",
    "trains",
    "retention",
    "processed-in-prc",
    "only-here",
    "excluded",
    "size",
    "format",
    "count",
    "prompt-too-long",
    "too-expensive",
]
"""Why an offering is not taken; each is also the end of a message id."""


def nobody(_processor: str) -> bool:
    """Exclude no processor."""
    return False


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for, and what they allow."""

    capability: Capability = Capability.TEXT_TO_IMAGE
    offering_id: str = ""
    """Empty: any."""
    aspect: str = ""
    """``16:9``, ``1024x768`` in pixels, or empty."""
    count: int = 1
    image_format: ImageFormat = "png"
    prompt_chars: int = 0
    region: str | None = None
    """ISO 3166 code of where the person says they are; unknown counts as outside the PRC."""
    third_party_allowed: bool = False
    """A company may see the request; false for who chose "only on this machine"."""
    is_excluded: Callable[[str], bool] = nobody
    """Whether the person said no to a processor, by its name."""
    no_training: bool = True
    zero_retention: bool = False
    max_credits: int | None = None
    """For the whole request."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One candidate that was not taken."""

    offering_id: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What was known of the chosen offering when it was chosen: where it runs, what it does."""

    processor: str
    """Who runs it; empty for this machine."""
    places: tuple[str, ...]
    """ISO 3166 codes of where it runs, or of whose law it is under where that is not pinned."""
    is_pinned: bool
    """Whether ``places`` are where it runs."""
    no_training: bool
    """The offering's facts confirm that nothing is trained on what it is sent."""
    zero_retention: bool
    """The offering's facts confirm that it stores nothing."""
    evidence: str
    """Where these facts are written down."""


@dataclass(frozen=True, slots=True)
class RouteReceipt:
    """What was decided and why; holds nothing of the person but the controls they get."""

    chosen: str | None
    """Id of the offering, or None when nothing may serve the wish."""
    eligible: tuple[str, ...]
    """Every offering that may serve the wish, best first; the chosen one is the first."""
    refused: tuple[Refused, ...]
    later: tuple[str, ...]
    """Those that stand behind others because their provider failed lately."""
    controls: PrivacyControls = field(default_factory=PrivacyControls)
    confirmed: Confirmed | None = None
    """None when nothing was chosen, and in receipts from before this was written down."""

    def to_json(self) -> str:
        """Return the receipt as it is stored."""
        return json.dumps(asdict(self), separators=(",", ":"), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "RouteReceipt":
        """Read a stored receipt.

        Raises:
            ValueError: the text is not a receipt.
        """
        try:
            data: Any = json.loads(text)
            return cls(
                chosen=data["chosen"],
                eligible=tuple(data["eligible"]),
                refused=tuple(Refused(**item) for item in data["refused"]),
                later=tuple(data["later"]),
                controls=PrivacyControls(**data["controls"]),
                confirmed=_confirmed_of(data.get("confirmed")),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("not a route receipt") from error


def route(
    wish: Wish, offerings: Sequence[Offering], now: datetime, *, health: Health | None = None
) -> RouteReceipt:
    """Choose: servers of our own first, then the cheapest; no AI model only when nothing else is.

    An offering that was wished for is taken or refused; no other one takes its place in silence.
    """
    known = health or Health()
    refused: list[Refused] = []
    eligible: list[Offering] = []
    for offering in offerings:
        reason = _refusal(wish, offering, now)
        if reason is None:
            eligible.append(offering)
        else:
            refused.append(Refused(offering.id, reason))
    if wish.offering_id and all(offering.id != wish.offering_id for offering in offerings):
        refused.append(Refused(wish.offering_id, "unknown-offering"))
    later = {one.id for one in eligible if known.is_open(one.provider, now)}
    eligible.sort(key=lambda one: _rank(one, unhealthy=one.id in later))
    return RouteReceipt(
        chosen=eligible[0].id if eligible else None,
        eligible=tuple(one.id for one in eligible),
        refused=tuple(refused),
        later=tuple(sorted(later)),
        controls=PrivacyControls(no_training=wish.no_training, zero_retention=wish.zero_retention),
        confirmed=confirmed_by(eligible[0]) if eligible else None,
    )


def confirmed_by(offering: Offering) -> Confirmed:
    """Return what an offering's own facts confirm now."""
    facts = offering.privacy
    return Confirmed(
        processor=offering.processor,
        places=tuple(sorted(facts.regions or facts.jurisdictions)),
        is_pinned=bool(facts.regions),
        no_training=facts.trains in ("never", "contract"),
        zero_retention=facts.retention_s == 0,
        evidence=facts.evidence,
    )


def _confirmed_of(data: Any) -> Confirmed | None:
    if data is None:
        return None
    return Confirmed(**{**data, "places": tuple(data["places"])})


def why_refused(receipt: RouteReceipt, offering_id: str) -> Reason | None:
    """Return why this offering was not taken; None when it was, or was never a candidate."""
    return next((one.reason for one in receipt.refused if one.offering_id == offering_id), None)


def _rank(offering: Offering, *, unhealthy: bool) -> tuple[bool, bool, bool, int, int, str]:
    return (
        unhealthy,
        not offering.is_ai_model,
        not _is_ours(offering),
        offering.credits_each,
        offering.price_each,
        offering.id,
    )


def _is_ours(offering: Offering) -> bool:
    return not offering.processor


def _refusal(wish: Wish, offering: Offering, now: datetime) -> Reason | None:
    if wish.offering_id and offering.id != wish.offering_id:
        return "not-wished"
    if offering.capability is not wish.capability:
        return "capability"
    if offering.sunset_on is not None and now.date() >= offering.sunset_on:
        return "sunset"
    return _privacy_refusal(wish, offering, now) or _limit_refusal(wish, offering)


def _privacy_refusal(wish: Wish, offering: Offering, now: datetime) -> Reason | None:
    facts = offering.privacy
    ours = _is_ours(offering)
    if now.date() > facts.expires_on:
        return "facts-expired"
    if facts.trains == "unknown" or (not ours and not facts.jurisdictions):
        return "facts-unknown"
    if _touches_prc(facts.jurisdictions, facts.regions or ()) and wish.region != PRC:
        return "processed-in-prc"
    if wish.no_training and facts.trains == "may":
        return "trains"
    if wish.zero_retention and not (
        facts.retention_s == 0 or facts.zero_retention in ("default", "per_request")
    ):
        return "retention"
    if not ours and not wish.third_party_allowed:
        return "only-here"
    if not ours and wish.is_excluded(offering.processor):
        return "excluded"
    return None


def _touches_prc(jurisdictions: Iterable[str], regions: Iterable[str]) -> bool:
    codes = (*jurisdictions, *regions)
    return any(code.upper() == PRC or code.upper().startswith(f"{PRC}-") for code in codes)


def _limit_refusal(wish: Wish, offering: Offering) -> Reason | None:
    limits = offering.limits
    if choose_size(wish.aspect, limits) is None:
        return "size"
    if wish.image_format not in limits.formats:
        return "format"
    if not 1 <= wish.count <= limits.max_count:
        return "count"
    if wish.prompt_chars > limits.max_prompt_chars:
        return "prompt-too-long"
    if wish.max_credits is not None and offering.credits_each * wish.count > wish.max_credits:
        return "too-expensive"
    return None
