"""One stage for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.bots.discord.stage import Stage, a_stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with a_stage() as started:
        yield started
