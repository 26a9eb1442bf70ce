"""The one message of a request: made, edited, made anew when it is gone; every step repeatable."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError
from telegram.ext import ExtBot

from bots.telegram.address import Address
from bots.telegram.media import InputMedia, blank
from bots.telegram.trouble import Trouble, is_message_gone, trouble_of

Bot = ExtBot[int]
Markup = InlineKeyboardMarkup | None
Remember = Callable[[str], Awaitable[None]]

NO_LINK_PREVIEW = LinkPreviewOptions(is_disabled=True)


def replying(address: Address) -> ReplyParameters | None:
    """Return what makes a message reply to the one that asked, if that is still there."""
    if address.reply_id is None:
        return None
    return ReplyParameters(address.reply_id, allow_sending_without_reply=True)


async def send_line(
    bot: Bot, address: Address, line: str, markup: Markup = None, *, quiet: bool = False
) -> Address:
    """Send a text and return its address.

    Raises:
        TelegramError: nothing was sent; after ``TimedOut`` or ``NetworkError`` it may have been.
    """
    sent = await bot.send_message(
        address.chat_id,
        line,
        message_thread_id=address.thread_id,
        parse_mode=ParseMode.HTML,
        reply_parameters=replying(address),
        reply_markup=markup,
        link_preview_options=NO_LINK_PREVIEW,
        disable_notification=quiet,
    )
    return address.at(sent.message_id)


async def edit_text(bot: Bot, address: Address, line: str, markup: Markup) -> None:
    """Show a text in a message that shows one.

    Raises:
        TelegramError: nothing was changed; after ``TimedOut`` or ``NetworkError`` it may have been.
            ``BadRequest`` as well when the message shows a picture.
    """
    await bot.edit_message_text(
        line,
        address.chat_id,
        address.message_id,
        parse_mode=ParseMode.HTML,
        reply_markup=markup,
        link_preview_options=NO_LINK_PREVIEW,
    )


async def edit_line(bot: Bot, address: Address, line: str, markup: Markup) -> None:
    """Show a text; where the message shows a picture, the text becomes its caption.

    Raises:
        TelegramError: nothing was changed; after ``TimedOut`` or ``NetworkError`` it may have been.
    """
    try:
        await edit_text(bot, address, line, markup)
    except BadRequest as error:
        if trouble_of(error) is not Trouble.NO_TEXT:
            raise
        await bot.edit_message_caption(
            address.chat_id,
            address.message_id,
            caption=line,
            parse_mode=ParseMode.HTML,
            reply_markup=markup,
        )


async def edit_picture(bot: Bot, address: Address, media: InputMedia, markup: Markup) -> None:
    """Show a picture, whatever the message showed before.

    Raises:
        TelegramError: as ``edit_line``.
    """
    await bot.edit_message_media(media, address.chat_id, address.message_id, reply_markup=markup)


async def remove(bot: Bot, address: Address) -> bool:
    """Remove a message, or find it gone; False when it is too old, or can't be got at.

    A bot removes its messages for 48 hours (Bot API, deleteMessage).

    Raises:
        TelegramError: the platform is down or pushes back; the message may still be there.
    """
    if address.message_id is None:
        return True
    try:
        await bot.delete_message(address.chat_id, address.message_id)
    except (BadRequest, ChatMigrated) as error:
        return is_message_gone(error)
    return True


async def empty(bot: Bot, address: Address, line: str) -> bool:
    """Take picture, words and buttons out of a message, which says ``line`` afterwards.

    A bot edits its messages at any age.

    Returns:
        False when the message may still be there and we can't get at it (any more).

    Raises:
        TelegramError: the platform is down or pushes back; the message may be as it was.
    """
    nothing = blank(line, as_file=address.is_file)
    try:
        await bot.edit_message_media(nothing, address.chat_id, address.message_id)
    except TelegramError as error:
        match trouble_of(error):
            case Trouble.UNCHANGED:
                return True
            case Trouble.NO_MESSAGE:
                return is_message_gone(error)
            case Trouble.UNREACHABLE | Trouble.MOVED:
                return False
            case _:
                raise
    return True


async def take_away(bot: Bot, address: Address, line: str) -> None:
    """Remove a message; one that is too old for that is emptied and says ``line``.

    What is gone already, or can't be reached any more, is no error.

    Raises:
        TelegramError: the platform is down or pushes back; the message may still be there.
    """
    if not await remove(bot, address):
        await empty(bot, address, line)


async def redraw(
    bot: Bot,
    address: Address,
    draw: Callable[[Address], Awaitable[None]],
    remember: Remember,
    line: str,
    *,
    quiet: bool = True,
) -> Address:
    """Draw into the one message; make it first where there is none (any more).

    A new message is a line that is remembered before it is drawn into, so that a crash in between
    leaves at most that line; ``quiet`` unless it is news that nobody waits for. Returns where the
    message is now.

    Raises:
        TelegramError: nothing more was done; the same call may be made again.
    """
    for _ in range(3):
        if address.message_id is None:
            try:
                address = await send_line(bot, address, line, quiet=quiet)
            except ChatMigrated as moved:
                address = address.moved_to(moved.new_chat_id)
                continue
            await remember(address.write())
        try:
            await draw(address)
        except TelegramError as error:
            match trouble_of(error), error:
                case Trouble.UNCHANGED, _:
                    return address
                case Trouble.NO_MESSAGE, _:
                    address = replace(address, message_id=None)
                case Trouble.NO_TEXT, _:
                    # An unfinished picture that nobody approved must not stay.
                    await take_away(bot, address, line)
                    address = replace(address, message_id=None)
                case Trouble.MOVED, ChatMigrated(new_chat_id=chat_id):
                    address = address.moved_to(chat_id)
                case _:
                    raise
        else:
            return address
    msg = "the message can't be kept in its chat"
    raise BadRequest(msg)
