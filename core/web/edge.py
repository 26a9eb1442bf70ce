"""The web edge: public pages that set no cookie, run no script and keep nobody's address."""

import asyncio
import logging
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.app import App
from core.generation.load import service_load
from core.messages.catalogue import text
from core.web.downloads import download_routes
from core.web.frame import Link, style_sheet
from core.web.metrics import STUCK_S
from core.web.notices import notice_routes
from core.web.optout import optout_routes
from core.web.serving import bound, serve_app
from core.web.visit import visit_of

log = logging.getLogger("limner.web")

BODY_BYTES = 1024
"""No page takes a body; a browser's empty form is smaller than this."""
ANSWER_WITHIN_S = 20.0
"""Seconds until an answer must have begun."""
SEND_WITHIN_S = 60.0
"""Seconds in which one piece of an answer must leave; a reader that stands still is let go."""
POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
    "vary": "Accept-Language, Sec-GPC",
}
_CODES = {404: "web-not-found", 405: "web-not-found", 413: "web-too-large", 503: "web-busy"}


class Guard:
    """Bounds sizes and times, and adds the safe headers to every answer.

    It is also the edge where a bug becomes an answer without a stack trace.
    """

    def __init__(self, inner: ASGIApp, app: App) -> None:
        self._inner = inner
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return
        timer: asyncio.Timeout | None = None

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                started.set()
            if timer is not None:
                timer.reschedule(asyncio.get_running_loop().time() + SEND_WITHIN_S)
            await send(message)

        started = asyncio.Event()
        status = 413 if _has_body(Headers(scope=scope)) else 0
        if not status:
            try:
                async with asyncio.timeout(ANSWER_WITHIN_S) as timer:
                    await self._inner(scope, receive, send_safely)
            except TimeoutError:
                status = 503
            except Exception as fault:  # noqa: BLE001 - the process edge: the next request goes on
                # The class alone: messages of faults may quote what somebody sent.
                log.error("a request from outside failed: %s", type(fault).__name__)  # noqa: TRY400
                status = 500
        if status and not started.is_set():
            timer = None
            answer = self.told(Request(scope), status)
            answer.headers["connection"] = "close"
            await answer(scope, receive, send_safely)

    def told(self, request: Request, status: int) -> Response:
        """Say in words why a request got nothing."""
        visit = visit_of(self._app, request)
        home = Link(text("rights-step-privacy", visit.language), "/privacy")
        return visit.said(_CODES.get(status, "web-trouble"), status, [home])


def _has_body(headers: Headers) -> bool:
    length = headers.get("content-length", "0")
    is_number = length.isascii() and length.isdecimal() and len(length) <= len(str(BODY_BYTES))
    return not is_number or int(length) > BODY_BYTES or "transfer-encoding" in headers


def edge_app(app: App) -> Starlette:
    """Make the application of the web edge."""

    async def style(_request: Request) -> Response:
        return Response(style_sheet(), media_type="text/css")

    async def health(_request: Request) -> Response:
        load = await service_load(app)
        is_stuck = load.oldest_undelivered_s > STUCK_S
        return JSONResponse({"status": "stuck" if is_stuck else "ok"}, 503 if is_stuck else 200)

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        visit = visit_of(app, request)
        home = Link(text("rights-step-privacy", visit.language), "/privacy")
        return visit.said(_CODES.get(error.status_code, "web-trouble"), error.status_code, [home])

    return Starlette(
        routes=[
            *notice_routes(app),
            *optout_routes(app),
            *download_routes(app),
            Route("/style.css", style),
            Route("/healthz", health),
        ],
        middleware=[Middleware(Guard, app=app)],
        exception_handlers={HTTPException: refused},
    )


async def serve_edge(
    app: App, host: str, port: int, on_ready: Callable[[str], None] = lambda _address: None
) -> None:
    """Serve the web edge until cancelled. ``on_ready`` is told its address once it answers.

    Raises:
        OSError: the port is taken, or the host is none of this machine; nothing was started.
    """
    listener = bound(host, port)
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{listener.getsockname()[1]}"
    await serve_app(edge_app(app), listener, on_ready=lambda: on_ready(address))
