"""Fakes of ports: a provider that draws coloured squares at once or on a test's word, a clock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

from PIL import Image

from core.generation.delivery_port import (
    DeliveryResult,
    Parcel,
    ProgressNote,
    Sent,
)
from core.kernel.people import Language
from core.kernel.units import MicroUsd
from core.privacy.letters.port import Letter
from core.providers.port import (
    Asset,
    CancelOutcome,
    Capability,
    Event,
    Failure,
    FailureKind,
    Finished,
    ImageOrder,
    JobRef,
    Limits,
    Offering,
    Preview,
    PrivacyControls,
    PrivacyFacts,
    Progress,
    PurgeReceipt,
    Recipient,
)

AN_OFFERING = Offering(
    id="fake/squares",
    provider="fake",
    model="squares",
    title="Squares",
    capability=Capability.TEXT_TO_IMAGE,
    limits=Limits(
        min_side_px=64,
        max_side_px=2048,
        max_pixels=2048 * 2048,
        step_px=1,
        formats=frozenset({"png", "jpeg", "webp"}),
        styles=("plain", "poster", "ink"),
    ),
    credits_each=2,
    price_each=MicroUsd(0),
    privacy=PrivacyFacts(
        trains="never",
        retention_s=0,
        zero_retention="default",
        deletes="nothing_stored",
        jurisdictions=frozenset(),
        regions=frozenset(),
        evidence="a fake of the tests",
        reviewed_on=date(2026, 11, 1),
        expires_on=date(2099, 1, 1),
    ),
    processor="",
    is_ai_model=True,
    previews=True,
    cancels=True,
    typical_s=10,
    after_crash="resubmit",
)


def a_picture(seed: int = 1, width_px: int = 64, height_px: int = 64, kind: str = "PNG") -> bytes:
    """Draw a small picture that differs by seed."""
    base = ((seed * 53) % 256, (seed * 97) % 256, (seed * 193) % 256)
    picture = Image.new("RGB", (width_px, height_px), base)
    block = Image.new("RGB", (width_px // 3 + 1, height_px // 2 + 1), base[::-1])
    picture.paste(block, ((seed * 7) % max(1, width_px // 2), (seed * 11) % max(1, height_px // 2)))
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


@dataclass
class FakeProvider:
    """A provider in memory. ``gate`` holds work back until a test opens it."""

    name: str = "fake"
    offering: Offering = AN_OFFERING
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    submit_failure: Failure | None = None
    failure: Failure | None = None
    progress: tuple[Event, ...] = (Progress(10), Preview(50, a_picture(3, 32, 32, "JPEG")))
    produce: int | None = None
    """How many pictures come back; None: as many as were ordered."""
    answers_late: bool = False
    """Whether the pictures come although the job was cancelled, as some services do."""
    orders: dict[str, ImageOrder] = field(default_factory=dict)
    submits: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    purged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    def offerings(self) -> Sequence[Offering]:
        return (self.offering,)

    def recipients(self) -> Sequence[Recipient]:
        origins = frozenset({"https://fake.example"})
        return tuple(Recipient(one.processor, origins) for one in self.offerings())

    async def submit(
        self,
        offering: Offering,
        order: ImageOrder,
        *,
        idempotency_key: str,
        controls: PrivacyControls,
    ) -> JobRef | Failure:
        self.submits.append(idempotency_key)
        if self.submit_failure is not None:
            return self.submit_failure
        self.orders[idempotency_key] = order
        return JobRef(offering.id, idempotency_key)

    async def find(self, offering: Offering, idempotency_key: str) -> JobRef | None:
        if idempotency_key in self.orders:
            return JobRef(offering.id, idempotency_key)
        return None

    async def watch(self, ref: JobRef) -> AsyncIterator[Event]:
        if ref.job_id not in self.orders:
            yield Failure(FailureKind.INTERRUPTED)
            return
        for event in self.progress:
            yield event
        await self.gate.wait()
        yield self.failure or Finished()

    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        order = self.orders.get(ref.job_id)
        if order is None or (ref.job_id in self.cancelled and not self.answers_late):
            return Failure(FailureKind.INTERRUPTED)
        count = order.count if self.produce is None else self.produce
        if count == 0:
            return Failure(FailureKind.EMPTY)
        kind = order.image_format
        return tuple(
            Asset(
                a_picture(order.seed + number, order.width_px, order.height_px, kind.upper()),
                f"image/{kind}",
                {"seed": order.seed + number},
            )
            for number in range(count)
        )

    async def cancel(self, ref: JobRef) -> CancelOutcome:
        if ref.job_id not in self.orders:
            return CancelOutcome.TOO_LATE
        self.cancelled.append(ref.job_id)
        return CancelOutcome.CANCELLED

    async def purge(self, ref: JobRef) -> PurgeReceipt:
        self.purged.append(ref.job_id)
        self.orders.pop(ref.job_id, None)
        return PurgeReceipt("nothing_stored")

    async def aclose(self) -> None:
        self.orders.clear()


@dataclass
class MovingClock:
    """A clock that a test moves."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at

    def move(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class RecordingSurface:
    """A surface's delivery that remembers what it was given."""

    surface: str = "test"
    notes: list[ProgressNote] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    answers: list[DeliveryResult] = field(default_factory=list)
    """Given one after another; afterwards everything is sent."""

    async def show_progress(self, note: ProgressNote) -> None:
        self.notes.append(note)

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        self.parcels.append(parcel)
        if self.answers:
            return self.answers.pop(0)
        return Sent(parcel.message_address or f"message-{len(self.parcels)}")


def an_offering(**changes: object) -> Offering:
    """Return the fake's offering with some facts changed."""
    return replace(AN_OFFERING, **changes)  # type: ignore[arg-type]


class FakeLetters:
    """A surface that brings letters: keeps what it was given, and answers as it was told."""

    surface = "test"

    def __init__(
        self,
        results: Sequence[DeliveryResult] = (),
        taking: Sequence[DeliveryResult] = (),
    ) -> None:
        self.brought: list[Letter] = []
        self.taken: list[str] = []
        self.messages: set[str] = set()
        self.is_idle = True
        self._results = list(results)
        self._taking = list(taking)

    def private_address(self, native_id: str) -> str:
        """Return where only the person reads."""
        return f"private chat of {native_id}"

    async def bring(self, letter: Letter) -> DeliveryResult:
        """Show a letter in its one message."""
        self.is_idle = False
        self.brought.append(letter)
        result = self._results.pop(0) if self._results else None
        self.is_idle = True
        if result is not None:
            return result
        address = letter.message_address or f"message {len(self.messages) + 1}"
        self.messages.add(address)
        return Sent(address)

    async def take_back(self, message_address: str, language: Language) -> DeliveryResult:
        """Remove a message."""
        del language
        self.taken.append(message_address)
        self.messages.discard(message_address)
        return self._taking.pop(0) if self._taking else Sent(message_address)

    def words(self) -> list[str]:
        """Return the first line of each letter that was brought."""
        return [str(one.answer.page.lines[0].facts.get("word")) for one in self.brought]

    async def until(self, is_so: Callable[[], bool], timeout_s: float = 10.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(timeout_s):
            while not is_so():
                await asyncio.sleep(0.02)
