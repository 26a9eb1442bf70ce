"""Brings progress and outcomes to people by editing the one message of their request."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from weakref import WeakValueDictionary

from telegram.error import TelegramError

from bots.telegram import keyboards
from bots.telegram.address import SURFACE, Address
from bots.telegram.media import InputMedia, preview, shown
from bots.telegram.onemessage import Bot, Remember, edit_line, edit_picture, edit_text, redraw
from bots.telegram.openings import Openings
from bots.telegram.pace import Pace
from bots.telegram.render import caption, ending, status_line
from bots.telegram.trouble import Trouble, is_account_deleted, pause_s, trouble_of
from core.generation.delivery_port import (
    ACCOUNT_GONE,
    DeliveryResult,
    Gone,
    Later,
    NotNow,
    Parcel,
    ProgressNote,
    Sent,
)
from core.generation.values import Outcome, RequestStatus
from core.kernel.ids import RequestId
from core.messages.catalogue import text

log = logging.getLogger("limner.telegram")

LONGEST_WAIT_S = 30.0
"""Behind a longer queue of a chat an outcome is put off instead of holding its claim."""
_JUST_ASKED = timedelta(seconds=10)
_REMEMBERED = 2000


class _Recent:
    """The last few requests that something is true of."""

    def __init__(self) -> None:
        self._kept: OrderedDict[RequestId, None] = OrderedDict()

    def add(self, request_id: RequestId) -> None:
        self._kept[request_id] = None
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)

    def __contains__(self, request_id: RequestId) -> bool:
        return request_id in self._kept


class TelegramDelivery:
    """The delivery port. An edit that is repeated changes nothing, so a repeat is invisible."""

    surface = SURFACE

    def __init__(self, bot: Bot, pace: Pace, openings: Openings) -> None:
        self._bot = bot
        self._pace = pace
        self._openings = openings
        self._busy: WeakValueDictionary[RequestId, asyncio.Lock] = WeakValueDictionary()
        self._ended = _Recent()

    async def show_accepted(self, address: Address, status: RequestStatus) -> None:
        """Turn the question that a request waited for into its status line.

        Raises:
            TelegramError: nothing was changed; the outcome will make its message if need be.
        """
        lock = self._busy.setdefault(status.request_id, asyncio.Lock())
        async with lock:
            if status.request_id in self._ended:
                return
            markup = keyboards.waiting(status.request_id, status.language)
            await edit_text(self._bot, address, status_line(status), markup)

    async def show_progress(self, note: ProgressNote) -> None:
        """Edit the one message; never after the outcome.

        Raises:
            NotNow: the chat has no room for it.
        """
        request_id = note.status.request_id
        lock = self._busy.setdefault(request_id, asyncio.Lock())
        if request_id in self._ended:
            return
        address = Address.read(note.message_address)
        if lock.locked() or not self._pace.is_calm(address.chat_id):
            raise NotNow
        async with lock:
            try:
                await self._draw_progress(address, note)
            except TelegramError as error:
                # The next note or the outcome draws over it; nothing is lost.
                log.info("progress not shown: %s", type(error).__name__)

    async def _draw_progress(self, address: Address, note: ProgressNote) -> None:
        status = note.status
        line, markup = (
            status_line(status),
            keyboards.waiting(status.request_id, status.language),
        )
        if note.preview is None:
            await edit_line(self._bot, address, line, markup)
            return
        media = preview(note.preview, line, spoiler=status.wish.spoiler)
        await edit_picture(self._bot, address, media, markup)

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        """Bring the outcome; see ``DeliveryResult`` for what can come of it."""
        status = parcel.status
        self._ended.add(status.request_id)
        known = parcel.message_address or await self._openings.address_of(parcel.reply_to)
        if (
            not known
            and parcel.attempt == 1
            and datetime.now(UTC) - status.created_at < _JUST_ASKED
        ):
            # Another process may be sending the message at this moment.
            return Later(1)
        address = Address.read(known or parcel.reply_to)
        wait_s = self._pace.wait_s(address.chat_id)
        if wait_s > LONGEST_WAIT_S:
            return Later(wait_s / 2)
        lock = self._busy.setdefault(status.request_id, asyncio.Lock())
        try:
            async with lock:
                address = await self._draw_outcome(address, parcel)
        except TelegramError as error:
            return result_of(error)
        return Sent(address.write())

    async def _draw_outcome(self, address: Address, parcel: Parcel) -> Address:
        status, outcome = parcel.status, parcel.status.outcome
        assert outcome is not None
        if parcel.pictures:
            try:
                return await self._draw_pictures(address, parcel, outcome, as_file=False)
            except TelegramError as error:
                if trouble_of(error) is not Trouble.BAD_PICTURE:
                    raise
            return await self._draw_pictures(address, parcel, outcome, as_file=True)
        line = ending(status, outcome)
        markup = keyboards.ended(status.request_id, outcome, status.language)

        async def draw(at: Address) -> None:
            await edit_text(self._bot, at, line, markup)

        return await self._redraw(address, draw, parcel.remember, status)

    async def _draw_pictures(
        self, address: Address, parcel: Parcel, outcome: Outcome, *, as_file: bool
    ) -> Address:
        status = parcel.status
        media: InputMedia = shown(
            parcel.grid or parcel.pictures[0],
            caption(status, outcome),
            spoiler=status.wish.spoiler,
            as_file=as_file,
        )
        markup = keyboards.result(status.request_id, outcome.pictures, status.language)

        async def draw(at: Address) -> None:
            await edit_picture(self._bot, at, media, markup)

        return await self._redraw(address, draw, parcel.remember, status)

    async def _redraw(
        self,
        address: Address,
        draw: Callable[[Address], Awaitable[None]],
        remember: Remember,
        status: RequestStatus,
    ) -> Address:
        line = text("status-delivering", status.language)
        return await redraw(self._bot, address, draw, remember, line)


def result_of(error: TelegramError) -> DeliveryResult:
    """Return what a fault means for what was to be delivered.

    Raises:
        TelegramError: nothing that we know of.
    """
    trouble = trouble_of(error)
    if is_account_deleted(error):
        return Gone(ACCOUNT_GONE)
    if trouble is Trouble.UNREACHABLE:
        return Gone("unreachable")
    if trouble is Trouble.UNKNOWN:
        # Nothing we know of: let the loop note it, wait longer each time, and try again.
        raise error
    return Later(pause_s(error))
