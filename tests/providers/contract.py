"""What every provider must do: the same tests for each implementation of the port.

A test module subclasses ``ProviderContract`` and gives a ``setup`` fixture.
"""

from dataclasses import dataclass, field, replace
from io import BytesIO

import pytest
from PIL import Image

from core.providers.port import (
    CancelOutcome,
    Event,
    Failure,
    FailureKind,
    Finished,
    ImageFormat,
    ImageOrder,
    JobRef,
    Offering,
    Preview,
    PrivacyControls,
    Progress,
    Provider,
    Queued,
)
from core.providers.sizing import choose_size, is_allowed

CONTROLS = PrivacyControls()


@dataclass(frozen=True, slots=True)
class Setup:
    """A provider that works, and the offering to try."""

    provider: Provider
    offering: Offering
    controls: PrivacyControls = field(default_factory=PrivacyControls)


def an_order(offering: Offering, **changes: object) -> ImageOrder:
    """Return a valid order for an offering, in its smallest allowed square or so."""
    size = choose_size("1:1", offering.limits)
    assert size is not None
    order = ImageOrder(
        prompt="a red fox under a blue moon",
        negative="",
        seed=7,
        width_px=size[0],
        height_px=size[1],
        count=1,
        style="",
        image_format="png",
    )
    return replace(order, **changes)  # type: ignore[arg-type]


async def events_of(provider: Provider, ref: JobRef) -> list[Event]:
    return [event async for event in provider.watch(ref)]


async def submitted(setup: Setup, order: ImageOrder, key: str = "key-1") -> JobRef:
    ref = await setup.provider.submit(
        setup.offering, order, idempotency_key=key, controls=setup.controls
    )
    assert isinstance(ref, JobRef)
    return ref


class ProviderContract:
    """Run with a ``setup`` fixture that returns ``Setup``."""

    async def test_every_offering_is_listed_once_with_its_evidence(self, setup: Setup) -> None:
        offerings = setup.provider.offerings()
        assert setup.offering in offerings
        assert len({o.id for o in offerings}) == len(offerings)
        for offering in offerings:
            assert offering.provider == setup.provider.name
            assert offering.privacy.evidence
            assert offering.privacy.reviewed_on <= offering.privacy.expires_on
            assert offering.credits_each >= 0
            assert choose_size("1:1", offering.limits) is not None

    @pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
    async def test_a_picture_has_the_size_and_format_that_was_ordered(
        self, setup: Setup, image_format: ImageFormat
    ) -> None:
        if image_format not in setup.offering.limits.formats:
            pytest.skip("not offered")
        size = choose_size("16:9", setup.offering.limits)
        assert size is not None
        assert is_allowed(*size, setup.offering.limits)
        order = an_order(
            setup.offering, width_px=size[0], height_px=size[1], image_format=image_format
        )
        assets = await setup.provider.fetch(await submitted(setup, order))
        assert isinstance(assets, tuple)
        assert [asset.mime for asset in assets] == [f"image/{image_format}"]
        with Image.open(BytesIO(assets[0].data)) as picture:
            picture.load()
            assert picture.size == size
            assert (picture.format or "").lower() == image_format

    async def test_as_many_pictures_come_as_were_ordered(self, setup: Setup) -> None:
        count = min(3, setup.offering.limits.max_count)
        assets = await setup.provider.fetch(
            await submitted(setup, an_order(setup.offering, count=count))
        )
        assert isinstance(assets, tuple)
        assert len({asset.data for asset in assets}) == count

    async def test_events_end_with_finished_and_never_go_back(self, setup: Setup) -> None:
        ref = await submitted(setup, an_order(setup.offering))
        events = await events_of(setup.provider, ref)
        assert isinstance(events[-1], Finished)
        percents = [e.percent for e in events if isinstance(e, Progress | Preview)]
        assert percents == sorted(percents)
        assert all(0 <= percent <= 100 for percent in percents)
        for event in events[:-1]:
            assert isinstance(event, Queued | Progress | Preview)
            if isinstance(event, Preview):
                with Image.open(BytesIO(event.picture)) as picture:
                    assert max(picture.size) <= 1024
        if setup.offering.previews:
            assert any(isinstance(event, Preview) for event in events)

    async def test_the_same_key_twice_is_one_job(self, setup: Setup) -> None:
        order = an_order(setup.offering)
        first = await submitted(setup, order, "same")
        again = await submitted(setup, order, "same")
        assert again == first
        assert isinstance(await setup.provider.fetch(first), tuple)

    async def test_different_keys_are_different_jobs(self, setup: Setup) -> None:
        order = an_order(setup.offering)
        one = await submitted(setup, order, "one")
        two = await submitted(setup, order, "two")
        assert one.job_id != two.job_id
        assert isinstance(await setup.provider.fetch(one), tuple)
        assert isinstance(await setup.provider.fetch(two), tuple)

    async def test_an_unknown_job_is_interrupted_everywhere(self, setup: Setup) -> None:
        ref = JobRef(setup.offering.id, "nobody-knows-this")
        (event,) = await events_of(setup.provider, ref)
        assert isinstance(event, Failure)
        assert event.kind is FailureKind.INTERRUPTED
        fetched = await setup.provider.fetch(ref)
        assert isinstance(fetched, Failure)
        assert fetched.kind is FailureKind.INTERRUPTED
        assert await setup.provider.cancel(ref) is not CancelOutcome.CANCELLED
        assert await setup.provider.find(setup.offering, "no such key") is None

    async def test_a_cancelled_job_gives_no_picture(self, setup: Setup) -> None:
        ref = await submitted(setup, an_order(setup.offering))
        await setup.provider.cancel(ref)
        assert isinstance(await setup.provider.fetch(ref), Failure)

    async def test_a_purge_says_what_is_left(self, setup: Setup) -> None:
        ref = await submitted(setup, an_order(setup.offering))
        assert isinstance(await setup.provider.fetch(ref), tuple)
        receipt = await setup.provider.purge(ref)
        assert (receipt.gone_at is not None) == (receipt.state == "expires")
