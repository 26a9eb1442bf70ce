"""The REST and CDN side: every request and every answer is checked on its way."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
from typing import Any

from aiohttp import BodyPartReader, web

from tests.emulators.discord import faults as scripted
from tests.emulators.discord.answers import answer_problems
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.posting import Upload
from tests.emulators.discord.routes import Asked, Handler, Routes
from tests.emulators.discord.spec import Spec
from tests.emulators.discord.state import Call, World

MAX_REQUEST_BYTES = 512 * 1024 * 1024
BLAMED = {50035, 50006, 40005}
PARAMETER = re.compile(r"\{(\w+)\}")


class Server:
    """Dispatches requests; one handler per documented route."""

    def __init__(self, world: World, routes: Routes, spec: Spec | None) -> None:
        self._world = world
        self._spec = spec
        self.faults = scripted.Faults(frozenset(routes.table()))
        table = sorted(routes.table().items(), key=lambda entry: entry[0].count("{"))
        self._routes = [(route, _pattern(route), handler) for route, handler in table]

    def application(self, gateway: Any) -> web.Application:
        app = web.Application(client_max_size=MAX_REQUEST_BYTES)
        app.router.add_get("/gateway", gateway)
        app.router.add_get("/gateway/", gateway)
        app.router.add_get("/cdn/{kind}/{channel}/{id}/{name}", self._cdn)
        app.router.add_route("*", "/api/v10/{tail:.*}", self._api)
        return app

    async def _cdn(self, request: web.Request) -> web.Response:
        stored = self._world.attachments.get(int(request.match_info["id"]))
        if stored is None or stored.filename != request.match_info["name"]:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=stored.data, headers={"Content-Type": stored.content_type})

    async def _api(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["tail"]
        found = self._find(request.method, path)
        if found is None:
            self._world.violate(f"unknown route {request.method} {path}")
            return _refusal(ApiError(0))
        route, parameters, handler = found
        try:
            body, uploads = await _body(request)
        except json.JSONDecodeError:
            self._world.violate(f"{route}: the body is not JSON")
            return _refusal(ApiError(50109))
        call = Call(route, path, body)
        self._world.calls.append(call)
        fault = self.faults.take(route)
        early = self._before_effect(request, fault)
        if early is not None:
            call.status = early.status
            return early
        asked = Asked(route, parameters, dict(request.query), body, uploads)
        try:
            status, answer = await self._effect(request, asked, handler, fault)
        except Exception as error:
            # A 500 would be retried by discord.py and so hide a body that we cannot read.
            self._world.violate(f"{route} could not be handled: {error!r}")
            raise
        await self._lose(request, fault)
        call.status, call.answer = status, answer
        self._world.changed()
        return _response(status, answer)

    def _find(self, method: str, path: str) -> tuple[str, dict[str, str], Handler] | None:
        for route, pattern, handler in self._routes:
            if match := pattern.fullmatch(f"{method} {path}"):
                return route, match.groupdict(), handler
        return None

    async def _effect(
        self, request: web.Request, asked: Asked, handler: Handler, fault: scripted.Fault | None
    ) -> tuple[int, Any]:
        try:
            self._authorise(request, asked.route)
            self._check_request(asked)
            status, answer = await handler(asked)
        except ApiError as error:
            if error.code in BLAMED:
                self._world.violate(f"{asked.route}: {error.text} {error.problems}")
            status, answer = error.status, error.body()
        if isinstance(fault, scripted.WrongAnswer):
            answer = fault.body
        self._check_answer(asked.route, status, answer)
        return status, answer

    def _authorise(self, request: web.Request, route: str) -> None:
        by_token = route.split(" ", 1)[1].startswith(("/webhooks/", "/interactions/"))
        given = request.headers.get("Authorization")
        if not by_token and given != f"Bot {self._world.bot_token}":
            raise ApiError(40001)

    def _check_request(self, asked: Asked) -> None:
        if self._spec is not None:
            problems = self._spec.request_problems(asked.route, asked.body)
            if problems:
                raise ApiError(50035, problems=problems)

    def _check_answer(self, route: str, status: int, answer: Any) -> None:
        problems = answer_problems(route, status, answer)
        if self._spec is not None:
            problems += self._spec.answer_problems(route, status, answer)
        for problem in problems:
            self._world.violate(f"our answer to {route}: {problem}")

    def _before_effect(
        self, request: web.Request, fault: scripted.Fault | None
    ) -> web.Response | None:
        match fault:
            case scripted.Status(status):
                return web.Response(status=status, text="upstream error")
            case scripted.RateLimited(retry_after_s, is_global, via):
                headers = {"Via": "1.1 edge"} if via else {}
                headers |= {"Retry-After": str(int(retry_after_s) + 1)}
                if is_global:
                    headers["X-RateLimit-Global"] = "true"
                text = "You are being rate limited."
                body = {"message": text, "retry_after": retry_after_s, "global": is_global}
                return _response(429, body, headers)
            case scripted.Refused():
                return _refusal(fault.error())
            case scripted.Reset():
                _cut(request, reset=True)
                return web.Response(status=500)
            case _:
                return None

    async def _lose(self, request: web.Request, fault: scripted.Fault | None) -> None:
        if isinstance(fault, scripted.LostAnswer):
            self._world.changed()
            await asyncio.sleep(fault.hang_s)
            _cut(request)


def _pattern(route: str) -> re.Pattern[str]:
    parts = PARAMETER.split(route)
    text = "".join(
        f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    return re.compile(text)


def _cut(request: web.Request, *, reset: bool = False) -> None:
    """End the connection without an answer; with ``reset`` the peer gets ECONNRESET."""
    if request.transport is None:
        return
    connection = request.transport.get_extra_info("socket")
    if reset and connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


def _response(status: int, body: Any, headers: dict[str, str] | None = None) -> web.Response:
    # discord.py reads JSON only under exactly this content type, without a charset.
    if body is None:
        return web.Response(status=status, headers=headers)
    text = json.dumps(body).encode()
    return web.Response(
        status=status, body=text, headers={**(headers or {}), "Content-Type": "application/json"}
    )


def _refusal(error: ApiError) -> web.Response:
    return _response(error.status, error.body())


async def _body(request: web.Request) -> tuple[Any, list[Upload]]:
    if request.content_type == "multipart/form-data":
        return await _multipart(request)
    raw = await request.read()
    return (json.loads(raw) if raw else None), []


async def _multipart(request: web.Request) -> tuple[Any, list[Upload]]:
    body: Any = {}
    files: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read())
        numbered = re.fullmatch(r"files\[(\d+)\]", part.name or "")
        if part.name == "payload_json":
            body = json.loads(data)
        elif numbered:
            files[int(numbered[1])] = Upload(part.filename or "unnamed", data)
    return body, [files[index] for index in sorted(files)]
