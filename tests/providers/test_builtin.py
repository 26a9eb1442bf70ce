"""The built-in illustrator as a provider: it never blocks, survives kills, and can be stopped."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from core.providers.builtin import ILLUSTRATOR, Builtin
from core.providers.port import (
    CancelOutcome,
    Failure,
    FailureKind,
    ImageOrder,
    JobRef,
    Preview,
    PrivacyControls,
)
from tests.providers.contract import ProviderContract, Setup, an_order, events_of, submitted

SMALL = {"width_px": 320, "height_px": 320}
LARGE = {"width_px": 2048, "height_px": 2048}


@pytest.fixture
async def setup() -> AsyncIterator[Setup]:
    provider = Builtin(workers=1)
    yield Setup(provider, ILLUSTRATOR)
    await provider.aclose()


class TestBuiltinKeepsTheContract(ProviderContract):
    pass


def builtin_of(setup: Setup) -> Builtin:
    assert isinstance(setup.provider, Builtin)
    return setup.provider


async def bytes_of(setup: Setup, order: ImageOrder, key: str) -> list[bytes]:
    assets = await setup.provider.fetch(await submitted(setup, order, key))
    assert isinstance(assets, tuple)
    return [asset.data for asset in assets]


async def test_the_event_loop_goes_on_while_a_large_picture_is_drawn(setup: Setup) -> None:
    await bytes_of(setup, an_order(ILLUSTRATOR, **SMALL), "warm")
    ref = await submitted(setup, an_order(ILLUSTRATOR, **LARGE), "large")
    drawing = asyncio.create_task(events_of(setup.provider, ref))
    longest_s = 0.0
    while not drawing.done():
        before = time.process_time()
        await asyncio.sleep(0.005)
        longest_s = max(longest_s, time.process_time() - before)
    # CPU of this process between two turns of the loop: the drawing's own second is elsewhere.
    assert longest_s < 0.25


async def test_previews_come_while_the_picture_grows(setup: Setup) -> None:
    events = await events_of(setup.provider, await submitted(setup, an_order(ILLUSTRATOR, **SMALL)))
    previews = [event for event in events if isinstance(event, Preview)]
    assert len(previews) >= 3
    assert len({preview.picture for preview in previews}) >= 3
    assert all(preview.picture.startswith(b"\xff\xd8") for preview in previews)


async def test_after_a_crash_the_same_order_gives_the_same_bytes(setup: Setup) -> None:
    order = an_order(ILLUSTRATOR, count=2, **SMALL)
    first = await bytes_of(setup, order, "same")
    other = Builtin(workers=1)
    try:
        again = await bytes_of(Setup(other, ILLUSTRATOR), order, "same")
    finally:
        await other.aclose()
    assert first == again
    assert first[0] != first[1]


async def test_a_killed_drawing_process_is_unavailable_and_the_next_order_is_drawn(
    setup: Setup,
) -> None:
    await bytes_of(setup, an_order(ILLUSTRATOR, **SMALL), "warm")
    (pid,) = builtin_of(setup).process_ids()
    ref = await submitted(setup, an_order(ILLUSTRATOR, **LARGE), "victim")
    async for event in setup.provider.watch(ref):
        if isinstance(event, Preview):
            os.kill(pid, signal.SIGKILL)
            break
    ended = await setup.provider.fetch(ref)
    assert isinstance(ended, Failure)
    assert ended.kind is FailureKind.UNAVAILABLE
    assert await bytes_of(setup, an_order(ILLUSTRATOR, **SMALL), "next")
    assert pid not in builtin_of(setup).process_ids()


async def test_a_process_that_was_killed_while_idle_is_replaced(setup: Setup) -> None:
    await bytes_of(setup, an_order(ILLUSTRATOR, **SMALL), "warm")
    (pid,) = builtin_of(setup).process_ids()
    os.kill(pid, signal.SIGKILL)
    await asyncio.sleep(0.2)
    assert await bytes_of(setup, an_order(ILLUSTRATOR, **SMALL), "next")


async def test_cancelling_ends_the_drawing_and_frees_the_worker(setup: Setup) -> None:
    ref = await submitted(setup, an_order(ILLUSTRATOR, count=4, **LARGE), "long")
    await asyncio.sleep(0.05)
    assert await setup.provider.cancel(ref) is CancelOutcome.CANCELLED
    assert builtin_of(setup).process_ids() == ()
    assert await bytes_of(setup, an_order(ILLUSTRATOR, **SMALL), "next")
    assert await setup.provider.cancel(ref) is CancelOutcome.TOO_LATE


async def test_a_waiting_order_can_be_cancelled_too(setup: Setup) -> None:
    first = await submitted(setup, an_order(ILLUSTRATOR, **SMALL), "first")
    second = await submitted(setup, an_order(ILLUSTRATOR, **SMALL), "second")
    assert await setup.provider.cancel(second) is CancelOutcome.CANCELLED
    assert isinstance(await setup.provider.fetch(first), tuple)


async def test_the_result_says_which_words_could_not_be_drawn(setup: Setup) -> None:
    order = an_order(ILLUSTRATOR, prompt="a flurbish by the sea", **SMALL)
    assets = await setup.provider.fetch(await submitted(setup, order))
    assert isinstance(assets, tuple)
    assert assets[0].facts["unknown_words"] == ["flurbish"]
    assert assets[0].facts["seed"] == order.seed


@pytest.mark.parametrize(
    ("changes", "part"),
    [({"width_px": 100}, "size"), ({"count": 9}, "count"), ({"prompt": "x" * 4001}, "prompt")],
)
async def test_an_order_that_does_not_fit_names_the_part(
    setup: Setup, changes: dict[str, object], part: str
) -> None:
    order = replace(an_order(ILLUSTRATOR, **SMALL), **changes)  # type: ignore[arg-type]
    refused = await setup.provider.submit(
        ILLUSTRATOR, order, idempotency_key="odd", controls=PrivacyControls()
    )
    assert refused == Failure(FailureKind.INVALID, field=part)


async def test_it_costs_the_operator_nothing_and_is_never_called_an_ai_model(setup: Setup) -> None:
    offering = setup.provider.offerings()[0]
    assert offering.price_each == 0
    assert not offering.is_ai_model
    assert offering.privacy.deletes == "nothing_stored"
    assert (await setup.provider.purge(JobRef(offering.id, "none"))).state == "nothing_stored"


async def test_no_workers_is_refused() -> None:
    with pytest.raises(ValueError, match="worker"):
        Builtin(workers=0)
