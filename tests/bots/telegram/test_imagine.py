import pytest

from core.generation.values import RequestState
from core.providers.port import Failure, FailureKind
from tests.bots.telegram.stage import a_stage, is_result
from tests.fakes import FakeProvider


@pytest.mark.promise("FA-5.0a")
async def test_a_prompt_becomes_one_message_that_ends_as_the_picture() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        asked = ada.says("/imagine a lighthouse in a storm --seed 7")

        shown = await stage.picture(ada.chat)

        assert shown.media is not None
        assert shown.media.kind == "photo"
        assert shown.reply_to is asked
        assert "a lighthouse in a storm" in (shown.caption or "")
        assert "made by AI · Squares · seed 7 · 2 credits" in (shown.caption or "")
        assert (shown.history[0].text or "").startswith("In line: no. 1 · about")
        assert ada.received == [shown]
        labels = [button["text"] for button in shown.buttons]
        assert labels == ["Vary", "Again", "Change words", "Original", "Delete"]
        assert await stage.credits_of(ada) == 22


async def test_the_same_in_chinese() -> None:
    async with a_stage() as stage:
        lin = await stage.adult("Lin", language_code="zh-hans")
        lin.says("/imagine 暴风雨中的灯塔 --n 2")

        shown = await stage.picture(lin.chat)

        assert "第 1 位" in (shown.history[0].text or "")
        assert "暴风雨中的灯塔" in (shown.caption or "")
        labels = [button["text"] for button in shown.buttons]
        assert labels == ["1", "2", "变化", "再来一次", "换个说法", "全部", "原图", "删除"]


async def test_several_pictures_come_as_one_numbered_grid() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        ada.says("/imagine a fox --n 4 --ar 16:9")

        shown = await stage.picture(ada.chat)

        assert [button["text"] for button in shown.buttons[:4]] == ["1", "2", "3", "4"]
        assert "8 credits" in (shown.caption or "")
        assert shown.media is not None
        assert shown.media.file_name == "limner-grid.jpg"
        assert len(ada.received) == 1


async def test_plain_words_in_private_are_a_prompt_and_in_a_group_are_not() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada, privacy=False)
        ada.says("a quiet harbour", room)
        ada.says("a quiet harbour")

        await stage.picture(ada.chat)

        assert room.sent_by(stage.emulator.bot) == []


async def test_somebody_elses_words_are_drawn_by_replying_with_the_command() -> None:
    async with a_stage() as stage:
        ada, bob = await stage.adult(), await stage.adult("Bob")
        room = stage.emulator.group(ada, bob)
        words = bob.says("a boat made of paper", room)
        ada.says("/imagine --n 2", room, reply_to=words)

        shown = await stage.picture(room)

        assert "a boat made of paper" in (shown.caption or "")
        assert len([b for b in shown.buttons if b["text"] in "12"]) == 2


async def test_in_a_forum_the_answer_stays_in_its_topic() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada, topics=("Sketches", "Talk"))
        [sketches, _talk] = list(room.topics)
        asked = ada.says("/imagine@limner_test_bot a fox", room, thread=sketches)

        shown = await stage.picture(room)

        assert shown.thread_id == sketches
        assert shown.reply_to is asked


async def test_a_preview_is_shown_while_it_is_painted() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        ada.says("a fox")
        await stage.said(ada.chat, "Painting · 50 %")
        [painting] = ada.received
        assert painting.media is not None
        assert [button["text"] for button in painting.buttons] == ["Cancel"]

        provider.gate.set()
        shown = await stage.picture(ada.chat)

        assert shown is painting
        assert ada.received == [shown]


async def test_an_edited_a_forwarded_and_a_misaddressed_command_draw_nothing() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada, privacy=False)
        asked = ada.says("/imagine a fox")
        await stage.picture(ada.chat)
        ada.edits(asked, "/imagine a fox in snow")
        ada.forwards(asked)
        ada.says("/imagine@another_bot a wolf", room)
        await stage.said(ada.chat, "I don't draw forwarded messages")
        await stage.settled()

        assert len(await stage.requests_of(ada)) == 1
        assert room.sent_by(stage.emulator.bot) == []


async def test_a_replayed_update_is_one_job_one_charge_one_message() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        asked = ada.says("a fox")
        await stage.picture(ada.chat)
        assert asked.update_id is not None

        stage.emulator.redeliver(asked.update_id)
        await stage.settled()
        await stage.restart()
        stage.emulator.redeliver(asked.update_id)
        await stage.settled(1.0)

        assert len(await stage.requests_of(ada)) == 1
        assert len(ada.received) == 1
        assert await stage.credits_of(ada) == 22


