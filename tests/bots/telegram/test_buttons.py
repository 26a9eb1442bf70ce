from datetime import timedelta

import pytest

from core.generation.queries import picture_file
from tests.bots.telegram.stage import Stage, a_stage, is_result
from tests.emulators.telegram import Message, Person
from tests.fakes import FakeProvider


async def a_result(stage: Stage, person: Person, words: str = "a fox --seed 7") -> Message:
    person.says(words)
    return await stage.picture(person.chat)


async def test_again_and_vary_make_new_requests_with_messages_of_their_own() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        first = await a_result(stage, ada)

        answer = await ada.presses(first, "Again")
        second = await stage.picture(ada.chat, 2)
        await ada.presses(first, "Vary")
        third = await stage.picture(ada.chat, 3)

        assert (answer.text, answer.show_alert) == ("", False)
        assert second.reply_to is first
        assert "a fox" in (third.caption or "")
        assert "seed 7 " not in (third.caption or "")
        assert ada.received == [first, second, third]


async def test_a_press_works_after_a_restart_and_after_a_year() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        shown = await a_result(stage, ada)
        await stage.restart()
        stage.emulator.advance(timedelta(days=365))

        await ada.presses(shown, "Again")

        assert (await stage.picture(ada.chat, 2)).reply_to is shown


@pytest.mark.slow
async def test_a_press_under_a_message_that_is_no_longer_told_works() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        shown = await a_result(stage, ada)
        pressed = {
            "from": ada.user.to_json(),
            "chat_instance": "7",
            "data": shown.button("Again")["callback_data"],
        }
        gone = {"chat": ada.chat.to_json(), "message_id": shown.message_id, "date": 0}
        questions = stage.emulator.questions
        for message in ({"message": gone}, {}):
            question = questions.ask(60)
            stage.emulator.updates.add("callback_query", {"id": question, **pressed, **message})
            await questions.answer_to(question, 10)

        await stage.picture(ada.chat, 3)


async def test_a_stranger_is_told_so_and_nothing_happens() -> None:
    async with a_stage() as stage:
        ada, bob = await stage.adult(), await stage.adult("Bob", "zh-hans")
        room = stage.emulator.group(ada, bob)
        ada.says("/imagine a fox --n 2", room)
        shown = await stage.picture(room)

        for label in ("1", "Vary", "Again", "Change words", "All", "Original", "Delete"):
            answer = await bob.presses(shown, label)
            assert answer.show_alert, label
            assert "只有" in answer.text, label
        await stage.settled()

        assert room.sent_by(stage.emulator.bot) == [shown]
        assert len(await stage.requests_of(bob)) == 0
        assert len(shown.history) <= 3


async def test_the_original_comes_as_a_file_with_untouched_bytes() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        shown = await a_result(stage, ada)
        [request] = await stage.requests_of(ada)
        assert request.outcome is not None
        picture_id = request.outcome.pictures[0].picture_id

        await ada.presses(shown, "Original")
        await stage.emulator.until(lambda: len(ada.received) == 2)

        file = ada.received[-1]
        stored = await picture_file(stage.app, stage.actor_of(ada), picture_id)
        assert file.media is not None
        assert file.media.kind == "document"
        assert file.media.data == stored.data
        assert file.media.file_name == stored.file_name
        [call] = stage.emulator.calls_of("sendDocument")
        assert call["disable_content_type_detection"] is True


async def test_one_picture_of_a_grid_opens_with_its_own_buttons() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        grid = await a_result(stage, ada, "a fox --n 3 --seed 7")

        await ada.presses(grid, "2")
        single = await stage.picture(ada.chat, 2)

        assert "seed 8" in (single.caption or "")
        assert single.reply_to is grid
        labels = [button["text"] for button in single.buttons]
        assert labels == ["Vary", "Again", "Change words", "Original", "Delete"]


@pytest.mark.slow
async def test_which_picture_to_vary_is_asked_in_the_keyboard_itself() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        grid = await a_result(stage, ada, "a fox --n 2 --seed 7")
        assert (await ada.presses(grid, "Vary")).text == "Which one shall I vary?"
        await stage.emulator.until(lambda: len(grid.buttons) == 3)
        assert [button["text"] for button in grid.buttons] == ["1", "2", "‹ Back"]
        await stage.settled(2)

        await ada.presses(grid, "2")
        varied = await stage.picture(ada.chat, 1)
        await ada.presses(grid, "Back")
        await stage.emulator.until(lambda: is_result(grid))

        assert "a fox" in (varied.caption or "")


