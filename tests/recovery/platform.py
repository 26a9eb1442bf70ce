"""A chat platform in little, on loopback: messages are made and edited; a test counts them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

from aiohttp import web


@dataclass
class Platform:
    """What people would see: one text or outcome per message, and how often each outcome came."""

    url: str = ""
    messages: dict[str, str] = field(default_factory=dict)
    """Message id to what it shows: ``waiting`` or ``<request id> <outcome>``."""
    edits: Counter[str] = field(default_factory=Counter)
    lose_answers: bool = False
    """Do what is asked, then drop the connection, as a timeout does."""
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def shown(self, request_id: str) -> list[str]:
        """Return every message that shows an outcome of a request."""
        return [text for text in self.messages.values() if text.startswith(f"{request_id} ")]

    async def _make(self, request: web.Request) -> web.Response:
        message = str(next(self._ids))
        self.messages[message] = await request.text()
        return self._answer(request, message)

    async def _edit(self, request: web.Request) -> web.Response:
        message = request.match_info["id"]
        self.messages[message] = await request.text()
        self.edits[message] += 1
        return self._answer(request, message)

    def _answer(self, request: web.Request, text: str) -> web.Response:
        if self.lose_answers:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(text=text)


@asynccontextmanager
async def a_platform() -> AsyncIterator[Platform]:
    """Serve a platform while the context is open."""
    platform = Platform()
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/messages", platform._make)
    app.router.add_put("/messages/{id}", platform._edit)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    platform.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield platform
    finally:
        await asyncio.shield(runner.cleanup())
