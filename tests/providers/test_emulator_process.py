"""The emulated service as a process of its own, as the kill tests use it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from core.providers.catalogue.loader import load_dialect
from core.providers.openai_compat.provider import OpenAICompat
from core.providers.port import Failure, FailureKind, JobRef
from tests.providers.contract import CONTROLS, an_order

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def address() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.emulators.openai",
        "--dialect",
        "localai",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 30)
        ready, _, address = line.decode().strip().partition(" ")
        assert ready == "ready"
        yield address
    finally:
        process.terminate()
        await process.wait()


async def test_charges_survive_the_caller_and_faults_are_set_from_outside(address: str) -> None:
    control = address.removesuffix("/v1") + "/control/state"
    provider = OpenAICompat(dialect=load_dialect("localai"), base_url=address)
    offering = provider.offerings()[0]
    async with httpx.AsyncClient(trust_env=False) as client:
        set_up = await client.post(control, json={"faults": ["rate"], "delay_s": 0.01})
        assert set_up.json()["faults"] == ["rate"]
        for key in ("first", "second"):
            ref = await provider.submit(
                offering, an_order(offering, count=2), idempotency_key=key, controls=CONTROLS
            )
            assert isinstance(ref, JobRef)
            result = await provider.fetch(ref)
            if key == "first":
                assert isinstance(result, Failure)
                assert result.kind is FailureKind.RATE_LIMITED
            else:
                assert isinstance(result, tuple)
        told = (await client.get(control)).json()
        assert told["charges"] == {"second": 2}
        assert (told["requests"], told["violations"]) == (2, [])
        assert (await client.post(control, json={"reset": True})).json()["charges"] == {}
    await provider.aclose()
