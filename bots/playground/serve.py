"""Serves the page in the running event loop, on this computer only, until cancelled."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn

from bots.playground.app import create_app
from bots.playground.delivery import PageDelivery, PageLetters
from bots.playground.events import Hub
from bots.playground.person import open_installation
from core.app import App
from core.generation.delivery import DeliveryLoop
from core.privacy.letters.loop import LetterLoop

HOST = "127.0.0.1"
STOP_WITHIN_S = 3


class PageServer(uvicorn.Server):
    """A server that leaves signals to whoever runs the process and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.is_ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal: cancelling ``serve`` is what stops the page."""
        yield


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError:
        listener.close()
        raise
    return listener


async def serve(
    app: App,
    port: int,
    *,
    missing_tokens: tuple[str, ...] = (),
    on_ready: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve the page and deliver to it until cancelled; open streams are ended first.

    ``port`` 0 takes a free one. ``on_ready`` is told the page's address once it answers.

    Raises:
        OSError: the port is taken, or the data folder can't be written; nothing was started.
    """
    hub = Hub()
    installation = open_installation(app.settings.data)
    letters = PageLetters(app, hub, installation)
    listener = _bound(port)
    config = uvicorn.Config(
        create_app(app, hub, installation, missing_tokens),
        access_log=False,
        log_config=None,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    server = PageServer(config)
    # No part of the group: it ends by itself once told to, so that answers are not cut off.
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(DeliveryLoop(app, PageDelivery(hub)).run())
            group.create_task(LetterLoop(app, letters, keeps=True).run())
            await server.is_ready.wait()
            on_ready(f"http://{HOST}:{listener.getsockname()[1]}")
            await asyncio.shield(serving)
    finally:
        hub.close()
        server.should_exit = True
        await serving
        listener.close()
