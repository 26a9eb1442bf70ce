"""Drives the Telegram emulator with the real python-telegram-bot, as an adapter would."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeChat,
    InputMediaDocument,
    InputMediaPhoto,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Conflict, Forbidden, NetworkError, RetryAfter, TimedOut
from telegram.ext import (
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    filters,
)

from tests.emulators.telegram import Emulator, Fault
from tests.emulators.telegram.library import (
    App,
    Context,
    a_keyboard,
    a_picture,
    an_app,
    free_port,
    heard,
    start_polling,
    stop,
)


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("PTB_TIMEDELTA", "true")  # or RetryAfter warns about its own type


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator() as running:
        yield running


@pytest.fixture
async def app(emulator: Emulator) -> AsyncIterator[App]:
    built = an_app(emulator)
    async with built:
        yield built


async def test_a_request_becomes_a_picture_in_the_same_message(
    emulator: Emulator, app: App
) -> None:
    ada = emulator.person("Ada", language_code="zh-hans")

    async def imagine(update: Update, context: Context) -> None:
        assert update.message is not None
        assert context.args == ["a", "lighthouse"]
        status = await update.message.reply_text(
            "<b>In line</b>", parse_mode=ParseMode.HTML, reply_markup=a_keyboard("cancel:1")
        )
        await context.bot.send_chat_action(ada.id, ChatAction.UPLOAD_PHOTO)
        media = InputMediaPhoto(a_picture(), "<i>a &amp; b</i>", parse_mode=ParseMode.HTML)
        await status.edit_media(media, reply_markup=a_keyboard())

    async def again(update: Update, _: Context) -> None:
        assert update.callback_query is not None
        await update.callback_query.answer("Once more", show_alert=True)

    app.add_handler(CommandHandler("imagine", imagine))
    app.add_handler(CallbackQueryHandler(again, pattern="again:1"))
    await start_polling(app)

    asked = ada.says("/imagine a lighthouse")
    await emulator.until(lambda: any(message.media for message in ada.received))
    answer = await ada.presses(ada.received[0], "Again")

    [picture] = ada.received
    assert picture.caption == "a & b"
    assert picture.caption_entities == [{"type": "italic", "offset": 0, "length": 5}]
    assert picture.media is not None
    assert picture.media.data == a_picture()
    assert picture.media.to_json()["photo"][-1]["width"] == 640
    assert picture.history[0].text == "In line"
    assert asked.update_id is not None
    assert ada.chat.actions == ["upload_photo"]
    assert (answer.text, answer.show_alert) == ("Once more", True)
    assert emulator.violations == []
    assert emulator.rates.observations == []
    await stop(app)


async def test_updates_arrive_at_a_webhook_with_its_secret(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    texts: list[str | None] = []

    async def note(update: Update, _: Context) -> None:
        texts.append(update.message.text if update.message else None)

    app.add_handler(MessageHandler(filters.TEXT, note))
    assert app.updater is not None
    port = free_port()
    await app.bot.set_webhook(f"http://127.0.0.1:{port}/hook")
    ada.says("early")
    await emulator.until(lambda: emulator.updates.webhook.last_error)
    await app.updater.start_webhook(
        "127.0.0.1",
        port,
        url_path="hook",
        webhook_url=f"http://127.0.0.1:{port}/hook",
        secret_token="s3cret",
    )
    await app.start()

    ada.says("hello")
    await emulator.until(lambda: texts == ["early", "hello"])

    info = await app.bot.get_webhook_info()
    assert info.pending_update_count == 0
    assert info.last_error_message is None
    assert emulator.violations == []
    await stop(app)


async def test_photos_files_and_albums_keep_their_bytes(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    bot = app.bot

    photo = await bot.send_photo(ada.id, a_picture(), has_spoiler=True, reply_markup=a_keyboard())
    file = await bot.send_document(ada.id, a_picture("blue"), filename="blue.png")
    album = await bot.send_media_group(
        ada.id, [InputMediaPhoto(a_picture()), InputMediaPhoto(a_picture("green"), caption="two")]
    )
    files = await bot.send_media_group(
        ada.id, [InputMediaDocument(a_picture()), InputMediaDocument(a_picture("green"))]
    )
    again = await bot.send_photo(ada.id, photo.photo[-1].file_id)

    assert file.document is not None
    assert file.document.file_name == "blue.png"
    received = await (await file.document.get_file()).download_as_bytearray()
    assert bytes(received) == a_picture("blue")
    assert len({message.media_group_id for message in album}) == 1
    assert album[1].caption == "two"
    assert len(files) == 2
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    assert ada.received[0].has_spoiler
    assert emulator.violations == []


async def test_the_bot_downloads_what_a_person_sends(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    updates = await heard(app)

    sent = ada.sends_photo(a_picture("purple"), "/edit make it blue")
    ada.sends_document(a_picture("gold"), file_name="gold.png")
    ada.forwards(sent)
    await emulator.until(lambda: len(updates) == 3)

    first, second, third = (update.message for update in updates)
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.caption_entities[0].type == "bot_command"
    data = await (await first.photo[-1].get_file()).download_as_bytearray()
    assert bytes(data) == a_picture("purple")
    assert second.document is not None
    assert third.forward_origin is not None
    assert emulator.violations == []
    await stop(app)


async def test_identical_content_is_refused_as_not_modified(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    sent = await app.bot.send_message(ada.id, "Painting", reply_markup=a_keyboard())

    with pytest.raises(BadRequest, match="Message is not modified"):
        await sent.edit_text("Painting", reply_markup=a_keyboard())
    await sent.edit_text("Painting")

    assert ada.received[0].markup is None
    assert emulator.violations == []


async def test_a_late_answer_has_had_its_effect(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    emulator.faults.add("sendPhoto", Fault.timeout_after_effect(1.5))
    emulator.faults.add("sendMessage", Fault.timeout_before_effect(1.5))

    with pytest.raises(TimedOut):
        await app.bot.send_photo(ada.id, a_picture(), write_timeout=1)
    with pytest.raises(TimedOut):
        await app.bot.send_message(ada.id, "hello")

    assert [message.media is not None for message in ada.received] == [True]
    assert emulator.faults.left() == {}


async def test_scripted_trouble_reaches_the_library_as_its_errors(
    emulator: Emulator, app: App
) -> None:
    ada = emulator.person()
    group = emulator.group(ada, kind="group")
    for fault in (
        Fault.retry_after(3),
        Fault.status(502),
        Fault.blocked,
        Fault.connection_reset,
        Fault.chat_not_found,
        Fault.kicked,
        Fault.migrated(-1009),
    ):
        emulator.faults.add("sendMessage", fault)

    raised: list[type[BaseException]] = []
    for _ in range(7):
        try:
            await app.bot.send_message(ada.id, "hello")
        except Exception as error:  # noqa: BLE001 - which one it is, is the expectation
            raised.append(type(error))
    assert [kind.__name__ for kind in raised] == [
        RetryAfter.__name__,
        NetworkError.__name__,
        Forbidden.__name__,
        NetworkError.__name__,
        BadRequest.__name__,
        Forbidden.__name__,
        "ChatMigrated",
    ]
    assert ada.received == []

    new = emulator.migrate(group, ada)
    with pytest.raises(Exception, match=str(new.id)):
        await app.bot.send_message(group.id, "hello")
    ada.blocks_bot()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await app.bot.send_message(ada.id, "hello")
    assert emulator.violations == []


async def test_groups_stay_silent_unless_the_bot_is_meant(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    forum = emulator.group(ada, topics=("Sketches",))
    [topic] = forum.topics
    updates = await heard(app)

    ada.says("good morning", forum)
    ada.says("/help@other_bot", forum)
    asked = ada.says("/imagine a cat", forum, thread=topic)
    await emulator.until(lambda: len(updates) == 1)
    reply = await app.bot.send_message(
        forum.id,
        "In line",
        message_thread_id=topic,
        reply_parameters=ReplyParameters(asked.message_id),
    )
    ada.says("nice", reply_to=forum.find(reply.message_id))
    await emulator.until(lambda: len(updates) == 2)

    assert reply.is_topic_message
    assert forum.sent_by(emulator.bot)[0].reply_to is asked
    with pytest.raises(BadRequest, match="thread not found"):
        await app.bot.send_message(forum.id, "x", message_thread_id=999)
    with pytest.raises(BadRequest, match="to be replied not found"):
        await app.bot.send_message(forum.id, "x", reply_parameters=ReplyParameters(999))
    assert emulator.violations == []
    await stop(app)


async def test_an_update_can_come_twice(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    updates = await heard(app)
    asked = ada.says("/imagine a cat")
    await emulator.until(lambda: len(updates) == 1)

    assert asked.update_id is not None
    emulator.redeliver(asked.update_id)
    await emulator.until(lambda: len(updates) == 2)
    ada.edits(asked, "/imagine a dog")
    await emulator.until(lambda: len(updates) == 3)

    assert updates[0].update_id == updates[1].update_id
    assert updates[2].edited_message is not None
    await stop(app)


async def test_an_update_stays_until_it_is_confirmed(emulator: Emulator, app: App) -> None:
    asked = emulator.person().says("/imagine a cat")
    assert asked.update_id is not None

    first = await app.bot.get_updates()
    again = await app.bot.get_updates(offset=asked.update_id)
    confirmed = await app.bot.get_updates(offset=asked.update_id + 1)

    assert [update.update_id for update in first] == [asked.update_id]
    assert [update.update_id for update in again] == [asked.update_id]
    assert confirmed == ()


async def test_two_bots_that_poll_at_once_are_told(emulator: Emulator, app: App) -> None:
    first = asyncio.create_task(app.bot.get_updates(timeout=10, read_timeout=10))
    await emulator.until(lambda: emulator.updates.polls)
    async with an_app(emulator) as other:
        assert await other.bot.get_updates(timeout=1, read_timeout=10) == ()
    with pytest.raises(Conflict):
        await first


async def test_a_press_is_answered_once_and_in_time(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    await app.bot.send_message(ada.id, "x", reply_markup=a_keyboard())

    first = ada.press(ada.received[0], "Again")
    await app.bot.answer_callback_query(first)
    with pytest.raises(BadRequest, match="too old"):
        await app.bot.answer_callback_query(first)
    late = ada.press(ada.received[0], "again:1")
    emulator.advance(timedelta(minutes=5))
    with pytest.raises(BadRequest, match="too old"):
        await app.bot.answer_callback_query(late)
    with pytest.raises(LookupError):
        ada.press(ada.received[0], "Delete")


async def test_only_young_messages_can_be_deleted(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    young = await app.bot.send_message(ada.id, "young")
    assert await young.delete()
    assert ada.received == []

    old = await app.bot.send_message(ada.id, "old")
    emulator.advance(timedelta(hours=49))
    with pytest.raises(BadRequest, match="can't be deleted"):
        await old.delete()
    with pytest.raises(BadRequest, match="can't be deleted"):
        await app.bot.delete_messages(ada.id, [old.message_id])
    assert emulator.violations == []


async def test_commands_and_descriptions_are_kept_per_scope_and_language(
    emulator: Emulator, app: App
) -> None:
    ada, bot = emulator.person(), app.bot
    await bot.set_my_commands([BotCommand("imagine", "Make a picture")])
    await bot.set_my_commands([BotCommand("imagine", "画一张图")], language_code="zh")
    await bot.set_my_commands([BotCommand("stats", "Numbers")], BotCommandScopeChat(ada.id))
    await bot.set_my_description("I draw")
    await bot.set_my_short_description("画画", language_code="zh")

    assert (await bot.get_my_commands(language_code="zh"))[0].description == "画一张图"
    assert (await bot.get_my_description(language_code="zh")).description == "I draw"
    assert emulator.profile.commands[f"chat:{ada.id}", ""][0]["command"] == "stats"
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    assert (await bot.get_chat(ada.id)).first_name == "Ada"
    ben = emulator.person("Ben")
    group = emulator.group(ada, bot_is_admin=True)
    assert (await bot.get_chat_member(group.id, ada.id)).status == "administrator"
    assert (await bot.get_chat_member(group.id, ben.id)).status == "left"
    admins = await bot.get_chat_administrators(group.id)
    assert [admin.user.id for admin in admins] == [ada.id, emulator.bot.id]
    assert await bot.send_message_draft(ada.id, 1, "Dra")
    assert ada.chat.drafts == {1: "Dra"}
    assert emulator.violations == []


async def test_bursts_are_noticed(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    await asyncio.gather(*(app.bot.send_message(ada.id, str(number)) for number in range(5)))
    assert len(emulator.rates.observations) == 2
    assert "faster than 1 a second" in emulator.rates.observations[0]
