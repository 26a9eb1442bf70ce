"""One call to a service, from the request to the checked pictures."""

import asyncio
from dataclasses import dataclass, replace

import httpx

from core.kernel.offloop import heavy
from core.providers.catalogue.dialect import Dialect
from core.providers.egress import NotRegisteredError
from core.providers.openai_compat.answers import (
    MalformedAnswerError,
    Partial,
    StreamError,
    TooMuchError,
    Whole,
    pictures_of,
    read_capped,
    stream_of,
)
from core.providers.openai_compat.download import download
from core.providers.openai_compat.failures import failure_of, stream_failure
from core.providers.openai_compat.jobs import Job
from core.providers.openai_compat.pictures import (
    MAX_PICTURE_BYTES,
    Flaw,
    UnusablePictureError,
    checked,
    decode,
    failure_for,
    preview,
)
from core.providers.openai_compat.wire import Body
from core.providers.port import Asset, Failure, FailureKind, Finished, ImageOrder, Preview

_MAX_ERROR_BYTES = 64 * 1024
_FIRST_PAUSE_S = 0.2
# Nothing reached the service: the request may be sent again without being paid twice.
_NOT_ACCEPTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Call:
    """Everything one call needs besides the order."""

    client: httpx.AsyncClient
    dialect: Dialect
    url: httpx.URL
    headers: dict[str, str]
    download_headers: dict[str, str]
    picture_hosts: frozenset[str]
    is_paid: bool

    async def run(self, job: Job, body: Body, order: ImageOrder) -> None:
        """Make the call; the job is told every event, the ending included."""
        try:
            async with asyncio.timeout(self.dialect.times.total_s):
                ending = await self._pictures(job, body, order)
        except TimeoutError:
            ending = self._failure(FailureKind.TIMED_OUT, "total")
        if isinstance(ending, Failure):
            job.tell(ending)
        else:
            job.pictures = ending
            job.tell(Finished())

    async def _pictures(
        self, job: Job, body: Body, order: ImageOrder
    ) -> tuple[Asset, ...] | Failure:
        try:
            found = await self._ask(job, body, order)
            return found if isinstance(found, Failure) else await self._fetched(found, order)
        except NotRegisteredError:
            return Failure(FailureKind.UNAVAILABLE, provider_code="not-registered")
        except httpx.TimeoutException as error:
            if isinstance(error, _NOT_ACCEPTED):
                return Failure(FailureKind.UNAVAILABLE, provider_code="no-connection")
            return self._failure(FailureKind.TIMED_OUT, "silence")
        except _NOT_ACCEPTED:
            return Failure(FailureKind.UNAVAILABLE, provider_code="no-connection")
        except (httpx.HTTPError, httpx.StreamError):
            return self._failure(FailureKind.UNAVAILABLE, "connection-lost")
        except MalformedAnswerError:
            return self._failure(FailureKind.UNAVAILABLE, "malformed-answer")
        except TooMuchError:
            return self._failure(FailureKind.EMPTY, "too-large")

    async def _ask(self, job: Job, body: Body, order: ImageOrder) -> tuple[Whole, ...] | Failure:
        attempts = self.dialect.times.connect_attempts
        for attempt in range(1, attempts + 1):
            try:
                return await self._ask_once(job, body, order)
            except _NOT_ACCEPTED:
                if attempt == attempts:
                    raise
                await asyncio.sleep(_FIRST_PAUSE_S * 2**attempt)
        raise AssertionError("connect_attempts is at least 1")

    async def _ask_once(
        self, job: Job, body: Body, order: ImageOrder
    ) -> tuple[Whole, ...] | Failure:
        url = self.url.join("images/generations")
        max_bytes = (MAX_PICTURE_BYTES * 4 // 3) * order.count + _MAX_ERROR_BYTES
        async with self.client.stream("POST", url, json=body, headers=self.headers) as response:
            if not response.is_success:
                return await self._refused(response)
            kind = response.headers.get("content-type", "")
            if kind.startswith("text/event-stream"):
                return await self._streamed(job, response, max_bytes)
            answer = await read_capped(response, max_bytes)
            return await heavy(pictures_of, answer)

    async def _refused(self, response: httpx.Response) -> Failure:
        try:
            told = await read_capped(response, _MAX_ERROR_BYTES)
        except TooMuchError:
            told = b""
        failure = failure_of(response.status_code, response.headers, told, self.dialect.errors)
        if failure.kind is FailureKind.TIMED_OUT:
            # The gateway gave up; what stands behind it may have gone on.
            return replace(failure, was_charged=self.is_paid)
        return failure

    async def _streamed(
        self, job: Job, response: httpx.Response, max_bytes: int
    ) -> tuple[Whole, ...] | Failure:
        partials = self.dialect.wire.partial_images
        found: list[Whole] = []
        async for item in stream_of(response, max_bytes * (partials + 1)):
            match item:
                case Partial(index=index, b64=b64):
                    await self._show(job, index, b64)
                case Whole():
                    found.append(item)
                case StreamError(event=event):
                    return stream_failure(event, self.dialect.errors)
        return tuple(found)

    async def _show(self, job: Job, index: int, b64: str) -> None:
        """Tell a preview; one that can't be shown is left out, the picture itself still comes."""
        try:
            small = await heavy(lambda: preview(decode(b64)))
        except UnusablePictureError:
            return
        steps = self.dialect.wire.partial_images + 1
        percent = min(99, max(1, 100 * (index + 1) // steps))
        job.tell(Preview(percent=percent, picture=small))

    async def _fetched(
        self, found: tuple[Whole, ...], order: ImageOrder
    ) -> tuple[Asset, ...] | Failure:
        assets: list[Asset] = []
        flaws: list[Flaw] = []
        for whole in found[: order.count]:
            try:
                data = await self._bytes(whole)
                clean = await heavy(
                    checked,
                    data,
                    order.image_format,
                    refuse_black=self.dialect.black_means_blocked,
                )
            except UnusablePictureError as error:
                flaws.append(error.flaw)
            else:
                assets.append(Asset(clean, f"image/{order.image_format}"))
        if assets:
            return tuple(assets)
        if flaws:
            return failure_for(flaws[0], was_charged=self.is_paid)
        return self._failure(FailureKind.EMPTY, "no-pictures")

    async def _bytes(self, whole: Whole) -> bytes:
        if whole.b64:
            return await heavy(decode, whole.b64)
        if not whole.url:
            raise UnusablePictureError("not-a-picture")
        return await download(
            self.client,
            whole.url,
            own=self.url,
            others=self.picture_hosts,
            headers=self.download_headers,
        )

    def _failure(self, kind: FailureKind, code: str) -> Failure:
        return Failure(kind, provider_code=code, was_charged=self.is_paid)
