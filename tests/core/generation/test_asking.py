"""Asking for pictures: what is held, what is refused, and that a refusal leaves nothing behind."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from core.accounts.commands import choose_region, meet
from core.generation import requests
from core.generation.commands import request_images
from core.generation.errors import (
    FlagInvalid,
    ModelUnknown,
    OfferingUnavailable,
    PromptEmpty,
    QuotaExceeded,
    TooManyInFlight,
)
from core.generation.queries import history, status
from core.generation.rows import RequestRow
from core.generation.values import RequestState
from core.kernel.people import Room
from core.messages.speech import refusal
from core.moderation.errors import PromptRejected
from core.moderation.redaction import REDACTED
from core.quotas.rows import HoldRow, LedgerRow
from tests.core.generation.sight import SMALL, a_provider, count_of, ledger_of, row_of
from tests.factories import a_request, accepted, an_adult, an_app, balance_of
from tests.fakes import AN_OFFERING, MovingClock, an_offering

CARD = "4111 1111 1111 1111"


async def test_an_accepted_request_tells_its_place_its_price_and_what_is_left(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        person, other = await an_adult(app), await an_adult(app, "2")
        before = await balance_of(app, person)

        first = await accepted(app, a_request(other))
        second = await accepted(app, a_request(person, count=3))

        assert (first.status.place, second.status.place) == (1, 2)
        assert second.status.state is RequestState.QUEUED
        assert second.status.credits_held == 6
        assert second.status.credits_left == before - 6 == await balance_of(app, person)
        assert second.status.eta_s > 0
        assert second.status.wish.prompt == "a lighthouse in a storm"


@pytest.mark.parametrize("count", [1, 2, 3, 4])
async def test_every_picture_ordered_is_held(count: int) -> None:
    async with an_app() as app:
        person = await an_adult(app)

        await accepted(app, a_request(person, count=count))

        assert await ledger_of(app) == [("hold", 2 * count)]


async def test_the_same_update_twice_is_one_request_and_one_charge(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person = await an_adult(app)
        request = a_request(person, request_key="test:same")

        first = await accepted(app, request)
        second = await accepted(app, request)

        assert second.request_id == first.request_id
        assert (first.is_replay, second.is_replay) == (False, True)
        assert await ledger_of(app) == [("hold", 2)]


NUDE = "a nude woman on a beach"


async def test_refused_words_are_neither_stored_nor_charged() -> None:
    async with an_app() as app:
        person = await an_adult(app)

        with pytest.raises(PromptRejected) as refused:
            await request_images(app, a_request(person, prompt=NUDE))

        assert dict(refused.value.facts) == {"category": "nudity"}
        for table in (RequestRow, HoldRow, LedgerRow):
            assert await count_of(app, table) == 0


@pytest.mark.promise("PL-D7")
async def test_only_a_room_the_platform_marks_as_adult_may_ask_for_more() -> None:
    async with an_app() as app:
        request = a_request(await an_adult(app), prompt=NUDE)

        done = await accepted(
            app, replace(request, room=Room("bar", is_private=False, is_age_restricted=True))
        )

        assert (await row_of(app, done.request_id)).adult_room


async def test_what_a_person_wants_left_out_is_not_what_they_ask_for() -> None:
    async with an_app() as app:
        person = await an_adult(app)

        done = await accepted(app, a_request(person, negative="nude people"))

        assert (await status(app, person, done.request_id)).wish.negative == "nude people"


async def test_words_hidden_in_a_style_are_screened_too() -> None:
    async with an_app() as app:
        person = await an_adult(app)

        with pytest.raises(PromptRejected):
            await request_images(app, a_request(person, prompt="a woman", style="nude"))


async def test_a_wish_that_cannot_be_is_refused_before_anything_is_held() -> None:
    async with an_app() as app:
        person = await an_adult(app)

        with pytest.raises(PromptEmpty):
            await request_images(app, a_request(person, prompt=" \n"))
        with pytest.raises(FlagInvalid):
            await request_images(app, a_request(person, count=5))

        assert await count_of(app, HoldRow) == 0


async def test_without_credits_the_refusal_says_what_is_missing_and_when_it_refills() -> None:
    clock = MovingClock(datetime(2026, 11, 22, 19, 0, tzinfo=UTC))
    async with an_app(clock=clock) as app:
        person = await an_adult(app)
        for count in (4, 4, 3):
            await accepted(app, a_request(person, count=count))

        with pytest.raises(QuotaExceeded) as refused:
            await request_images(app, a_request(person, count=4))

        assert dict(refused.value.facts) == {"needed": 8, "available": 2, "resets_in_s": 5 * 3600}
        assert (await accepted(app, a_request(person))).status.credits_left == 0
        clock.move(hours=6)
        assert await balance_of(app, person) == 24


async def test_more_waiting_requests_than_the_plan_allows_are_refused_and_cost_nothing() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        for _ in range(6):
            await accepted(app, a_request(person))
        before = await balance_of(app, person)

        with pytest.raises(TooManyInFlight) as refused:
            await request_images(app, a_request(person))

        assert dict(refused.value.facts) == {"limit": 6}
        assert await balance_of(app, person) == before
        assert len(await history(app, person)) == 6


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"offering_id": "fake/squares", "image_format": "webp"}, "format"),
        ({"image_format": "webp"}, "format"),
        ({"aspect": "21:9"}, "size"),
        ({"count": 4}, "count"),
        ({"prompt": "x" * 501}, "prompt-too-long"),
    ],
)
async def test_what_no_model_can_do_is_refused_with_the_reason(
    wish: dict[str, object], reason: str
) -> None:
    limits = replace(
        SMALL,
        formats=frozenset({"png"}),
        sizes_px=((256, 256),),
        max_count=3,
        max_prompt_chars=500,
    )
    provider = a_provider()
    provider.offering = an_offering(limits=limits)
    async with an_app(providers=[provider]) as app:
        person = await an_adult(app)

        with pytest.raises(OfferingUnavailable) as refused:
            await request_images(app, a_request(person, **wish))  # type: ignore[arg-type]

        assert refused.value.facts["reason"] == reason
        assert refusal(refused.value, "en") != refusal(refused.value, "zh_Hans")
        assert await count_of(app, RequestRow) == 0


async def test_a_model_that_is_not_there_is_answered_with_those_that_are() -> None:
    async with an_app(providers=[a_provider()]) as app:
        person = await an_adult(app)

        with pytest.raises(ModelUnknown) as refused:
            await request_images(app, a_request(person, offering_id="walrus/1"))

        assert refused.value.facts["known"] == AN_OFFERING.id
        assert AN_OFFERING.id in refusal(refused.value, "zh_Hans")
        assert await count_of(app, RequestRow) == 0


@pytest.mark.promise("FA-9.2")
@pytest.mark.parametrize(
    ("facts", "region", "reason"),
    [
        ({"expires_on": date(2020, 1, 1)}, "", "facts-expired"),
        ({"trains": "unknown"}, "", "facts-unknown"),
        ({"trains": "may"}, "", "trains"),
        ({"jurisdictions": frozenset({"CN"})}, "DE", "processed-in-prc"),
        ({"jurisdictions": frozenset({"CN"})}, "", "processed-in-prc"),
        ({"jurisdictions": frozenset({"CN"})}, "CN", ""),
    ],
)
async def test_a_service_that_may_not_have_the_words_never_gets_them(
    facts: dict[str, object], region: str, reason: str
) -> None:
    provider = a_provider(privacy=replace(AN_OFFERING.privacy, **facts))  # type: ignore[arg-type]
    async with an_app(providers=[provider]) as app:
        person = await an_adult(app)
        if region:
            await choose_region(app, person, region)

        if not reason:
            await accepted(app, a_request(person))
            return
        with pytest.raises(OfferingUnavailable) as refused:
            await request_images(app, a_request(person))

        assert refused.value.facts["reason"] == reason


@pytest.mark.promise("AX-12")
async def test_card_numbers_are_gone_before_anything_is_stored() -> None:
    async with an_app() as app:
        person = await an_adult(app)

        done = await accepted(
            app, a_request(person, prompt=f"a card {CARD} on a table", negative=f"not {CARD}")
        )

        row = await row_of(app, done.request_id)
        wish = await requests.open_wish(app, row)
        assert wish.prompt == f"a card {REDACTED} on a table"
        assert wish.negative == f"not {REDACTED}"
        with pytest.raises(FlagInvalid):
            await request_images(app, a_request(person, style=CARD.replace(" ", "-")))


@pytest.mark.promise("AX-20", "FA-9.5")
async def test_words_and_addresses_lie_sealed_in_the_database() -> None:
    async with an_app() as app:
        person = await an_adult(app)
        done = await accepted(app, a_request(person, prompt="ultramarine walrus"))

        await app.database.checkpoint()
        stored = b"".join(
            path.read_bytes() for path in app.settings.data.rglob("*") if path.is_file()
        )

        assert done.request_id.encode() in stored
        for secret in (b"ultramarine", b"walrus", b"somewhere"):
            assert secret not in stored


async def test_letters_no_database_takes_do_not_break_a_request(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        person = await an_adult(app)

        done = await accepted(app, a_request(person, prompt="a fox\x00 in\ud83d snow"))

        assert done.status.wish.prompt == "a fox in snow"


@pytest.mark.promise("FA-9.5")
async def test_asking_stores_who_asked_only_as_an_account() -> None:
    async with an_app() as app:
        person = await an_adult(app, "native-4711")
        await accepted(app, a_request(person))

        known = await meet(app, person)
        await app.database.checkpoint()
        stored = (app.settings.data / "limner.db").read_bytes()

        assert known.account_id.encode() in stored
        assert b"native-4711" not in stored
