"""Starts the processes that are measured, and reads what the kernel knows of them."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core.settings import PREFIX

_ROOT = Path(__file__).parents[2]
_OPERATORS_OWN = re.compile(rf"{PREFIX}|TELEGRAM_|DISCORD_|OPENAI_|DATABASE_URL|PORT|METRICS_PORT")
_STOP_TIMEOUT_S = 30.0
_LOG_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Usage:
    """A process at one moment; a number is -1 where the system does not tell it."""

    cpu_s: float
    """User and system time since its start, without its children."""
    rss_bytes: int
    threads: int


def usage_of(pid: int) -> Usage:
    """Read a process's use of the machine, from /proc or else from ps."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return _usage_by_ps(pid)
    # The name in parentheses may hold anything; what follows it does not.
    fields = stat.read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    return Usage(
        cpu_s=ticks / os.sysconf("SC_CLK_TCK"),
        rss_bytes=int(fields[21]) * os.sysconf("SC_PAGE_SIZE"),
        threads=int(fields[17]),
    )


def _usage_by_ps(pid: int) -> Usage:
    with os.popen(f"ps -o time=,rss= -p {pid}") as answer:
        clock, rss_kib = answer.read().split()
    cpu_s = 0.0
    for part in clock.replace("-", ":").split(":"):
        cpu_s = cpu_s * 60 + float(part)
    return Usage(cpu_s=cpu_s, rss_bytes=int(rss_kib) * 1024, threads=-1)


@dataclass(frozen=True, slots=True)
class Child:
    """A process of ours."""

    process: asyncio.subprocess.Process
    log: Path

    def usage(self) -> Usage:
        """Return what it uses now."""
        return usage_of(self.process.pid)

    async def line(self) -> str:
        """Return the next line that it prints.

        Raises:
            RuntimeError: it has ended.
        """
        assert self.process.stdout is not None
        line = (await self.process.stdout.readline()).decode().strip()
        if not line:
            await self.process.wait()
            self.check()
        return line

    def check(self) -> None:
        """Make sure that it still runs.

        Raises:
            RuntimeError: it has ended.
        """
        if self.process.returncode is not None:
            said = self.log.read_text("utf-8")[-_LOG_CHARS:]
            raise RuntimeError(f"a measured process ended with {self.process.returncode}: {said}")


@asynccontextmanager
async def running(
    module: str, *arguments: str, log: Path, environment: dict[str, str] | None = None
) -> AsyncIterator[Child]:
    """Run ``python -m module``, with the given settings and none from outside; end it after.

    What it writes to standard error goes to ``log``.
    """
    kept = {name: value for name, value in os.environ.items() if not _OPERATORS_OWN.match(name)}
    settings = {"PYTHONUNBUFFERED": "1", "NO_PROXY": "127.0.0.1", "PTB_TIMEDELTA": "true"}
    with log.open("a") as errors:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-W", "ignore::DeprecationWarning", "-m", module, *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            cwd=_ROOT,
            env=kept | settings | (environment or {}),
        )
    try:
        yield Child(process, log)
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.communicate()
