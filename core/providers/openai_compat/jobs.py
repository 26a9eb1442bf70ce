"""The jobs that run in this process: their events as they happen, their pictures until fetched."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from core.providers.port import Asset, Event, Failure, FailureKind, Finished, JobRef

LOST = Failure(FailureKind.INTERRUPTED)
"""What is said of a job that nobody here knows."""


@dataclass(slots=True, eq=False)
class Job:
    """One order on its way."""

    ref: JobRef
    idempotency_key: str
    events: list[Event] = field(default_factory=list)
    pictures: tuple[Asset, ...] = ()
    task: asyncio.Task[None] | None = None
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ending(self) -> Finished | Failure | None:
        """How it ended, or None while it runs."""
        last = self.events[-1] if self.events else None
        return last if isinstance(last, Finished | Failure) else None

    def tell(self, event: Event) -> None:
        """Add an event; after the ending nothing is added."""
        if self.ending is None:
            self.events.append(event)
            self._news.set()
            self._news = asyncio.Event()

    async def watch(self) -> AsyncIterator[Event]:
        """Yield every event from the first, up to and with the ending."""
        told = 0
        while True:
            news = self._news
            while told < len(self.events):
                event = self.events[told]
                told += 1
                yield event
                if isinstance(event, Finished | Failure):
                    return
            await news.wait()


class Jobs:
    """Every job that is known here, by its id and by its idempotency key."""

    def __init__(self, keep_s: float) -> None:
        """Keep the result of a job that nobody fetches for ``keep_s`` seconds."""
        self._keep_s = keep_s
        self._by_id: dict[str, Job] = {}
        self._by_key: dict[str, Job] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def add(self, job: Job) -> None:
        """Know a job from now on."""
        self._by_id[job.ref.job_id] = job
        self._by_key[job.idempotency_key] = job

    def get(self, job_id: str) -> Job | None:
        """Return a job by its id."""
        return self._by_id.get(job_id)

    def by_key(self, idempotency_key: str) -> Job | None:
        """Return a job by the key it was submitted with."""
        return self._by_key.get(idempotency_key)

    def drop(self, job: Job) -> None:
        """Forget a job and its pictures."""
        self._by_id.pop(job.ref.job_id, None)
        if self._by_key.get(job.idempotency_key) is job:
            del self._by_key[job.idempotency_key]
        if timer := self._timers.pop(job.ref.job_id, None):
            timer.cancel()
        job.pictures = ()

    def drop_later(self, job: Job) -> None:
        """Forget a finished job after a while, if nobody came for it."""
        if job.ref.job_id in self._by_id:
            loop = asyncio.get_running_loop()
            self._timers[job.ref.job_id] = loop.call_later(self._keep_s, self.drop, job)

    def all(self) -> tuple[Job, ...]:
        """Return every job that is known."""
        return tuple(self._by_id.values())