@pytest.mark.slow
async def test_all_pictures_come_as_an_album_and_its_buttons_in_a_line_below() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        grid = await a_result(stage, ada, "a fox --n 2")
        await stage.settled(3)

        await ada.presses(grid, "All")
        below = await stage.said(ada.chat, "All 2 pictures.")

        album = [message for message in ada.received if message.media_group_id]
        assert len(album) == 2
        assert [message.media.kind for message in album if message.media] == ["photo", "photo"]
        labels = [button["text"] for button in below.buttons]
        assert labels == ["1", "2", "Vary", "Again", "Change words", "Original", "Delete"]


@pytest.mark.slow
async def test_all_originals_of_a_grid_come_as_files() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        grid = await a_result(stage, ada, "a fox --n 2")
        await stage.settled(3)

        await ada.presses(grid, "Original")
        await stage.emulator.until(lambda: len(ada.received) == 3)

        kinds = [message.media.kind for message in ada.received[1:] if message.media]
        assert kinds == ["document", "document"]


@pytest.mark.slow
async def test_other_words_are_asked_for_and_found_again_after_a_restart() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        shown = await a_result(stage, ada, "a fox --ar 16:9 --seed 7")
        await ada.presses(shown, "Change words")
        question = await stage.said(ada.chat, "Answer this message with the new words")
        assert (question.markup or {})["force_reply"] is True
        assert "a fox" in (question.text or "")
        await stage.restart()

        ada.says("a wolf", reply_to=question)
        changed = await stage.picture(ada.chat, 2)

        assert "a wolf" in (changed.caption or "")
        newest = (await stage.requests_of(ada))[0]
        assert newest.wish.aspect == "16:9"


async def test_in_a_group_only_the_one_who_pressed_is_asked_for_words() -> None:
    async with a_stage() as stage:
        ada, bob = await stage.adult("A<d>a"), await stage.adult("Bob")
        room = stage.emulator.group(ada, bob)
        ada.says("/imagine a fox", room)
        shown = await stage.picture(room)

        await ada.presses(shown, "Change words")
        question = await stage.said(room, "Answer this message")
        assert (question.markup or {})["selective"] is True
        assert question.entities[0]["url"] == f"tg://user?id={ada.id}"
        assert "fox" not in (question.text or "")
        bob.says("a wolf", room, reply_to=question)
        await stage.said(room, "Only the person who asked")
        ada.says("a bear", room, reply_to=question)

        assert "a bear" in ((await stage.picture(room, 2)).caption or "")


async def test_deleting_takes_the_picture_out_of_store_and_chat() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        shown = await a_result(stage, ada)

        answer = await ada.presses(shown, "Delete")
        await stage.emulator.until(lambda: shown.deleted)

        assert answer.text == "The picture is deleted."
        [request] = await stage.requests_of(ada)
        assert request.outcome is not None
        assert request.outcome.pictures == ()


async def test_a_message_too_old_to_be_deleted_loses_its_picture_instead() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        shown = await a_result(stage, ada)
        before = shown.media
        stage.emulator.advance(timedelta(hours=49))

        await ada.presses(shown, "Delete")
        await stage.emulator.until(lambda: shown.caption == "The picture is deleted.")

        assert before is not None
        assert shown.media is not None
        assert shown.media.sha256 != before.sha256
        assert shown.buttons == []


@pytest.mark.slow
async def test_deleting_one_of_several_draws_the_others_anew() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        grid = await a_result(stage, ada, "a fox --n 3 --seed 7")
        await ada.presses(grid, "2")
        single = await stage.picture(ada.chat, 2)
        await stage.settled(2)

        await ada.presses(single, "Delete")
        await stage.emulator.until(lambda: single.deleted)
        await stage.emulator.until(
            lambda: [b["text"] for b in grid.buttons[:3]] == ["1", "2", "Vary"]
        )
        await ada.presses(grid, "2")
        third = await stage.picture(ada.chat, 2)

        assert "seed 9" in (third.caption or "")
        again = await ada.presses(single, "Delete")
        assert again.text == "I can't find that any more."


async def test_cancelling_gives_the_credits_back() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        ada.says("a fox")
        waiting = await stage.said(ada.chat, "In line")

        answer = await ada.presses(waiting, "Cancel")
        cancelled = await stage.said(ada.chat, "Cancelled. Your credits are back.")

        assert answer.text == "2 credits returned."
        assert ada.received == [cancelled]
        assert await stage.credits_of(ada) == 24
        provider.gate.set()
        await stage.settled()
        assert ada.received == [cancelled]


async def test_a_button_that_is_not_ours_is_answered() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        shown = await a_result(stage, ada)
        for data in ("zz:1", "a:notanid", "o:" + "0" * 26 + ":x", "h:nothing"):
            shown.buttons[0]["callback_data"] = data
            await ada.presses(shown, data)
