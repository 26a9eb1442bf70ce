"""A worker in a process of its own, for tests that kill it: writes down each step it begins.

``python -m tests.core.engine.worker_process URL FOLDER DEAD_AFTER_S``. The job has three steps;
the second waits until the file ``open`` is in the folder. Lines go to ``steps`` in the folder.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.engine.engine import Engine, EngineOptions, Steps
from core.kernel.ids import RequestId
from core.storage.database import Database


def options(**changes: object) -> EngineOptions:
    values: dict[str, object] = {
        "slots": {"standard": 8, "premium": 4},
        "per_person": {"standard": 2, "premium": 2},
        "poll_s": 0.05,
        "dead_after_s": 1.0,
        "job_timeout_s": 60,
    }
    return EngineOptions(**values | changes)  # type: ignore[arg-type]


def write(folder: Path, line: str) -> None:
    """Append a line in one call, so that processes never mix theirs."""
    with (folder / "steps").open("a") as file:
        file.write(f"{line} {os.getpid()}\n")


def written(folder: Path) -> list[tuple[str, str, int]]:
    """What was written: (request, step, process)."""
    file = folder / "steps"
    lines = file.read_text().splitlines() if file.exists() else []
    return [(one, step, int(pid)) for one, step, pid in (line.split() for line in lines)]


async def run(url: str, folder: Path, dead_after_s: float) -> None:
    engine = Engine(Database(url), options(dead_after_s=dead_after_s))

    async def job(request_id: RequestId, steps: Steps) -> None:
        async def begin() -> str:
            write(folder, f"{request_id} begin")
            return "begun"

        async def wait() -> str:
            write(folder, f"{request_id} wait")
            while True:
                if (folder / "open").exists():
                    return "waited"
                await asyncio.sleep(0.05)

        async def end() -> str:
            write(folder, f"{request_id} end")
            return "ended"

        await steps.run("begin", begin)
        await steps.run("wait", wait)
        await steps.run("end", end)

    async def repair() -> None:
        return

    engine.connect()
    await engine.launch(job, repair)
    write(folder, "worker ready")
    await asyncio.Event().wait()


@dataclass
class Worker:
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def kill(self) -> None:
        """Kill -9: nothing in the process runs any more."""
        self.process.kill()
        self.process.wait()


@contextmanager
def a_worker_process(url: str, folder: Path, dead_after_s: float = 1.0) -> Iterator[Worker]:
    command = [sys.executable, "-m", "tests.core.engine.worker_process"]
    process = subprocess.Popen(
        [*command, url, str(folder), str(dead_after_s)], cwd=Path(__file__).parents[3]
    )
    worker = Worker(process)
    try:
        give_up_at = time.monotonic() + 60
        while ("worker", "ready", worker.pid) not in written(folder):
            assert time.monotonic() < give_up_at, "the worker did not start"
            assert process.poll() is None, "the worker ended"
            time.sleep(0.05)
        yield worker
    finally:
        worker.kill()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
