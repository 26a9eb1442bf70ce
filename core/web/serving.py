"""Serves one web application in the running event loop, until cancelled."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Iterator

import uvicorn
from starlette.types import ASGIApp

STOP_WITHIN_S = 2
IDLE_S = 5
"""Seconds that a connection may stay open with nothing asked."""
AT_ONCE = 200
"""Connections at once; more are told to come back."""
HEAD_BYTES = 16 * 1024
"""The largest head of a request."""


class _Server(uvicorn.Server):
    """A server that leaves signals to whoever runs the process, and says when it answers."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.is_ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def bound(host: str, port: int) -> socket.socket:
    """Take a port; 0 takes a free one.

    Raises:
        OSError: the port is taken, or the address is none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    return listener


async def serve_app(
    app: ASGIApp,
    listener: socket.socket,
    *,
    on_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until cancelled; who asks is neither logged nor kept."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        http="h11",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=IDLE_S,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_graceful_shutdown=STOP_WITHIN_S,
    )
    server = _Server(config)
    serving = asyncio.ensure_future(server.serve(sockets=[listener]))
    try:
        await asyncio.wait(
            {serving, asyncio.ensure_future(server.is_ready.wait())},
            return_when=asyncio.FIRST_COMPLETED,
        )
        if server.is_ready.is_set():
            on_ready()
        await asyncio.shield(serving)
    finally:
        server.should_exit = True
        await serving
        listener.close()
