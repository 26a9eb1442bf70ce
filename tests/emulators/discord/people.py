"""People in the emulated Discord: they use commands, press buttons, fill in modals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.discord import shapes
from tests.emulators.discord.asking import (
    NotOfferedError,
    option_values,
    pick_command,
    pick_part,
    submitted,
)
from tests.emulators.discord.gateway import Gateway
from tests.emulators.discord.posting import Posting, Upload
from tests.emulators.discord.state import (
    DM,
    GROUP_DM,
    Channel,
    Interaction,
    Json,
    Message,
    User,
    World,
)
from tests.patience import LONG_S

AUTOCOMPLETE, COMMAND, COMPONENT, MODAL = 4, 2, 3, 5
CONTEXT_GUILD, CONTEXT_BOT_DM, CONTEXT_PRIVATE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Modal:
    """A modal on a person's screen."""

    shown_for: Handle
    data: Json

    @property
    def title(self) -> str:
        return str(self.data["title"])


@dataclass(slots=True, eq=False)
class Handle:
    """One interaction of a person, and what came back."""

    interaction: Interaction
    world: World = field(repr=False)

    @property
    def kind(self) -> int | None:
        """The callback type of the first response; None before it came."""
        answer = self.interaction.callback
        return None if answer is None else int(answer["type"])

    @property
    def original(self) -> Message | None:
        return self.interaction.original

    @property
    def followups(self) -> list[Message]:
        return self.interaction.followups

    async def _until(self, done: Callable[[], bool], timeout_s: float, what: str) -> None:
        await wait_until(self.world, done, timeout_s, what)

    async def acknowledged(self, timeout_s: float = LONG_S) -> int:
        """The type of the first response; TimeoutError when none comes."""
        await self._until(lambda: self.kind is not None, timeout_s, "first response")
        assert self.kind is not None
        return self.kind

    async def response(self, timeout_s: float = LONG_S) -> Message:
        """The response as a person reads it: a deferred one once it is filled in."""
        await self.acknowledged(timeout_s)
        await self._until(
            lambda: self.original is not None and not self.original.loading,
            timeout_s,
            "filled response",
        )
        assert self.original is not None
        return self.original

    async def edited(self, timeout_s: float = LONG_S) -> Message:
        """The message a button or modal came from, once an edit of it followed."""
        message = self.interaction.message
        if message is None:
            raise LookupError("this interaction did not come from a message")
        before = self.interaction.edits_before
        await self._until(lambda: len(message.edits) > before, timeout_s, "edit")
        return message

    async def modal(self, timeout_s: float = LONG_S) -> Modal:
        """The modal that opened; LookupError when another response came."""
        if await self.acknowledged(timeout_s) != 9 or self.interaction.callback is None:
            raise LookupError(f"callback type {self.kind}, not a modal")
        return Modal(self, self.interaction.callback["data"])

    async def choices(self, timeout_s: float = LONG_S) -> list[Json]:
        """The offered choices of an autocompletion: ``name`` and ``value`` of each."""
        if await self.acknowledged(timeout_s) != 8 or self.interaction.callback is None:
            raise LookupError(f"callback type {self.kind}, not choices")
        return list(self.interaction.callback["data"].get("choices") or [])

    async def follow_up(self, number: int = 0, timeout_s: float = LONG_S) -> Message:
        """The followup with this number, counted from 0."""
        await self._until(lambda: len(self.followups) > number, timeout_s, "followup")
        return self.followups[number]


async def wait_until(world: World, done: Callable[[], bool], timeout_s: float, what: str) -> None:
    """Wait until ``done``; TimeoutError names what did not come, and the violations."""
    deadline_s = asyncio.get_running_loop().time() + timeout_s
    while not done():
        left_s = deadline_s - asyncio.get_running_loop().time()
        if left_s <= 0:
            text = f"no {what} within {timeout_s} s; violations: {world.violations}"
            raise TimeoutError(text)
        await world.next_change(min(left_s, 0.05))


