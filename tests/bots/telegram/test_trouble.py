"""What people see when the platform fails: the picture comes once, late, or waits stored."""

import asyncio

import pytest

from core.generation.values import RequestState
from tests.bots.telegram.stage import Stage, a_stage, is_result
from tests.emulators.telegram import ApiError, Chat, Fault, Person
from tests.fakes import FakeProvider
from tests.patience import LONG_S


async def delivered(stage: Stage, person: Person, timeout_s: float = LONG_S) -> None:
    """Wait until the core counts every request of a person as delivered."""
    async with asyncio.timeout(timeout_s):
        while True:
            found = await stage.requests_of(person)
            if found and all(one.state is RequestState.DELIVERED for one in found):
                return
            await asyncio.sleep(0.05)


def results_in(stage: Stage, chat: Chat) -> int:
    return sum(is_result(message) for message in chat.sent_by(stage.emulator.bot))


@pytest.mark.slow
async def test_a_picture_that_arrives_although_the_call_timed_out_is_not_sent_twice() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        stage.emulator.faults.add("editMessageMedia", Fault.timeout_after_effect(3), times=2)
        ada.says("a fox")

        await delivered(stage, ada)
        await stage.settled()

        assert results_in(stage, ada.chat) == 1
        assert len(ada.received) == 1
        assert stage.emulator.faults.left() == {}


@pytest.mark.slow
async def test_a_status_line_whose_answer_was_lost_leaves_at_most_one_quiet_line() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        stage.emulator.faults.add("sendMessage", Fault.timeout_after_effect(3))
        ada.says("a fox")

        await delivered(stage, ada)
        await stage.settled()

        assert results_in(stage, ada.chat) == 1
        lines = [message for message in ada.received if not is_result(message)]
        assert len(lines) <= 1
        assert all(message.media is None for message in lines)
        assert [message.silent for message in ada.received if is_result(message)] == [True]


@pytest.mark.slow
async def test_a_push_back_is_waited_out() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        stage.emulator.faults.add("sendMessage", Fault.retry_after(1))
        stage.emulator.faults.add("editMessageMedia", Fault.retry_after(1), times=2)
        ada.says("a fox")

        await delivered(stage, ada)

        assert results_in(stage, ada.chat) == len(ada.received) == 1


@pytest.mark.slow
async def test_errors_of_the_platform_and_lost_connections_are_waited_out() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        faults = stage.emulator.faults
        faults.add("editMessageMedia", Fault.status(500))
        faults.add("editMessageMedia", Fault.connection_reset)
        faults.add("editMessageMedia", Fault.reset_after_effect())
        faults.add("getUpdates", Fault.status(502))
        ada.says("a fox")

        await delivered(stage, ada)

        assert results_in(stage, ada.chat) == len(ada.received) == 1


async def test_someone_who_blocked_the_bot_keeps_the_picture_and_nothing_is_retried() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        ada.says("a fox")
        await stage.said(ada.chat, "In line")
        ada.blocks_bot()
        provider.gate.set()

        await delivered(stage, ada)
        calls = len(stage.emulator.calls)
        await stage.settled(2)

        assert len(stage.emulator.calls) == calls
        [request] = await stage.requests_of(ada)
        assert request.outcome is not None
        assert len(request.outcome.pictures) == 1


async def test_a_bot_removed_from_the_group_gives_up_quietly() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada)
        ada.says("/imagine a fox", room)
        await stage.said(room, "In line")
        stage.emulator.removes_bot(room, ada)
        provider.gate.set()

        await delivered(stage, ada)


async def test_a_deleted_message_is_made_anew() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        ada.says("a fox")
        line = await stage.said(ada.chat, "In line")
        ada.deletes(line)
        provider.gate.set()

        await delivered(stage, ada)

        assert results_in(stage, ada.chat) == len(ada.received) == 1


async def test_a_message_that_cant_be_edited_any_more_is_made_anew() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        refused = Fault(ApiError(400, "Bad Request: message can't be edited"))
        stage.emulator.faults.add("editMessageMedia", refused)
        ada.says("a fox")

        await delivered(stage, ada)

        assert results_in(stage, ada.chat) == 1


async def test_a_group_that_became_a_supergroup_gets_its_picture_there() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada, kind="group")
        ada.says("/imagine a fox", room)
        await stage.said(room, "In line")
        new = stage.emulator.migrate(room, ada)
        provider.gate.set()

        await delivered(stage, ada)

        assert results_in(stage, new) == 1


async def test_what_the_platform_cant_show_as_a_photo_comes_as_a_file() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        broken = Fault(ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED"))
        stage.emulator.faults.add("editMessageMedia", broken)
        # The progress edit carries a preview as well; whichever comes first meets the fault.
        stage.emulator.faults.add("editMessageMedia", broken)
        ada.says("a fox")

        await delivered(stage, ada)

        assert results_in(stage, ada.chat) == len(ada.received) == 1


@pytest.mark.slow
async def test_a_process_that_dies_between_accepting_and_sending_still_delivers_once() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        # Both tries to say "in line" are lost before they reach anybody.
        stage.emulator.faults.add("sendMessage", Fault.connection_reset)
        ada.says("a fox")
        await delivered(stage, ada)
        await stage.restart()
        await stage.settled(1)

        assert results_in(stage, ada.chat) == len(ada.received) == 1
