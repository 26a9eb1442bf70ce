"""The HTTP side: reads requests, checks both directions, and lets scripted trouble happen."""

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from tests.emulators.telegram.answers import ANSWER_TYPES
from tests.emulators.telegram.contract import contract_schema
from tests.emulators.telegram.editing import Editing
from tests.emulators.telegram.faults import ApiError, Fault, Faults
from tests.emulators.telegram.profile import Profile
from tests.emulators.telegram.questions import Questions
from tests.emulators.telegram.rates import Rates
from tests.emulators.telegram.rules import rule_errors
from tests.emulators.telegram.schema import Schema, Upload
from tests.emulators.telegram.sending import Call, Handler, Sending
from tests.emulators.telegram.spec import published_schema
from tests.emulators.telegram.state import User, World
from tests.emulators.telegram.updates import Updates

BOT_ID = 123_456
TOKEN = f"{BOT_ID}:loopback-only"
_MOST_BYTES = 120 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call as the bot made it, and how it ended."""

    method: str
    values: dict[str, Any]
    error: str | None
    """The description of the refusal; None when the call had its effect."""


def schemas() -> list[Schema]:
    """The compact contract, and the published description where a folder with it is named."""
    published = published_schema()
    return [contract_schema(ANSWER_TYPES), *([published] if published else [])]


@dataclass(slots=True)
class Server:
    """The Bot API over one world."""

    world: World = field(
        default_factory=lambda: World(User(BOT_ID, "Limner", "limner_test_bot", is_bot=True))
    )
    schemas: list[Schema] = field(default_factory=schemas)
    faults: Faults = field(default_factory=Faults)
    rates: Rates = field(default_factory=Rates)
    violations: list[str] = field(default_factory=list)
    calls: list[Recorded] = field(default_factory=list)
    updates: Updates = field(init=False)
    profile: Profile = field(init=False)
    questions: Questions = field(init=False)
    handlers: dict[str, Handler] = field(init=False)

    def __post_init__(self) -> None:
        self.updates = Updates(now=self.world.now, check=self._check_update)
        self.profile = Profile(self.world, self.updates)
        self.questions = Questions(self.world)
        self.handlers = (
            Sending(self.world).handlers()
            | Editing(self.world).handlers()
            | self.profile.handlers()
            | self.questions.handlers()
        )

    def application(self) -> web.Application:
        """The routes ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""
        application = web.Application(client_max_size=_MOST_BYTES)
        application.router.add_route("*", "/bot{token}/{method}", self.answer)
        application.router.add_get("/file/bot{token}/{kind}/{file_id}", self.download)
        return application

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer one API call."""
        method = request.match_info["method"]
        if request.match_info["token"] != TOKEN:
            return _refused(ApiError(401, "Unauthorized"))
        values: dict[str, Any] = {}
        fault: Fault | None = None
        try:
            call = await self._checked(request, method)
            values = dict(call.values)
            chat_id = values.get("chat_id")
            number = chat_id if isinstance(chat_id, int) else None
            album = len(values["media"]) if method == "sendMediaGroup" else 1
            self.rates.note(method, number, time.monotonic(), album)
            fault = self.faults.take(method)
            if fault and not fault.effect:
                if fault.error is None:
                    self.calls.append(Recorded(method, values, "no answer"))
                return await self._troubled(request, fault, None)
            result = await self._done(call)
        except ApiError as refusal:
            self.calls.append(Recorded(method, values, refusal.description))
            return _refused(refusal)
        if method != "getUpdates":
            self.calls.append(Recorded(method, values, None))
        response = web.json_response({"ok": True, "result": result})
        return await self._troubled(request, fault, response) if fault else response

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Answer with the bytes of a file, exactly as they came."""
        media = self.world.file(request.match_info["file_id"])
        if request.match_info["token"] != TOKEN or media is None:
            return _refused(ApiError(404, "Not Found"))
        return web.Response(body=media.data, content_type="application/octet-stream")

    async def _checked(self, request: web.Request, method: str) -> Call:
        raw = await _parameters(request)
        contract = self.schemas[0]
        errors = [
            f"{schema.name}: {error}"
            for schema in self.schemas
            for error in schema.request_errors(method, raw)
        ]
        if method not in contract.methods:
            self.violations += errors
            raise ApiError(404, "Not Found: method not found")
        values, _ = contract.decode(method, raw)
        uploads = {name: value for name, value in raw.items() if isinstance(value, Upload)}
        errors += [f"rules: {error}" for error in rule_errors(method, values, uploads)]
        if errors:
            self.violations += errors
            raise ApiError(400, f"Bad Request: {errors[0]}")
        return Call(method, values, uploads)

    async def _done(self, call: Call) -> object:
        if call.method == "getUpdates":
            result: object = await self.updates.poll(
                call.values.get("offset", 0),
                call.values.get("limit", 100),
                call.values.get("timeout", 0),
                call.values.get("allowed_updates"),
            )
        else:
            result = self.handlers[call.method](call)
        self.check_answer(call.method, result)
        return result

    def check_answer(self, method: str, result: object) -> None:
        """Collect what is wrong with an answer of our own, before it is sent."""
        for schema in self.schemas:
            self.violations += [
                f"{schema.name}: {error}" for error in schema.answer_errors(method, result)
            ]

    def _check_update(self, update: dict[str, Any]) -> None:
        for schema in self.schemas:
            self.violations += [
                f"{schema.name}: {error}"
                for error in schema.value_errors(("Update",), update, "update")
            ]

    async def _troubled(
        self, request: web.Request, fault: Fault, response: web.Response | None
    ) -> web.StreamResponse:
        await asyncio.sleep(fault.wait_s)
        if fault.reset or (fault.error is None and response is None):
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        if fault.error is not None:
            raise fault.error
        assert response is not None
        return response


def _refused(refusal: ApiError) -> web.Response:
    return web.json_response(refusal.body(), status=refusal.code)


async def _parameters(request: web.Request) -> dict[str, str | Upload]:
    found: dict[str, str | Upload] = dict(request.query)
    if request.content_type == "application/json":
        return found | {
            name: value if isinstance(value, str) else web.json_response(value).text or ""
            for name, value in (await request.json()).items()
        }
    for name, value in (await request.post()).items():
        if isinstance(value, FileField):
            found[name] = Upload(value.file.read(), value.filename, value.content_type)
            value.file.close()
        elif isinstance(value, str):
            found[name] = value
    return found


async def listen(application: web.Application, port: int) -> tuple[web.AppRunner, int]:
    """Serve on loopback; the runner to clean up, and the port that was given."""
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    runner = web.AppRunner(application, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, int(runner.addresses[0][1])
