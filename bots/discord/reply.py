"""The one first response of an interaction: always within Discord's three seconds, never twice."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum

import aiohttp
import discord

from bots.discord.asking import Asked
from bots.discord.mentions import NO_MENTIONS, Mentions
from bots.discord.page import Page

log = logging.getLogger("limner.discord")

DEFER_AFTER_S = 0.6
"""Discord waits 3 s for the first response; the rest is for a slow line."""
ALREADY_ANSWERED, UNKNOWN_INTERACTION = 40060, 10062
WIRE_FAULTS = (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError)


class Manner(Enum):
    """How to answer when the answer itself takes longer."""

    PUBLIC = "public"
    HIDDEN = "hidden"
    """Only the person who asked sees it."""
    QUIET = "quiet"
    """A press that changes the pressed message; nothing new appears."""


def is_too_late(fault: BaseException) -> bool:
    """Say whether somebody answered before, or nobody may answer any more."""
    return isinstance(fault, discord.HTTPException) and fault.code in {
        ALREADY_ANSWERED,
        UNKNOWN_INTERACTION,
    }


class Reply:
    """Answers one interaction; later words go where the first response allows."""

    def __init__(
        self, interaction: Asked, manner: Manner, mentions: Mentions = NO_MENTIONS
    ) -> None:
        self._interaction = interaction
        self._mentions = mentions
        self._manner = manner
        self._lock = asyncio.Lock()
        self._deferred: Manner | None = None
        self._answered = False
        self._has_modal = False
        self.is_unknown = False
        """Discord no longer knows the interaction (10062): its token is of no use either."""

    @asynccontextmanager
    async def in_time(self) -> AsyncIterator[None]:
        """Defer the response by itself when the work inside takes too long."""
        timer = asyncio.create_task(self._defer_later())
        try:
            yield
        finally:
            timer.cancel()
            await asyncio.gather(timer, return_exceptions=True)

    async def _defer_later(self) -> None:
        await asyncio.sleep(DEFER_AFTER_S)
        async with self._lock:
            if self._answered or self._deferred:
                return
            try:
                await self._interaction.response.defer(
                    ephemeral=self._manner is Manner.HIDDEN,
                    thinking=self._manner is not Manner.QUIET,
                )
            except WIRE_FAULTS as fault:
                log.warning("could not defer: %s", type(fault).__name__)
            else:
                self._deferred = self._manner

    @property
    def takes_more(self) -> bool:
        """Something was said, and no form is open: there is room for more words."""
        return self._answered and not self._has_modal

    @property
    def can_open_modal(self) -> bool:
        """A modal can only be the first response."""
        return not self._answered and self._deferred is None

    async def open(self, modal: discord.ui.Modal) -> None:
        """Show a modal; it is answered by whichever process gets it."""
        modal.stop()
        async with self._lock:
            if self.can_open_modal:
                self._answered = self._has_modal = True
                await self._interaction.response.send_modal(modal)

    async def show(self, page: Page, *, hidden: bool) -> int:
        """Say something new.

        Returns:
            The id of the message; 0 when it was too late to answer (40060, 10062).
        """
        async with self._lock:
            try:
                return await self._show(page, hidden=hidden)
            except discord.HTTPException as fault:
                if not is_too_late(fault):
                    raise
                self.is_unknown = fault.code == UNKNOWN_INTERACTION
                return 0

    async def _show(self, page: Page, *, hidden: bool) -> int:
        asked, view, files = self._interaction, page.view(self._mentions), page.files()
        if not self._answered and self._deferred is None:
            self._answered = True
            sent = await asked.response.send_message(view=view, files=files, ephemeral=hidden)
            return sent.message_id or 0
        wanted = Manner.HIDDEN if hidden else Manner.PUBLIC
        if not self._answered and self._deferred is wanted:
            self._answered = True
            edited = await asked.edit_original_response(view=view, attachments=files)
            return edited.id
        if not self._answered and self._deferred in {Manner.PUBLIC, Manner.HIDDEN}:
            # What was announced to everybody turns out to be for one person, or the other way.
            await asked.delete_original_response()
        self._answered = True
        followup = await asked.followup.send(view=view, files=files, ephemeral=hidden, wait=True)
        return followup.id

    async def replace(self, page: Page) -> None:
        """Change the message whose button was pressed; quiet when it is too late."""
        async with self._lock:
            asked, view, files = self._interaction, page.view(self._mentions), page.files()
            try:
                if self._answered or self._deferred:
                    self._answered = True
                    await asked.edit_original_response(view=view, attachments=files)
                else:
                    self._answered = True
                    await asked.response.edit_message(view=view, attachments=files)
            except discord.HTTPException as fault:
                if not is_too_late(fault):
                    raise

    async def acknowledge(self) -> None:
        """Say that a press was understood, without any words; quiet when it is too late."""
        async with self._lock:
            if self._answered or self._deferred:
                return
            self._answered = True
            try:
                await self._interaction.response.defer()
            except discord.HTTPException as fault:
                if not is_too_late(fault):
                    raise