class Person:
    """One human; every act is sent to the bot as Discord would send it."""

    def __init__(self, user: User, world: World, posting: Posting, gateway: Gateway) -> None:
        self.user = user
        self._world = world
        self._posting = posting
        self._gateway = gateway
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def dm(self) -> Channel:
        """The private channel with the bot."""
        return self._world.direct_channel(self.user)

    def uses(
        self,
        name: str,
        options: Json | None = None,
        /,
        *,
        channel: Channel | None = None,
        dm: bool = False,
        **more: Any,
    ) -> Handle:
        """Use a slash command, "group sub" for subcommands; values as plain Python.

        An attachment is an ``Upload``, a user a ``Person``. Without ``channel`` the first text
        channel of the first guild with the bot is taken, with ``dm`` the private channel.

        Raises:
            NotOfferedError: Discord would not let a person send this; nothing was sent.
        """
        place = self._place(channel, dm=dm)
        command, path, leaf = pick_command(self._world, name, self.user, place)
        resolved: Json = {}
        values = option_values(leaf, {**(options or {}), **more}, self._resolve(place, resolved))
        data = self._command_data(command, path, values, resolved)
        return self._send(COMMAND, place, data)

    def autocompletes(
        self,
        name: str,
        *,
        focused: str,
        value: str,
        channel: Channel | None = None,
        dm: bool = False,
        **others: Any,
    ) -> Handle:
        """Type ``value`` into the option ``focused`` and wait for choices."""
        place = self._place(channel, dm=dm)
        command, path, leaf = pick_command(self._world, name, self.user, place)
        typed = [o for o in leaf.get("options", []) if o["name"] == focused]
        if not typed or not typed[0].get("autocomplete"):
            raise NotOfferedError(f"option {focused} has no autocompletion")
        values = option_values(leaf, others, self._resolve(place, {}), partial=True)
        values.append({"name": focused, "type": typed[0]["type"], "value": value, "focused": True})
        return self._send(AUTOCOMPLETE, place, self._command_data(command, path, values, {}))

    def uses_message_menu(self, name: str, message: Message) -> Handle:
        """Use a message's context menu entry."""
        place = message.channel
        command, _path, _leaf = pick_command(self._world, name, self.user, place, kind=3)
        drawn = shapes.message(message, self._posting.cdn_url)
        data = self._command_data(command, [], [], {"messages": {str(message.id): drawn}})
        return self._send(COMMAND, place, data | {"target_id": str(message.id)})

    def presses(self, message: Message, label_or_custom_id: str) -> Handle:
        """Press a button, named by its label or custom_id."""
        self._sees(message)
        part = pick_part(message, label_or_custom_id, {2})
        if part.get("disabled") or "custom_id" not in part:
            raise NotOfferedError(f"button {label_or_custom_id} cannot be pressed")
        data = {"component_type": 2, "custom_id": part["custom_id"], "id": part["id"]}
        return self._send(COMPONENT, message.channel, data, message=message)

    def picks(self, message: Message, select: str, *values: str) -> Handle:
        """Choose entries of a menu, named by its placeholder or custom_id, by label or value."""
        self._sees(message)
        part = pick_part(message, select, {3})
        known = {o[key]: o["value"] for o in part["options"] for key in ("label", "value")}
        if not set(values) <= set(known) or part.get("disabled"):
            raise NotOfferedError(f"menu {select} does not offer {values}")
        if not part.get("min_values", 1) <= len(values) <= part.get("max_values", 1):
            raise NotOfferedError(f"menu {select} does not take {len(values)} values")
        data = {
            "component_type": 3,
            "custom_id": part["custom_id"],
            "id": part["id"],
            "values": [known[value] for value in values],
        }
        return self._send(COMPONENT, message.channel, data, message=message)

    def submits(self, modal: Modal, fields: Json | None = None, /, **more: Any) -> Handle:
        """Fill in a modal: fields by custom_id or label; what is not named keeps its default."""
        shown = modal.shown_for.interaction
        if shown.user is not self.user:
            raise NotOfferedError("the modal is on another person's screen")
        resolved: Json = {}
        resolve = self._resolve(shown.channel, resolved)
        parts = submitted(modal.data, {**(fields or {}), **more}, resolve)
        data: Json = {"custom_id": modal.data["custom_id"], "components": parts}
        if resolved:
            data["resolved"] = resolved
        return self._send(MODAL, shown.channel, data, message=shown.message, trigger=shown)

    def _sees(self, message: Message) -> None:
        if message.deleted or message.ephemeral_for not in {None, self.user}:
            raise NotOfferedError("this person does not see that message")

    def _place(self, channel: Channel | None, *, dm: bool) -> Channel:
        if dm:
            return self.dm
        if channel is not None:
            return channel
        for place in self._world.channels.values():
            if place.guild is not None and place.guild.has_bot and not place.deleted:
                return place
        raise NotOfferedError("there is no guild channel")

    def _resolve(self, place: Channel, resolved: Json) -> Callable[[Any], str]:
        def put(value: Any) -> str:
            if isinstance(value, Upload):
                stored = self._posting.store(value, place, ephemeral=True)
                drawn = shapes.attachment(stored, self._posting.cdn_url)
                resolved.setdefault("attachments", {})[str(stored.id)] = drawn
                return str(stored.id)
            if isinstance(value, Person):
                resolved.setdefault("users", {})[str(value.id)] = shapes.user(value.user)
                return str(value.id)
            if isinstance(value, Channel):
                resolved.setdefault("channels", {})[str(value.id)] = shapes.channel(value)
                return str(value.id)
            raise NotOfferedError(f"an Upload, Person or Channel is needed, not {value!r}")

        return put

    def _command_data(
        self, command: Json, path: list[Json], values: list[Json], resolved: Json
    ) -> Json:
        for part in reversed(path):
            values = [{"name": part["name"], "type": part["type"], "options": values}]
        data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
        if values:
            data["options"] = values
        if resolved:
            data["resolved"] = resolved
        if "guild_id" in command:
            data["guild_id"] = command["guild_id"]
        return data

    def _send(
        self,
        kind: int,
        place: Channel,
        data: Json,
        *,
        message: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Handle:
        asked = Interaction(
            id=self._world.ids.take(),
            token=f"interaction-token-{next(self._world.tokens)}",
            type=kind,
            user=self.user,
            channel=place,
            data=data,
            asked_at_s=self._world.clock(),
            message=message,
            trigger=trigger,
            edits_before=len(message.edits) if message is not None else 0,
        )
        asked.user_install_only = "0" not in shapes.owners_of(asked)
        self._world.interactions[asked.token] = asked
        event = self._event(asked)
        task = asyncio.create_task(
            self._gateway.dispatch("INTERACTION_CREATE", event, guild=place.guild)
        )
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        return Handle(asked, self._world)

    def _event(self, asked: Interaction) -> Json:
        place = asked.channel
        held = [e for e in self._world.entitlements.values() if e.user is self.user]
        event: Json = {
            "id": str(asked.id),
            "application_id": str(self._world.application_id),
            "type": asked.type,
            "token": asked.token,
            "version": 1,
            "data": asked.data,
            "channel_id": str(place.id),
            "channel": shapes.channel(place) | {"permissions": str(shapes.bot_permissions(place))},
            "app_permissions": str(shapes.bot_permissions(place)),
            "locale": self.user.locale,
            "entitlements": [
                shapes.entitlement(e, self._world.application_id) for e in held if not e.deleted
            ],
            "authorizing_integration_owners": shapes.owners_of(asked),
            "context": _context(place),
            "attachment_size_limit": place.size_limit_bytes,
        }
        if place.guild is None:
            event["user"] = shapes.user(self.user)
        else:
            event["member"] = shapes.member(self.user, permissions=shapes.bot_permissions(place))
            event["guild_id"] = str(place.guild.id)
            event["guild_locale"] = place.guild.locale
            event["guild"] = {
                "id": str(place.guild.id),
                "locale": place.guild.locale,
                "features": [],
            }
        if asked.message is not None:
            event["message"] = shapes.message(asked.message, self._posting.cdn_url)
        return event


def _context(place: Channel) -> int:
    if place.guild is not None:
        return CONTEXT_GUILD
    bots = place.type == DM and place.bot_may_see
    return CONTEXT_BOT_DM if bots and place.type != GROUP_DM else CONTEXT_PRIVATE
