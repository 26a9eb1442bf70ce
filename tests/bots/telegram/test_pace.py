"""The platform's rates are kept, in order, and a push-back stops only its own chat."""

import asyncio
import time

import pytest
from telegram.error import RetryAfter

from bots.telegram.pace import KEPT_FOR_ANSWERS, OVERALL_PER_SECOND, Pace
from tests.bots.telegram.stage import a_stage, is_result


class Calls:
    """The times at which calls were let through, and what they answer."""

    def __init__(self) -> None:
        self.at_s: list[float] = []
        self.push_backs = 0

    async def make(self) -> bool:
        if self.push_backs:
            self.push_backs -= 1
            raise RetryAfter(1)
        self.at_s.append(time.monotonic())
        return True

    async def through(self, pace: Pace, chat_id: int, times: int, retries: int = 0) -> None:
        data = {"chat_id": chat_id}
        await asyncio.gather(
            *(
                pace.process_request(self.make, (), {}, "sendMessage", data, retries)
                for _ in range(times)
            )
        )


async def test_a_private_chat_gets_two_at_once_and_then_one_a_second() -> None:
    calls = Calls()
    await calls.through(Pace(), 5, 5)

    assert calls.at_s[1] - calls.at_s[0] < 0.2
    for first, third in zip(calls.at_s, calls.at_s[2:], strict=False):
        assert third - first >= 2.0


async def test_after_a_start_what_was_sent_just_before_counts_as_well() -> None:
    calls, pace = Calls(), Pace()
    await pace.initialize()
    await calls.through(pace, 5, 2)

    assert calls.at_s[1] - calls.at_s[0] >= 1.9


async def test_many_chats_together_stay_below_thirty_a_second() -> None:
    calls, pace = Calls(), Pace()
    await asyncio.gather(*(calls.through(pace, chat, 1) for chat in range(1, 61)))

    for first, later in zip(calls.at_s, calls.at_s[28:], strict=False):
        assert later - first >= 1.0


async def test_a_group_gets_twenty_a_minute_and_progress_leaves_room_for_results() -> None:
    calls, pace = Calls(), Pace()
    assert pace.is_calm(-5)
    await calls.through(pace, -5, 12)
    assert not pace.is_calm(-5)
    await calls.through(pace, -5, 8)

    assert pace.wait_s(-5) > 55
    assert pace.wait_s(-6) == 0


async def test_a_push_back_rests_its_chat_and_no_other() -> None:
    calls, pace = Calls(), Pace()
    calls.push_backs = 1
    with pytest.raises(RetryAfter):
        await calls.through(pace, 5, 1)
    started_s = time.monotonic()
    await calls.through(pace, 6, 1)
    await calls.through(pace, 5, 1)

    assert calls.at_s[0] - started_s < 0.3
    assert calls.at_s[1] - started_s >= 0.7


async def test_an_answer_waits_a_push_back_out() -> None:
    calls = Calls()
    calls.push_backs = 1
    await calls.through(Pace(), 5, 1, retries=1)

    assert len(calls.at_s) == 1


@pytest.mark.slow
async def test_under_load_every_picture_comes_and_no_rate_is_broken() -> None:
    async with a_stage() as stage:
        people = [await stage.adult(f"P{number}") for number in range(6)]
        room = stage.emulator.group(*people)
        for person in people:
            person.says("a fox")
            person.says("a wolf")
        for person in people[:4]:
            person.says("/imagine a bear", room)

        def finished() -> int:
            return sum(is_result(message) for message in stage.emulator.messages)

        await stage.emulator.until(lambda: finished() == 16, 90)


async def test_a_first_answer_does_not_wait_behind_a_hundred_edits() -> None:
    pace = Pace()
    passed: list[int] = []

    async def call() -> None:
        return

    async def ask(endpoint: str, chat_id: int) -> None:
        await pace.process_request(call, (), {}, endpoint, {"chat_id": chat_id}, None)

    edits = [asyncio.create_task(ask("editMessageMedia", 1000 + one)) for one in range(100)]
    await asyncio.sleep(0.1)
    for one in range(5):
        before = sum(edit.done() for edit in edits)
        await ask("sendMessage", 1 + one)
        passed.append(sum(edit.done() for edit in edits) - before)
    for edit in edits:
        edit.cancel()
    await asyncio.gather(*edits, return_exceptions=True)

    at_once = OVERALL_PER_SECOND - KEPT_FOR_ANSWERS
    assert max(passed) <= at_once, "there is always room for an answer"
