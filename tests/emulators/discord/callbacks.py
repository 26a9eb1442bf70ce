"""Interactions: the one first response, its token, followups and their life times."""

from __future__ import annotations

from typing import Any

from tests.emulators.discord import contract, shapes
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.gateway import Gateway
from tests.emulators.discord.posting import Posting, Upload
from tests.emulators.discord.state import (
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Interaction,
    Json,
    Message,
    World,
)

MAX_USER_INSTALL_FOLLOWUPS = 5
TOKEN_LIFE_S = 900.0
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE = 4, 5, 6, 7


class Callbacks:
    """The rules of answering an interaction."""

    def __init__(self, world: World, posting: Posting, gateway: Gateway) -> None:
        self._world = world
        self._posting = posting
        self._gateway = gateway

    def asked(self, interaction_id: int, token: str) -> Interaction:
        """The interaction of a callback.

        Raises:
            ApiError: 10062 unknown or too late, 40060 already answered; nothing changed.
        """
        asked = self._world.interactions.get(token)
        if asked is None or asked.id != interaction_id or asked.expired:
            raise ApiError(10062)
        if asked.callback is not None:
            self._world.violate(f"second response to {self._named(asked)}")
            raise ApiError(40060)
        late_s = self._world.clock() - asked.asked_at_s
        if late_s > self._world.ack_limit_s:
            self._world.violate(f"first response to {self._named(asked)} after {late_s:.1f} s")
            raise ApiError(10062)
        return asked

    def by_token(self, webhook_id: int, token: str) -> Interaction:
        """The interaction of a webhook call.

        Raises:
            ApiError: 50027 dead token, 10015 no first response yet; nothing changed.
        """
        asked = self._world.interactions.get(token)
        if asked is None or webhook_id != self._world.application_id:
            raise ApiError(10015)
        if asked.expired or self._world.clock() - asked.asked_at_s > TOKEN_LIFE_S:
            raise ApiError(50027)
        if asked.callback is None:
            self._world.violate(f"webhook call before the response to {self._named(asked)}")
            raise ApiError(10015)
        return asked

    @staticmethod
    def _named(asked: Interaction) -> str:
        return str(asked.data.get("name") or asked.data.get("custom_id"))

    async def respond(self, asked: Interaction, body: Json, uploads: list[Upload]) -> Json:
        """Take the first response; return the answer for ``with_response``."""
        kind, data = body["type"], body.get("data") or {}
        message: Message | None = None
        if kind in {MESSAGE, DEFERRED}:
            flags = (data.get("flags") or 0) | (LOADING if kind == DEFERRED else 0)
            message = self._new(asked, {**data, "flags": flags}, uploads)
            asked.original = message
        elif kind in {DEFERRED_UPDATE, UPDATE}:
            message = self._pressed(asked)
            asked.original = message
            if kind == UPDATE:
                self._posting.edit(message, data, uploads)
        asked.callback = body
        self._world.changed()
        await self._announce(message, created=kind in {MESSAGE, DEFERRED})
        return self._answer(asked, kind, message)

    def _pressed(self, asked: Interaction) -> Message:
        if asked.message is None:
            self._world.violate(f"update of no message by {self._named(asked)}")
            raise ApiError(50035, problems=["no message to update"])
        return asked.message

    def _answer(self, asked: Interaction, kind: int, message: Message | None) -> Json:
        interaction: Json = {"id": str(asked.id), "type": asked.type}
        answer: Json = {"interaction": interaction}
        if message is not None:
            interaction |= {
                "response_message_id": str(message.id),
                "response_message_loading": message.loading,
                "response_message_ephemeral": message.ephemeral,
            }
        if message is not None and kind in {MESSAGE, UPDATE}:
            drawn = shapes.message(message, self._posting.cdn_url)
            answer["resource"] = {"type": kind, "message": drawn}
        return answer

    def _new(self, asked: Interaction, body: Json, uploads: list[Upload]) -> Message:
        only_to = asked.user if (body.get("flags") or 0) & EPHEMERAL else None
        return self._posting.create(
            asked.channel,
            self._world.bot,
            body,
            uploads,
            interaction=asked,
            ephemeral_for=only_to,
        )

    async def follow_up(self, asked: Interaction, body: Json, uploads: list[Upload]) -> Message:
        """Post one more message; after a deferred response it fills that one instead."""
        thinking = asked.original
        if thinking is not None and thinking.loading and not thinking.deleted:
            return await self.edit(thinking, body, uploads)
        if asked.user_install_only and len(asked.followups) >= MAX_USER_INSTALL_FOLLOWUPS:
            raise ApiError(40094)
        message = self._new(asked, body, uploads)
        asked.followups.append(message)
        self._world.changed()
        await self._announce(message, created=True)
        return message

    def find(self, asked: Interaction, which: str) -> Message:
        """The first response or a followup.

        Raises:
            ApiError: 10008, there is none or it was deleted.
        """
        mine = [asked.original, *asked.followups, asked.message]
        for message in mine:
            if message is None or message.deleted:
                continue
            if (which == "@original" and message is asked.original) or str(message.id) == which:
                return message
        raise ApiError(10008)

    async def edit(self, message: Message, body: Json, uploads: list[Upload]) -> Message:
        self._posting.edit(message, body, uploads)
        await self._announce(message, created=False)
        return message

    async def delete(self, message: Message) -> None:
        message.deleted = True
        self._world.changed()
        if not message.ephemeral:
            gone = {"id": str(message.id), "channel_id": str(message.channel.id)}
            await self._gateway.message_event("MESSAGE_DELETE", message.channel, gone)

    async def _announce(self, message: Message | None, *, created: bool) -> None:
        if message is None or message.ephemeral or not self.bot_hears(message):
            return
        drawn = shapes.message(message, self._posting.cdn_url)
        name = "MESSAGE_CREATE" if created else "MESSAGE_UPDATE"
        await self._gateway.message_event(name, message.channel, drawn)

    @staticmethod
    def bot_hears(message: Message) -> bool:
        place = message.channel
        return place.bot_may_see and (place.guild is None or place.guild.has_bot)

    @staticmethod
    def check_edit(message: Message, body: Any, uploads: list[Upload]) -> list[str]:
        """The contract of an edit, knowing what the message is already."""
        already = bool(message.flags & COMPONENTS_V2)
        return contract.message(body, files=len(uploads), edit=True, v2_already=already)
