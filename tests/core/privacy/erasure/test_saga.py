"""The erasure of an account: unreadable, empty, acknowledged; then exactly one signed receipt."""

import asyncio
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.commands import meet
from core.accounts.rows import TombstoneRow
from core.generation.delivery_port import ACCOUNT_GONE, Gone
from core.generation.values import RequestState
from core.kernel.ids import BlobId
from core.privacy.counter.counter import answer
from core.privacy.counter.values import Ask
from core.privacy.erasure.commands import NothingToErase, begin_erasure, close_account
from core.privacy.erasure.operators import erase_for_retention, erase_person, receipts
from core.privacy.erasure.plan import count_rows
from core.privacy.erasure.queries import oldest_erasure_s
from core.privacy.erasure.receipt import check_receipt
from core.privacy.erasure.rows import ProviderCopyRow
from core.privacy.erasure.schedule import ErasureSchedule
from core.privacy.export.rows import ExportRow
from core.privacy.letters.post import place_of
from core.privacy.letters.rows import LetterRow
from core.providers.port import JobRef, PurgeReceipt
from core.storage.envelope import Unreadable
from tests.core.privacy.erasure.stage import (
    TO,
    TRAITS,
    a_letter_loop,
    a_person_with_pictures,
    an_order,
    confirmed,
    erased,
    erasure_row,
)
from tests.core.privacy.retention.clock import MovingClock
from tests.core.privacy.retention.things import count_of
from tests.factories import (
    a_delivery,
    a_request,
    a_worker,
    accepted,
    an_actor,
    an_adult,
    an_app,
    until,
)
from tests.fakes import FakeLetters, FakeProvider, RecordingSurface, an_offering


@dataclass
class Forgetful(FakeProvider):
    """A provider that deletes when it is asked, unless it is down."""

    is_down: bool = False
    asked: list[str] = field(default_factory=list)

    async def purge(self, ref: JobRef) -> PurgeReceipt:
        self.asked.append(ref.job_id)
        if self.is_down:
            raise ConnectionError
        return PurgeReceipt("deleted")


def a_forgetful(*, is_down: bool = False) -> Forgetful:
    plain = an_offering(id="builtin/illustrator", processor="Example Cloud")
    privacy = replace(plain.privacy, retention_s=30 * 86_400)
    return Forgetful(offering=replace(plain, privacy=privacy), is_down=is_down)


def titles(surface: FakeLetters) -> list[str]:
    return [one.answer.page.title.code for one in surface.brought]


@pytest.mark.promise("AX-37", "FA-14.c")
async def test_everything_of_one_person_is_gone_and_of_the_other_nothing(
    database_url: str,
) -> None:
    async with an_app(database_url=database_url) as app:
        _, owner, _ = await a_person_with_pictures(app, 3)
        _, other, kept = await a_person_with_pictures(app, 2, native_id="2")
        before = await count_rows(app, other)
        erasure = await begin_erasure(app, an_order(owner))

        assert await erased(app, erasure.erasure_id) == "done"

        assert await count_rows(app, owner) == {}
        assert await app.vault.blobs_of(owner) == ()
        with pytest.raises(Unreadable):
            await app.vault.put(owner, BlobId("late"), b"too late")
        assert await count_rows(app, other) == before
        assert await app.vault.get(other, BlobId(kept[0][1]))
        row = await erasure_row(app)
        assert (row.state, row.account_id) == ("done", None)
        assert row.receipt is not None
        assert row.receipt["erased_rows"]["pictures"] == 3
        assert row.receipt["erased_files"] == 3
        async with app.transaction() as tx:
            assert list(await tx.scalars(select(ProviderCopyRow))) == []


@pytest.mark.promise("FA-8.3")
async def test_providers_delete_their_copies_and_the_receipt_says_how(database_url: str) -> None:
    provider = a_forgetful()
    async with an_app(database_url=database_url, providers=[provider]) as app:
        _, owner, _ = await a_person_with_pictures(app, 2)
        erasure = await begin_erasure(app, an_order(owner))
        assert await erased(app, erasure.erasure_id) == "done"

        assert len(set(provider.asked)) == 2
        receipt = (await erasure_row(app)).receipt
        assert receipt is not None
        (share,) = receipt["providers"]
        assert (share["processor"], share["deleted"]) == ("Example Cloud", 2)


@pytest.mark.slow
@pytest.mark.promise("FA-8.3", "FA-10.4")
async def test_a_provider_that_is_down_is_told_asked_again_and_never_called_done(
    database_url: str,
) -> None:
    provider = a_forgetful(is_down=True)
    surface = FakeLetters()
    async with (
        an_app(database_url=database_url, providers=[provider]) as app,
        a_letter_loop(app, surface),
    ):
        _, owner, _ = await a_person_with_pictures(app, 1)
        await confirmed(app, "now")
        erasure_id = (await erasure_row(app)).id

        assert await erased(app, erasure_id) == "partial"
        row = await erasure_row(app)
        assert (row.state, row.receipt, row.stores["waiting_for"]) == (
            "running",
            None,
            ["providers"],
        )
        assert await count_rows(app, owner) == {"erasures": 1}, "what is here is gone already"
        await surface.until(lambda: titles(surface)[-1:] == ["erasure-partial-title"])

        provider.is_down = False
        assert await erased(app, erasure_id) == "done"
        await surface.until(lambda: len(surface.brought) >= 3 and surface.is_idle)
        assert "erasure-receipt-title" in titles(surface)


