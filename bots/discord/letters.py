"""Brings letters about people's rights: in the answer, beside it, or as a direct message."""

import logging
import zlib
from dataclasses import replace

import discord

from bots.discord.address import Address, AddressInvalid
from bots.discord.answers import page_of, title_of
from bots.discord.asking import SURFACE
from bots.discord.page import Page
from bots.discord.pictures import Attached
from bots.discord.post import FILE_TOO_LARGE, UNKNOWN_MESSAGE, Post, is_closed, named, wait_s
from bots.discord.reply import WIRE_FAULTS
from core.app import App
from core.generation.delivery_port import DeliveryResult, Gone, Later, Sent
from core.kernel.people import Language
from core.messages.catalogue import text
from core.privacy.letters.port import Letter

log = logging.getLogger("limner.discord")

_UNKNOWN_CHANNEL = 10003
_NO_MORE_FOLLOW_UPS = 40094
_MARKERS = 0x7FFFFFFF


class DiscordLetters:
    """The letters' port, over the client that owns the token."""

    surface = SURFACE

    def __init__(self, app: App, post: Post) -> None:
        self._app = app
        self._post = post

    def _lives(self, address: Address) -> bool:
        return address.lives(self._app.clock.now())

    def private_address(self, native_id: str) -> str:
        """Return the person's id: it alone leads to the direct channel."""
        return native_id

    async def bring(self, letter: Letter) -> DeliveryResult:
        """Show a letter by the first way that is open; changes first: they repeat unseen."""
        try:
            return await self._by_any_way(letter)
        except AddressInvalid:
            return Gone("no-address")
        except discord.HTTPException as fault:
            if is_closed(fault):
                return Gone("unreachable")
            if fault.code == FILE_TOO_LARGE:
                return Gone("too-large")
            return _later(fault)
        except (discord.RateLimited, *WIRE_FAULTS) as fault:
            return _later(fault)

    async def _by_any_way(self, letter: Letter) -> DeliveryResult:
        if letter.message_address:
            shown = Address.read(letter.message_address)
            changed = await self._change(shown, letter)
            if changed is not None:
                return Sent(changed.write())
        home = Address.home(letter.reply_to)
        if self._lives(home) and not home.is_alone:
            try:
                return Sent((await self._beside(home, letter)).write())
            except discord.HTTPException as fault:
                if not _is_shut(fault):
                    raise
        channel_id = await self._post.private_channel(home.user_id)
        page = _page(letter, hidden=False)
        put = await self._post.put_letter(
            home, channel_id, letter.letter_id, page, looks=letter.was_started
        )
        return Sent(put.write())

    async def _beside(self, home: Address, letter: Letter) -> Address:
        """Open a message that only the person sees, note where it is, then fill it.

        Such messages can't be looked for. Should this process die before the note, another one
        is opened, and the first stays as a title with nothing below it.
        """
        opened = await self._post.follow_up(home, Page(lines=(title_of(letter.answer),)))
        await letter.remember(opened.write())
        return await self._post.edit_by_token(opened, _page(letter, hidden=True))

    async def _change(self, shown: Address, letter: Letter) -> Address | None:
        """Change the letter's message; None when it can't be changed any more, or is gone."""
        page = _page(letter, hidden=bool(shown.token) and not shown.is_alone)
        try:
            if self._lives(shown):
                return await self._post.edit_by_token(shown, page)
        except discord.HTTPException as fault:
            if not _is_shut(fault):
                raise
        try:
            if shown.message_id and (shown.is_alone or not shown.token):
                return await self._post.edit_by_id(shown, page)
        except discord.HTTPException as fault:
            if not _is_shut(fault):
                raise
        return None

    async def take_back(self, message_address: str, language: Language) -> DeliveryResult:
        """Remove a message of ours: at any age where the bot is, else while the token lives."""
        del language  # nothing is left to say it in
        try:
            return await self._remove(Address.read(message_address), message_address)
        except AddressInvalid:
            return Gone("no-address")
        except discord.HTTPException as fault:
            if fault.code in {UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL}:
                return Sent(message_address)
            return Gone("not-allowed") if is_closed(fault) else _later(fault)
        except (discord.RateLimited, *WIRE_FAULTS) as fault:
            return _later(fault)

    async def _remove(self, at: Address, message_address: str) -> DeliveryResult:
        by_token_alone = at.removable_until is not None
        if self._lives(at):
            try:
                await self._post.remove_by_token(at)
            except discord.HTTPException as fault:
                if by_token_alone or not _is_shut(fault):
                    raise
            else:
                return Sent(message_address)
        if by_token_alone or not at.message_id:
            return Gone("not-allowed")
        await self._post.remove_by_id(at)
        return Sent(message_address)


def _page(letter: Letter, *, hidden: bool) -> Page:
    page = page_of(letter.answer)
    marker = (zlib.crc32(letter.letter_id.encode()) & _MARKERS) or 1
    page = replace(page, marker=marker)
    if letter.attachment is None:
        return page
    brought = Attached(letter.attachment.file_name, letter.attachment.data, "", is_veiled=False)
    note = text("server-save-now", letter.answer.language) if hidden else ""
    return replace(page, documents=(brought, *page.documents), footnote=note or page.footnote)


def _is_shut(fault: discord.HTTPException) -> bool:
    return is_closed(fault) or fault.code in {UNKNOWN_MESSAGE, _NO_MORE_FOLLOW_UPS}


def _later(fault: BaseException) -> Later:
    log.warning("letter postponed: %s", named(fault))
    return Later(wait_s(fault))
