"""Which update goes to which handler; everything else is ignored on purpose."""

import re
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

from bots.telegram.desk import Caller, Desk, Visit
from bots.telegram.handlers import account, imagine, rights, start, verify
from bots.telegram.handlers.buttons import Presses
from bots.telegram.handlers.failing import on_error
from bots.telegram.wording import escaped
from core.kernel.errors import CoreError
from core.kernel.people import language_of
from core.messages.catalogue import text
from core.messages.speech import refusal

Act = Callable[[Desk, Visit], Awaitable[None]]
AtCounter = Callable[[Desk, Caller], Awaitable[None]]
Handle = Callable[[Update, ContextTypes.DEFAULT_TYPE], Coroutine[Any, Any, None]]

COMMANDS: dict[str, Act] = {
    "start": start.start,
    "help": start.show_help,
    "imagine": imagine.imagine,
    "cancel": account.cancel,
    "quota": account.quota,
    "settings": account.settings,
}
AT_COUNTER: dict[str, AtCounter] = {
    "verify": verify.verify,
    **{name: partial(rights.typed, command=name) for name in rights.NAMES},
}
"""What makes no account."""

# New messages only: an edit would be drawn twice, and a forward is somebody else's wish.
_NEW = filters.UpdateType.MESSAGE & ~filters.FORWARDED & ~filters.VIA_BOT
_PRIVATE = filters.ChatType.PRIVATE
_FILE = filters.PHOTO | filters.Document.ALL


class _AnswersWords(filters.MessageFilter):
    """A reply to our question for other words."""

    def filter(self, message: Message) -> bool:
        return imagine.asked_about(message) is not None


class _AnswersStep(filters.MessageFilter):
    """A reply to our question for the words of a step."""

    def __init__(self, bot_id: Callable[[], int]) -> None:
        super().__init__()
        self._bot_id = bot_id

    def filter(self, message: Message) -> bool:
        return rights.asked_about(message, self._bot_id()) is not None


class _OpensCounter(filters.MessageFilter):
    """``/start`` with the name of a command about one's rights."""

    def filter(self, message: Message) -> bool:
        return imagine.command_words(message).lower() in rights.NAMES


class _CaptionCommand(filters.MessageFilter):
    """A file whose caption is our command: the platform marks commands only in texts."""

    def __init__(self, command: str, username: Callable[[], str]) -> None:
        super().__init__()
        self._pattern = re.compile(rf"/{command}(?:@(\w+))?(?:\s|$)", re.IGNORECASE)
        self._username = username

    def filter(self, message: Message) -> bool:
        found = self._pattern.match(message.caption or "")
        if found is None:
            return False
        return found[1] is None or found[1].lower() == self._username().lower()


async def _is_somebodys(update: Update) -> bool:
    """Say whether a person wrote this; who writes as a group or channel is told why not."""
    message = update.message
    if message is None or message.is_automatic_forward:
        return False
    if message.sender_chat is not None:
        # An anonymous administrator or a channel: nobody whose credits and rights we know.
        await _refuse_anonymous(update)
        return False
    return True


def _taking(desk: Desk, act: Act) -> Handle:
    async def handle(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        visit = await desk.visit(update) if await _is_somebodys(update) else None
        if visit is None:
            return
        try:
            await act(desk, visit)
        except CoreError as refused:
            line = escaped(refusal(refused, visit.language))
            desk.later(visit, desk.say(visit.address, line))
        desk.later(visit, rights.look_and_tell(desk, visit, visit.person.account_id))

    return handle


def _at_counter(desk: Desk, act: AtCounter) -> Handle:
    """Take what makes no account."""

    async def handle(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        caller = desk.caller(update) if await _is_somebodys(update) else None
        if caller is not None:
            await act(desk, caller)

    return handle


async def _refuse_anonymous(update: Update) -> None:
    message = update.message
    assert message is not None
    user = update.effective_user
    language = language_of(user.language_code or "" if user else "")
    await message.reply_text(
        text("messenger-anonymous", language),
        do_quote=True,
        message_thread_id=message.message_thread_id if message.is_topic_message else None,
    )


def add_routes(desk: Desk) -> None:
    """Register every handler, the most particular first."""
    application = desk.application

    def on(wanted: filters.BaseFilter, act: Act) -> None:
        application.add_handler(MessageHandler(wanted, _taking(desk, act)))

    def at_counter(wanted: filters.BaseFilter, act: AtCounter) -> None:
        application.add_handler(MessageHandler(wanted, _at_counter(desk, act)))

    def on_command(name: str, handle: Handle, wanted: filters.BaseFilter = _NEW) -> None:
        command: CommandHandler[Any, Any] = CommandHandler(name, handle, filters=wanted)
        application.add_handler(command)

    on_command("start", _at_counter(desk, rights.opened), _NEW & _PRIVATE & _OpensCounter())
    for name, act in COMMANDS.items():
        on_command(name, _taking(desk, act))
    for name, right in AT_COUNTER.items():
        on_command(name, _at_counter(desk, right))
    application.add_handler(CallbackQueryHandler(Presses(desk).__call__))
    captioned = _CaptionCommand("verify", lambda: desk.bot.username)
    at_counter(_NEW & _FILE & captioned, verify.verify)
    step = _NEW & _PRIVATE & filters.TEXT & _AnswersStep(lambda: desk.bot.id)
    at_counter(step, rights.replied)
    on(_NEW & filters.TEXT & ~filters.COMMAND & _AnswersWords(), imagine.changed_words)
    on(_NEW & _PRIVATE & filters.TEXT & ~filters.COMMAND, imagine.plain_words)
    on(_NEW & _PRIVATE & _FILE, verify.file_without_words)
    on(_NEW & _PRIVATE & filters.COMMAND, start.unknown_command)
    forwarded = filters.UpdateType.MESSAGE & _PRIVATE & filters.FORWARDED & filters.TEXT
    on(forwarded, start.forwarded)
    application.add_error_handler(on_error)
