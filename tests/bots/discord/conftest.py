"""One bot for each file, one room and provider state for each test."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest_asyncio

from tests.bots.discord.stage import Stage, a_stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def studio() -> AsyncIterator[Stage]:
    """The bot, running; what it does after a test is over is not looked at."""
    async with a_stage() as started:
        # People type into the first room there is: each test brings its own.
        await started.emulator.remove_guild(started.guild)
        yield started


@pytest_asyncio.fixture(loop_scope="module")
async def stage(studio: Stage) -> AsyncIterator[Stage]:
    """A room of its own; at the end nothing may have been wrong on the wire."""
    emulator, provider = studio.emulator, studio.provider
    provider.gate.set()
    provider.failure = None
    provider.orders.clear()
    provider.submits.clear()
    emulator.faults.clear()
    guild = await emulator.guild()
    room = await emulator.text_channel(guild)
    yield replace(studio, guild=guild, room=room)
    provider.gate.set()
    await emulator.remove_guild(guild)
    assert emulator.violations == [], emulator.violations
