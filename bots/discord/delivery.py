"""Brings progress and outcomes to people, so that a repeat after a crash is invisible."""

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field, replace

import discord

from bots.discord.address import Address
from bots.discord.asking import SURFACE
from bots.discord.openings import Openings
from bots.discord.page import Page
from bots.discord.pictures import DEFAULT_LIMIT_BYTES
from bots.discord.post import FILE_TOO_LARGE, UNKNOWN_MESSAGE, Post, is_closed, named, wait_s
from bots.discord.render import outcome_page, preview_file, status_page
from bots.discord.reply import WIRE_FAULTS
from core.app import App
from core.generation.delivery_port import DeliveryResult, Gone, Later, Parcel, ProgressNote, Sent
from core.generation.queries import offerings
from core.kernel.ids import RequestId
from core.messages.catalogue import text

log = logging.getLogger("limner.discord")

SEND_WITHIN_S = 90.0
"""One delivery; the core lets another process look after it only after 180 s."""
DRAW_WITHIN_S = 20.0
_REMEMBERED = 2000


@dataclass(slots=True)
class _Drawing:
    """What this process knows of a request's message."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    is_final: bool = False
    """The outcome is on its way or there: progress that comes late must not cover it."""
    preview_uri: str = ""


class DiscordDelivery:
    """The delivery port, over the client that owns the token."""

    surface = SURFACE

    def __init__(self, app: App, post: Post, openings: Openings) -> None:
        self._app = app
        self._post = post
        self._openings = openings
        self._drawings: OrderedDict[RequestId, _Drawing] = OrderedDict()

    def _drawing(self, request_id: RequestId) -> _Drawing:
        drawing = self._drawings.setdefault(request_id, _Drawing())
        self._drawings.move_to_end(request_id)
        while len(self._drawings) > _REMEMBERED:
            self._drawings.popitem(last=False)
        return drawing

    async def show_progress(self, note: ProgressNote) -> None:
        """Edit the request's one message; a failed try is left to the next change."""
        address = Address.read(note.message_address or note.reply_to)
        drawing = self._drawing(note.status.request_id)
        async with drawing.lock:
            if drawing.is_final:
                return
            try:
                async with asyncio.timeout(DRAW_WITHIN_S):
                    await self._draw(address, note, drawing)
            except WIRE_FAULTS as fault:
                log.info("progress not shown: %s", named(fault))

    async def _draw(self, address: Address, note: ProgressNote, drawing: _Drawing) -> None:
        preview = None
        if note.preview is not None:
            preview = preview_file(
                note.preview, is_veiled=address.is_adult or note.status.wish.spoiler
            )
        page = status_page(note.status, preview=preview, shown_before=drawing.preview_uri)
        keep = preview is None
        if address.lives(self._app.clock.now()):
            await self._post.edit_by_token(address, page, keep_files=keep)
        elif address.message_id:
            await self._post.edit_by_id(address, page, keep_files=keep)
        if preview is not None:
            drawing.preview_uri = preview.uri

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        """Bring the outcome by the first way that is open; edits first: they repeat unseen."""
        request_id = parcel.status.request_id
        asked_at = Address.read(parcel.reply_to)
        known = parcel.message_address or await self._openings.address_of(
            request_id, asked_at.token
        )
        address = Address.read(known) if known else asked_at
        drawing = self._drawing(request_id)
        async with drawing.lock:
            drawing.is_final = True
            try:
                async with asyncio.timeout(SEND_WITHIN_S):
                    return await self._carry(parcel, address)
            except discord.RateLimited as limited:
                return Later(limited.retry_after)
            except WIRE_FAULTS as fault:
                log.warning("delivery postponed: %s", named(fault))
                return Later(wait_s(fault))

    async def _carry(self, parcel: Parcel, address: Address) -> DeliveryResult:
        try:
            return await self._by_any_way(parcel, address)
        except discord.HTTPException as fault:
            smaller = replace(address, size_limit_bytes=DEFAULT_LIMIT_BYTES)
            if fault.code != FILE_TOO_LARGE or smaller == address:
                raise
            # The server lost its boosts since it was asked.
            return await self._by_any_way(parcel, smaller)

    async def _by_any_way(self, parcel: Parcel, address: Address) -> DeliveryResult:
        page = await self._page(parcel, address)
        if address.lives(self._app.clock.now()):
            try:
                return _sent(await self._post.edit_by_token(address, page))
            except discord.HTTPException as fault:
                if not _next_way(fault):
                    raise
        if address.message_id:
            try:
                return _sent(await self._post.edit_by_id(address, page))
            except discord.HTTPException as fault:
                if not _next_way(fault):
                    raise
        request_id = parcel.status.request_id
        if address.channel_id:
            try:
                return _sent(await self._post.put(address, address.channel_id, request_id, page))
            except discord.HTTPException as fault:
                if not is_closed(fault):
                    raise
        return await self._in_private(parcel, address)

    async def _in_private(self, parcel: Parcel, address: Address) -> DeliveryResult:
        near = replace(address, size_limit_bytes=min(address.size_limit_bytes, DEFAULT_LIMIT_BYTES))
        page = await self._page(parcel, near)
        moved = text("server-moved", parcel.status.language)
        page = replace(page, lines=(moved, *page.lines))
        try:
            channel_id = await self._post.private_channel(address.user_id)
            put = await self._post.put(near, channel_id, parcel.status.request_id, page)
        except discord.HTTPException as fault:
            if not is_closed(fault):
                raise
            return Gone("unreachable")
        return _sent(put)

    async def _page(self, parcel: Parcel, address: Address) -> Page:
        return await outcome_page(
            parcel.status,
            parcel.pictures,
            parcel.grid,
            limit_bytes=address.size_limit_bytes,
            is_veiled=address.is_adult or parcel.status.wish.spoiler,
            offers_choice=len(offerings(self._app)) > 1,
        )

    async def remove(self, at: Address) -> None:
        """Remove a message that was sent just now; best effort."""
        try:
            await self._post.remove_by_token(at)
        except WIRE_FAULTS as fault:
            log.info("copy not removed: %s", named(fault))

    async def redraw(self, written: str, page: Page) -> None:
        """Change a result that is already shown, after some of it was deleted; best effort."""
        address = Address.read(written)
        try:
            if address.lives(self._app.clock.now()):
                await self._post.edit_by_token(address, page)
            elif address.message_id:
                await self._post.edit_by_id(address, page)
        except WIRE_FAULTS as fault:
            log.info("result not redrawn: %s", named(fault))


def _sent(at: Address) -> Sent:
    return Sent(at.write(), at.removable_until)


def _next_way(fault: discord.HTTPException) -> bool:
    return is_closed(fault) or fault.code == UNKNOWN_MESSAGE
