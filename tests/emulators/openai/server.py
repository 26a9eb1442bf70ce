"""A loopback server that speaks the image API of one dialect, checks it, and fails on request."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

from aiohttp import web
from PIL import Image, PngImagePlugin

from tests.emulators.openai import contract, drawing
from tests.emulators.openai.faults import ERRORS, MESSAGE
from tests.emulators.openai.state import State

_PUBLISHED_SIZES = ("1024x1024", "1024x1536", "1536x1024")
_USAGE = {
    "input_tokens": 10,
    "output_tokens": 100,
    "total_tokens": 110,
    "input_tokens_details": {"text_tokens": 10, "image_tokens": 0},
}
_STREAM_ERROR: dict[str, Any] = {
    "type": "error",
    "error": {
        "message": MESSAGE,
        "code": "moderation_blocked",
        "moderation_details": {"moderation_stage": "output"},
    },
}


class Emulator:
    """The application and its state."""

    def __init__(self, dialect: str = "openai") -> None:
        self.state = State(dialect=dialect)
        self.base_url = ""

    def app(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        app.router.add_post("/v1/images/generations", self._generate)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_get("/control/state", self._read_state)
        app.router.add_post("/control/state", self._write_state)
        return app

    async def _generate(self, request: web.Request) -> web.StreamResponse:
        body: dict[str, Any] = await request.json()
        headers = {name.lower(): value for name, value in request.headers.items()}
        state = self.state
        state.requests.append(body)
        state.headers.append(headers)
        state.violations += contract.request_violations(state.dialect, headers, body)
        fault = state.take_fault()
        if fault in ERRORS:
            error = ERRORS[fault]
            if error.is_charged:
                state.charges[headers.get("idempotency-key", "")] += int(body.get("n", 1))
            state.arrived.set()
            return web.Response(
                status=error.status,
                text=error.body,
                headers=dict(error.headers),
                content_type="application/json" if error.body.startswith("{") else "text/plain",
            )
        state.charges[headers.get("idempotency-key", "")] += int(body.get("n", 1))
        state.in_flight += 1
        state.arrived.set()
        try:
            if body.get("stream"):
                return await self._stream(request, body, fault)
            await asyncio.sleep(state.delay_s)
            return self._answer(request, body, fault)
        except (asyncio.CancelledError, ConnectionResetError):
            state.dropped += 1
            raise
        finally:
            state.in_flight -= 1

    def _answer(self, request: web.Request, body: dict[str, Any], fault: str) -> web.Response:
        if fault == "reset":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        if fault == "not-json":
            return web.Response(text=f"<html>{MESSAGE}</html>", content_type="text/html")
        items = [] if fault == "empty" else self._items(body, fault)
        told = self._document(items)
        if fault == "null-data":
            told["data"] = None
        elif not fault:
            self.state.violations += contract.answer_violations(self.state.dialect, told)
        return web.json_response(told)

    def _document(self, items: list[dict[str, Any]]) -> dict[str, Any]:
        if self.state.dialect == "together":
            typed = [
                {**item, "index": i, "type": "url" if "url" in item else "b64_json"}
                for i, item in enumerate(items)
            ]
            return {"id": "o1", "model": "m", "object": "list", "data": typed}
        return {"created": int(time.time()), "data": items}

    def _items(self, body: dict[str, Any], fault: str) -> list[dict[str, Any]]:
        if fault == "bad-base64":
            return [{"b64_json": "!!!"}]
        pictures = [self._picture(body, index, fault) for index in range(int(body.get("n", 1)))]
        if fault.startswith("url"):
            return [{"url": self._address(fault, data)} for data in pictures]
        return [{"b64_json": base64.b64encode(data).decode()} for data in pictures]

    def _address(self, fault: str, data: bytes) -> str:
        if fault == "url-elsewhere":
            return "http://169.254.169.254/latest/meta-data"
        name = f"{len(self.state.files)}.png"
        self.state.files[name] = b"" if fault == "url-redirect" else data
        return f"{self.base_url}/files/{name}"

    def _picture(self, body: dict[str, Any], index: int, fault: str) -> bytes:
        width, height = _size(body)
        match fault:
            case "black":
                return drawing.black(width, height)
            case "not-a-picture":
                return b"%PDF-1.7 not a picture at all"
            case "huge":
                return b"\x89PNG\r\n\x1a\n" + bytes(33 * 1024 * 1024)
            case "bomb":
                return drawing.encoded(Image.new("1", (6000, 6000)), "png")
            case "hidden-prompt":
                return _with_prompt_inside(str(body["prompt"]))
            case _:
                pass
        fmt = "jpeg" if fault == "wrong-mime" else str(body.get("output_format", "png"))
        seed = int(body.get("seed", 0)) + index
        return drawing.draw(str(body["prompt"]), seed, width, height, fmt)

    async def _stream(
        self, request: web.Request, body: dict[str, Any], fault: str
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        final = [] if fault == "empty" else self._items(body, fault)
        for event in self._events(body, final):
            is_last = event["type"].endswith("completed")
            if fault == "reset-mid-stream" and is_last:
                assert request.transport is not None
                request.transport.abort()
                return response
            if not fault:
                self.state.violations += contract.event_violations(event)
            sent = _STREAM_ERROR if fault == "stream-error" and is_last else event
            await asyncio.sleep(self.state.delay_s)
            if is_last:
                await self.state.may_end.wait()
            text = f"event: {sent['type']}\ndata: {json.dumps(sent)}\n\n"
            await response.write(text.encode())
        await response.write_eof()
        return response

    def _events(self, body: dict[str, Any], final: list[dict[str, Any]]) -> list[dict[str, Any]]:
        size = str(body["size"]) if body["size"] in _PUBLISHED_SIZES else "auto"
        shared = {
            "created_at": int(time.time()),
            "size": size,
            "quality": body.get("quality", "auto"),
            "background": "opaque",
            "output_format": body.get("output_format", "png"),
        }
        partials = [
            {
                **shared,
                "type": "image_generation.partial_image",
                "partial_image_index": index,
                "b64_json": base64.b64encode(
                    drawing.draw(str(body["prompt"]), -1 - index, *_size(body))
                ).decode(),
            }
            for index in range(int(body.get("partial_images", 0)))
        ]
        done = [
            {**shared, "type": "image_generation.completed", "usage": _USAGE, **item}
            for item in final
        ]
        return partials + done

    async def _file(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.state.downloads.append(headers)
        data = self.state.files.get(request.match_info["name"])
        if data is None:
            return web.Response(status=404)
        if not data:
            return web.Response(status=302, headers={"Location": "http://127.0.0.1:9/other"})
        return web.Response(body=data, content_type="image/png")

    async def _read_state(self, request: web.Request) -> web.Response:
        state = self.state
        return web.json_response(
            {
                "charges": dict(state.charges),
                "requests": len(state.requests),
                "in_flight": state.in_flight,
                "dropped": state.dropped,
                "violations": state.violations,
                "delay_s": state.delay_s,
                "faults": state.faults,
            }
        )

    async def _write_state(self, request: web.Request) -> web.Response:
        wanted: dict[str, Any] = await request.json()
        if wanted.get("reset"):
            self.state.reset()
        if "delay_s" in wanted:
            self.state.delay_s = float(wanted["delay_s"])
        if "faults" in wanted:
            self.state.faults[:] = [str(fault) for fault in wanted["faults"]]
        return await self._read_state(request)


@asynccontextmanager
async def running(dialect: str = "openai", port: int = 0) -> AsyncIterator[Emulator]:
    """Run an emulator on loopback; ``base_url`` is where it is."""
    emulator = Emulator(dialect)
    runner = web.AppRunner(emulator.app(), access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    emulator.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield emulator
    finally:
        await runner.cleanup()


def _size(body: dict[str, Any]) -> tuple[int, int]:
    if "width" in body:
        return int(body["width"]), int(body["height"])
    width, _, height = str(body["size"]).partition("x")
    return int(width), int(height)


def _with_prompt_inside(prompt: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", prompt)
    out = BytesIO()
    Image.new("RGB", (64, 64), (90, 120, 200)).save(out, "PNG", pnginfo=info)
    return out.getvalue()
