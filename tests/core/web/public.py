"""The public pages of an app on a free port of this computer, and a browser-like client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from core.app import App
from core.web.edge import serve_edge

BROWSER = {"accept-language": "en-GB,en;q=0.9", "user-agent": "Mozilla/5.0"}
SIGNAL = {"sec-gpc": "1"}


@dataclass(frozen=True)
class Public:
    """Where the pages are, and somebody who reads them."""

    url: str
    client: httpx.AsyncClient

    async def read(self, path: str, **headers: str) -> str:
        """Read a page that must be there."""
        answer = await self.client.get(path, headers=headers)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.text


@asynccontextmanager
async def the_pages(app: App) -> AsyncIterator[Public]:
    """Serve the public pages of an app."""
    address: asyncio.Queue[str] = asyncio.Queue()
    task = asyncio.create_task(serve_edge(app, "127.0.0.1", 0, address.put_nowait))
    try:
        async with asyncio.timeout(20):
            url = await address.get()
        async with httpx.AsyncClient(
            base_url=url, headers=BROWSER, timeout=20, trust_env=False
        ) as client:
            yield Public(url, client)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
