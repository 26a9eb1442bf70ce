"""Opened pictures, originals and albums are taken back with what they show, or made blank."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.commands import meet
from core.generation.rows import CopyRow
from core.privacy.erasure.commands import begin_erasure
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.values import EraseAccount
from tests.bots.telegram.stage import Stage, a_stage
from tests.emulators.telegram import Message, Person


async def a_result(stage: Stage, person: Person, words: str) -> Message:
    person.says(f"/imagine {words}")
    return await stage.picture(person.chat)


async def until_remembered(stage: Stage, count: int) -> None:
    async def known() -> int:
        async with stage.app.transaction() as tx:
            return len(list(await tx.scalars(select(CopyRow.id))))

    await stage.settled(0.3)
    assert await known() == count


async def receipt_of(stage: Stage, person: Person) -> dict[str, int]:
    """Erase a person's account now; return what the receipt says of the chat."""
    owner = (await meet(stage.app, stage.actor_of(person))).account_id
    await begin_erasure(stage.app, EraseAccount(owner, "person", is_now=True))
    found: list[dict[str, int]] = []
    while not found:
        await stage.settled(0.3)
        async with stage.app.transaction() as tx:
            row = (await tx.scalars(select(ErasureRow))).one()
        if row.receipt is not None:
            found.append(row.receipt["chat_messages"])
    return found[0]


async def test_deleting_a_result_takes_opened_ones_originals_and_albums_out_of_the_chat() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        grid = await a_result(stage, ada, "a fox --n 2")
        await ada.presses(grid, "2")
        single = await stage.picture(ada.chat, 2)
        await ada.presses(single, "Original")
        await stage.emulator.until(lambda: len(ada.received) == 3)
        await ada.presses(grid, "All")
        await stage.said(ada.chat, "All 2 pictures.")
        await ada.presses(grid, "Original")
        await stage.emulator.until(lambda: len(ada.received) == 8)
        await until_remembered(stage, 7)

        await ada.presses(grid, "Delete")
        await stage.emulator.until(lambda: ada.received == [], 20)
        await until_remembered(stage, 0)


async def test_deleting_one_picture_leaves_what_shows_the_others() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        grid = await a_result(stage, ada, "a fox --n 3")
        await ada.presses(grid, "1")
        first = await stage.picture(ada.chat, 2)
        await ada.presses(grid, "2")
        second = await stage.picture(ada.chat, 3)
        await ada.presses(second, "Original")
        await stage.emulator.until(lambda: len(ada.received) == 4)
        await until_remembered(stage, 3)

        await ada.presses(second, "Delete")
        await stage.emulator.until(lambda: ada.received == [grid, first], 20)
        await until_remembered(stage, 1)


@pytest.mark.slow
async def test_what_is_older_than_two_days_is_made_blank_when_the_account_goes() -> None:
    async with a_stage() as stage:
        ada = await stage.adult(language_code="zh-hans")
        grid = await a_result(stage, ada, "a fox --n 2")
        await ada.presses(grid, "2")
        single = await stage.picture(ada.chat, 2)
        await ada.presses(grid, "原图")
        await stage.emulator.until(lambda: len(ada.received) == 4)
        await until_remembered(stage, 3)
        old = list(ada.received)
        assert [one.media.kind for one in old[2:] if one.media] == ["document", "document"]
        shown = {one.media.sha256 for one in old if one.media}
        stage.emulator.advance(timedelta(hours=49))

        counts = await receipt_of(stage, ada)
        assert counts == {"removal_asked": 4, "only_you_can_remove": 0}
        await stage.emulator.until(lambda: all(one.caption == "已删除。" for one in old), 60)
        assert not shown & {one.media.sha256 for one in old if one.media}
        assert [one.buttons for one in old] == [[], [], [], []]
        assert single in old
        assert not any("fox" in (one.text or one.caption or "") for one in ada.received)


@pytest.mark.slow
async def test_no_words_of_the_person_stay_in_old_messages_without_a_picture() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        shown = await a_result(stage, ada, "a fox")
        await ada.presses(shown, "Change words")
        question = await stage.said(ada.chat, "Answer this message with the new words")
        assert "a fox" in (question.text or "")
        await until_remembered(stage, 1)
        stage.emulator.advance(timedelta(hours=49))

        counts = await receipt_of(stage, ada)
        assert counts == {"removal_asked": 2, "only_you_can_remove": 0}
        old = [shown, question]
        await stage.emulator.until(lambda: all(one.caption == "Deleted." for one in old), 60)
        assert [(one.text, one.buttons) for one in old] == [(None, []), (None, [])]


async def test_what_is_opened_and_deleted_at_once_does_not_stay() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        grid = await a_result(stage, ada, "a fox --n 2")
        await ada.presses(grid, "2")
        await ada.presses(grid, "Delete")
        await stage.settled(1)
        assert ada.received == []
