"""Running services for the tests of the adapters."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Protocol

import pytest

from core.providers.catalogue.loader import load_dialect
from core.providers.openai_compat.provider import OpenAICompat
from tests.emulators.openai.server import Emulator, running
from tests.providers.contract import Setup


class Service(Protocol):
    """Starts an emulated service and a provider that is connected to it."""

    async def __call__(self, name: str = "openai", **changes: object) -> tuple[Emulator, Setup]: ...


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with AsyncExitStack() as stack:

        async def start(name: str = "openai", **changes: object) -> tuple[Emulator, Setup]:
            emulator = await stack.enter_async_context(running(name))
            options: dict[str, object] = {
                "base_url": f"{emulator.base_url}/v1",
                "api_key": "sk-test",
                "self_hosted": True,
                "dialect": load_dialect(name),
                **changes,
            }
            make: Callable[..., OpenAICompat] = OpenAICompat
            provider = make(**options)
            stack.push_async_callback(provider.aclose)
            return emulator, Setup(provider, provider.offerings()[0])

        yield start
