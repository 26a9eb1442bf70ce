"""The ways to a person: the interaction's token, the channel's message, the channel, in private."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import discord

from bots.discord.address import Address
from bots.discord.components import PressButton
from bots.discord.page import Page
from core.kernel.ids import RequestId, is_id

UNKNOWN_MESSAGE, FILE_TOO_LARGE = 10008, 40005
# What closes one way for good: unknown channel, user or webhook; no access; a message of somebody
# else; the person takes no direct messages (50007, 50278); missing permission; dead token.
CLOSED = frozenset({10003, 10013, 10015, 50001, 50005, 50007, 50013, 50027, 50278})
_ORIGINAL: Any = "@original"
_LOOK_BACK = 100
_NONCE_CHARS = 25


def is_closed(fault: discord.HTTPException) -> bool:
    """Say whether this way will not open again, so that the next one may be tried."""
    return fault.code in CLOSED


def carries(message: discord.Message, request_id: RequestId) -> bool:
    """Say whether a message is the one of a request: its buttons name it."""
    return any(request_id in custom_id for custom_id in _custom_ids(message.components))


def _custom_ids(components: Any) -> Iterator[str]:
    for part in components:
        custom_id = getattr(part, "custom_id", None)
        if isinstance(custom_id, str):
            yield custom_id
        yield from _custom_ids(getattr(part, "children", ()))


def request_of(message: discord.Message) -> RequestId | None:
    """Return the request whose result a message shows; None when it shows none of ours."""
    template = PressButton.__discord_ui_compiled_template__
    for custom_id in _custom_ids(message.components):
        match = template.fullmatch(custom_id)
        if match is not None and is_id(match["target"]):
            return RequestId(match["target"])
    return None


class Post:
    """Sends pages with the client's own connection; every method raises discord.py's errors."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def edit_by_token(self, to: Address, page: Page, *, keep_files: bool = False) -> Address:
        """Edit with the interaction's token; needs no access to the channel."""
        hook = discord.Webhook.partial(to.application_id, to.token, client=self._client)
        files = discord.utils.MISSING if keep_files else page.files()
        edited = await hook.edit_message(
            to.message_id or _ORIGINAL, view=page.view(), attachments=files
        )
        return replace(to, message_id=edited.id)

    async def edit_by_id(self, to: Address, page: Page, *, keep_files: bool = False) -> Address:
        """Edit as a member of the channel; works for ever."""
        place = self._client.get_partial_messageable(to.channel_id)
        files = discord.utils.MISSING if keep_files else page.files()
        message = place.get_partial_message(to.message_id)
        await message.edit(view=page.view(), attachments=files)
        return to

    async def put(self, to: Address, channel_id: int, request_id: RequestId, page: Page) -> Address:
        """Make the message anew in a channel, unless an earlier try has already done so."""
        place = self._client.get_partial_messageable(channel_id)
        earlier = await self._look_for(place, request_id)
        if earlier is not None:
            there = to.at(channel_id=channel_id, message_id=earlier)
            return await self.edit_by_id(there, page)
        sent = await place.send(
            view=page.view(), files=page.files(), nonce=request_id[-_NONCE_CHARS:]
        )
        return to.at(channel_id=channel_id, message_id=sent.id)

    async def private_channel(self, user_id: int) -> int:
        """Return the id of the direct channel with a person."""
        return (await self._client.create_dm(discord.Object(user_id))).id

    async def _look_for(
        self, place: discord.PartialMessageable, request_id: RequestId
    ) -> int | None:
        own = self._client.user
        assert own is not None
        try:
            async for message in place.history(limit=_LOOK_BACK):
                if message.author.id == own.id and carries(message, request_id):
                    return message.id
        except discord.Forbidden:
            # No right to read here: the nonce alone keeps a repeat within minutes from doubling.
            return None
        return None
