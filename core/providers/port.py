"""What the core asks of every AI service or backend: one interface, uniform outcomes."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol

from core.kernel.units import MicroUsd

ImageFormat = Literal["png", "jpeg", "webp"]


class Capability(StrEnum):
    """What an offering can do."""

    TEXT_TO_IMAGE = "text-to-image"
    EDIT = "edit"
    UPSCALE = "upscale"
    IMAGE_TO_VIDEO = "image-to-video"
    TEXT_TO_VIDEO = "text-to-video"
    DESCRIBE = "describe"


@dataclass(frozen=True, slots=True)
class PrivacyFacts:
    """What a provider does with what it is sent; unknown fails closed in routing."""

    trains: Literal["never", "contract", "may", "unknown"]
    retention_s: int | None
    """Seconds that inputs and outputs stay there; 0 for nothing stored, None for unknown."""
    zero_retention: Literal["default", "per_request", "account", "no", "unknown"]
    deletes: Literal["api", "auto", "nothing_stored", "none"]
    jurisdictions: frozenset[str]
    """ISO 3166 codes of every processor, upstream ones included; empty for this machine."""
    regions: frozenset[str] | None
    """Where it runs; None when it is not pinned."""
    evidence: str
    """Where these facts are written down (an address or a document's name)."""
    reviewed_on: date
    expires_on: date
    """After this day the facts count as unknown."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an offering accepts; sizes are pixels of the finished picture."""

    min_side_px: int
    max_side_px: int
    max_pixels: int
    step_px: int
    """Both sides are multiples of this."""
    sizes_px: tuple[tuple[int, int], ...] = ()
    """When not empty: only these (width, height) pairs."""
    max_count: int = 4
    formats: frozenset[ImageFormat] = frozenset({"png"})
    styles: tuple[str, ...] = ()
    """Style names that the offering draws itself; others are added to the prompt."""
    seed: bool = True
    negative: bool = True
    max_prompt_chars: int = 4000


@dataclass(frozen=True, slots=True)
class Offering:
    """Provider × model × region × upstream processor: what a request is routed to."""

    id: str
    """Stable and short, for example ``builtin/illustrator``; also the name people choose."""
    provider: str
    model: str
    title: str
    capability: Capability
    limits: Limits
    credits_each: int
    """What one picture costs the person."""
    price_each: MicroUsd
    """What one picture costs the operator."""
    privacy: PrivacyFacts
    processor: str
    """Who runs it, as /providers names it; empty for this machine."""
    is_ai_model: bool = True
    previews: bool = False
    cancels: bool = False
    typical_s: int = 20
    """How long one request usually takes, for the first estimate."""
    after_crash: Literal["resubmit", "lookup", "lost"] = "lost"
    """What to do when a process died between the intent to submit and the result:
    submit again (free or idempotent there), look the job up, or give it up and refund."""
    sunset_on: date | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may be sent something: who it is, and at which addresses."""

    processor: str
    """As /providers names it; empty for a machine of the operator's own."""
    origins: frozenset[str]
    """``https://host`` or ``https://host:port``; ``http://…`` where the operator named it so."""


@dataclass(frozen=True, slots=True)
class PrivacyControls:
    """What the route asks of the provider for this person."""

    no_training: bool = True
    zero_retention: bool = False
    region: str | None = None


@dataclass(frozen=True, slots=True)
class ImageOrder:
    """One request, already checked against the offering's limits."""

    prompt: str
    negative: str
    seed: int
    width_px: int
    height_px: int
    count: int
    style: str
    image_format: ImageFormat


@dataclass(frozen=True, slots=True)
class JobRef:
    """A job at a provider; both parts are stored, so any process can go on with it."""

    offering_id: str
    job_id: str


@dataclass(frozen=True, slots=True)
class Queued:
    """The provider has the job and has not begun."""

    position: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """The provider is at work."""

    percent: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of the work so far (JPEG, PNG or WebP bytes)."""

    percent: int
    picture: bytes
    index: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The pictures can be fetched."""


class FailureKind(StrEnum):
    """Why there is no picture; the same few reasons for every provider."""

    BLOCKED = "blocked"
    RATE_LIMITED = "rate-limited"
    OUT_OF_CREDIT = "out-of-credit"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    TIMED_OUT = "timed-out"
    EXPIRED = "expired"
    EMPTY = "empty"
    INTERRUPTED = "interrupted"
    """A process died during the call and the provider cannot be asked what became of it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A verdict, not an exception: facts, never the provider's text, which may quote the prompt."""

    kind: FailureKind
    stage: Literal["input", "output", ""] = ""
    """For BLOCKED: what the provider refused."""
    provider_code: str = ""
    """The provider's own short code, letters, digits, ``_`` and ``-`` only."""
    retry_after_s: int | None = None
    field: str = ""
    """For INVALID: which part of the order."""
    was_charged: bool = False
    """The provider may have charged the operator all the same."""


Event = Queued | Progress | Preview | Finished | Failure


@dataclass(frozen=True, slots=True)
class Asset:
    """One finished picture as bytes, never as an address."""

    data: bytes
    mime: str
    facts: dict[str, object] = field(default_factory=dict)
    """What the provider says of the picture that people are shown (``unknown_words``, ``seed``)."""


class CancelOutcome(StrEnum):
    """What became of a cancellation at the provider."""

    CANCELLED = "cancelled"
    TOO_LATE = "too-late"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class PurgeReceipt:
    """What the provider still holds of a job after being asked to delete it."""

    state: Literal["deleted", "expires", "nothing_stored", "unsupported"]
    gone_at: datetime | None = None
    evidence: str = ""


class Provider(Protocol):
    """An AI service or backend. Faults of the wire become ``Failure``; exceptions are bugs."""

    name: str

    def offerings(self) -> Sequence[Offering]:
        """Return what can be ordered now, from data; no network."""
        ...

    def recipients(self) -> Sequence[Recipient]:
        """Return everybody whom this provider sends anything, from configuration; no network."""
        ...

    async def submit(
        self,
        offering: Offering,
        order: ImageOrder,
        *,
        idempotency_key: str,
        controls: PrivacyControls,
    ) -> JobRef | Failure:
        """Place the order. The same key twice makes one job wherever the provider allows it.

        A synchronous provider starts its call in this process and returns at once.
        """
        ...

    async def find(self, offering: Offering, idempotency_key: str) -> JobRef | None:
        """Look up a job after a crash; None when it is unknown or can't be looked up."""
        ...

    def watch(self, ref: JobRef) -> AsyncIterator[Event]:
        """Yield events until ``Finished`` or ``Failure``, whichever ends it.

        A reference that nobody knows any more yields ``Failure(INTERRUPTED)``.
        """
        ...

    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        """Return the pictures, at least one; none at all is ``Failure(EMPTY)``."""
        ...

    async def cancel(self, ref: JobRef) -> CancelOutcome:
        """Stop the job if the provider can; a late result is dropped by the core in any case."""
        ...

    async def purge(self, ref: JobRef) -> PurgeReceipt:
        """Delete the job's inputs and outputs there, or say until when they stay."""
        ...

    async def aclose(self) -> None:
        """Give back connections and processes."""
        ...
