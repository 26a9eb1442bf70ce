"""Inline mode and payments through the Telegram emulator, with the real library."""

from collections.abc import AsyncIterator

import pytest
from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultCachedPhoto,
    InputMediaPhoto,
    InputTextMessageContent,
    LabeledPrice,
    Update,
)
from telegram.error import BadRequest
from telegram.ext import (
    CallbackQueryHandler,
    ChosenInlineResultHandler,
    InlineQueryHandler,
    PreCheckoutQueryHandler,
)

from tests.emulators.telegram import Emulator
from tests.emulators.telegram.library import (
    App,
    Context,
    a_keyboard,
    a_picture,
    an_app,
    heard,
    start_polling,
    stop,
)


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator() as running:
        yield running


@pytest.fixture
async def app(emulator: Emulator) -> AsyncIterator[App]:
    built = an_app(emulator)
    async with built:
        yield built


async def test_an_inline_choice_becomes_a_picture_in_a_chat_without_the_bot(
    emulator: Emulator, app: App
) -> None:
    ada, ben = emulator.person("Ada"), emulator.person("Ben")
    elsewhere = emulator.group(ada, ben)
    elsewhere.bot_status = "left"
    stored = await app.bot.send_photo(ada.id, a_picture())
    presses: list[str | None] = []

    async def suggest(update: Update, _: Context) -> None:
        assert update.inline_query is not None
        text = InputTextMessageContent(f"Painting {update.inline_query.query}")
        await update.inline_query.answer(
            [
                InlineQueryResultArticle("paint", "Paint it", text, reply_markup=a_keyboard()),
                InlineQueryResultCachedPhoto("old", stored.photo[-1].file_id, caption="older"),
            ]
        )

    async def paint(update: Update, context: Context) -> None:
        chosen = update.chosen_inline_result
        assert chosen is not None
        if chosen.inline_message_id is None:
            return
        place, photo = chosen.inline_message_id, InputMediaPhoto(stored.photo[-1].file_id)
        with pytest.raises(BadRequest, match="upload"):
            await context.bot.edit_message_media(
                InputMediaPhoto(a_picture("blue")), inline_message_id=place
            )
        await context.bot.edit_message_media(
            photo, inline_message_id=place, reply_markup=a_keyboard()
        )

    async def press(update: Update, _: Context) -> None:
        assert update.callback_query is not None
        presses.append(update.callback_query.inline_message_id)
        await update.callback_query.answer()

    app.add_handler(InlineQueryHandler(suggest))
    app.add_handler(ChosenInlineResultHandler(paint))
    app.add_handler(CallbackQueryHandler(press))
    await start_polling(app)

    suggested = await ada.asks_inline("a fox")
    old = ada.chooses(suggested, "old", elsewhere)
    fox = ada.chooses(suggested, "paint", elsewhere)
    assert fox.text == "Painting a fox"
    await emulator.until(lambda: fox.media is not None)
    await ben.presses(fox, "Again")

    assert old.caption == "older"
    assert presses == [fox.inline_id]
    assert emulator.violations == []
    await stop(app)


async def test_a_payment_in_stars_is_asked_made_and_paid_back(emulator: Emulator, app: App) -> None:
    ada = emulator.person()
    allowed = [False, True]

    async def decide(update: Update, _: Context) -> None:
        assert update.pre_checkout_query is not None
        await update.pre_checkout_query.answer(ok=allowed.pop(0), error_message="Sold out")

    app.add_handler(PreCheckoutQueryHandler(decide))
    updates = await heard(app)
    await app.bot.send_invoice(
        ada.id, "Pack", "100 credits", "pack:1", "XTR", [LabeledPrice("Pack", 50)]
    )

    with pytest.raises(PermissionError, match="Sold out"):
        await ada.pays(ada.received[0])
    charge = await ada.pays(ada.received[0])
    await emulator.until(lambda: len(updates) == 1)

    message = updates[0].message
    assert message is not None
    assert message.successful_payment is not None
    assert message.successful_payment.invoice_payload == "pack:1"
    assert await app.bot.refund_star_payment(ada.id, charge)
    assert emulator.questions.refunded == [charge]
    with pytest.raises(BadRequest, match=r"(?i)already_refunded"):
        await app.bot.refund_star_payment(ada.id, charge)
    assert emulator.violations == []
    await stop(app)
