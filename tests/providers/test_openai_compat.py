"""The adapter against a service that answers, checks and fails like a real one."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import httpx
import pytest
from PIL import Image

from core.providers.catalogue.dialect import Times
from core.providers.catalogue.loader import DIALECTS, load_dialect
from core.providers.openai_compat.provider import OpenAICompat
from core.providers.port import (
    Asset,
    CancelOutcome,
    Failure,
    FailureKind,
    Finished,
    JobRef,
    Preview,
    PrivacyControls,
)
from tests.emulators.openai.faults import MESSAGE
from tests.emulators.openai.server import Emulator
from tests.providers.conftest import Service
from tests.providers.contract import (
    CONTROLS,
    ProviderContract,
    Setup,
    an_order,
    events_of,
    submitted,
)


@pytest.fixture(params=DIALECTS)
async def connected(request: pytest.FixtureRequest, service: Service) -> tuple[Emulator, Setup]:
    return await service(request.param)


class TestContract(ProviderContract):
    """Every dialect is a provider like any other, and its service has nothing to complain of."""

    @pytest.fixture
    async def setup(self, connected: tuple[Emulator, Setup]) -> Setup:
        return connected[1]

    @pytest.fixture(autouse=True)
    def _no_violations(self, connected: tuple[Emulator, Setup]) -> Iterator[None]:
        yield
        assert connected[0].state.violations == []


async def failure_from(setup: Setup, **changes: object) -> Failure:
    """Order a picture and return how it failed, from the events and from the fetch alike."""
    ref = await submitted(setup, an_order(setup.offering, **changes))
    told = (await events_of(setup.provider, ref))[-1]
    fetched = await setup.provider.fetch(ref)
    assert isinstance(fetched, Failure)
    assert told == fetched
    return fetched


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("moderation-input", Failure(FailureKind.BLOCKED, "input", "moderation_blocked")),
        ("moderation-output", Failure(FailureKind.BLOCKED, "output", "moderation_blocked")),
        ("moderation-plain", Failure(FailureKind.BLOCKED, "", "moderation_blocked")),
        ("bad-key", Failure(FailureKind.UNAVAILABLE, provider_code="http-401")),
        ("forbidden", Failure(FailureKind.UNAVAILABLE, provider_code="http-403")),
        ("no-model", Failure(FailureKind.UNAVAILABLE, provider_code="http-404")),
        ("payment", Failure(FailureKind.OUT_OF_CREDIT, provider_code="credit_limit")),
        ("quota", Failure(FailureKind.OUT_OF_CREDIT, provider_code="insufficient_quota")),
        ("billing", Failure(FailureKind.OUT_OF_CREDIT, provider_code="billing_hard_limit_reached")),
        (
            "rate",
            Failure(
                FailureKind.RATE_LIMITED, provider_code="rate_limit_exceeded", retry_after_s=17
            ),
        ),
        ("bad-size", Failure(FailureKind.INVALID, provider_code="invalid_value", field="size")),
        (
            "unprocessable",
            Failure(FailureKind.INVALID, provider_code="invalid_request_error", field="size"),
        ),
        ("server", Failure(FailureKind.UNAVAILABLE, provider_code="server_error")),
        (
            "overloaded",
            Failure(FailureKind.UNAVAILABLE, provider_code="http-503", retry_after_s=5),
        ),
        (
            "gateway-timeout",
            Failure(FailureKind.TIMED_OUT, provider_code="http-504", was_charged=True),
        ),
        ("plain-string", Failure(FailureKind.UNAVAILABLE, provider_code="http-500")),
        ("redirect", Failure(FailureKind.UNAVAILABLE, provider_code="http-307")),
        (
            "reset-mid-stream",
            Failure(FailureKind.UNAVAILABLE, provider_code="connection-lost", was_charged=True),
        ),
        ("stream-error", Failure(FailureKind.BLOCKED, "output", "moderation_blocked")),
        ("empty", Failure(FailureKind.EMPTY, provider_code="no-pictures", was_charged=True)),
        (
            "not-a-picture",
            Failure(FailureKind.EMPTY, provider_code="not-a-picture", was_charged=True),
        ),
    ],
)
async def test_every_failure_is_said_in_the_shared_words(
    service: Service, fault: str, expected: Failure, caplog: pytest.LogCaptureFixture
) -> None:
    emulator, setup = await service()
    emulator.state.faults.append(fault)
    with caplog.at_level(logging.DEBUG):
        failure = await failure_from(setup)
    assert failure == expected
    assert len(emulator.state.requests) == 1, "nothing is sent twice"
    assert "secret" not in repr(failure)
    assert MESSAGE not in caplog.text
    assert "red fox" not in caplog.text
    assert "sk-test" not in caplog.text


@pytest.mark.parametrize(
    ("fault", "kind", "code"),
    [
        ("reset", FailureKind.UNAVAILABLE, "connection-lost"),
        ("not-json", FailureKind.UNAVAILABLE, "malformed-answer"),
        ("null-data", FailureKind.EMPTY, "no-pictures"),
        ("bad-base64", FailureKind.EMPTY, "not-a-picture"),
        ("huge", FailureKind.EMPTY, "too-large"),
        ("bomb", FailureKind.EMPTY, "too-large"),
        ("url-elsewhere", FailureKind.EMPTY, "not-a-picture"),
        ("url-redirect", FailureKind.EMPTY, "not-a-picture"),
    ],
)
async def test_an_answer_that_is_no_picture_is_never_delivered(
    service: Service, fault: str, kind: FailureKind, code: str
) -> None:
    emulator, setup = await service("localai")
    emulator.state.faults.append(fault)
    failure = await failure_from(setup)
    assert (failure.kind, failure.provider_code) == (kind, code)
    assert failure.was_charged is False, "a server of one's own charges nothing"


async def test_a_black_picture_of_a_safety_checker_is_a_refusal(service: Service) -> None:
    emulator, setup = await service("localai")
    emulator.state.faults.append("black")
    failure = await failure_from(setup)
    assert (failure.kind, failure.stage) == (FailureKind.BLOCKED, "output")


async def test_a_black_picture_is_a_picture_where_black_means_nothing(service: Service) -> None:
    emulator, setup = await service("openai")
    emulator.state.faults.append("black")
    ref = await submitted(setup, an_order(setup.offering))
    assert isinstance(await setup.provider.fetch(ref), tuple)


async def test_a_picture_of_the_wrong_format_is_written_in_the_one_ordered(
    service: Service,
) -> None:
    emulator, setup = await service("localai")
    emulator.state.faults.append("wrong-mime")
    (asset,) = await fetched(setup)
    assert asset.mime == "image/png"
    assert asset.data.startswith(b"\x89PNG")


async def test_a_prompt_that_the_server_hid_in_the_file_is_gone(service: Service) -> None:
    emulator, setup = await service("sdcpp")
    emulator.state.faults.append("hidden-prompt")
    (asset,) = await fetched(setup)
    assert b"red fox" not in asset.data
    with Image.open(BytesIO(asset.data)) as picture:
        assert "parameters" not in picture.info


async def fetched(setup: Setup, **changes: object) -> tuple[Asset, ...]:
    assets = await setup.provider.fetch(await submitted(setup, an_order(setup.offering, **changes)))
    assert isinstance(assets, tuple)
    return assets


async def test_a_picture_at_an_address_of_the_service_is_fetched_from_there(
    service: Service,
) -> None:
    emulator, setup = await service("localai")
    emulator.state.faults.append("url")
    assert len(await fetched(setup)) == 1
    (headers,) = emulator.state.downloads
    assert headers["authorization"] == "Bearer sk-test"


async def test_previews_are_shown_while_the_picture_is_made(service: Service) -> None:
    emulator, setup = await service("openai")
    emulator.state.may_end.clear()
    ref = await submitted(setup, an_order(setup.offering))
    previews: list[Preview] = []
    async for event in setup.provider.watch(ref):
        if isinstance(event, Preview):
            assert not emulator.state.may_end.is_set(), "it comes before the picture is ready"
            previews.append(event)
            if len(previews) == 3:
                emulator.state.may_end.set()
    assert [preview.percent for preview in previews] == [25, 50, 75]
    assert len({preview.picture for preview in previews}) == 3
    with Image.open(BytesIO(previews[0].picture)) as picture:
        assert max(picture.size) == 512


async def test_two_watchers_see_the_same_events(service: Service) -> None:
    _, setup = await service("openai")
    ref = await submitted(setup, an_order(setup.offering))
    one, two = await asyncio.gather(events_of(setup.provider, ref), events_of(setup.provider, ref))
    assert one == two
    assert await events_of(setup.provider, ref) == one, "a later one sees them too"


async def test_cancelling_drops_the_connection(service: Service) -> None:
    emulator, setup = await service("localai")
    emulator.state.delay_s = 30
    ref = await submitted(setup, an_order(setup.offering))
    watcher = asyncio.create_task(events_of(setup.provider, ref))
    await emulator.state.arrived.wait()
    assert await setup.provider.cancel(ref) is CancelOutcome.CANCELLED
    (ending,) = await watcher
    assert isinstance(ending, Failure)
    for _ in range(100):
        if emulator.state.dropped:
            break
        await asyncio.sleep(0.02)
    assert (emulator.state.dropped, emulator.state.in_flight) == (1, 0)


async def test_a_service_that_works_on_says_that_it_cannot_be_cancelled(service: Service) -> None:
    emulator, setup = await service("sdcpp")
    emulator.state.delay_s = 30
    ref = await submitted(setup, an_order(setup.offering))
    await emulator.state.arrived.wait()
    assert await setup.provider.cancel(ref) is CancelOutcome.UNSUPPORTED
    assert isinstance(await setup.provider.fetch(ref), Failure)


async def test_cancelling_a_finished_job_is_too_late_and_forgets_it(service: Service) -> None:
    _, setup = await service("localai")
    ref = await submitted(setup, an_order(setup.offering))
    assert (await events_of(setup.provider, ref))[-1] == Finished()
    assert await setup.provider.cancel(ref) is CancelOutcome.TOO_LATE
    assert await setup.provider.fetch(ref) == Failure(FailureKind.INTERRUPTED)


async def test_one_job_is_charged_once_under_its_key(service: Service) -> None:
    emulator, setup = await service("openai")
    order = an_order(setup.offering)
    refs = {await submitted(setup, order, "paid-once") for _ in range(5)}
    (ref,) = refs
    assert await setup.provider.find(setup.offering, "paid-once") == ref
    assert isinstance(await setup.provider.fetch(ref), tuple)
    assert dict(emulator.state.charges) == {"paid-once": 1}
    assert await setup.provider.find(setup.offering, "paid-once") is None


async def test_a_fetched_picture_is_forgotten(service: Service) -> None:
    _, setup = await service("localai")
    ref = await submitted(setup, an_order(setup.offering))
    assert isinstance(await setup.provider.fetch(ref), tuple)
    assert await setup.provider.fetch(ref) == Failure(FailureKind.INTERRUPTED)


async def test_a_picture_that_nobody_fetches_is_forgotten(service: Service) -> None:
    _, setup = await service("localai", keep_result_s=0.05)
    ref = await submitted(setup, an_order(setup.offering))
    assert (await events_of(setup.provider, ref))[-1] == Finished()
    await asyncio.sleep(0.2)
    assert await setup.provider.fetch(ref) == Failure(FailureKind.INTERRUPTED)


async def test_a_silent_service_times_out_and_may_have_charged(service: Service) -> None:
    slow = load_dialect("openai")
    times = Times(connect_s=1, read_s=0.2, total_s=5, connect_attempts=1)
    emulator, setup = await service("openai", dialect=replace(slow, times=times))
    emulator.state.delay_s = 3
    failure = await failure_from(setup)
    assert failure == Failure(FailureKind.TIMED_OUT, provider_code="silence", was_charged=True)


async def test_a_service_that_trickles_is_cut_off_in_the_end(service: Service) -> None:
    slow = load_dialect("openai")
    times = Times(connect_s=1, read_s=5, total_s=0.5, connect_attempts=1)
    emulator, setup = await service("openai", dialect=replace(slow, times=times))
    emulator.state.delay_s = 0.3
    failure = await failure_from(setup)
    assert failure == Failure(FailureKind.TIMED_OUT, provider_code="total", was_charged=True)


async def test_a_service_that_is_not_there_is_unavailable_and_charged_nothing(
    unused_tcp_port: int,
) -> None:
    provider = OpenAICompat(
        dialect=load_dialect("localai"), base_url=f"http://127.0.0.1:{unused_tcp_port}/v1"
    )
    failure = await failure_from(Setup(provider, provider.offerings()[0]))
    assert failure == Failure(FailureKind.UNAVAILABLE, provider_code="no-connection")
    await provider.aclose()


async def test_closing_stops_what_runs(service: Service) -> None:
    emulator, setup = await service("localai")
    emulator.state.delay_s = 30
    ref = await submitted(setup, an_order(setup.offering))
    await emulator.state.arrived.wait()
    await setup.provider.aclose()
    assert await setup.provider.fetch(ref) == Failure(FailureKind.INTERRUPTED)


async def test_an_order_outside_the_limits_is_not_sent(service: Service) -> None:
    emulator, setup = await service("openai")
    for changes, field in (
        ({"width_px": 999}, "size"),
        ({"count": 9}, "count"),
        ({"prompt": "x" * 5000}, "prompt"),
        ({"prompt": "<lora:evil:1>"}, "prompt"),
    ):
        refused = await setup.provider.submit(
            setup.offering,
            an_order(setup.offering, **changes),
            idempotency_key=field,
            controls=CONTROLS,
        )
        assert refused == Failure(FailureKind.INVALID, field=field)
    assert emulator.state.requests == []


@pytest.mark.promise("FA-5.2b")
async def test_what_the_service_does_not_promise_is_not_sent_to_it(service: Service) -> None:
    facts = load_dialect("openai").privacy
    emulator, setup = await service("openai", privacy=facts)
    for controls, code in (
        (PrivacyControls(zero_retention=True), "control-zero-retention"),
        (PrivacyControls(region="DE"), "control-region"),
    ):
        refused = await setup.provider.submit(
            setup.offering, an_order(setup.offering), idempotency_key=code, controls=controls
        )
        assert refused == Failure(FailureKind.UNAVAILABLE, provider_code=code)
    assert emulator.state.requests == []


async def test_a_hosted_service_says_when_its_logs_are_gone(service: Service) -> None:
    _, setup = await service("openai", privacy=load_dialect("openai").privacy)
    receipt = await setup.provider.purge(JobRef(setup.offering.id, "any"))
    assert receipt.state == "expires"
    assert receipt.gone_at is not None
    assert receipt.evidence.startswith("https://")


async def test_the_emulator_catches_what_the_adapter_must_not_send(service: Service) -> None:
    emulator, _ = await service("openai")
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.post(
            f"{emulator.base_url}/v1/images/generations",
            json={"prompt": "x <LoRA:a>", "n": "1", "size": "64x64", "user": "someone"},
        )
    text = "; ".join(emulator.state.violations)
    for wrong in ("unexpected field user", "n is a str", "says who asks", "no Idempotency-Key"):
        assert wrong in text
    for wrong in ("missing field model", "no bearer token", "a command in the prompt"):
        assert wrong in text


async def test_the_same_seed_gives_the_same_picture_and_another_seed_another(
    service: Service,
) -> None:
    _, setup = await service("localai")
    one, same, other = [await fetched(setup, seed=seed) for seed in (1, 1, 2)]
    assert one == same
    assert one != other