async def test_what_was_asked_while_the_bot_was_away_is_drawn_when_it_is_back() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        await stage.stop()
        ada.says("a fox")
        ada.says("a wolf")
        await stage.start()

        await stage.picture(ada.chat, 2)

        assert len(await stage.requests_of(ada)) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("/imagine", "What should I draw?"),
        ("/imagine a fox --ar 99", "I can't use “99” for --ar. Try: 1:1 16:9"),
        ("/imagine a fox --zoom 3", "I don't know --zoom."),
        ("/imagine " + "long " * 500, "I can read 2000"),
        ("/imagine a fox --model <b>", "I can't use “<b>” for --model."),
    ],
)
async def test_what_cant_be_used_is_said_with_what_to_change(words: str, said: str) -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        ada.says(words)

        answer = await stage.said(ada.chat, said)

        assert answer.media is None
        assert await stage.requests_of(ada) == ()
        assert await stage.credits_of(ada) == 24


async def test_a_bad_flag_keeps_the_words_for_correction_in_private_only() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada)
        ada.says("/imagine a fox --ar 99")
        ada.says("/imagine a fox --ar 99", room)

        private = await stage.said(ada.chat, "Try: 1:1")
        public = await stage.said(room, "Try: 1:1")

        assert private.buttons[0]["copy_text"] == {"text": "a fox --ar 99"}
        assert public.buttons == []
        assert "fox" not in (public.text or "")


async def test_refused_words_cost_nothing_and_are_not_repeated() -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada)
        ada.says("/imagine a nude woman", room)

        answer = await stage.said(room, "I can't make that")

        assert "Nothing was charged" in (answer.text or "")
        assert "nude woman" not in (answer.text or "")
        assert await stage.credits_of(ada) == 24


@pytest.mark.slow
async def test_out_of_credits_says_what_is_left_and_when_it_refills() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        for _ in range(3):
            ada.says("/imagine a fox --n 4")
        await stage.picture(ada.chat, 3)
        ada.says("/imagine a fox --n 4")

        answer = await stage.said(ada.chat, "That costs 8 credits and you have 0.")

        assert "refill in" in (answer.text or "")


HOSTILE = (
    '<b>bold</b> & <a href="https://example.org">x</a>',
    "</i><script>alert(1)</script>",
    "\u202eturned around\u202c fox",
    "a fox {left} {0} %s --seed 3",
    "🦊" * 900,
    "&lt;b&gt; &amp;amp; <",
)


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_are_shown_literally_and_stay_within_limits(words: str) -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        ada.says(words)

        shown = await stage.picture(ada.chat)

        kinds = {entity["type"] for entity in shown.caption_entities}
        assert kinds == {"italic"}
        assert len((shown.caption or "").encode("utf-16-le")) // 2 <= 1024
        assert "\u202e" not in (shown.caption or "")


async def test_a_failure_says_that_credits_are_back_and_can_be_tried_again() -> None:
    provider = FakeProvider(failure=Failure(FailureKind.UNAVAILABLE))
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        ada.says("a fox")
        failed = await stage.said(ada.chat, "The service didn't answer. Your credits are back.")
        assert [button["text"] for button in failed.buttons] == ["Try again", "Change words"]
        assert failed.media is None
        assert await stage.credits_of(ada) == 24

        provider.failure = None
        await ada.presses(failed, "Try again")
        shown = await stage.picture(ada.chat)

        assert "a fox" in (shown.caption or "")


@pytest.mark.slow
async def test_a_preview_of_what_was_refused_does_not_stay() -> None:
    provider = FakeProvider()
    provider.gate.clear()
    async with a_stage(provider=provider) as stage:
        ada = await stage.adult()
        ada.says("a fox")
        await stage.said(ada.chat, "Painting · 50 %")
        provider.failure = Failure(FailureKind.BLOCKED)
        provider.gate.set()

        refused = await stage.said(ada.chat, "The service refused these words")

        assert refused.media is None
        assert ada.received == [refused]
        assert not is_result(refused)
        [request] = await stage.requests_of(ada)
        await stage.settled()
        assert request.state in (RequestState.ENDED, RequestState.DELIVERED)


@pytest.mark.slow
async def test_a_veiled_picture_stays_veiled_when_it_is_opened_from_the_grid() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        ada.says("/imagine a fox --spoiler --n 2")

        grid = await stage.picture(ada.chat)
        assert grid.has_spoiler
        await ada.presses(grid, "1")
        await stage.emulator.until(lambda: len(ada.received) > 1)

        assert ada.received[-1].has_spoiler
        assert "--spoiler" not in (grid.caption or "")
