"""An image service that answers with one ready picture, when it is allowed to.

``python -m tests.benchmarks.provider PICTURE`` prints its address. ``POST /gate`` with
``{"open": false}`` holds every answer back until the gate is opened again.
"""

import asyncio
import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from aiohttp import web

from tests.benchmarks.processes import running
from tests.emulators.openai.server import Emulator


class ReadyPictures(Emulator):
    """The checked emulator in the dialect of a server of one's own; it draws nothing."""

    def __init__(self, picture: bytes) -> None:
        super().__init__("localai")
        self._item = {"b64_json": base64.b64encode(picture).decode()}
        self._gate = asyncio.Event()
        self._gate.set()
        self._waiting = 0

    def app(self) -> web.Application:
        app = super().app()
        app.router.add_post("/gate", self._turn)
        return app

    def _items(self, body: dict[str, Any], fault: str) -> list[dict[str, Any]]:
        del fault
        return [self._item] * int(body.get("n", 1))

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        self._waiting += 1
        try:
            await self._gate.wait()
        finally:
            self._waiting -= 1
        return await super()._generate(request)

    async def _turn(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if "delay_s" in asked:
            self.state.delay_s = float(asked["delay_s"])
        if asked.get("open") is True:
            self._gate.set()
        if asked.get("open") is False:
            self._gate.clear()
        told = {"waiting": self._waiting, "violations": self.state.violations}
        return web.json_response(told)


@dataclass(frozen=True, slots=True)
class ReadyService:
    """The service as seen from the benchmark."""

    base_url: str

    def environment(self) -> dict[str, str]:
        """Return the settings that make it a service's own."""
        return {
            "OPENAI_BASE_URL": f"{self.base_url}/v1",
            "LIMNER_OPENAI_DIALECT": "localai",
            "LIMNER_OPENAI_SELF_HOSTED": "true",
        }

    async def turn(self, *, is_open: bool | None = None, delay_s: float | None = None) -> int:
        """Open or shut the gate; return how many requests wait in front of it."""
        asked = {"open": is_open, "delay_s": delay_s}
        told = {name: value for name, value in asked.items() if value is not None}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = (await client.post(f"{self.base_url}/gate", json=told)).json()
        if answer["violations"]:
            raise RuntimeError(f"the service was misused: {answer['violations'][0]}")
        return int(answer["waiting"])


@asynccontextmanager
async def a_ready_service(picture: Path, log: Path) -> AsyncIterator[ReadyService]:
    """Run the service in a process of its own."""
    async with running("tests.benchmarks.provider", str(picture), log=log) as child:
        yield ReadyService(await child.line())


async def _serve(picture: bytes) -> None:
    emulator = ReadyPictures(picture)
    runner = web.AppRunner(emulator.app(), access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, backlog=4096)
    await site.start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]).read_bytes()))
