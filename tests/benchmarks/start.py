"""From the start of the process to the first sign of life, and what it takes when nobody asks."""

import asyncio
import socket
import time

import httpx

from tests.benchmarks.chats import Chat
from tests.benchmarks.discord_chat import a_discord
from tests.benchmarks.ground import Ground, a_ground
from tests.benchmarks.processes import Child, running
from tests.benchmarks.table import Row, Scale, median_of
from tests.benchmarks.telegram_chat import a_telegram

PART = "5. Start and idle"
_TIMEOUT_S = 120.0
_LOOK_EVERY_S = 0.02
_PATIENCE_S = 10.0
"""How long a process settles before it counts as idle; as long as it is watched, if shorter."""


async def measure(scale: Scale) -> list[Row]:
    """Measure the page, then each bot; the first start also makes the database."""
    rows = await _page(scale)
    async with a_telegram() as telegram:
        rows += await _bot(telegram, scale, "first getUpdates")
    async with a_discord() as discord:
        rows += await _bot(discord, scale, "gateway ready, commands registered")
    return rows


async def _page(scale: Scale) -> list[Row]:
    first_s = []
    again_s = []
    for _ in range(scale.starts):
        with a_ground() as ground:
            first_s.append(await _page_start(ground))
            again_s.append(await _page_start(ground))
    with a_ground() as ground:
        environment = ground.environment(PORT=str(_free_port()))
        async with running("bots.cli", "run", log=ground.log, environment=environment) as child:
            idle = await _idle("limner run", child, scale)
    name = "limner run, playground answers"
    return [
        Row(PART, f"{name}, new database", median_of(first_s), "s", scale.starts, "median"),
        Row(PART, f"{name}, again", median_of(again_s), "s", scale.starts, "median"),
        *idle,
    ]


async def _page_start(ground: Ground) -> float:
    port = _free_port()
    environment = ground.environment(PORT=str(port))
    began_s = time.monotonic()
    async with (
        running("bots.cli", "run", log=ground.log, environment=environment) as child,
        httpx.AsyncClient(trust_env=False) as client,
        asyncio.timeout(_TIMEOUT_S),
    ):
        while True:
            child.check()
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/")
            except httpx.TransportError:
                await asyncio.sleep(_LOOK_EVERY_S)
                continue
            if answer.status_code == httpx.codes.OK:
                return time.monotonic() - began_s
            raise RuntimeError(f"the playground answers {answer.status_code}")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def _bot(chat: Chat, scale: Scale, ready: str) -> list[Row]:
    taken_s = []
    idle: list[Row] = []
    with a_ground() as ground:
        environment = ground.environment(**chat.environment())
        # The first start makes the database and is not counted.
        for number in range(scale.starts + 1):
            chat.forget_bot()
            began_s = time.monotonic()
            bot = running("bots.cli", *chat.service, log=ground.log, environment=environment)
            async with bot as child:
                await chat.until(chat.is_connected, child, _TIMEOUT_S)
                taken_s.append(time.monotonic() - began_s)
                if number == scale.starts:
                    idle = await _idle(f"limner {chat.surface}", child, scale)
    name = f"limner {chat.surface}, connected"
    note = f"median; {ready}"
    return [Row(PART, name, median_of(taken_s[1:]), "s", scale.starts, note), *idle]


async def _idle(name: str, child: Child, scale: Scale) -> list[Row]:
    await asyncio.sleep(_PATIENCE_S if scale.idle_s >= _PATIENCE_S else 2 * scale.idle_s)
    child.check()
    before = child.usage()
    await asyncio.sleep(scale.idle_s)
    after = child.usage()
    share = 100 * (after.cpu_s - before.cpu_s) / scale.idle_s
    return [
        Row(PART, f"{name}, idle memory", after.rss_bytes / 2**20, "MiB", 1, "resident"),
        Row(PART, f"{name}, idle CPU", share, "%", 1, f"of one core over {scale.idle_s:.0f} s"),
    ]
