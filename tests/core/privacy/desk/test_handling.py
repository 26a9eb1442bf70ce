"""What operators do with requests: more time, a fee, an answer, a mail; the person is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.accounts.commands import choose_language, choose_region, meet
from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import Actor
from core.privacy.desk.alarms import desk_load, warn
from core.privacy.desk.errors import (
    ExtendedAlready,
    ExtensionTooLate,
    ExtensionWithoutReason,
    FeeForbidden,
    KindUnknown,
    NobodyKnown,
    RequestUnknown,
)
from core.privacy.desk.handling import (
    answer_request,
    ask_fee,
    extend_request,
    import_request,
    open_requests,
)
from core.privacy.desk.requests import open_request
from core.privacy.desk.rows import RightsRequestRow
from core.privacy.letters.loop import LetterLoop
from core.privacy.letters.rows import LetterRow
from core.worker import working
from tests.core.privacy.desk.people import read, told
from tests.core.privacy.retention.clock import START, MovingClock
from tests.factories import an_actor, an_app
from tests.fakes import FakeLetters


@asynccontextmanager
async def bringing(app: App, surface: FakeLetters) -> AsyncIterator[None]:
    """Bring letters while the context is open."""
    task = asyncio.create_task(LetterLoop(app, surface).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def asked(app: App, actor: Actor, kind: str = "export", region: str = "") -> str:
    """A request that was made just now."""
    person = await (choose_region(app, actor, region) if region else meet(app, actor))
    async with app.transaction() as tx:
        return await open_request(tx, app, person.account_id, kind)


async def letters_of(app: App) -> int:
    async with app.transaction() as tx:
        return await tx.scalar(select(func.count()).select_from(LetterRow)) or 0


@pytest.mark.promise("FA-14.1b")
async def test_more_time_is_told_to_the_person_with_its_reason(database_url: str) -> None:
    clock, surface = MovingClock(), FakeLetters()
    async with an_app(database_url=database_url, clock=clock) as app:
        request_id = await asked(app, an_actor("77"))
        clock.move(days=20)
        due = await extend_request(app, request_id, "complex")
        assert due == START + timedelta(days=90)
        with pytest.raises(ExtendedAlready):
            await extend_request(app, request_id, "many")

        async with bringing(app, surface):
            await surface.until(lambda: len(surface.brought) == 1)
        letter = surface.brought[0]
        assert letter.reply_to == "private chat of 77"
        words = read(letter.answer)
        assert "because it is complex" in words
        assert "May 30, 2026" in words
        shown = await told(app, "requests", actor=an_actor("77"))
        assert "more time, because it is complex" in shown
        assert "May 30, 2026" in shown


@pytest.mark.promise("FA-14.1b")
async def test_a_refused_extension_changes_nothing_and_tells_nobody() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        request_id = await asked(app, an_actor())
        with pytest.raises(ExtensionWithoutReason):
            await extend_request(app, request_id, "")
        clock.move(days=31)
        with pytest.raises(ExtensionTooLate):
            await extend_request(app, request_id, "complex")
        with pytest.raises(RequestUnknown):
            await extend_request(app, "no such request", "complex")
        (one,) = await open_requests(app)
        assert (one.due_at, one.extension_reason) == (START + timedelta(days=30), "")
        assert await letters_of(app) == 0


@pytest.mark.promise("FA-14.1b")
async def test_two_operators_at_once_extend_once(database_url: str) -> None:
    async with an_app(database_url=database_url, clock=MovingClock()) as app:
        request_id = await asked(app, an_actor())
        done = await asyncio.gather(
            *(extend_request(app, request_id, "many") for _ in range(3)), return_exceptions=True
        )
        assert sum(isinstance(one, ExtendedAlready) for one in done) == 2
        assert await letters_of(app) == 1


@pytest.mark.promise("FA-14.1a")
async def test_alarms_come_at_half_four_fifths_and_the_end(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = MovingClock()
    async with an_app(database_url=database_url, clock=clock) as app:
        request_id = await asked(app, an_actor())
        seen = []
        for days in (0, 15, 9, 6, 1):
            clock.move(days=days)
            with caplog.at_level("WARNING"):
                caplog.clear()
                await warn(app)
            load = await desk_load(app)
            seen.append([percent for percent, count in load.by_alarm.items() if count])
            if seen[-1] != [0]:
                assert f"request {request_id} (export, default)" in caplog.text
                assert f"{seen[-1][0]} % of its time" in caplog.text
            else:
                assert caplog.text == ""
        assert seen == [[0], [50], [80], [100], [100]]
        assert (await desk_load(app)).overdue_s == 24 * 3600
        assert [one.id for one in await open_requests(app, overdue=True)] == [request_id]


@pytest.mark.promise("FA-14.1a")
async def test_a_worker_warns_by_itself(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    clock = MovingClock()
    async with an_app(database_url=database_url, clock=clock) as app:
        request_id = await asked(app, an_actor())
        clock.move(days=25)
        with caplog.at_level("WARNING"):
            async with working(app), asyncio.timeout(30):
                while f"request {request_id}" not in caplog.text:
                    await asyncio.sleep(0.05)
        assert "80 %" in caplog.text


@pytest.mark.promise("FA-14.2c")
async def test_a_fee_is_announced_before_any_work_and_only_in_hong_kong() -> None:
    surface = FakeLetters()
    async with an_app() as app:
        with pytest.raises(FeeForbidden):
            await ask_fee(app, await asked(app, an_actor("1"), region="DE"), 5000, "copies")
        with pytest.raises(FeeForbidden):
            await ask_fee(app, await asked(app, an_actor("2"), region="US-CA"), 5000, "copies")
        assert await letters_of(app) == 0

        await ask_fee(app, await asked(app, an_actor("3"), region="HK"), 5000, "copies of binders")
        async with bringing(app, surface):
            await surface.until(lambda: len(surface.brought) == 1)
        words = read(surface.brought[0].answer)
        assert "HK$50.00: copies of binders" in words
        assert "No work begins" in words
        assert "Privacy Commissioner" in words
        assert "HK$50.00" in await told(app, "requests", actor=an_actor("3"))


@pytest.mark.promise("FA-14.2c")
async def test_using_a_right_costs_nothing_by_itself() -> None:
    async with an_app() as app:
        for place, native_id in (("HK", "1"), ("US-CA", "2"), ("FR", "3"), ("", "4")):
            await asked(app, an_actor(native_id), region=place)
        async with app.transaction() as tx:
            assert set(await tx.scalars(select(RightsRequestRow.fee_cents))) == {0}


async def test_an_answer_ends_the_request_and_comes_in_the_person_s_language() -> None:
    surface = FakeLetters()
    async with an_app() as app:
        actor = an_actor()
        request_id = await asked(app, actor, "object")
        await choose_language(app, actor, "zh_Hans")
        await answer_request(app, request_id, "Wir haben es beendet.", refused=True)
        async with bringing(app, surface):
            await surface.until(lambda: len(surface.brought) == 1)
        words = read(surface.brought[0].answer)
        assert words.startswith("对您请求的答复：/object")
        assert "Wir haben es beendet." in words
        assert "已拒绝并说明理由" in await told(app, "requests", actor=actor)
        with pytest.raises(RequestUnknown):
            await answer_request(app, request_id, "again")


@pytest.mark.promise("AX-42")
@pytest.mark.promise("FA-14.2b")
async def test_a_mail_keeps_its_clock_and_only_the_person_can_confirm_it(
    database_url: str,
) -> None:
    clock, surface = MovingClock(), FakeLetters()
    async with an_app(database_url=database_url, clock=clock) as app:
        actor = an_actor("5")
        await meet(app, actor)
        came = START - timedelta(days=12)
        request_id = await import_request(app, actor, "export", came)

        async with bringing(app, surface):
            await surface.until(lambda: len(surface.brought) == 1)
        letter = surface.brought[0]
        assert letter.reply_to == "private chat of 5"
        assert letter.answer.steps[0].command == "export"
        assert "nothing will happen" in read(letter.answer)
        (one,) = await open_requests(app)
        assert (one.came_by, one.due_at) == ("mail", came + timedelta(days=30))

        # What the person then does in the chat is this request, with its clock.
        async with app.transaction() as tx:
            account_id = (await tx.scalars(select(AccountRow.id))).one()
            joined = await open_request(tx, app, AccountId(account_id), "export")
        assert joined == request_id
        assert await import_request(app, actor, "export", came) == request_id


@pytest.mark.promise("FA-14.2b")
async def test_a_mail_about_nobody_or_nothing_is_refused() -> None:
    async with an_app(clock=MovingClock()) as app:
        with pytest.raises(NobodyKnown):
            await import_request(app, an_actor("nobody"), "export", START)
        await meet(app, an_actor())
        with pytest.raises(KindUnknown):
            await import_request(app, an_actor(), "tell-me-about-somebody", START)
        assert await open_requests(app) == ()
        async with app.transaction() as tx:
            assert len(list(await tx.scalars(select(AccountRow)))) == 1
