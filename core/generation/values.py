"""What a generation request is made of, and what people are shown of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from core.kernel.ids import BlobId, PictureId, RequestId
from core.kernel.people import Actor, Language, ReplyTo, Room
from core.kernel.units import Credits
from core.providers.port import ImageFormat


@dataclass(frozen=True, slots=True)
class ImageWish:
    """What a person asks for, before an offering is chosen; empty or None means "you choose"."""

    prompt: str
    negative: str = ""
    aspect: str = ""
    """``16:9`` and the like, or ``1024x768`` in pixels."""
    count: int = 1
    seed: int | None = None
    style: str = ""
    offering_id: str = ""
    image_format: ImageFormat = "png"
    spoiler: bool = False
    """Show the result veiled until somebody presses it, where the surface can."""


class RequestState(StrEnum):
    """Where a request stands; the row that holds it decides every race."""

    WAITING_AGE = "waiting-age"
    """Kept until the person says how old they are; nothing is held yet."""
    QUEUED = "queued"
    RUNNING = "running"
    ENDED = "ended"
    """The outcome is settled and waits in the outbox."""
    DELIVERED = "delivered"
    """The person has been told the outcome, whichever it was, or can't be told any more."""


class OutcomeKind(StrEnum):
    """How a request ended. Only PICTURES costs credits."""

    PICTURES = "pictures"
    REFUSED = "refused"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PictureView:
    """One finished picture; the bytes come from ``queries.picture_file``."""

    picture_id: PictureId
    index: int
    """1 to 4, as on the grid."""
    width_px: int
    height_px: int
    seed: int
    mime: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended, as facts."""

    kind: OutcomeKind
    code: str = ""
    """Message id for REFUSED and FAILED: ``prompt-rejected``, ``provider-timed-out`` …"""
    facts: dict[str, object] = field(default_factory=dict)
    credits_charged: Credits = Credits(0)
    credits_returned: Credits = Credits(0)
    pictures: tuple[PictureView, ...] = ()
    unknown_words: tuple[str, ...] = ()
    """Words that the built-in illustrator could not draw."""


@dataclass(frozen=True, slots=True)
class RequestStatus:
    """Everything a surface needs to draw the one message of a request."""

    request_id: RequestId
    state: RequestState
    language: Language
    wish: ImageWish
    """As asked; the prompt belongs to the person, so show it to nobody else."""
    seed: int
    """The seed that is used, given or chosen."""
    offering_title: str
    is_ai_model: bool
    created_at: datetime
    place: int
    """1 is next; 0 when it is not waiting."""
    eta_s: int
    percent: int
    preview_blob: BlobId | None
    credits_held: Credits
    credits_left: Credits
    outcome: Outcome | None
    revision: int
    """Grows with every visible change."""


@dataclass(frozen=True, slots=True)
class RequestImages:
    """Ask for pictures."""

    actor: Actor
    room: Room
    wish: ImageWish
    reply_to: ReplyTo
    request_key: str
    """Native id of the update. The same key twice makes one job and one charge."""


@dataclass(frozen=True, slots=True)
class RepeatRequest:
    """A button under a result: the same again, a variation of one picture, or other words."""

    actor: Actor
    room: Room
    request_id: RequestId
    """The request whose button was pressed; only its owner may."""
    change: Literal["again", "vary", "words"]
    reply_to: ReplyTo
    request_key: str
    prompt: str = ""
    """For ``words``: the new prompt; its flags are honoured, what it leaves out stays as it was."""
    index: int = 1
    """For ``vary``: which picture of the grid."""


@dataclass(frozen=True, slots=True)
class ContinueAfterAge:
    """The answer to the question of age, with the request that raised it, if one did."""

    actor: Actor
    is_adult: bool
    pending_id: RequestId | None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The request is queued and its credits are held."""

    request_id: RequestId
    status: RequestStatus
    is_replay: bool
    """The same request key came before: this is the job it made then."""


@dataclass(frozen=True, slots=True)
class AgeNeeded:
    """The person has not yet said that they are 18 or over; the request is kept for the answer."""

    pending_id: RequestId


@dataclass(frozen=True, slots=True)
class AgeNoted:
    """The answer is stored; nothing was waiting, or the person is younger and it was dropped."""

    is_adult: bool


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The request is cancelled; a late result will be dropped."""

    credits_returned: Credits


@dataclass(frozen=True, slots=True)
class CancelledAll:
    """Everything of a person that waited or ran is cancelled; ``count`` 0: there was nothing."""

    count: int
    credits_returned: Credits


@dataclass(frozen=True, slots=True)
class AlreadyEnded:
    """It was too late to cancel; nothing changed."""

    outcome: OutcomeKind


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture's bytes, read from the vault for its owner."""

    data: bytes
    mime: str
    file_name: str
    """``limner-<short id>.png``: says nothing of the prompt."""
    alt_text: str
    """The prompt, shortened; for the person's own message only."""
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Deleted:
    """The pictures are gone from the store; the surface removes them from the chat where it can."""

    picture_ids: tuple[PictureId, ...]
    message_address: str
    """Where the result was shown, as the surface wrote it; empty when it never was."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What /verify found out about a picture."""

    source: Literal["ours-signed", "ours-recognised", "other-signed", "damaged", "unknown"]
    digital_source_type: str
    made_at: datetime | None
    """When Limner made it, if Limner did."""
