"""Opened pictures and originals are taken back while they can be, and counted when they can't."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy import select

from core.accounts.commands import meet
from core.generation.rows import CopyRow, RequestRow
from core.privacy.erasure.commands import begin_erasure
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.values import EraseAccount
from tests.bots.discord.stage import Stage, a_stage, actor
from tests.emulators.discord import Person
from tests.fakes import MovingClock
from tests.patience import LONG_S


@pytest_asyncio.fixture
async def clock() -> MovingClock:
    return MovingClock()


@pytest_asyncio.fixture
async def stage(clock: MovingClock) -> AsyncIterator[Stage]:
    """One bot for each test, with a clock that moves."""
    async with a_stage(clock=clock) as started:
        yield started


async def remembered(stage: Stage, count: int) -> None:
    """Wait until so many copies are known."""
    async with asyncio.timeout(LONG_S):
        while await _count(stage) != count:
            await asyncio.sleep(0.05)


async def _count(stage: Stage) -> int:
    async with stage.app.transaction() as tx:
        return len(list(await tx.scalars(select(CopyRow.id))))


async def erased(stage: Stage, person: Person) -> dict[str, int]:
    """Erase a person's account now; return what the receipt says of the chat."""
    owner = (await meet(stage.app, actor(person))).account_id
    begun = await begin_erasure(stage.app, EraseAccount(owner, "person", is_now=True))
    async with asyncio.timeout(2 * LONG_S):
        while True:
            async with stage.app.transaction() as tx:
                row = await tx.get_one(ErasureRow, begun.erasure_id, populate_existing=True)
            if row.receipt is not None:
                counts: dict[str, int] = row.receipt["chat_messages"]
                return counts
            await asyncio.sleep(0.05)


async def test_deleting_a_result_removes_what_was_opened_of_it(stage: Stage) -> None:
    ann = await stage.adult()
    message = await stage.result(ann.uses("imagine", prompt="a fox", count=2), "2")
    opened = await ann.presses(message, "2").response()
    file = await ann.presses(opened, "Original").response()
    both = await ann.presses(message, "Original").response()
    assert opened.ephemeral
    await remembered(stage, 3)

    ann.presses(message, "Delete")
    shown = [opened, file, both]
    await stage.emulator.until(lambda: all(one.deleted for one in shown), 20, "removal")
    assert "deleted" in message.text
    await remembered(stage, 0)


async def test_deleting_one_picture_removes_what_shows_it_and_says_so_where_it_was_pressed(
    stage: Stage,
) -> None:
    ann = await stage.adult()
    message = await stage.result(ann.uses("imagine", prompt="a fox", count=3), "3")
    first = await ann.presses(message, "1").response()
    second = await ann.presses(message, "2").response()
    again = await ann.presses(message, "2").response()
    files = await ann.presses(message, "Original").response()
    await remembered(stage, 4)

    ann.presses(second, "Delete")
    await stage.emulator.until(lambda: again.deleted and files.deleted, 20, "removal")
    assert "deleted" in second.text
    assert not second.deleted
    assert not first.deleted
    await remembered(stage, 1)


async def test_where_the_bot_is_no_member_nothing_is_said_to_be_removed_after_the_token(
    stage: Stage, clock: MovingClock
) -> None:
    ann = await stage.adult(installed_the_app=True)
    foreign = await stage.emulator.guild("Elsewhere", has_bot=False)
    room = await stage.emulator.text_channel(foreign)
    asked = ann.uses("imagine", prompt="a fox", channel=room)
    message = await stage.result(asked)
    original = ann.presses(message, "Original")
    file = await original.response()
    await remembered(stage, 1)
    for one in (asked, original):
        stage.emulator.expire(one)
    clock.move(minutes=20)

    assert await erased(stage, ann) == {"removal_asked": 0, "only_you_can_remove": 2}
    assert room.messages == [message]
    assert not file.deleted


async def test_where_the_bot_is_no_member_the_token_removes_all_in_time(stage: Stage) -> None:
    ann = await stage.adult(installed_the_app=True)
    foreign = await stage.emulator.guild("Elsewhere", has_bot=False)
    room = await stage.emulator.text_channel(foreign)
    message = await stage.result(ann.uses("imagine", prompt="a fox", channel=room))
    file = await ann.presses(message, "Original").response()
    await remembered(stage, 1)

    assert await erased(stage, ann) == {"removal_asked": 2, "only_you_can_remove": 0}
    await stage.emulator.until(lambda: message.deleted and file.deleted, 20, "removal")


async def test_where_the_bot_is_a_result_goes_at_any_age_and_hidden_copies_are_counted(
    stage: Stage, clock: MovingClock
) -> None:
    ann = await stage.adult()
    asked = ann.uses("imagine", prompt="a fox", channel=stage.room)
    message = await stage.result(asked)
    original = ann.presses(message, "Original")
    await original.response()
    private = await stage.result(ann.uses("imagine", prompt="a fox", dm=True))
    await remembered(stage, 1)
    async with stage.app.transaction() as tx:
        ends = set(await tx.scalars(select(RequestRow.message_removable_until)))
    assert ends == {None}
    for one in (asked, original):
        stage.emulator.expire(one)
    clock.move(hours=72)

    assert await erased(stage, ann) == {"removal_asked": 2, "only_you_can_remove": 1}
    await stage.emulator.until(lambda: message.deleted and private.deleted, 20, "removal")
