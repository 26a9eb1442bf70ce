"""The provider for every service that speaks OpenAI's image API; dialects differ by data."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

import httpx

from core.kernel.ids import new_id
from core.providers.catalogue.dialect import Dialect
from core.providers.egress import client_for, origin_of
from core.providers.openai_compat.call import Call
from core.providers.openai_compat.jobs import LOST, Job, Jobs
from core.providers.openai_compat.offerings import offerings_of
from core.providers.openai_compat.wire import body_of
from core.providers.port import (
    Asset,
    CancelOutcome,
    Event,
    Failure,
    FailureKind,
    ImageOrder,
    JobRef,
    Offering,
    PrivacyControls,
    PrivacyFacts,
    PurgeReceipt,
    Recipient,
)
from core.providers.sizing import is_allowed

KEEP_RESULT_S = 600.0


class OpenAICompat:
    """One configured service.

    The call runs as a task of this process from ``submit`` on; when the process dies the job is
    lost here, and ``Offering.after_crash`` says what that means. Nothing of a request outlives
    ``fetch``, ``cancel`` or ten minutes.
    """

    def __init__(
        self,
        *,
        dialect: Dialect,
        base_url: str = "",
        api_key: str = "",
        models: Sequence[str] = (),
        self_hosted: bool = False,
        privacy: PrivacyFacts | None = None,
        picture_hosts: frozenset[str] = frozenset(),
        keep_result_s: float = KEEP_RESULT_S,
    ) -> None:
        """Describe the service; no connection is made yet.

        Args:
            dialect: from ``core.providers.catalogue.loader.load_dialect``.
            base_url: up to and without ``/images/generations``; empty: the dialect's own.
            api_key: sent as a bearer token; empty: none.
            models: what the service calls its models; empty: those of the catalogue.
            self_hosted: the operator runs the server, whatever its address.
            privacy: the operator's own facts, in place of the catalogue's.
            picture_hosts: further hosts that pictures may be fetched from.
            keep_result_s: how long an unfetched result is kept, in seconds.

        Raises:
            ValueError: the address is none, or the dialect needs a key and there is none.
        """
        url = httpx.URL((base_url or dialect.default_base_url).rstrip("/") + "/")
        if url.scheme not in ("http", "https") or not url.host or url.userinfo:
            raise ValueError("base_url must be an http or https address without a user name")
        if dialect.needs_key and not api_key:
            raise ValueError(f"{dialect.name} needs an API key")
        self.name = dialect.name
        self._dialect = dialect
        self._listed = offerings_of(
            dialect, url.host, models=models, self_hosted=self_hosted, privacy=privacy
        )
        self._jobs = Jobs(keep_result_s)
        times = dialect.times
        hosts = dialect.picture_hosts | picture_hosts
        processor = self._listed[0].offering.processor if self._listed else url.host
        origins = {origin_of(url), *(f"https://{host}" for host in hosts)}
        self._recipient = Recipient(processor, frozenset(origins))
        timeout = httpx.Timeout(times.read_s, connect=times.connect_s)
        self._client = client_for([self._recipient], timeout)
        self._url = url
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._picture_hosts = hosts

    def offerings(self) -> Sequence[Offering]:
        """Return what can be ordered, from the catalogue and the configuration."""
        return tuple(listed.offering for listed in self._listed)

    def recipients(self) -> Sequence[Recipient]:
        """Return the service itself, with the hosts that its pictures are fetched from."""
        return (self._recipient,)

    async def submit(
        self,
        offering: Offering,
        order: ImageOrder,
        *,
        idempotency_key: str,
        controls: PrivacyControls,
    ) -> JobRef | Failure:
        """Start the call in this process and return at once.

        ``Failure`` means that nothing was sent: the order does not fit, or the controls asked
        for more than this service promises.
        """
        if known := self._jobs.by_key(idempotency_key):
            return known.ref
        listed = next((one for one in self._listed if one.offering.id == offering.id), None)
        if listed is None:
            return Failure(FailureKind.UNAVAILABLE, provider_code="unknown-offering")
        if refusal := _refusal(listed.offering, order, controls):
            return refusal
        body = body_of(self._dialect, listed.model, order)
        if isinstance(body, Failure):
            return body
        job = Job(JobRef(offering.id, new_id()), idempotency_key)
        call = Call(
            client=self._client,
            dialect=self._dialect,
            url=self._url,
            headers=self._headers | {"Idempotency-Key": idempotency_key},
            download_headers=self._headers,
            picture_hosts=self._picture_hosts,
            is_paid=listed.offering.price_each > 0,
        )
        self._jobs.add(job)
        job.task = asyncio.create_task(call.run(job, body, order), name="openai-compat")
        job.task.add_done_callback(lambda task: self._ended(job, task))
        return job.ref

    async def find(self, offering: Offering, idempotency_key: str) -> JobRef | None:
        """Return the job if this process runs it; no such service can be asked."""
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
        """Drop the connection; the service may finish, and charge, all the same."""
        job = self._jobs.get(ref.job_id)
        if job is None or job.ending is not None:
            if job is not None:
                self._jobs.drop(job)
            return CancelOutcome.TOO_LATE
        await self._stop(job)
        return CancelOutcome.CANCELLED if self._dialect.cancels else CancelOutcome.UNSUPPORTED

    async def purge(self, ref: JobRef) -> PurgeReceipt:
        """Forget the job here and say, from the facts, what the service still holds."""
        job = self._jobs.get(ref.job_id)
        if job is not None:
            await self._stop(job)
        facts = next(
            (o.privacy for o in self.offerings() if o.id == ref.offering_id),
            None,
        )
        if facts is None or facts.retention_s is None:
            return PurgeReceipt("unsupported", evidence=facts.evidence if facts else "")
        if facts.retention_s == 0:
            return PurgeReceipt("nothing_stored", evidence=facts.evidence)
        gone_at = datetime.now(UTC) + timedelta(seconds=facts.retention_s)
        return PurgeReceipt("expires", gone_at=gone_at, evidence=facts.evidence)

    async def aclose(self) -> None:
        """Stop every call, forget every result and close the connections."""
        for job in self._jobs.all():
            await self._stop(job)
        await self._client.aclose()

    def _ended(self, job: Job, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (bug := task.exception()) is not None:
            # Nobody awaits the task: report the bug where the process reports bugs, and let
            # those who wait for the job go on.
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a provider call broke", "exception": bug, "task": task}
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


def _refusal(offering: Offering, order: ImageOrder, controls: PrivacyControls) -> Failure | None:
    facts, limits = offering.privacy, offering.limits
    # The route has checked this; sending is the moment where it counts.
    if controls.no_training and facts.trains not in ("never", "contract"):
        return Failure(FailureKind.UNAVAILABLE, provider_code="control-no-training")
    if controls.zero_retention and facts.retention_s != 0:
        return Failure(FailureKind.UNAVAILABLE, provider_code="control-zero-retention")
    if controls.region is not None and controls.region not in (facts.regions or ()):
        return Failure(FailureKind.UNAVAILABLE, provider_code="control-region")
    if not is_allowed(order.width_px, order.height_px, limits):
        return Failure(FailureKind.INVALID, field="size")
    if not 1 <= order.count <= limits.max_count:
        return Failure(FailureKind.INVALID, field="count")
    if len(order.prompt) > limits.max_prompt_chars:
        return Failure(FailureKind.INVALID, field="prompt")
    return None
