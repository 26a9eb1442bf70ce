"""CPU per delivered picture: Limner's whole path against a bare handler that sends the bytes."""

import asyncio
import os
from contextlib import AsyncExitStack
from pathlib import Path

from tests.benchmarks.chats import Chat
from tests.benchmarks.discord_chat import a_discord
from tests.benchmarks.ground import PROMPT, a_ground, an_app_on, welcome_adults
from tests.benchmarks.processes import Child, running
from tests.benchmarks.provider import a_ready_service
from tests.benchmarks.stages import PART, duties
from tests.benchmarks.table import Row, Scale, median_of
from tests.benchmarks.telegram_chat import a_telegram

_START_TIMEOUT_S = 60.0
_BURST_TIMEOUT_S = 180.0
_SETTLE_S = 0.5
"""After the last picture: what is still written then belongs to it."""


async def measure(scale: Scale) -> list[Row]:
    """Measure both platforms, one after the other."""
    with a_ground() as ground:
        picture = ground.picture()
        rows, stamped = await duties(ground, picture.read_bytes(), scale)
        sent = ground.folder / "stamped.png"
        sent.write_bytes(stamped)
        own_ms = sum(row.value for row in rows)
        async with AsyncExitStack() as stack:
            chats: list[Chat] = [
                await stack.enter_async_context(a_telegram()),
                await stack.enter_async_context(a_discord()),
            ]
            found = [await _one_chat(chat, picture, sent, own_ms, scale) for chat in chats]
    return [*(row for rows_of_chat in found for row in rows_of_chat), *rows]


async def _one_chat(
    chat: Chat, picture: Path, sent: Path, own_ms: float, scale: Scale
) -> list[Row]:
    with a_ground() as ground:
        people = chat.add_people(scale.burst)
        async with an_app_on(ground) as app:
            await welcome_adults(app, chat.surface, people)
        async with running(chat.bare, *chat.bare_arguments(sent), log=ground.log) as bare:
            bare_ms = await _per_picture_ms(chat, bare, people, scale)
        chat.forget_bot()
        async with a_ready_service(picture, ground.log) as service:
            environment = ground.environment(
                **chat.environment(), **service.environment(), LIMNER_BUILTIN="false"
            )
            async with running("bots.cli", "run", log=ground.log, environment=environment) as bot:
                ours_ms = await _per_picture_ms(chat, bot, people, scale)
    if findings := chat.findings():
        raise RuntimeError(f"{chat.name} would have refused: {findings[0]}")
    count = scale.burst * scale.rounds
    how = f"median of {scale.rounds} bursts of {scale.burst}, 1024² PNG"
    rest_ms = ours_ms - own_ms
    return [
        Row(PART, f"{chat.name}, bare handler", bare_ms, "ms", count, how),
        Row(PART, f"{chat.name}, Limner", ours_ms, "ms", count, how + "; all parts in one process"),
        Row(PART, f"{chat.name}, Limner / bare", ours_ms / bare_ms, "x", count),
        Row(
            PART,
            f"{chat.name}, Limner without the four duties below / bare",
            rest_ms / bare_ms,
            "x",
            count,
            f"{rest_ms:.0f} ms: surface, core, durable job, progress",
        ),
    ]


async def _per_picture_ms(chat: Chat, bot: Child, people: tuple[str, ...], scale: Scale) -> float:
    """Return the CPU time of one delivered picture, after a burst that is not counted.

    A burst that costs less than the system's clock can tell counts as one tick.
    """
    tick_s = 1 / os.sysconf("SC_CLK_TCK")
    await chat.until(chat.is_connected, bot, _START_TIMEOUT_S)
    costs_ms = []
    for number in range(scale.rounds + 1):
        before = bot.usage()
        for person in people:
            chat.ask(person, PROMPT)
        await chat.until(
            lambda: all(chat.has_picture(person) for person in people), bot, _BURST_TIMEOUT_S
        )
        await asyncio.sleep(_SETTLE_S)
        if number:
            cost_s = max(bot.usage().cpu_s - before.cpu_s, tick_s)
            costs_ms.append(cost_s * 1e3 / len(people))
    return median_of(costs_ms)
