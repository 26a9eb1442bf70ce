"""The event stream: what every open page hears, and how a page that was away catches up."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from sse_starlette import ServerSentEvent

from core.kernel.ids import new_id

KEPT = 256
"""Events that a page may have missed and still gets, one by one."""
WAITING_AT_MOST = 64
"""Events that may wait for one page; a slower one is told to load everything anew."""
ALIVE_EVERY_S = 15.0


@dataclass(frozen=True, slots=True)
class _Event:
    number: int
    name: str
    data: str


class Hub:
    """Passes events on to every page that listens. Lives in one process and one event loop."""

    def __init__(self) -> None:
        self._run = new_id()
        self._number = 0
        self._kept: deque[_Event] = deque(maxlen=KEPT)
        self._pages: set[asyncio.Queue[_Event | None]] = set()
        self._is_closed = False

    @property
    def pages(self) -> int:
        """Return how many pages listen."""
        return len(self._pages)

    def publish(self, name: str, facts: Mapping[str, object]) -> None:
        """Tell every page; never waits, so one slow page holds nobody up."""
        self._number += 1
        event = _Event(self._number, name, json.dumps(facts, ensure_ascii=False))
        self._kept.append(event)
        for queue in self._pages:
            if queue.full():
                _empty(queue)
                queue.put_nowait(self._resync())
            else:
                queue.put_nowait(event)

    def close(self) -> None:
        """End every stream, so that the server can stop; pages come back by themselves."""
        self._is_closed = True
        for queue in self._pages:
            _empty(queue)
            queue.put_nowait(None)

    async def listen(self, after: str) -> AsyncIterator[ServerSentEvent]:
        """Yield events for one page, beginning behind the id it heard last.

        What can't be told one by one (another process wrote that id, or too much happened since)
        becomes one ``resync``: the page loads its state again.
        """
        queue: asyncio.Queue[_Event | None] = asyncio.Queue(WAITING_AT_MOST)
        if self._is_closed:
            return
        missed = self._missed(after)
        self._pages.add(queue)
        try:
            yield self._sent(_Event(self._number, "hello", "{}"))
            for event in missed:
                yield self._sent(event)
            while True:
                try:
                    async with asyncio.timeout(ALIVE_EVERY_S):
                        heard = await queue.get()
                except TimeoutError:
                    heard = _Event(self._number, "alive", "{}")
                if heard is None:
                    return
                yield self._sent(heard)
        finally:
            self._pages.discard(queue)

    @property
    def last_id(self) -> str:
        """Return the id of the newest event: a page that loads its state now goes on from there."""
        return f"{self._run}-{self._number}"

    def _missed(self, after: str) -> list[_Event]:
        run, _, number = after.partition("-")
        if run != self._run or not number.isdigit() or int(number) > self._number:
            return [self._resync()]
        later = [event for event in self._kept if event.number > int(number)]
        if len(later) != self._number - int(number):
            return [self._resync()]
        return later

    def _resync(self) -> _Event:
        return _Event(self._number, "resync", "{}")

    def _sent(self, event: _Event) -> ServerSentEvent:
        return ServerSentEvent(event.data, event=event.name, id=f"{self._run}-{event.number}")


def _empty(queue: asyncio.Queue[_Event | None]) -> None:
    while not queue.empty():
        queue.get_nowait()
