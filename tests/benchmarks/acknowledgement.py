"""How long a person waits for the first answer: idle, and while many pictures are being made."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

from core.generation.commands import request_images
from core.generation.load import service_load
from core.generation.values import Accepted, ImageWish, RequestImages
from core.kernel.ids import new_id
from core.kernel.people import Actor, ReplyTo, Room
from core.providers.illustrator.drawing import STYLES
from tests.benchmarks.chats import Asked, Chat
from tests.benchmarks.discord_chat import a_discord
from tests.benchmarks.ground import PROMPT, Ground, a_ground, an_app_on, welcome_adults
from tests.benchmarks.processes import Child, running
from tests.benchmarks.provider import ReadyService, a_ready_service
from tests.benchmarks.table import Row, Scale, median_of, percentile_of
from tests.benchmarks.telegram_chat import a_telegram

PART = "2. Acknowledgement latency"
MODEL = "builtin/illustrator"
_START_TIMEOUT_S = 60.0
_ANSWER_TIMEOUT_S = 60.0
_PICTURE_TIMEOUT_S = 120.0
_PAUSE_S = 0.25
"""Between two askers while the bot is busy: four requests a second come on top of its jobs."""
_CROWD_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class _Stage:
    """A bot in its own process, and the people who use it."""

    chat: Chat
    bot: Child
    service: ReadyService
    ground: Ground
    askers: tuple[str, ...]
    crowd: tuple[str, ...]


async def measure(scale: Scale) -> list[Row]:
    """Measure both platforms, then the use-case alone."""
    rows: list[Row] = []
    async with a_telegram() as telegram:
        rows += await _one_chat(telegram, scale)
    async with a_discord() as discord:
        rows += await _one_chat(discord, scale)
    return rows + await _use_case(scale)


@asynccontextmanager
async def _a_stage(chat: Chat, scale: Scale) -> AsyncIterator[_Stage]:
    with a_ground() as ground:
        askers = chat.add_people(scale.asks)
        crowd = chat.add_people(scale.jobs_in_flight)
        async with an_app_on(ground) as app:
            await welcome_adults(app, chat.surface, (*askers, *crowd))
        async with a_ready_service(ground.picture(), ground.log) as service:
            environment = ground.environment(
                **chat.environment(),
                **service.environment(),
                LIMNER_WORKER_SLOTS=str(2 * (scale.asks + scale.jobs_in_flight)),
            )
            async with running("bots.cli", "run", log=ground.log, environment=environment) as bot:
                await chat.until(chat.is_connected, bot, _START_TIMEOUT_S)
                yield _Stage(chat, bot, service, ground, askers, crowd)
    if findings := chat.findings():
        raise RuntimeError(f"{chat.name} would have refused: {findings[0]}")


async def _one_chat(chat: Chat, scale: Scale) -> list[Row]:
    async with _a_stage(chat, scale) as stage:
        idle = await _one_by_one(stage)
    async with _a_stage(chat, scale) as stage:
        await stage.service.turn(is_open=False)
        await _make_busy(stage)
        before = await _in_flight(stage)
        await stage.service.turn(is_open=True)
        busy = await _sampled(stage)
        after = await _in_flight(stage)
    loaded = f"{before:.0f} to {after:.0f} jobs in flight, drawing, stamping, grids of four"
    return _rows(f"{chat.name}, idle", idle, "update sent to first answer, at the wire") + _rows(
        f"{chat.name}, busy", busy, loaded
    )


async def _make_busy(stage: _Stage) -> None:
    """Half of the crowd waits for the illustrator, half for the service; four pictures each."""
    asked = []
    for number, person in enumerate(stage.crowd):
        model = MODEL if number % 2 else ""
        asked.append(stage.chat.ask(person, PROMPT, count=4, model=model))
        await asyncio.sleep(_CROWD_PAUSE_S)
    await _answered(stage, asked)


async def _in_flight(stage: _Stage) -> float:
    async with an_app_on(stage.ground) as app:
        load = await service_load(app)
    return load.queued + load.running


async def _one_by_one(stage: _Stage) -> list[float]:
    """Let people ask when the one before has got the picture; a third of the askers do."""
    taken_s = []
    for person in stage.askers[::3]:
        asked = stage.chat.ask(person, PROMPT)
        taken_s += await _answered(stage, [asked])
        await stage.chat.until(
            partial(stage.chat.has_picture, person), stage.bot, _PICTURE_TIMEOUT_S
        )
    return taken_s


async def _sampled(stage: _Stage) -> list[float]:
    """Let people ask at a steady pace; return the seconds until each first answer."""
    asked = []
    for person in stage.askers:
        asked.append(stage.chat.ask(person, PROMPT))
        await asyncio.sleep(_PAUSE_S)
    return await _answered(stage, asked)


async def _answered(stage: _Stage, asked: list[Asked]) -> list[float]:
    chat = stage.chat
    await chat.until(
        lambda: all(chat.answered_at_s(one) is not None for one in asked),
        stage.bot,
        _ANSWER_TIMEOUT_S,
    )
    return [(chat.answered_at_s(one) or 0.0) - one.at_s for one in asked]


async def _use_case(scale: Scale) -> list[Row]:
    """Time ``request_images`` by itself, on SQLite, with no job running."""
    taken = []
    with a_ground() as ground:
        async with an_app_on(ground) as app:
            people = [str(number) for number in range(scale.asks)]
            await welcome_adults(app, "test", people)
            for person in people:
                command = RequestImages(
                    actor=Actor("test", person, "en"),
                    room=Room("room", is_private=True),
                    wish=ImageWish(prompt=PROMPT, style=STYLES[0]),
                    reply_to=ReplyTo("test", "somewhere"),
                    request_key=f"test:{new_id()}",
                )
                began_s = time.perf_counter()
                answer = await request_images(app, command)
                taken.append(time.perf_counter() - began_s)
                assert isinstance(answer, Accepted)
    return _rows("request_images alone", taken, "use-case to its result, SQLite, idle")


def _rows(name: str, taken_s: list[float], note: str) -> list[Row]:
    count = len(taken_s)
    return [
        Row(PART, f"{name}, median", median_of(taken_s) * 1e3, "ms", count, note),
        Row(PART, f"{name}, p99", percentile_of(taken_s, 99) * 1e3, "ms", count),
        Row(PART, f"{name}, worst", max(taken_s) * 1e3, "ms", count),
    ]
