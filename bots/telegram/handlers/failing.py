"""The edge of the bot: a fault is noted without what it says, and the person is told calmly."""

import logging

from telegram import Update
from telegram.error import BadRequest, TelegramError
from telegram.ext import ContextTypes

from core.kernel.errors import CoreError
from core.kernel.people import Language, language_of
from core.messages.catalogue import text
from core.messages.speech import refusal

log = logging.getLogger("limner.telegram")


def _line(fault: Exception | None, language: Language) -> str:
    # What was deleted between a press and its work is no fault of ours: say what it is.
    if isinstance(fault, CoreError):
        return refusal(fault, language)
    return text("internal-error", language)


async def on_error(update: object, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Handle what no handler expected, once.

    Faults of the platform itself (blocked, flooded, unreachable) are only noted: another message
    would fail the same way.
    """
    fault = context.error
    code = fault.code if isinstance(fault, CoreError) else "-"
    log.error("update failed: %s, code %s", type(fault).__name__, code)
    if isinstance(fault, TelegramError) or not isinstance(update, Update):
        return
    user = update.effective_user
    line = _line(fault, language_of(user.language_code or "" if user else ""))
    try:
        if await _answered(update, line):
            return
        if update.effective_message is not None:
            await update.effective_message.reply_text(line)
    except TelegramError as second:
        log.warning("nobody told: %s", type(second).__name__)


async def _answered(update: Update, line: str) -> bool:
    """Answer the press that failed; False if there is none, or it has been answered already."""
    if update.callback_query is None:
        return False
    try:
        return await update.callback_query.answer(line, show_alert=True)
    except BadRequest:
        return False