@pytest.mark.promise("FA-8.3")
async def test_a_provider_that_stays_silent_is_tracked_until_its_own_period_has_passed() -> None:
    provider = a_forgetful(is_down=True)
    privacy = replace(provider.offering.privacy, retention_s=3 * 86_400)
    provider.offering = replace(provider.offering, privacy=privacy)
    clock = MovingClock()
    async with an_app(providers=[provider], clock=clock) as app:
        _, owner, _ = await a_person_with_pictures(app, 1)
        erasure = await begin_erasure(app, an_order(owner))
        assert await erased(app, erasure.erasure_id) == "partial"
        clock.move(days=2)
        assert await erased(app, erasure.erasure_id) == "partial"
        clock.move(days=2)
        assert await erased(app, erasure.erasure_id) == "done"

        receipt = (await erasure_row(app)).receipt
        assert receipt is not None
        assert receipt["providers"][0]["expires"] == 1
        assert receipt["providers"][0]["until"].startswith("2026-03-04")


@pytest.mark.promise("FA-10.4")
async def test_an_erasure_that_is_stuck_is_an_alarm_after_7_and_21_days(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = MovingClock()
    async with an_app(providers=[a_forgetful(is_down=True)], clock=clock) as app:
        _, owner, _ = await a_person_with_pictures(app, 1)
        await begin_erasure(app, an_order(owner))
        schedule = ErasureSchedule(app)
        alarms = []
        for _ in range(23):
            caplog.clear()
            await schedule.keep()
            if "has not ended" in caplog.text:
                alarms.append(await oldest_erasure_s(app, clock.now()) // 86_400)
            clock.move(days=1)
        assert alarms == [7, 21]


async def test_the_receipt_names_nobody_and_shows_when_it_was_changed() -> None:
    surface = FakeLetters()
    async with an_app() as app, a_letter_loop(app, surface):
        await a_person_with_pictures(app, 1, native_id="canary-native")
        await confirmed(app, "now", actor=an_actor("canary-native"))
        row = await erasure_row(app)
        account_id = row.account_id
        await erased(app, row.id)
        await surface.until(lambda: any(one.attachment for one in surface.brought))

        (file,) = [one.attachment for one in surface.brought if one.attachment]
        assert file.file_name == "receipt.json"
        text = file.data.decode()
        assert account_id is not None
        assert account_id not in text
        assert "canary" not in text
        assert json.loads(text)["controller"]["name"] == app.profile.controller.name
        found = check_receipt(app.keys, file.data)
        assert found is not None
        assert (found.state, found.erasure_id) == ("genuine", row.id)
        changed = check_receipt(app.keys, file.data.replace(b'"pictures": 1', b'"pictures": 0'))
        assert changed is not None
        assert changed.state == "changed"
        assert check_receipt(app.keys, b"{}") is None
        assert check_receipt(app.keys, b"\x89PNG") is None
        async with an_app() as elsewhere:
            foreign = check_receipt(elsewhere.keys, file.data)
        assert foreign is not None
        assert foreign.state == "foreign"


@pytest.mark.slow
async def test_letters_leave_no_key_and_nothing_of_the_person_behind(database_url: str) -> None:
    surface = FakeLetters()
    async with an_app(database_url=database_url) as app, a_letter_loop(app, surface):
        await a_person_with_pictures(app, 2)
        await confirmed(app, "now")
        await erased(app, (await erasure_row(app)).id)
        await surface.until(lambda: len(surface.taken) == 2)
        await surface.until(lambda: any(one.attachment for one in surface.brought))

        assert sorted(surface.taken) == ["message 1-0", "message 1-1"]
        receipt = (await erasure_row(app)).receipt
        assert receipt is not None
        assert receipt["chat_messages"] == {"removal_asked": 2, "only_you_can_remove": 0}
        async with asyncio.timeout(10):
            while True:
                async with app.transaction() as tx:
                    letters = list(await tx.scalars(select(LetterRow)))
                if all(one.state == "done" for one in letters):
                    break
                await asyncio.sleep(0.05)
        for one in letters:
            assert (one.account_id, one.body_sealed, one.reply_to_sealed) == (None, b"", b"")
            with pytest.raises(Unreadable):
                await app.keys.seal(place_of(one.id, "body_sealed"), b"x")


async def test_messages_that_are_too_old_for_the_platform_are_counted_for_the_person() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        soon = clock.now() + timedelta(hours=48)
        await a_person_with_pictures(app, 2, removable_until=soon)
        clock.move(hours=50)
        await a_person_with_pictures(app, 1)
        await confirmed(app, "now")
        await erased(app, (await erasure_row(app)).id)

        receipt = (await erasure_row(app)).receipt
        assert receipt is not None
        assert receipt["chat_messages"] == {"removal_asked": 1, "only_you_can_remove": 2}


async def test_two_erasures_at_once_are_one(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        _, owner, _ = await a_person_with_pictures(app, 1)
        begun = await asyncio.gather(
            *(begin_erasure(app, an_order(owner, is_now=bool(n % 2))) for n in range(6))
        )
        assert len({one.erasure_id for one in begun}) == 1
        assert [one.is_new for one in begun].count(True) == 1

        verdicts = await asyncio.gather(*(erased(app, begun[0].erasure_id) for _ in range(3)))
        # Who stands in another's way comes again; nobody undoes what is done.
        assert set(verdicts) <= {"done", "stop", "partial"}
        assert await erased(app, begun[0].erasure_id) in ("done", "stop")
        assert (await erasure_row(app)).state == "done"
        assert await count_rows(app, owner) == {}


async def test_a_job_that_ends_late_is_dropped_and_purged_where_it_was_made(
    database_url: str,
) -> None:
    provider = FakeProvider(answers_late=True)
    provider.gate.clear()
    async with (
        an_app(database_url=database_url, providers=[provider]) as app,
        a_worker(app),
    ):
        person = await an_adult(app)
        owner = (await meet(app, person)).account_id
        asked = await accepted(app, a_request(person))
        await until(app, person, asked.request_id, RequestState.RUNNING)
        await begin_erasure(app, an_order(owner))
        await asyncio.sleep(0.5)
        provider.gate.set()

        async with asyncio.timeout(60):
            while (await erasure_row(app)).state != "done":
                await asyncio.sleep(0.1)
        assert await count_rows(app, owner) == {}
        assert await app.vault.blobs_of(owner) == ()
        assert asked.request_id in provider.purged
        assert await app.engine.unfinished([asked.request_id]) == []


async def test_an_account_that_the_platform_says_is_deleted_is_erased_here_too() -> None:
    surface = RecordingSurface(answers=[Gone(ACCOUNT_GONE)])
    async with an_app() as app, a_worker(app), a_delivery(app, surface):
        person = await an_adult(app)
        owner = (await meet(app, person)).account_id
        await accepted(app, a_request(person))
        async with asyncio.timeout(60):
            while await count_rows(app, owner):
                await asyncio.sleep(0.1)
        row = await erasure_row(app)
        assert row.requester == "platform"


async def test_an_operator_erases_with_a_reason_and_the_person_is_told() -> None:
    surface = FakeLetters()
    async with an_app() as app, a_letter_loop(app, surface):
        actor, owner, _ = await a_person_with_pictures(app, 1)
        erasure = await erase_person(app, actor, "law", is_now=True)
        await surface.until(lambda: len(surface.brought) == 1)
        assert surface.brought[0].reply_to == "private chat of 1"
        assert await erased(app, erasure.erasure_id) == "done"
        await surface.until(lambda: any(one.attachment for one in surface.brought))

        receipt = json.loads(await receipts(app, erasure.erasure_id))
        assert (receipt["requester"], receipt["reason"]) == ("operator", "law")
        assert await count_rows(app, owner) == {}
        with pytest.raises(NothingToErase):
            await erase_person(app, actor, "law", is_now=True)


@pytest.mark.promise("AX-31")
async def test_the_tail_of_a_closed_account_ends_in_an_erasure_that_says_so() -> None:
    async with an_app() as app:
        _, owner, _ = await a_person_with_pictures(app, 1)
        await close_account(app, owner)
        erasure = await erase_for_retention(app, owner)
        assert await erased(app, erasure.erasure_id) == "done"
        row = await erasure_row(app)
        assert row.requester == "retention"
        async with app.transaction() as tx:
            assert list(await tx.scalars(select(TombstoneRow))) == [], "there was no sanction"


async def test_an_export_that_runs_meanwhile_ends_and_leaves_nothing(database_url: str) -> None:
    async with an_app(database_url=database_url) as app, a_worker(app):
        _, owner, _ = await a_person_with_pictures(app, 6)
        small = replace(TRAITS, part_limit_bytes=1)
        await answer(app, Ask(an_actor(), "export", "send", TO, "key", small))
        async with asyncio.timeout(30):
            while not await count_of(app, ExportRow):
                await asyncio.sleep(0.02)
        await begin_erasure(app, an_order(owner))
        async with asyncio.timeout(60):
            while (await erasure_row(app)).state != "done":
                await asyncio.sleep(0.1)

        assert await count_rows(app, owner) == {}
        assert await app.vault.blobs_of(owner) == ()
        assert await count_of(app, ExportRow) == 0
