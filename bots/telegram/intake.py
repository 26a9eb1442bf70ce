"""How updates come in: each is confirmed only after its lasting part is done, and done once.

The library's own updater confirms updates when it has read them, so those that a killed process
had read and not yet done would be lost. Here the platform keeps an update until then; what comes
twice for that reason is recognised by its id, and after a restart by the core.
"""

import asyncio
import contextlib
import hmac
import json
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http import HTTPStatus

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bots.telegram.desk import TelegramApplication
from bots.telegram.pace import seconds_of

log = logging.getLogger("limner.telegram")

KINDS = ["message", "callback_query"]
"""The updates that we ask for; nothing else is sent to us."""
POLL_S = 25
LOOK_AGAIN_S = 0.1
"""While updates are at work, the platform is asked for new ones this often."""
CONFIRM_WITHIN_S = 2.0
"""A slow update holds the confirmation of the others back for so long at most."""
LARGEST_UPDATE_BYTES = 1024 * 1024
STOP_WITHIN_S = 5.0
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
_SEEN = 4096
_FIRST_PAUSE_S, _LAST_PAUSE_S = 1.0, 30.0


class Intake:
    """Hands each update to the application once."""

    def __init__(self, application: TelegramApplication, *, at_once: int = 64) -> None:
        self._application = application
        self._room = asyncio.Semaphore(at_once)
        self._seen: OrderedDict[int, asyncio.Task[None]] = OrderedDict()

    def take(self, update: Update) -> "asyncio.Task[None]":
        """Begin with an update, or find the work that was begun when it came before."""
        known = self._seen.get(update.update_id)
        if known is not None:
            return known
        task = asyncio.create_task(self._process(update))
        self._seen[update.update_id] = task
        while len(self._seen) > _SEEN:
            self._seen.popitem(last=False)
        return task

    async def _process(self, update: Update) -> None:
        async with self._room:
            await self._application.process_update(update)

    async def finish(self) -> bool:
        """Wait for what was begun, for a while; say whether all of it is done."""
        busy = [task for task in self._seen.values() if not task.done()]
        if not busy:
            return True
        _, left = await asyncio.wait(busy, timeout=STOP_WITHIN_S)
        return not left

    async def poll(self) -> None:
        """Ask for updates until cancelled; faults of the network are waited out.

        Raises:
            InvalidToken: the platform does not know the token.
        """
        bot = self._application.bot
        offset, read_to, pause_s = 0, 0, _FIRST_PAUSE_S
        begun: dict[int, float] = {}
        try:
            while True:
                offset = self._unconfirmed(begun, read_to)
                try:
                    # While something is at work it stays unconfirmed, so asking can't wait long.
                    updates = await bot.get_updates(
                        offset=offset, timeout=0 if begun else POLL_S, allowed_updates=KINDS
                    )
                except InvalidToken:
                    raise
                except TelegramError as fault:
                    log.warning("no updates: %s", type(fault).__name__)
                    asked_s = seconds_of(fault) if isinstance(fault, RetryAfter) else 0.0
                    await asyncio.sleep(max(pause_s, asked_s))
                    pause_s = min(_LAST_PAUSE_S, pause_s * 2)
                    continue
                pause_s = _FIRST_PAUSE_S
                now_s = asyncio.get_running_loop().time()
                for update in updates:
                    self.take(update)
                    begun.setdefault(update.update_id, now_s)
                    read_to = max(read_to, update.update_id + 1)
                busy = [self._seen[one] for one in begun if not self._seen[one].done()]
                if busy:
                    # Others need not wait until these are done: look for them meanwhile.
                    await asyncio.wait(busy, timeout=LOOK_AGAIN_S)
        finally:
            if await self.finish():
                offset = read_to
            if offset:
                with contextlib.suppress(TelegramError):
                    await bot.get_updates(offset=offset, timeout=0, allowed_updates=KINDS)

    def _unconfirmed(self, begun: dict[int, float], read_to: int) -> int:
        """Forget what is done or has held the others back for long enough; return the offset."""
        now_s = asyncio.get_running_loop().time()
        for one, since_s in list(begun.items()):
            task = self._seen.get(one)
            if task is None or task.done() or now_s - since_s > CONFIRM_WITHIN_S:
                del begun[one]
        return min(begun, default=read_to)

    def routes(self, path: str, secret: str) -> Starlette:
        """Return the web application that the platform pushes updates to."""

        async def receive(request: Request) -> Response:
            given = request.headers.get(_SECRET_HEADER, "")
            if not hmac.compare_digest(given.encode(), secret.encode()):
                return Response(status_code=HTTPStatus.FORBIDDEN)
            update = await self._read(request)
            if update is None:
                return Response(status_code=HTTPStatus.BAD_REQUEST)
            # Only now does the platform forget it.
            await asyncio.wait([self.take(update)], timeout=CONFIRM_WITHIN_S)
            return Response(status_code=HTTPStatus.OK)

        return Starlette(routes=[Route(path, receive, methods=["POST"])])

    async def _read(self, request: Request) -> Update | None:
        body = bytearray()
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_UPDATE_BYTES:
                return None
        try:
            return Update.de_json(json.loads(bytes(body)), self._application.bot)
        except (ValueError, KeyError, TypeError, AttributeError) as strange:
            log.warning("an update that can't be read: %s", type(strange).__name__)
            return None


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal: whoever runs the bot stops it."""
        yield


@asynccontextmanager
async def listening(routes: Starlette, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the context is open; yields the port.

    Raises:
        OSError: the port is taken; nothing was started.
    """
    config = uvicorn.Config(
        routes,
        host=host,
        port=port,
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=int(STOP_WITHIN_S),
    )
    listener = config.bind_socket()
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        await serving
        listener.close()
