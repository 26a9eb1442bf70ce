"""A running playground with the built-in illustrator, and a browser that visits it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import pytest
from playwright.async_api import expect

from tests.bots.playground.service import Playground, a_playground
from tests.patience import LONG_S

expect.set_options(timeout=LONG_S * 1000)


class Open(Protocol):
    """Starts a playground on the test's own data; a second one is a restart."""

    def __call__(
        self, *, is_adult: bool = True, port: int = 0
    ) -> AbstractAsyncContextManager[Playground]: ...


@pytest.fixture
def opened(tmp_path: Path) -> Open:
    def start(*, is_adult: bool = True, port: int = 0) -> AbstractAsyncContextManager[Playground]:
        return a_playground(
            folder=tmp_path / "limner", real_providers=True, is_adult=is_adult, port=port
        )

    return start


@pytest.fixture
async def playground(opened: Open) -> AsyncIterator[Playground]:
    async with opened() as running:
        yield running
