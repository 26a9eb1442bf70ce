"""The page's outer wall: this computer only, this page only, nothing from elsewhere."""

import json
import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.kernel.people import Language, language_of
from core.messages.catalogue import text

log = logging.getLogger("limner.playground")

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost"})
_READS = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def is_local_host(host: str) -> bool:
    """Say whether a Host header names this computer; any other name is a rebound one."""
    try:
        parts = urlsplit(f"//{host}")
        port = parts.port
    except ValueError:
        return False
    return parts.hostname in LOCAL_NAMES and port != 0 and "@" not in host


def _why_refused(scope: Scope) -> str | None:
    """Return the code of the refusal, or None for a request that may pass."""
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    if not is_local_host(host):
        return "page-wrong-host"
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{host}":
        return "page-wrong-origin"
    if headers.get("sec-fetch-site", "same-origin") in {"cross-site", "same-site"}:
        # Somebody else's page may link here, but neither read nor change anything.
        is_visit = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate"
        return None if is_visit and scope["method"] in _READS else "page-wrong-origin"
    if scope["method"] not in _READS and origin is None:
        return "page-wrong-origin"
    return None


def language_hint(headers: Headers) -> str:
    """Return the first language the browser asks for, as a tag; empty if it asks for none."""
    return headers.get("accept-language", "").split(",")[0].split(";")[0].strip()


async def _say(send: Send, status: int, code: str, language: Language) -> None:
    body = json.dumps({"error": {"code": code, "text": text(code, language)}}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class Guard:
    """Refuses what does not come from this page on this computer, and adds the safe headers.

    It is also the edge where a bug becomes an answer without a stack trace.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_started = False

        async def send_safely(message: Message) -> None:
            nonlocal is_started
            if message["type"] == "http.response.start":
                is_started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        language = language_of(language_hint(Headers(scope=scope)))
        refused = _why_refused(scope)
        if refused is not None:
            await _say(send_safely, 403, refused, language)
            return
        try:
            await self._app(scope, receive, send_safely)
        except Exception as fault:  # noqa: BLE001 - the process edge: the page goes on
            # The class alone: messages of faults may quote what a person wrote.
            log.error("a request of the page failed: %s", type(fault).__name__)  # noqa: TRY400
            if not is_started:
                await _say(send_safely, 500, "page-trouble", language)
