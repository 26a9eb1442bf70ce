"""Whose turn it is to write: SQLite has one writer, and here they wait for it in order.

SQLite itself lets those who wait sleep and look again, longer each time, and whoever looks at the
right moment is served: under load some wait for seconds while the lock is free in between.
"""

import asyncio
from collections import deque
from concurrent.futures import Future
from contextvars import ContextVar
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.pool import ConnectionPoolEntry, ManagesConnection

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "BEGIN IMMEDIATE")
_MINE = "limner-turn"
_IN_FRONT_AT_MOST = 8
"""So many turns in front, then one from behind: nobody waits for ever."""
IN_BACKGROUND: ContextVar[bool] = ContextVar("IN_BACKGROUND", default=False)
"""Set around work that nobody waits for at this moment."""


class Turns:
    """Gives the turn to one at a time, threads and coroutines alike, first come first served.

    Work in the background (the steps of jobs, and the engine's records of them) comes after what
    a person waits for.
    Other processes take no part: between processes SQLite's own lock decides, as it always does
    in the end.
    """

    def __init__(self, patience_s: float) -> None:
        """Wait at most ``patience_s`` seconds; then SQLite's own lock decides."""
        self._patience_s = patience_s
        self._guard = Lock()
        self._waiting: deque[Future[None]] = deque()
        self._waiting_behind: deque[Future[None]] = deque()
        self._is_taken = False
        self._in_front_running = 0

    def _ask(self) -> Future[None]:
        turn: Future[None] = Future()
        with self._guard:
            if self._is_taken:
                queue = self._waiting_behind if IN_BACKGROUND.get() else self._waiting
                queue.append(turn)
            else:
                self._is_taken = True
                turn.set_result(None)
        return turn

    def take(self) -> bool:
        """Wait in a thread; False when patience ran out, and then nothing is to be given back."""
        # Threads that write are the durable engine's: records of steps, in the background.
        was = IN_BACKGROUND.set(True)
        try:
            turn = self._ask()
        finally:
            IN_BACKGROUND.reset(was)
        try:
            turn.result(self._patience_s)
        except TimeoutError:
            # It may have come at this very moment.
            return not turn.cancel()
        return True

    async def take_async(self) -> bool:
        """Wait on the event loop; False when patience ran out."""
        turn = self._ask()
        if turn.done():
            return True
        try:
            async with asyncio.timeout(self._patience_s):
                await asyncio.wrap_future(turn)
        except TimeoutError:
            return not turn.cancel()
        except asyncio.CancelledError:
            if not turn.cancel():
                self.give_back()
            raise
        return True

    def _next(self) -> deque[Future[None]]:
        """Return whose turn it is: those in front, but now and then one from behind."""
        self._in_front_running += 1
        if not self._waiting_behind:
            return self._waiting
        if not self._waiting or self._in_front_running > _IN_FRONT_AT_MOST:
            self._in_front_running = 0
            return self._waiting_behind
        return self._waiting

    def give_back(self) -> None:
        """Let the next one write."""
        with self._guard:
            while self._waiting or self._waiting_behind:
                turn = self._next().popleft()
                if turn.set_running_or_notify_cancel():
                    turn.set_result(None)
                    return
            self._is_taken = False


def in_turn(engine: Engine, turns: Turns) -> None:
    """Make every transaction of an SQLite engine wait for its turn before its first write.

    The turn is given back with the connection, after commit or rollback.
    """

    def before_write(
        connection: Connection,
        _cursor: DBAPICursor,
        statement: str,
        _parameters: Any,
        _context: ExecutionContext | None,
        _many: bool,  # noqa: FBT001 - the event's own shape
    ) -> None:
        fairy = connection.connection
        if fairy.record_info is None or _MINE in fairy.record_info:
            return
        if not statement.lstrip()[:16].upper().startswith(_WRITES):
            return
        wait = getattr(fairy.dbapi_connection, "run_async", None)
        has_turn = turns.take() if wait is None else wait(lambda _driver: turns.take_async())
        if has_turn:
            fairy.record_info[_MINE] = True

    def after_use(_driver: Any, entry: ConnectionPoolEntry) -> None:
        _give_back(entry, turns)

    event.listen(engine, "before_cursor_execute", before_write)
    event.listen(engine, "checkin", after_use)


def _give_back(entry: ManagesConnection, turns: Turns) -> None:
    if entry.record_info is not None and entry.record_info.pop(_MINE, False):
        turns.give_back()
