"""A few processes that draw, so that no drawing ever holds up the event loop."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict

from core.providers.illustrator.drawing import Drawing, DrawOrder

DRAW_TIMEOUT_S = 60.0
_COMMAND = (sys.executable, "-m", "core.providers.illustrator.worker")
_LINE_LIMIT_BYTES = 1 << 20


class DeskBroken(Exception):
    """The process that drew is gone; nothing came out, and the next order gets a new process."""


class Desk:
    """Bounded worker processes, each started when it is first needed."""

    def __init__(self, workers: int) -> None:
        """Allow ``workers`` drawings at a time; the others wait.

        Raises:
            ValueError: fewer than one worker.
        """
        if workers < 1:
            raise ValueError("at least one worker is needed")
        self._free = asyncio.Semaphore(workers)
        self._idle: list[asyncio.subprocess.Process] = []
        self._busy: set[asyncio.subprocess.Process] = set()

    async def draw(self, order: DrawOrder, on_preview: Callable[[int, bytes], None]) -> Drawing:
        """Draw in another process; a cancelled call ends that process at once.

        Raises:
            DeskBroken: the process ended before the picture was there.
            TimeoutError: no picture after a minute; the process was ended.
        """
        async with self._free:
            process = await self._take()
            self._busy.add(process)
            finished = False
            try:
                async with asyncio.timeout(DRAW_TIMEOUT_S):
                    drawing = await self._talk(process, order, on_preview)
                finished = True
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                raise DeskBroken from error
            finally:
                self._busy.discard(process)
                if finished and process.returncode is None:
                    self._idle.append(process)
                else:
                    await asyncio.shield(_end(process))
            return drawing

    async def aclose(self) -> None:
        """End every process."""
        for process in (*self._idle, *self._busy):
            await _end(process)
        self._idle.clear()

    def process_ids(self) -> tuple[int, ...]:
        """Ids of the running processes, for those who watch over the machine."""
        return tuple(process.pid for process in (*self._idle, *self._busy))

    async def _take(self) -> asyncio.subprocess.Process:
        while self._idle:
            process = self._idle.pop()
            if process.returncode is None:
                return process
            await _end(process)
        return await self._start()

    async def _start(self) -> asyncio.subprocess.Process:
        # The child gets the import path and nothing else: no setting and no secret.
        return await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            limit=_LINE_LIMIT_BYTES,
        )

    async def _talk(
        self,
        process: asyncio.subprocess.Process,
        order: DrawOrder,
        on_preview: Callable[[int, bytes], None],
    ) -> Drawing:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
        await process.stdin.drain()
        while True:
            head = json.loads(await process.stdout.readuntil(b"\n"))
            data = await process.stdout.readexactly(int(head["size"]))
            if head["kind"] == "preview":
                on_preview(int(head["percent"]), data)
                continue
            return Drawing(
                data=data,
                width_px=order.width_px,
                height_px=order.height_px,
                mime=str(head["mime"]),
                drawn_words=tuple(head["drawn_words"]),
                unknown_words=tuple(head["unknown_words"]),
            )


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    if process.stdin is not None:
        process.stdin.close()
    if process.stdout is not None:
        # Reading to the end lets the transport see that the pipe is closed, and close itself.
        await process.stdout.read()
    await process.wait()
