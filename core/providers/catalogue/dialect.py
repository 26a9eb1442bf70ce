"""How one OpenAI-shaped service differs from the others, as values read from the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from core.providers.port import ImageFormat, Limits, PrivacyFacts

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Wire:
    """Which fields a request has."""

    size: Literal["size", "width-height"]
    seed: Literal["seed", "tag", "none"]
    """``tag``: inside the prompt, between the service's own marks."""
    negative: Literal["field", "tag", "prompt"]
    """``prompt``: said in words after the prompt."""
    response_format: str
    """Value of that field; empty: not sent."""
    format_field: str
    """Name of the field for the picture's format; empty: the service has no such choice."""
    formats: frozenset[ImageFormat]
    """What the service itself can answer with; other formats are made here."""
    partial_images: int
    """Previews asked for in a stream; 0: no stream."""
    stream_max_count: int
    """Requests for more pictures than this are not streamed."""
    fixed: Mapping[str, Scalar]
    tag: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """How long to wait, in seconds."""

    connect_s: float
    read_s: float
    """Longest silence of the service while it works."""
    total_s: float
    connect_attempts: int


@dataclass(frozen=True, slots=True)
class ErrorPlaces:
    """Where an error answer says what, as dotted paths, and which codes mean what."""

    code: tuple[str, ...]
    field: tuple[str, ...]
    stage: tuple[str, ...]
    blocked: frozenset[str]
    out_of_credit: frozenset[str]


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the service, with what is sent and charged for it."""

    model: str
    id: str
    title: str
    credits_each: int
    price_micro_usd: int
    limits: Limits
    typical_s: int
    extra: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Everything the adapter knows about a service that is not code."""

    name: str
    default_base_url: str
    hosts: frozenset[str]
    """The privacy facts hold for these hosts only."""
    picture_hosts: frozenset[str]
    """Hosts, besides the service's own address, that pictures may be fetched from."""
    processor: str
    self_hosted: bool
    needs_key: bool
    after_crash: Literal["resubmit", "lookup", "lost"]
    cancels: bool
    black_means_blocked: bool
    wire: Wire
    times: Times
    errors: ErrorPlaces
    privacy: PrivacyFacts | None
    """None for software that the operator runs: the address decides."""
    models: tuple[Model, ...]
    unlisted: Model
    """What holds for a model that only the configuration names; ``model`` and ``id`` are empty."""
