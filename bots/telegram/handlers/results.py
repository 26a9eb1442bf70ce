"""What is done with finished pictures: opened, sent as files, all at once, deleted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from telegram import InputMediaDocument, InputMediaPhoto, Message
from telegram.error import BadRequest

from bots.telegram import keyboards, media
from bots.telegram.address import SURFACE, Address
from bots.telegram.desk import PUSHED_BACK_AT_MOST, Desk, Visit
from bots.telegram.onemessage import edit_picture, replying, take_away
from bots.telegram.render import caption
from bots.telegram.trouble import Trouble, trouble_of
from core.generation.chat_copies import ChatCopy, remember_copies
from core.generation.errors import NotFound
from core.generation.queries import grid, picture_file, status
from core.generation.values import PictureFile, PictureView, RequestStatus
from core.kernel.ids import RequestId
from core.messages.catalogue import text
from core.privacy.erasure.messages import Message as Shown
from core.privacy.erasure.pressed import delete_shown_picture, delete_shown_request

_ALBUM_LEAST = 2


@dataclass(frozen=True, slots=True)
class Chosen:
    """One picture of a request."""

    status: RequestStatus
    picture: PictureView


@dataclass(frozen=True, slots=True)
class Removed:
    """What was deleted from the store, to be taken out of the chat."""

    notice: str
    request_id: RequestId
    message_address: str


async def own(desk: Desk, visit: Visit, request_id: RequestId) -> RequestStatus:
    """Return a request of the person.

    Raises:
        NotFound, NotYours: nothing is told.
    """
    return await status(desk.app, visit.actor, request_id)


async def picture(desk: Desk, visit: Visit, request_id: RequestId, index: int) -> Chosen:
    """Return one picture of a request of the person.

    Raises:
        NotFound, NotYours: nothing is told.
    """
    found = await own(desk, visit, request_id)
    for view in found.outcome.pictures if found.outcome else ():
        if view.index == index:
            return Chosen(found, view)
    raise NotFound


async def open_one(desk: Desk, visit: Visit, chosen: Chosen) -> None:
    """Send one picture of a grid by itself, with its own buttons."""
    file = await picture_file(desk.app, visit.actor, chosen.picture.picture_id)
    outcome = chosen.status.outcome
    assert outcome is not None
    words = caption(chosen.status, outcome, index=chosen.picture.index)
    markup = keyboards.single(chosen.status.request_id, chosen.picture, visit.language)
    to = visit.address
    veiled = chosen.status.wish.spoiler
    shown = media.shown(file, words, spoiler=veiled)
    if isinstance(shown, InputMediaPhoto):
        sent = await desk.bot.send_photo(
            to.chat_id,
            file.data,
            caption=words,
            parse_mode="HTML",
            has_spoiler=veiled,
            filename=file.file_name,
            message_thread_id=to.thread_id,
            reply_parameters=replying(to),
            reply_markup=markup,
            rate_limit_args=PUSHED_BACK_AT_MOST,
        )
    else:
        sent = await desk.bot.send_document(
            to.chat_id,
            file.data,
            caption=words,
            parse_mode="HTML",
            filename=file.file_name,
            disable_content_type_detection=True,
            message_thread_id=to.thread_id,
            reply_parameters=replying(to),
            reply_markup=markup,
            rate_limit_args=PUSHED_BACK_AT_MOST,
        )
    where = _where(to, sent)
    copy = ChatCopy(where.write(), chosen.picture.picture_id, shows_words=True)
    await remember(desk, visit, chosen.status.request_id, [copy])


async def open_all(desk: Desk, visit: Visit, of: RequestStatus) -> None:
    """Send every picture as one album; its buttons come in a line below, albums hold none."""
    outcome = of.outcome
    files = await _files(desk, visit, outcome.pictures if outcome else ())
    if len(files) < _ALBUM_LEAST or outcome is None:
        return
    as_photos = all(media.fits_photo(file) for file in files)
    items = [
        media.shown(file, "", spoiler=of.wish.spoiler, as_file=not as_photos) for file in files
    ]
    sent = await _album(desk, visit.address, items)
    await remember(desk, visit, of.request_id, _copies(visit.address, sent, outcome.pictures))
    markup = keyboards.result(of.request_id, outcome.pictures, visit.language, has_album=True)
    line = await desk.say(visit.address, visit.say("messenger-album", n=len(files)), markup)
    await remember(desk, visit, of.request_id, [ChatCopy(line.write(), None)])


async def send_originals(
    desk: Desk, visit: Visit, request_id: RequestId, pictures: tuple[PictureView, ...]
) -> None:
    """Send the untouched bytes as files: only these keep the signature of where they come from."""
    files = await _files(desk, visit, pictures)
    to = visit.address
    if len(files) >= _ALBUM_LEAST:
        sent = await _album(desk, to, [media.original(file) for file in files])
    else:
        sent = [await _document(desk, to, file) for file in files]
    await remember(desk, visit, request_id, _copies(to, sent, pictures))


async def _document(desk: Desk, to: Address, file: PictureFile) -> Message:
    return await desk.bot.send_document(
        to.chat_id,
        file.data,
        filename=file.file_name,
        disable_content_type_detection=True,
        message_thread_id=to.thread_id,
        reply_parameters=replying(to),
        rate_limit_args=PUSHED_BACK_AT_MOST,
    )


def _where(to: Address, sent: Message) -> Address:
    return replace(to.at(sent.message_id), is_file=sent.document is not None)


def _copies(
    to: Address, sent: Sequence[Message], pictures: Sequence[PictureView]
) -> list[ChatCopy]:
    """Say where each picture is: an album has one message for each, in their order."""
    return [
        ChatCopy(_where(to, message).write(), view.picture_id)
        for message, view in zip(sent, pictures, strict=True)
    ]


async def remember(
    desk: Desk, visit: Visit, request_id: RequestId, copies: Sequence[ChatCopy]
) -> None:
    """Remember what was sent, so that it can be taken back; what is deleted by now goes at once."""
    if await remember_copies(desk.app, visit.actor, request_id, copies):
        return
    for one in copies:
        await take_away(desk.bot, Address.read(one.address), visit.say("messenger-taken-back"))


async def _files(desk: Desk, visit: Visit, pictures: tuple[PictureView, ...]) -> list[PictureFile]:
    return [await picture_file(desk.app, visit.actor, view.picture_id) for view in pictures]


async def _album(desk: Desk, to: Address, items: list[media.InputMedia]) -> Sequence[Message]:
    return await desk.bot.send_media_group(
        to.chat_id,
        cast("list[InputMediaPhoto] | list[InputMediaDocument]", items),
        message_thread_id=to.thread_id,
        reply_parameters=replying(to),
        rate_limit_args=PUSHED_BACK_AT_MOST,
    )


async def change_buttons(desk: Desk, visit: Visit, of: RequestStatus, *, asks: bool) -> None:
    """Show the question which picture to vary, or the buttons of the result again."""
    pictures = of.outcome.pictures if of.outcome else ()
    if not pictures:
        return
    draw = keyboards.which if asks else keyboards.result
    markup = draw(of.request_id, pictures, visit.language)
    try:
        await desk.bot.edit_message_reply_markup(
            visit.address.chat_id, visit.address.reply_id, reply_markup=markup
        )
    except BadRequest as error:
        if trouble_of(error) not in (Trouble.UNCHANGED, Trouble.NO_MESSAGE):
            raise


async def delete(desk: Desk, visit: Visit, request_id: RequestId, index: int) -> Removed:
    """Delete one picture, or with index 0 all of a request, from the store at once.

    Raises:
        NotFound, NotYours: nothing was deleted.
    """
    here = visit.address

    def is_pressed(shown: Shown) -> bool:
        if shown.surface != SURFACE:
            return False
        at = Address.read(shown.address)
        return (at.chat_id, at.message_id) == (here.chat_id, here.reply_id)

    if index:
        view = (await picture(desk, visit, request_id, index)).picture
        deleted = await delete_shown_picture(desk.app, visit.actor, view.picture_id, is_pressed)
    else:
        deleted = await delete_shown_request(desk.app, visit.actor, request_id, is_pressed)
    number = len(deleted.picture_ids)
    notice = (
        text("deleted", visit.language, n=number)
        if number
        else text("deleted-already", visit.language)
    )
    return Removed(notice, request_id, deleted.message_address)


async def take_out(desk: Desk, visit: Visit, removed: Removed) -> None:
    """Take deleted pictures out of the chat: the pressed message, and the result's own."""
    line = visit.say("deleted", n=1)
    pressed = visit.address.at(visit.address.reply_id) if visit.address.reply_id else None
    home = Address.read(removed.message_address) if removed.message_address else None
    left = await own(desk, visit, removed.request_id)
    pictures = left.outcome.pictures if left.outcome else ()
    is_home = (
        pressed is not None
        and home is not None
        and (pressed.chat_id, pressed.message_id) == (home.chat_id, home.message_id)
    )
    if pressed is not None and not (is_home and pictures):
        await take_away(desk.bot, pressed, line)
    if home is None or home.message_id is None:
        return
    if not pictures:
        if not is_home:
            await take_away(desk.bot, home, line)
        return
    await _draw_rest(desk, visit, left, home)


async def _draw_rest(desk: Desk, visit: Visit, left: RequestStatus, home: Address) -> None:
    """Show what is left of a result in its one message."""
    outcome = left.outcome
    assert outcome is not None
    file = await grid(desk.app, visit.actor, left.request_id)
    if file is None:
        file = await picture_file(desk.app, visit.actor, outcome.pictures[0].picture_id)
    shown = media.shown(file, caption(left, outcome), spoiler=left.wish.spoiler)
    markup = keyboards.result(left.request_id, outcome.pictures, visit.language)
    try:
        await edit_picture(desk.bot, home, shown, markup)
    except BadRequest as error:
        if trouble_of(error) not in (Trouble.UNCHANGED, Trouble.NO_MESSAGE):
            raise
