"""Groups, the question of age, and what belongs to the person alone."""

import pytest

from tests.bots.telegram.stage import Stage, a_stage
from tests.emulators.telegram import Chat, Message, Person


async def follow(stage: Stage, person: Person, link: Message) -> None:
    """Press a deep-link button: the platform opens the private chat and sends its payload."""
    url = link.buttons[0]["url"]
    assert url.startswith("https://t.me/limner_test_bot?start=")
    payload = url.partition("start=")[2]
    assert len(payload) <= 64
    person.says(f"/start {payload}")


async def test_first_contact_says_what_this_is_and_goes_on_without_asking_again() -> None:
    async with a_stage() as stage:
        ada = stage.emulator.person("Ada")
        asked = ada.says("a fox")
        welcome = await stage.said(ada.chat, "I make pictures from words.")
        question = await stage.said(ada.chat, "aged 18 or over")
        assert "Run by Example Studio." in (welcome.text or "")
        assert "/privacy" in (welcome.text or "")

        await ada.presses(question, "I am 18 or older")
        shown = await stage.picture(ada.chat)

        assert shown is question
        assert shown.reply_to is asked
        assert ada.received == [welcome, shown]


async def test_start_welcomes_in_chinese_and_takes_the_answer() -> None:
    async with a_stage() as stage:
        lin = stage.emulator.person("Lin", language_code="zh-hans")
        lin.says("/start")
        welcome = await stage.said(lin.chat, "Example Studio")
        assert [button["text"] for button in welcome.buttons] == ["我已满 18 岁", "我未满 18 岁"]

        await lin.presses(welcome, "我已满 18 岁")
        await stage.emulator.until(lambda: not welcome.buttons)
        lin.says("一只狐狸")

        assert "一只狐狸" in ((await stage.picture(lin.chat)).caption or "")


@pytest.mark.promise("PL-T1")
async def test_someone_younger_gets_no_picture_and_can_still_ask_about_privacy() -> None:
    async with a_stage() as stage:
        bob = stage.emulator.person("Bob")
        bob.says("a fox")
        question = await stage.said(bob.chat, "aged 18 or over")
        await bob.presses(question, "I am younger")
        await stage.said(bob.chat, "Thank you for being honest")

        bob.says("a wolf")
        await stage.said(bob.chat, "You told me that you are under 18")
        bob.says("/privacy")
        await stage.said(bob.chat, "Privacy · ")

        assert await stage.requests_of(bob) == ()


async def test_in_a_group_the_age_is_asked_in_private_and_the_picture_comes_to_the_group() -> None:
    async with a_stage() as stage:
        ada = stage.emulator.person("Ada", started=False)
        room = stage.emulator.group(ada)
        asked = ada.says("/imagine a fox", room)
        link = await stage.said(room, "I ask it in private")
        assert "18" not in (link.text or "")
        await follow(stage, ada, link)
        question = await stage.said(ada.chat, "aged 18 or over")

        await ada.presses(question, "I am 18 or older")
        shown = await stage.picture(room)

        assert shown is link
        assert shown.reply_to is asked
        assert room.sent_by(stage.emulator.bot) == [shown]
        await stage.said(ada.chat, "I go on where you asked.")


async def test_a_strangers_age_does_not_start_somebody_elses_request() -> None:
    async with a_stage() as stage:
        ada, bob = stage.emulator.person("Ada"), stage.emulator.person("Bob")
        room = stage.emulator.group(ada, bob)
        ada.says("/imagine a fox", room)
        link = await stage.said(room, "I ask it in private")
        await follow(stage, bob, link)
        question = await stage.said(bob.chat, "aged 18 or over")

        await bob.presses(question, "I am 18 or older")
        await stage.said(bob.chat, "Thank you. Let's go.")
        await stage.settled()

        assert room.sent_by(stage.emulator.bot) == [link]
        assert link.media is None


@pytest.mark.promise("PL-T1")
@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("/quota", "24 credits can be spent now"),
        ("/settings", "Language: English"),
        ("/privacy", "Privacy · "),
    ],
)
async def test_what_is_personal_is_answered_in_private(command: str, words: str) -> None:
    async with a_stage(worker=False) as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada)
        ada.says(command, room)

        await stage.said(ada.chat, words)
        await stage.said(room, "Answered in private.")

        assert len(room.sent_by(stage.emulator.bot)) == 1


async def test_who_never_opened_the_private_chat_gets_the_way_there() -> None:
    async with a_stage(worker=False) as stage:
        bob = stage.emulator.person("Bob", started=False)
        room = stage.emulator.group(bob)
        bob.says("/privacy", room)
        link = await stage.said(room, "only for you")

        await follow(stage, bob, link)

        await stage.said(bob.chat, "Privacy · ")


async def test_ordinary_talk_in_a_group_is_left_alone() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada, privacy=False)
        first = ada.says("hello everybody", room)
        ada.says("and hello again", room, reply_to=first)
        ada.says("/unknown", room)
        ada.says("/start", room)
        await stage.said(room, "How to use me")
        await stage.settled()

        assert len(room.sent_by(stage.emulator.bot)) == 1


def _as_channel(stage: Stage, room: Chat, text: str) -> None:
    message = {
        "message_id": 900,
        "date": stage.emulator.world.now(),
        "chat": room.to_json(),
        "from": {
            "id": 136817688,
            "is_bot": True,
            "first_name": "Channel",
            "username": "Channel_Bot",
        },
        "sender_chat": {"id": -1009999999999, "type": "channel", "title": "News"},
        "text": text,
        "entities": [{"type": "bot_command", "offset": 0, "length": len("/imagine")}],
    }
    stage.emulator.updates.add("message", message)


async def test_a_channel_or_anonymous_administrator_is_asked_to_write_as_a_person() -> None:
    async with a_stage() as stage:
        ada = await stage.adult()
        room = stage.emulator.group(ada)
        room.next_message_id = 900
        ada.says("what stands in the chat under that number", room)
        _as_channel(stage, room, "/imagine a fox")

        await stage.said(room, "while you write as a group or channel")
