"""What the core asks of a surface so that outcomes reach people: the delivery port."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.generation.values import PictureFile, RequestStatus

ACCOUNT_GONE = "account-deleted"
"""The reason of a ``Gone`` when the platform says that the person's account there is deleted."""
GONE_TASK = "account-gone"
"""The durable task that follows: what is kept of them here is erased too. Its id: the account's."""


class Remember(Protocol):
    """Stores durably where a request's one message is."""

    async def __call__(self, address: str, removable_until: datetime | None = None) -> None:
        """``removable_until``: until when the surface can take it back; None for any time."""
        ...


@dataclass(frozen=True, slots=True)
class Parcel:
    """One outcome on its way to its person."""

    reply_to: str
    """The address the surface gave with the request."""
    message_address: str
    """The one message of this request, as the surface last remembered it; empty if none."""
    attempt: int
    """1 for the first try; more after a crash or a fault."""
    was_started: bool
    """An earlier try began to send and its result is unknown: look before repeating."""
    status: RequestStatus
    pictures: tuple[PictureFile, ...]
    """Empty unless the outcome is PICTURES."""
    grid: PictureFile | None
    """One numbered picture of all, when there are several."""
    remember: Remember
    """Store a new message address durably; call it as soon as a message exists."""


@dataclass(frozen=True, slots=True)
class ProgressNote:
    """A request whose one message should be drawn anew."""

    reply_to: str
    message_address: str
    status: RequestStatus
    preview: bytes | None
    """A new preview picture since the last note, if there is one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The person has it."""

    message_address: str
    removable_until: datetime | None = None
    """Until when the surface can take the message back; None for any time."""


@dataclass(frozen=True, slots=True)
class Later:
    """The platform pushes back or is down; try again after so many seconds."""

    retry_after_s: float


@dataclass(frozen=True, slots=True)
class Gone:
    """Nobody can be reached there any more (blocked, room deleted); the pictures stay stored."""

    reason: str


DeliveryResult = Sent | Later | Gone


class NotNow(Exception):
    """The surface has no room for progress at the moment."""


class SurfaceDelivery(Protocol):
    """A surface's way to show progress and outcomes. Runs where the surface's client lives."""

    surface: str

    async def show_progress(self, note: ProgressNote) -> None:
        """Edit the request's one message; best effort, never more than one message.

        Raises:
            NotNow: nothing was shown; it is offered again, even if nothing changes meanwhile.
        """
        ...

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        """Bring the outcome to the person so that a repeat after a crash is invisible."""
        ...
