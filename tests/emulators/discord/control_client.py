"""Drives an emulated Discord in another process: for tests that kill the bot.

Use::

    async with emulator_process() as discord:
        guild = await discord.tell("guild", name="Studio")
        channel = await discord.tell("channel", guild=guild["id"])
        ann = await discord.tell("person", name="Ann", locale="de")
        asked = await discord.tell("uses", person=ann["id"], name="imagine",
                                   options={"prompt": "a fox"}, channel=channel["id"])
        done = await discord.response(asked["interaction"])
        await discord.tell("presses", person=ann["id"], message=done["id"], button="Again")
        await discord.tell("fault", route="POST /channels/{channel_id}/messages",
                           kind="lost_answer", facts={"hang_s": 0}, times=1)
        assert await discord.tell("violations") == []

``about`` answers token, application_id, api_base, gateway_url, cdn_base and the gateway's state.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.emulators.discord.asking import NotOfferedError
from tests.emulators.discord.state import Json

POLL_S = 0.05


class ControlClient:
    """Speaks the control API at ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.AsyncClient(base_url=url, trust_env=False, timeout=30)

    async def close(self) -> None:
        await self._http.aclose()

    async def tell(self, verb: str, **facts: Any) -> Any:
        """Run one verb and return its JSON.

        Raises:
            NotOfferedError: Discord would not let the person do it; nothing was sent.
            LookupError: the emulator does not know the verb or an id; nothing was done.
        """
        answer = await self._http.post(f"/control/{verb}", json=facts)
        body = answer.json()
        if answer.status_code == httpx.codes.CONFLICT:
            raise NotOfferedError(body["error"])
        if answer.status_code != httpx.codes.OK:
            raise LookupError(f"{verb}: {body['error']}")
        return body

    async def until(
        self, verb: str, done: Callable[[Any], bool], timeout_s: float = 10.0, **facts: Any
    ) -> Any:
        """Repeat a verb until ``done(answer)``; TimeoutError after ``timeout_s`` seconds."""
        deadline_s = asyncio.get_running_loop().time() + timeout_s
        while True:
            answer = await self.tell(verb, **facts)
            if done(answer):
                return answer
            if asyncio.get_running_loop().time() > deadline_s:
                raise TimeoutError(f"{verb} within {timeout_s} s; last answer: {answer}")
            await asyncio.sleep(POLL_S)

    async def connected(self, timeout_s: float = 20.0) -> Json:
        """Wait for the bot's gateway."""
        about: Json = await self.until("about", lambda a: bool(a["connected"]), timeout_s)
        return about

    async def response(self, interaction: str, timeout_s: float = 20.0) -> Json:
        """The response message, once a deferred one is filled in."""

        def filled(answer: Json) -> bool:
            return answer["original"] is not None and not answer["original"]["loading"]

        done = await self.until("interaction", filled, timeout_s, interaction=interaction)
        original: Json = done["original"]
        return original


def upload(filename: str, data: bytes) -> Json:
    """A file as an option value or an entry of ``files``."""
    return {"filename": filename, "base64": base64.b64encode(data).decode()}


@asynccontextmanager
async def emulator_process(*, port: int = 0) -> AsyncIterator[ControlClient]:
    """Start the emulator as a process of its own, and end it afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-W", "ignore::DeprecationWarning", "-m", "tests.emulators.discord"),
        *("--port", str(port)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        first = await asyncio.wait_for(process.stdout.readline(), timeout=20)
        client = ControlClient(json.loads(first)["url"])
        try:
            yield client
        finally:
            await client.close()
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
