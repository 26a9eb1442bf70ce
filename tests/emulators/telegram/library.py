"""The real python-telegram-bot, set up to talk to an emulator."""

import contextlib
import io
import socket
from typing import Any

from PIL import Image
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

from tests.emulators.telegram.emulator import Emulator
from tests.emulators.telegram.remote import RemoteEmulator

App = Application[Any, Any, Any, Any, Any, Any]
Context = ContextTypes.DEFAULT_TYPE


def an_app(emulator: Emulator | RemoteEmulator) -> App:
    """An application that waits at most a second for an answer."""
    builder = ApplicationBuilder().token(emulator.token).base_url(emulator.base_url)
    builder = builder.base_file_url(emulator.base_file_url)
    return builder.get_updates_read_timeout(2).read_timeout(1).build()


async def start_polling(app: App) -> None:
    """Hear of everything, by long polling."""
    assert app.updater is not None
    await app.updater.start_polling(timeout=1, allowed_updates=Update.ALL_TYPES)
    await app.start()


async def stop(app: App) -> None:
    """End what ``start_polling`` or a webhook began."""
    assert app.updater is not None
    await app.updater.stop()
    await app.stop()


async def heard(app: App) -> list[Update]:
    """Start polling, and collect every message that arrives."""
    updates: list[Update] = []

    async def note(update: Update, _: Context) -> None:
        updates.append(update)

    app.add_handler(MessageHandler(filters.ALL, note), group=-1)
    await start_polling(app)
    return updates


def a_picture(colour: str = "red", size: tuple[int, int] = (640, 400)) -> bytes:
    """A PNG of one colour."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def a_keyboard(data: str = "again:1") -> InlineKeyboardMarkup:
    """One button, labelled Again."""
    return InlineKeyboardMarkup([[InlineKeyboardButton("Again", callback_data=data)]])


def free_port() -> int:
    """A port of loopback that nobody listened on a moment ago."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
