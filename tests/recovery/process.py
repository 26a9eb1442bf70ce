"""A worker with a surface, as a process that can be told where to die.

``python -m tests.recovery.process FOLDER PLATFORM PROVIDER DIALECT DATABASE [DIE_AT]``, where
DIE_AT is ``before:<step>``, ``after:<step>``, ``before:deliver`` or ``after:deliver``.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import httpx

from core.bootstrap import running_app
from core.engine.engine import Result, Steps
from core.generation.delivery import DeliveryLoop
from core.generation.delivery_port import DeliveryResult, Later, Parcel, ProgressNote, Sent
from core.worker import working
from tests.factories import settings_for

SURFACE = "test"


def die() -> None:
    """Leave at once, like a power cut: no handlers, no flush."""
    os.kill(os.getpid(), signal.SIGKILL)


class WireSurface:
    """Makes one message per request, then edits it."""

    surface = SURFACE

    def __init__(self, url: str, die_at: str) -> None:
        self._client = httpx.AsyncClient(base_url=url, timeout=5, trust_env=False)
        self._die_at = die_at

    async def show_progress(self, note: ProgressNote) -> None:
        await self._client.put(f"/messages/{note.message_address}", content="waiting")

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        if self._die_at == "before:deliver":
            die()
        outcome = parcel.status.outcome
        assert outcome is not None
        try:
            address = parcel.message_address
            if not address:
                address = (await self._client.post("/messages", content="waiting")).text
                await parcel.remember(address)
            text = f"{parcel.status.request_id} {outcome.kind}"
            await self._client.put(f"/messages/{address}", content=text)
        except httpx.TransportError:
            return Later(0.1)
        if self._die_at == "after:deliver":
            die()
        return Sent(address)


def die_around(die_at: str) -> None:
    """Make the step that is named the last thing that this process does, or does not do."""
    when, _, name = die_at.partition(":")
    run = Steps.run

    async def mortal(self: Steps, step: str, work: Callable[[], Awaitable[Result]]) -> Result:
        async def watched() -> Result:
            # Inside the step: what it did has happened, but nothing has been recorded.
            result = await work()
            if (when, name) == ("inside", step):
                die()
            return result

        if (when, name) == ("before", step):
            die()
        done = await run(self, step, watched)
        if (when, name) == ("after", step):
            die()
        return done

    Steps.run = mortal  # type: ignore[method-assign, assignment]


async def main(
    folder: str, platform: str, provider: str, dialect: str, url: str = "", at: str = ""
) -> None:
    if at:
        die_around(at)
    settings = settings_for(
        Path(folder),
        url,
        OPENAI_BASE_URL=provider,
        OPENAI_API_KEY="test-key",
        LIMNER_OPENAI_DIALECT=dialect,
        LIMNER_OPENAI_SELF_HOSTED=True,
        LIMNER_BUILTIN=False,
    )
    async with running_app(settings) as app, working(app):
        await DeliveryLoop(app, WireSurface(platform, at), timedelta(0)).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
