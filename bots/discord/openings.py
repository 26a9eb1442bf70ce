"""Keeps an outcome back until the message it changes has been sent by this very process."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from core.kernel.ids import RequestId

WAIT_AT_MOST_S = 10.0
_REMEMBERED = 1000


class Openings:
    """Messages that are just being sent, by interaction token or request.

    A quick job may end before its "in line" message exists. Without this the outcome would find
    no message, make one of its own, and the person would see two.
    """

    def __init__(self) -> None:
        self._open: dict[str, asyncio.Event] = {}
        self._addresses: OrderedDict[RequestId, str] = OrderedDict()

    @contextmanager
    def opening(self, key: str) -> Iterator[None]:
        """Hold outcomes of this key back while the context is open."""
        event = self._open.setdefault(key, asyncio.Event())
        try:
            yield
        finally:
            self._open.pop(key, None)
            event.set()

    def opened(self, request_id: RequestId, address: str) -> None:
        """Note where the message of a request has just been put."""
        self._addresses[request_id] = address
        while len(self._addresses) > _REMEMBERED:
            self._addresses.popitem(last=False)

    async def address_of(self, request_id: RequestId, token: str) -> str:
        """Return where the message is; empty when this process sent none."""
        for key in (token, request_id):
            event = self._open.get(key)
            if event is not None:
                try:
                    async with asyncio.timeout(WAIT_AT_MOST_S):
                        await event.wait()
                except TimeoutError:
                    break
        return self._addresses.get(request_id, "")
