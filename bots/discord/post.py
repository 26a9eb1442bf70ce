"""The ways to a person: the interaction's token, the channel's message, the channel, in private."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import discord

from bots.discord.address import Address
from bots.discord.components import PressButton
from bots.discord.mentions import NO_MENTIONS, Mentions
from bots.discord.page import Page
from core.kernel.ids import RequestId, is_id

UNKNOWN_MESSAGE, FILE_TOO_LARGE = 10008, 40005
# What closes one way for good: unknown channel, user or webhook; no access; a message of somebody
# else; the person takes no direct messages (50007, 50278); missing permission; dead token.
CLOSED = frozenset({10003, 10013, 10015, 50001, 50005, 50007, 50013, 50027, 50278})
_ORIGINAL: Any = "@original"
_LOOK_BACK = 100
_NONCE_CHARS = 25
_TOO_MANY = 429
_RETRY_S = 1.0
Recognise = Callable[[discord.Message], bool]


def is_closed(fault: discord.HTTPException) -> bool:
    """Say whether this way will not open again, so that the next one may be tried."""
    return fault.code in CLOSED


def wait_s(fault: BaseException) -> float:
    """Return how long to wait before the next try; the core waits longer after every one."""
    if isinstance(fault, discord.RateLimited):
        return fault.retry_after
    if isinstance(fault, discord.HTTPException) and fault.status == _TOO_MANY:
        try:
            return float(fault.response.headers.get("Retry-After", _RETRY_S))
        except ValueError:
            return _RETRY_S
    return _RETRY_S


def named(fault: BaseException) -> str:
    """Name a fault for the log: its kind and Discord's code, nothing that anybody wrote."""
    code = f" {fault.code}" if isinstance(fault, discord.HTTPException) else ""
    return type(fault).__name__ + code


def _shows(message: discord.Message, request_id: RequestId) -> bool:
    return any(request_id in custom_id for custom_id in _custom_ids(message.components))


def _custom_ids(components: Any) -> Iterator[str]:
    for part in components:
        custom_id = getattr(part, "custom_id", None)
        if isinstance(custom_id, str):
            yield custom_id
        yield from _custom_ids(getattr(part, "children", ()))


def brings_files(message: discord.Message) -> bool:
    """Say whether a message holds files; those that components show may not be listed."""
    return bool(message.attachments) or any(_files(message.components))


def _files(components: Any) -> Iterator[Any]:
    for part in components:
        if isinstance(part, discord.FileComponent | discord.MediaGalleryComponent):
            yield part
        yield from _files(getattr(part, "children", ()))


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

    def __init__(self, client: discord.Client, mentions: Mentions = NO_MENTIONS) -> None:
        self._client = client
        self._mentions = mentions

    async def edit_by_token(self, to: Address, page: Page, *, keep_files: bool = False) -> Address:
        """Edit with the interaction's token; needs no access to the channel."""
        hook = discord.Webhook.partial(to.application_id, to.token, client=self._client)
        files = discord.utils.MISSING if keep_files else page.files()
        edited = await hook.edit_message(
            to.message_id or _ORIGINAL, view=page.view(self._mentions), attachments=files
        )
        return replace(to, message_id=edited.id)

    async def edit_by_id(self, to: Address, page: Page, *, keep_files: bool = False) -> Address:
        """Edit as a member of the channel; works for ever."""
        place = self._client.get_partial_messageable(to.channel_id)
        files = discord.utils.MISSING if keep_files else page.files()
        message = place.get_partial_message(to.message_id)
        await message.edit(view=page.view(self._mentions), attachments=files)
        return to

    async def put(self, to: Address, channel_id: int, request_id: RequestId, page: Page) -> Address:
        """Make a request's message anew in a channel; its buttons name it."""
        return await self._put(
            to, channel_id, page, request_id, lambda message: _shows(message, request_id)
        )

    async def put_letter(
        self, to: Address, channel_id: int, letter_id: str, page: Page, *, looks: bool
    ) -> Address:
        """Make a letter's message in a channel; the page's marker names it.

        ``looks``: an earlier try may have made it already.
        """
        recognise: Recognise | None = None
        if looks:

            def recognise(message: discord.Message) -> bool:
                return page.marker in [getattr(part, "id", 0) for part in message.components]

        return await self._put(to, channel_id, page, letter_id, recognise)

    async def _put(
        self, to: Address, channel_id: int, page: Page, name: str, recognise: Recognise | None
    ) -> Address:
        """Make a message, unless one in the channel is recognised as the same."""
        place = self._client.get_partial_messageable(channel_id)
        earlier = await self._look_for(place, recognise) if recognise else None
        if earlier is not None:
            there = to.at(channel_id=channel_id, message_id=earlier)
            return await self.edit_by_id(there, page)
        sent = await place.send(
            view=page.view(self._mentions), files=page.files(), nonce=name[-_NONCE_CHARS:]
        )
        return to.at(channel_id=channel_id, message_id=sent.id)

    async def follow_up(self, to: Address, page: Page) -> Address:
        """Say something more with the interaction's token, to the person alone."""
        hook = discord.Webhook.partial(to.application_id, to.token, client=self._client)
        hook.type = discord.WebhookType.application
        sent = await hook.send(
            view=page.view(self._mentions), files=page.files(), ephemeral=True, wait=True
        )
        return replace(to, message_id=sent.id)

    async def remove_by_token(self, at: Address) -> None:
        """Remove a message with the interaction's token."""
        hook = discord.Webhook.partial(at.application_id, at.token, client=self._client)
        await hook.delete_message(at.message_id or _ORIGINAL)

    async def remove_by_id(self, at: Address) -> None:
        """Remove a message of ours as a member of the channel, however old it is."""
        place = self._client.get_partial_messageable(at.channel_id)
        await place.get_partial_message(at.message_id).delete()

    async def private_channel(self, user_id: int) -> int:
        """Return the id of the direct channel with a person."""
        return (await self._client.create_dm(discord.Object(user_id))).id

    async def _look_for(
        self, place: discord.PartialMessageable, recognise: Recognise
    ) -> int | None:
        own = self._client.user
        assert own is not None
        try:
            async for message in place.history(limit=_LOOK_BACK):
                if message.author.id == own.id and recognise(message):
                    return message.id
        except discord.Forbidden:
            # No right to read here: the nonce alone keeps a repeat within minutes from doubling.
            return None
        return None
