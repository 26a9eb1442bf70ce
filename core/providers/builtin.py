"""The illustrator that comes with the service, as a provider: no AI model, no network, no cost."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date

from core.kernel.ids import new_id
from core.kernel.units import MicroUsd
from core.providers.illustrator.desk import Desk, DeskBroken
from core.providers.illustrator.drawing import (
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    STYLES,
    Drawing,
    DrawOrder,
)
from core.providers.openai_compat.jobs import LOST, Job, Jobs
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
from core.providers.sizing import is_allowed

NAME = "builtin"
KEEP_RESULT_S = 600.0
_EVIDENCE = "docs/illustrator.md"
ILLUSTRATOR = Offering(
    id="builtin/illustrator",
    provider=NAME,
    model="illustrator",
    title="Built-in illustrator",
    capability=Capability.TEXT_TO_IMAGE,
    limits=Limits(
        min_side_px=MIN_SIDE_PX,
        max_side_px=MAX_SIDE_PX,
        max_pixels=MAX_SIDE_PX * MAX_SIDE_PX,
        step_px=1,
        formats=frozenset({"png", "jpeg", "webp"}),
        styles=STYLES,
    ),
    credits_each=1,
    price_each=MicroUsd(0),
    privacy=PrivacyFacts(
        trains="never",
        retention_s=0,
        zero_retention="default",
        deletes="nothing_stored",
        jurisdictions=frozenset(),
        regions=None,
        evidence=_EVIDENCE,
        reviewed_on=date(2026, 11, 22),
        # What this program itself does changes only with the program.
        expires_on=date.max,
    ),
    processor="",
    is_ai_model=False,
    previews=True,
    cancels=True,
    typical_s=2,
    after_crash="resubmit",
)


class Builtin:
    """Draws in worker processes of this machine.

    The same order always gives the same bytes, so an order that is submitted again after a crash
    is simply drawn again.
    """

    name = NAME

    def __init__(self, workers: int = 1, keep_result_s: float = KEEP_RESULT_S) -> None:
        """Start nothing yet.

        Args:
            workers: how many pictures are drawn at the same time, each by a process of its own.
            keep_result_s: how long an unfetched result is kept, in seconds.

        Raises:
            ValueError: fewer than one worker.
        """
        self._desk = Desk(workers)
        self._jobs = Jobs(keep_result_s)

    def offerings(self) -> Sequence[Offering]:
        """Return the illustrator."""
        return (ILLUSTRATOR,)

    def recipients(self) -> Sequence[Recipient]:
        """Return nobody: nothing leaves this machine."""
        return ()

    async def submit(
        self,
        offering: Offering,
        order: ImageOrder,
        *,
        idempotency_key: str,
        controls: PrivacyControls,
    ) -> JobRef | Failure:
        """Start drawing and return at once; every control is met, since nothing leaves the machine.

        ``Failure`` means that nothing was started: the order does not fit the offering.
        """
        del controls
        if known := self._jobs.by_key(idempotency_key):
            return known.ref
        if offering.id != ILLUSTRATOR.id:
            return Failure(FailureKind.UNAVAILABLE, provider_code="unknown-offering")
        if refusal := _refusal(order):
            return refusal
        job = Job(JobRef(offering.id, new_id()), idempotency_key)
        self._jobs.add(job)
        job.task = asyncio.create_task(self._run(job, order), name="builtin-illustrator")
        job.task.add_done_callback(lambda task: self._ended(job, task))
        return job.ref

    async def find(self, offering: Offering, idempotency_key: str) -> JobRef | None:
        """Return the job if this process draws it."""
        job = self._jobs.by_key(idempotency_key)
        return job.ref if job is not None and job.ref.offering_id == offering.id else None

    async def watch(self, ref: JobRef) -> AsyncIterator[Event]:
        """Yield the job's events from the first; an unknown job is ``Failure(INTERRUPTED)``."""
        job = self._jobs.get(ref.job_id)
        if job is None:
            yield LOST
            return
        async for event in job.watch():
            yield event

    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        """Wait for the end, hand the pictures over, and forget them."""
        job = self._jobs.get(ref.job_id)
        if job is None:
            return LOST
        async for event in job.watch():
            if isinstance(event, Failure):
                self._jobs.drop(job)
                return event
        pictures = job.pictures
        self._jobs.drop(job)
        return pictures or LOST

    async def cancel(self, ref: JobRef) -> CancelOutcome:
        """Stop drawing at once; a finished picture is forgotten."""
        job = self._jobs.get(ref.job_id)
        if job is None or job.ending is not None:
            if job is not None:
                self._jobs.drop(job)
            return CancelOutcome.TOO_LATE
        await self._stop(job)
        return CancelOutcome.CANCELLED

    async def purge(self, ref: JobRef) -> PurgeReceipt:
        """Forget the job; nothing of it was ever stored."""
        if job := self._jobs.get(ref.job_id):
            await self._stop(job)
        return PurgeReceipt("nothing_stored", evidence=_EVIDENCE)

    async def aclose(self) -> None:
        """Stop every drawing, forget every result and end the processes."""
        for job in self._jobs.all():
            await self._stop(job)
        await self._desk.aclose()

    def process_ids(self) -> tuple[int, ...]:
        """Ids of the drawing processes that run now."""
        return self._desk.process_ids()

    async def _run(self, job: Job, order: ImageOrder) -> None:
        job.tell(Progress(0))
        assets: list[Asset] = []
        try:
            for index in range(order.count):
                drawing = await self._desk.draw(
                    _draw_order(order, index), _teller(job, index, order.count)
                )
                assets.append(_asset(drawing, order.seed + index))
        except DeskBroken:
            job.tell(Failure(FailureKind.UNAVAILABLE, provider_code="process-ended"))
            return
        except TimeoutError:
            job.tell(Failure(FailureKind.TIMED_OUT))
            return
        job.pictures = tuple(assets)
        job.tell(Progress(100))
        job.tell(Finished())

    def _ended(self, job: Job, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (bug := task.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a drawing broke", "exception": bug, "task": task}
            )
            job.tell(Failure(FailureKind.INTERRUPTED, provider_code="internal"))
        self._jobs.drop_later(job)

    async def _stop(self, job: Job) -> None:
        task = job.task
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait((task,))
        job.tell(Failure(FailureKind.INTERRUPTED, provider_code="cancelled"))
        self._jobs.drop(job)


def _teller(job: Job, index: int, count: int) -> Callable[[int, bytes], None]:
    """Tell a job's watchers of previews; percents count over all pictures of the order."""

    def tell(percent: int, picture: bytes) -> None:
        overall = (100 * index + percent) // count
        job.tell(Preview(percent=overall, picture=picture, index=index))

    return tell


def _draw_order(order: ImageOrder, index: int) -> DrawOrder:
    return DrawOrder(
        prompt=order.prompt,
        negative=order.negative,
        seed=order.seed + index,
        width_px=order.width_px,
        height_px=order.height_px,
        style=order.style,
        image_format=order.image_format,
    )


def _asset(drawing: Drawing, seed: int) -> Asset:
    return Asset(
        data=drawing.data,
        mime=drawing.mime,
        facts={
            "seed": seed,
            "drawn_words": list(drawing.drawn_words),
            "unknown_words": list(drawing.unknown_words),
        },
    )


def _refusal(order: ImageOrder) -> Failure | None:
    limits = ILLUSTRATOR.limits
    if not is_allowed(order.width_px, order.height_px, limits):
        return Failure(FailureKind.INVALID, field="size")
    if not 1 <= order.count <= limits.max_count:
        return Failure(FailureKind.INVALID, field="count")
    if len(order.prompt) > limits.max_prompt_chars:
        return Failure(FailureKind.INVALID, field="prompt")
    return None
