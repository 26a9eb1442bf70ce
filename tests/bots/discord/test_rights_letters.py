"""Letters reach their person: in the answer, beside it, or as a direct message; and go again."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bots.discord.address import Address
from core.accounts.commands import meet
from core.kernel.ids import AccountId, BlobId, new_id
from core.kernel.people import ReplyTo
from core.privacy.answers import Answer, Step
from core.privacy.letters.post import FileRef, draft, draft_takeback, letter_id_of, post
from core.privacy.letters.rows import LetterRow
from core.privacy.notice.wording import Line, Page
from tests.bots.discord.stage import Stage, actor
from tests.emulators.discord import Handle, Person, faults
from tests.emulators.discord.state import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEND = "POST /channels/{channel_id}/messages"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"
FOLLOW_UPS_AT_MOST = 5
LIMIT_BYTES = 10 * 1024 * 1024


def _address(asked: Handle, message: Message | None = None, *, is_over: bool = False) -> Address:
    """What the bot writes down of an interaction."""
    place = asked.interaction.channel
    life = timedelta(minutes=-1 if is_over else 15)
    return Address(
        application_id=asked.world.application_id,
        token=asked.interaction.token,
        expires_at=datetime.now(UTC) + life,
        channel_id=place.id,
        message_id=message.id if message else 0,
        guild_id=place.guild.id if place.guild else 0,
        user_id=asked.interaction.user.id,
        locale=asked.interaction.user.locale,
        size_limit_bytes=LIMIT_BYTES,
        is_adult=False,
        is_alone=place.guild is None and place.bot_may_see,
        is_member=place.bot_may_see,
    )


def _answer(words: str) -> Answer:
    said = Line("policy-word", {"word": words})
    page = Page("test", Line("policy-word", {"word": "News"}), (said,))
    return Answer(page, "en", (Step(Line("rights-step-privacy"), "privacy"),))


async def _written(
    stage: Stage, about: str, to: Address | str, words: str, *, file: FileRef | None = None
) -> None:
    """Write a letter, or new words into it."""
    address = to if isinstance(to, str) else to.write()
    letter = await draft(
        stage.app,
        letter_id_of(stage.app, about, "news"),
        account_id=None,
        about=about,
        reply_to=ReplyTo("discord", address),
        answer=_answer(words),
        file=file,
    )
    async with stage.app.transaction() as tx:
        await post(tx, letter, await stage.app.database.now(tx))


async def _result(stage: Stage, about: str) -> str:
    async with asyncio.timeout(15):
        while True:
            async with stage.app.transaction() as tx:
                row = (await tx.scalars(select(LetterRow).where(LetterRow.about == about))).one()
            if row.state == "done":
                return row.result
            await asyncio.sleep(0.05)


async def _file(stage: Stage, person: Person) -> FileRef:
    account_id: AccountId = (await meet(stage.app, actor(person))).account_id
    blob, data = BlobId(new_id()), b"PK" + bytes(1000)
    await stage.app.vault.put(account_id, blob, data)
    return FileRef(account_id, blob, "limner-export-1.zip", len(data))


async def test_news_stand_beside_the_answer_and_change_in_place(stage: Stage) -> None:
    ann = await stage.adult()
    asked = ann.uses("privacy", channel=stage.room)
    answer = await asked.response()
    about = new_id()
    await _written(stage, about, _address(asked), "one")
    news = await asked.follow_up()
    assert news.ephemeral_for is ann.user
    await stage.emulator.until(lambda: "one" in news.text, 15, "the words")
    await _written(stage, about, _address(asked), "two")
    await stage.emulator.until(lambda: "two" in news.text, 15, "the change")
    assert asked.followups == [news]
    assert "two" not in answer.text
    assert await _result(stage, about) == "sent"
    # A step on it changes it like any answer: nothing was brought that could get lost.
    await ann.presses(news, "Privacy").edited()
    assert "Privacy ·" in news.text
    assert stage.room.messages == []


async def test_a_file_comes_in_private_and_says_that_it_must_be_saved(stage: Stage) -> None:
    ann = await stage.adult()
    asked = ann.uses("privacy", channel=stage.room)
    await asked.response()
    await _written(stage, new_id(), _address(asked), "here", file=await _file(stage, ann))
    news = await asked.follow_up()
    assert news.ephemeral_for is ann.user
    await stage.emulator.until(lambda: bool(news.attachments), 15, "the file")
    assert [one.filename for one in news.attachments] == ["limner-export-1.zip"]
    assert "save the file now" in news.text
    # A step under a file leaves the file where it is.
    other = await ann.presses(news, "Privacy").response()
    assert other is not news
    assert len(news.attachments) == 1


async def test_after_a_quarter_of_an_hour_news_come_as_a_direct_message(stage: Stage) -> None:
    ann = await stage.adult()
    asked = ann.uses("privacy", channel=stage.room)
    await asked.response()
    about = new_id()
    await _written(stage, about, _address(asked), "one")
    await asked.follow_up()
    assert await _result(stage, about) == "sent"
    stage.emulator.expire(asked)
    await _written(stage, about, _address(asked), "two", file=await _file(stage, ann))
    await stage.emulator.until(lambda: len(ann.dm.messages) == 1, 15, "direct message")
    assert await _result(stage, about) == "sent"
    [news] = ann.dm.messages
    assert len(news.attachments) == 1
    assert "save the file now" not in news.text
    await _written(stage, about, _address(asked), "three")
    await stage.emulator.until(lambda: "three" in news.text, 15, "the change")
    assert ann.dm.messages == [news]
    # A letter stays: what is pressed under it is answered below.
    other = await ann.presses(news, "Privacy").response()
    assert "three" in news.text
    assert ann.dm.messages == [news, other]


async def test_an_answer_to_a_lost_send_is_looked_for_before_it_is_repeated(stage: Stage) -> None:
    ann = await stage.adult()
    asked = ann.uses("privacy", channel=stage.room)
    await asked.response()
    about = new_id()
    stage.emulator.faults.add(SEND, faults.LostAnswer())
    await _written(stage, about, _address(asked, is_over=True), "once")
    assert await _result(stage, about) == "sent"
    assert len(ann.dm.messages) == 1
    assert "once" in ann.dm.messages[0].text


async def test_a_file_comes_once_although_the_answer_to_its_message_was_lost(stage: Stage) -> None:
    ann = await stage.adult()
    asked = ann.uses("privacy", channel=stage.room)
    await asked.response()
    about = new_id()
    stage.emulator.faults.add(FOLLOW_UP, faults.LostAnswer())
    await _written(stage, about, _address(asked), "once", file=await _file(stage, ann))
    assert await _result(stage, about) == "sent"
    assert [len(one.attachments) for one in asked.followups] == [0, 1]
    assert "once" not in asked.followups[0].text


async def test_whoever_takes_no_direct_messages_is_given_up(stage: Stage) -> None:
    eve = stage.emulator.person("Eve", blocks_direct_messages=True)
    asked = eve.uses("privacy", channel=stage.room)
    await asked.response()
    about = new_id()
    await _written(stage, about, _address(asked, is_over=True), "nobody reads this")
    assert await _result(stage, about) == "gone:unreachable"
    assert eve.dm.messages == []


async def test_a_person_who_asked_nothing_is_found_by_their_id(stage: Stage) -> None:
    ann = await stage.adult()
    await _written(stage, new_id(), str(ann.id), "a warning")
    await stage.emulator.until(lambda: len(ann.dm.messages) == 1, 15, "direct message")
    lost = new_id()
    await _written(stage, lost, "nowhere", "a warning")
    assert await _result(stage, lost) == "gone:no-address"


async def test_asked_in_a_direct_message_everything_stays_in_the_chat(stage: Stage) -> None:
    ann = await stage.adult()
    asked = ann.uses("privacy", dm=True)
    answer = await asked.response()
    assert not answer.ephemeral
    about = new_id()
    await _written(stage, about, _address(asked), "one", file=await _file(stage, ann))
    await stage.emulator.until(lambda: len(ann.dm.messages) == 2, 15, "the news")
    news = ann.dm.messages[1]
    assert len(news.attachments) == 1
    assert await _result(stage, about) == "sent"
    stage.emulator.expire(asked)
    await _written(stage, about, _address(asked), "two")
    await stage.emulator.until(lambda: "two" in news.text, 15, "the change")
    assert ann.dm.messages == [answer, news]


async def test_where_no_more_may_follow_it_comes_directly(stage: Stage) -> None:
    ann = await stage.adult(installed_the_app=True)
    foreign = await stage.emulator.guild("Elsewhere", has_bot=False)
    room = await stage.emulator.text_channel(foreign)
    asked = ann.uses("privacy", channel=room)
    await asked.response()
    parts = [new_id() for _ in range(FOLLOW_UPS_AT_MOST + 1)]
    for about in parts:
        await _written(stage, about, _address(asked), "a part")
        assert await _result(stage, about) == "sent"
    assert len(asked.followups) == FOLLOW_UPS_AT_MOST
    assert len(ann.dm.messages) == 1


async def test_a_letter_that_is_too_long_brings_all_of_it_as_a_file(stage: Stage) -> None:
    ann = await stage.adult()
    await _written(stage, new_id(), str(ann.id), "word " * 2000)
    await stage.emulator.until(lambda: len(ann.dm.messages) == 1, 15, "direct message")
    [news] = ann.dm.messages
    assert "the file holds all of it" in news.text
    assert news.attachments[0].data.count(b"word") == 2000


async def _taken_back(stage: Stage, address: Address) -> str:
    about = new_id()
    letter = await draft_takeback(
        stage.app,
        letter_id_of(stage.app, about, "takeback"),
        about=about,
        surface="discord",
        message_address=address.write(),
        language="en",
    )
    async with stage.app.transaction() as tx:
        await post(tx, letter, await stage.app.database.now(tx))
    return await _result(stage, about)


async def test_a_picture_is_taken_out_of_its_channel_however_old(stage: Stage) -> None:
    ann = await stage.adult()
    asked = ann.uses("imagine", prompt="a fox", channel=stage.room)
    message = await stage.result(asked)
    stage.emulator.expire(asked)
    old = replace(_address(asked, message, is_over=True))
    assert await _taken_back(stage, old) == "sent"
    assert stage.room.messages == []
    # Removed already, by whomever: there is nothing left to do.
    assert await _taken_back(stage, old) == "sent"


async def test_where_the_bot_is_not_the_token_takes_back_and_later_nobody_can(
    stage: Stage,
) -> None:
    ann = await stage.adult(installed_the_app=True)
    foreign = await stage.emulator.guild("Elsewhere", has_bot=False)
    room = await stage.emulator.text_channel(foreign)
    first = ann.uses("imagine", prompt="a fox", channel=room)
    message = await stage.result(first)
    assert await _taken_back(stage, _address(first, message)) == "sent"
    assert room.messages == []
    second = ann.uses("imagine", prompt="a fox", channel=room)
    message = await stage.result(second)
    stage.emulator.expire(second)
    assert await _taken_back(stage, _address(second, message)) == "gone:not-allowed"
    assert room.messages == [message]
