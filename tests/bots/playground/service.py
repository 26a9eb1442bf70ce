"""A running playground on a free port of this computer, with worker and delivery."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bots.playground.person import open_installation
from bots.playground.serve import serve
from core.accounts.commands import set_age, welcome
from core.app import App
from core.kernel.ids import new_id
from core.kernel.people import Actor
from core.providers.port import Provider
from tests.factories import a_worker, an_app
from tests.patience import LONG_S

Json = dict[str, Any]
TOKENS = ("FIRST_TOKEN", "SECOND_TOKEN")


@dataclass(frozen=True)
class Playground:
    """The page's server, its core, and a client that behaves as the page does."""

    app: App
    url: str
    client: httpx.AsyncClient

    @property
    def actor(self) -> Actor:
        """The installation's person."""
        return open_installation(self.app.settings.data).actor("en")

    async def say(self, text: str, key: str = "", **options: Any) -> httpx.Response:
        """Send one message as the composer does."""
        body = {"text": text, "key": key or new_id(), "options": options or None}
        return await self.client.post("/api/say", json=body)

    async def asked(self, text: str, **options: Any) -> Json:
        """Ask for pictures, expect to be accepted, return the card."""
        answer = await self.say(text, **options)
        assert answer.status_code == httpx.codes.OK, answer.text
        card: Json = answer.json()["card"]
        return card

    async def until(self, card_id: str, *states: str) -> Json:
        """Wait until a card has come to one of these states."""
        async with asyncio.timeout(LONG_S):
            while True:
                card = await self.read(f"/api/requests/{card_id}")
                if card["state"] in states:
                    return card
                await asyncio.sleep(0.05)

    async def made(self, text: str, **options: Any) -> Json:
        """Ask for pictures and wait for them."""
        return await self.until((await self.asked(text, **options))["id"], "done")

    async def read(self, path: str) -> Json:
        """Read JSON that must be there."""
        answer = await self.client.get(path)
        assert answer.status_code == httpx.codes.OK, answer.text
        found: Json = answer.json()
        return found

    async def post(self, path: str, **body: object) -> httpx.Response:
        """Send JSON."""
        return await self.client.post(path, json=body)

    async def delete(self, path: str) -> httpx.Response:
        """Ask for a deletion."""
        return await self.client.request("DELETE", path, json={})


@asynccontextmanager
async def served(app: App, port: int = 0) -> AsyncIterator[str]:
    """Serve the page of an app; yields its address."""
    address: asyncio.Queue[str] = asyncio.Queue()
    task = asyncio.create_task(serve(app, port, missing_tokens=TOKENS, on_ready=address.put_nowait))
    try:
        async with asyncio.timeout(LONG_S):
            url = await address.get()
        yield url
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def a_playground(
    *,
    folder: Path | None = None,
    providers: list[Provider] | None = None,
    is_adult: bool = True,
    works: bool = True,
    language: str = "en",
    port: int = 0,
    **settings: Any,
) -> AsyncIterator[Playground]:
    """A playground whose person has been welcomed and is an adult, unless said otherwise.

    Without ``works`` nothing runs the jobs. ``folder`` keeps the data, like a restart.
    """
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(
            an_app(folder=folder, providers=providers, **settings)
        )
        if works:
            await stack.enter_async_context(a_worker(app))
        if is_adult:
            actor = open_installation(app.settings.data).actor(language)
            await welcome(app, actor)
            await set_age(app, actor, is_adult=True)
        url = await stack.enter_async_context(served(app, port))
        headers = {"origin": url, "accept-language": language}
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=url, headers=headers, timeout=20, trust_env=False)
        )
        yield Playground(app, url, client)
