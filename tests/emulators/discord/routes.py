"""What each documented route does to the emulated world."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.emulators.discord import contract, shapes
from tests.emulators.discord.callbacks import Callbacks
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.gateway import Gateway
from tests.emulators.discord.posting import Posting, Upload
from tests.emulators.discord.state import DM, PUBLIC_THREAD, Channel, Entitlement, Message, World

Answer = tuple[int, Any]
CHANNEL, MESSAGES = "/channels/{channel_id}", "/channels/{channel_id}/messages"
APP, HOOK = "/applications/{application_id}", "/webhooks/{webhook_id}/{webhook_token}"
ENTITLED = f"{APP}/entitlements"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, parsed."""

    route: str
    parameters: dict[str, str]
    query: dict[str, str]
    body: Any
    uploads: list[Upload]

    def number(self, name: str) -> int:
        text = self.parameters[name]
        if not text.isdigit():
            raise ApiError(50035, problems=[f"{name} {text!r} is not a snowflake"])
        return int(text)


Handler = Callable[[Asked], Awaitable[Answer]]


def refuse(problems: list[str]) -> None:
    """Refuse the request like Discord when the contract names a problem."""
    if problems:
        raise ApiError(50035, problems=problems)


class Routes:
    """Handlers by route."""

    def __init__(
        self, world: World, posting: Posting, gateway: Gateway, callbacks: Callbacks
    ) -> None:
        self._world = world
        self._posting = posting
        self._gateway = gateway
        self._callbacks = callbacks

    def table(self) -> dict[str, Handler]:
        return {
            "GET /oauth2/applications/@me": self._application,
            "GET /applications/@me": self._application,
            "GET /users/@me": self._me,
            "GET /users/{user_id}": self._user,
            "GET /gateway": self._gateway_url,
            "GET /gateway/bot": self._gateway_bot,
            f"GET {APP}/commands": self._commands,
            f"PUT {APP}/commands": self._overwrite_commands,
            f"GET {APP}/guilds/{{guild_id}}/commands": self._commands,
            f"PUT {APP}/guilds/{{guild_id}}/commands": self._overwrite_commands,
            f"GET {APP}/skus": self._skus,
            f"GET {ENTITLED}": self._entitlements,
            f"GET {ENTITLED}/{{entitlement_id}}": self._entitlement,
            f"POST {ENTITLED}/{{entitlement_id}}/consume": self._consume,
            "POST /users/@me/channels": self._direct_channel,
            "GET /guilds/{guild_id}": self._guild,
            "GET /guilds/{guild_id}/channels": self._guild_channels,
            f"GET {CHANNEL}": self._channel,
            f"POST {CHANNEL}/typing": self._typing,
            f"POST {CHANNEL}/threads": self._thread,
            f"POST {MESSAGES}/{{message_id}}/threads": self._thread,
            f"GET {MESSAGES}": self._history,
            f"POST {MESSAGES}": self._post,
            f"GET {MESSAGES}/{{message_id}}": self._read,
            f"PATCH {MESSAGES}/{{message_id}}": self._edit,
            f"DELETE {MESSAGES}/{{message_id}}": self._delete,
            "POST /interactions/{interaction_id}/{interaction_token}/callback": self._callback,
            f"POST {HOOK}": self._follow_up,
            f"GET {HOOK}/messages/@original": self._hook_read,
            f"PATCH {HOOK}/messages/@original": self._hook_edit,
            f"DELETE {HOOK}/messages/@original": self._hook_delete,
            f"GET {HOOK}/messages/{{message_id}}": self._hook_read,
            f"PATCH {HOOK}/messages/{{message_id}}": self._hook_edit,
            f"DELETE {HOOK}/messages/{{message_id}}": self._hook_delete,
        }

    async def _application(self, _asked: Asked) -> Answer:
        return 200, shapes.application(self._world)

    async def _me(self, _asked: Asked) -> Answer:
        return 200, shapes.me(self._world.bot)

    async def _user(self, asked: Asked) -> Answer:
        who = self._world.users.get(asked.number("user_id"))
        if who is None:
            raise ApiError(10013)
        return 200, shapes.user(who)

    async def _gateway_url(self, _asked: Asked) -> Answer:
        return 200, {"url": self._gateway.url}

    async def _gateway_bot(self, _asked: Asked) -> Answer:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        shards = self._gateway.shards
        return 200, {"url": self._gateway.url, "shards": shards, "session_start_limit": limit}

    def _own_application(self, asked: Asked) -> None:
        if asked.number("application_id") != self._world.application_id:
            raise ApiError(10002)

    async def _commands(self, asked: Asked) -> Answer:
        self._own_application(asked)
        place = asked.number("guild_id") if "guild_id" in asked.parameters else None
        return 200, self._world.commands.get(place, [])

    async def _overwrite_commands(self, asked: Asked) -> Answer:
        self._own_application(asked)
        place = asked.number("guild_id") if "guild_id" in asked.parameters else None
        if place is not None and place not in self._world.guilds:
            raise ApiError(50001)
        refuse(contract.commands(asked.body))
        old = {(c["type"], c["name"]): int(c["id"]) for c in self._world.commands.get(place, [])}
        self._world.commands[place] = [
            shapes.command(
                raw,
                command_id=old.get((raw.get("type") or 1, raw["name"])) or self._world.ids.take(),
                application_id=self._world.application_id,
                guild_id=place,
            )
            for raw in asked.body
        ]
        return 200, self._world.commands[place]

    async def _skus(self, asked: Asked) -> Answer:
        self._own_application(asked)
        return 200, self._world.skus

    def _entitled(self, asked: Asked) -> Entitlement:
        self._own_application(asked)
        held = self._world.entitlements.get(asked.number("entitlement_id"))
        if held is None:
            raise ApiError(10029)
        return held

    async def _entitlements(self, asked: Asked) -> Answer:
        self._own_application(asked)
        held = list(self._world.entitlements.values())
        if "user_id" in asked.query:
            held = [e for e in held if e.user.id == int(asked.query["user_id"])]
        if "sku_ids" in asked.query:
            wanted = asked.query["sku_ids"].split(",")
            held = [e for e in held if str(e.sku_id) in wanted]
        if asked.query.get("exclude_deleted", "true") in {"true", "1"}:
            held = [e for e in held if not e.deleted]
        held = [e for e in held if e.id > int(asked.query.get("after", 0))]
        held = held[: int(asked.query.get("limit", 100))]
        return 200, [shapes.entitlement(e, self._world.application_id) for e in held]

    async def _entitlement(self, asked: Asked) -> Answer:
        return 200, shapes.entitlement(self._entitled(asked), self._world.application_id)

    async def _consume(self, asked: Asked) -> Answer:
        self._entitled(asked).consumed = True
        return 204, None

    async def _direct_channel(self, asked: Asked) -> Answer:
        recipient = str((asked.body or {}).get("recipient_id"))
        refuse([] if recipient.isdigit() else [f"recipient_id {recipient!r} is not a snowflake"])
        who = self._world.users.get(int(recipient))
        if who is None:
            raise ApiError(10013)
        return 200, shapes.channel(self._world.direct_channel(who))

    async def _guild(self, asked: Asked) -> Answer:
        place = self._world.guilds.get(asked.number("guild_id"))
        if place is None or not place.has_bot:
            raise ApiError(10004)
        return 200, shapes.guild(place)

    async def _guild_channels(self, asked: Asked) -> Answer:
        place = self._world.guilds.get(asked.number("guild_id"))
        if place is None or not place.has_bot:
            raise ApiError(10004)
        inside = [c for c in self._world.channels.values() if c.guild is place]
        shown = [c for c in inside if c.parent is None and not c.deleted]
        return 200, [shapes.channel(c) for c in shown]

    def _place(self, asked: Asked, *, to_send: bool = False) -> Channel:
        """The channel of a request, when the bot may do there what it asks for.

        Raises:
            ApiError: 10003, 50001, 50007 or 50013; nothing was changed.
        """
        place = self._world.channels.get(asked.number("channel_id"))
        if place is None or place.deleted:
            raise ApiError(10003)
        foreign = place.guild is not None and not place.guild.has_bot
        if foreign or not place.bot_may_see:
            raise ApiError(50001)
        if to_send and place.type == DM and place.recipients[0].blocks_direct_messages:
            raise ApiError(50007)
        if to_send and not place.bot_may_send:
            raise ApiError(50013)
        return place

    async def _channel(self, asked: Asked) -> Answer:
        return 200, shapes.channel(self._place(asked))

    async def _typing(self, asked: Asked) -> Answer:
        self._place(asked, to_send=True)
        return 204, None

    async def _thread(self, asked: Asked) -> Answer:
        parent = self._place(asked, to_send=True)
        if parent.guild is None:
            raise ApiError(50035, problems=["no threads outside guilds"])
        name = asked.body.get("name") or ""
        refuse([] if 1 <= len(name) <= 100 else ["a thread name has 1 to 100 characters"])
        thread_id = self._world.ids.take()
        if "message_id" in asked.parameters:
            thread_id = self._found(asked, parent).id
        kind = asked.body.get("type") or PUBLIC_THREAD
        thread = Channel(thread_id, kind, name, guild=parent.guild, parent=parent)
        self._world.add_channel(thread)
        await self._gateway.channel_event("THREAD_CREATE", thread)
        return 201, shapes.channel(thread)

    async def _history(self, asked: Asked) -> Answer:
        place = self._place(asked)
        shown = place.messages
        for name, keep in (("before", int.__lt__), ("after", int.__gt__)):
            if name in asked.query:
                shown = [m for m in shown if keep(m.id, int(asked.query[name]))]
        limit = int(asked.query.get("limit", 50))
        refuse([] if 1 <= limit <= 100 else [f"limit {limit} is not within 1 to 100"])
        newest = shown[:limit] if "after" in asked.query else shown[-limit:]
        return 200, [self._drawn(m) for m in reversed(newest)]

    def _drawn(self, message: Message) -> Any:
        return shapes.message(message, self._posting.cdn_url)

    def _found(self, asked: Asked, place: Channel) -> Message:
        wanted = asked.number("message_id")
        for message in place.messages:
            if message.id == wanted:
                return message
        raise ApiError(10008)

    async def _post(self, asked: Asked) -> Answer:
        place = self._place(asked, to_send=True)
        refuse(contract.message(asked.body, files=len(asked.uploads), edit=False))
        if (asked.body.get("flags") or 0) & 1 << 6:
            raise ApiError(50035, problems=["a channel message cannot be ephemeral"])
        old = self._posting.repeated(place, self._world.bot, asked.body)
        if old is not None:
            return 200, self._drawn(old)
        message = self._posting.create(place, self._world.bot, asked.body, asked.uploads)
        drawn = self._drawn(message)
        await self._gateway.message_event("MESSAGE_CREATE", place, drawn)
        return 200, drawn

    async def _read(self, asked: Asked) -> Answer:
        return 200, self._drawn(self._found(asked, self._place(asked)))

    async def _edit(self, asked: Asked) -> Answer:
        place = self._place(asked)
        message = self._found(asked, place)
        if message.author is not self._world.bot:
            raise ApiError(50005)
        refuse(self._callbacks.check_edit(message, asked.body, asked.uploads))
        await self._callbacks.edit(message, asked.body, asked.uploads)
        return 200, self._drawn(message)

    async def _delete(self, asked: Asked) -> Answer:
        message = self._found(asked, self._place(asked))
        if message.author is not self._world.bot:
            raise ApiError(50013)
        await self._callbacks.delete(message)
        return 204, None

    async def _callback(self, asked: Asked) -> Answer:
        token = asked.parameters["interaction_token"]
        interaction = self._callbacks.asked(asked.number("interaction_id"), token)
        files = len(asked.uploads)
        refuse(contract.callback(asked.body, asked=interaction.type, files=files))
        if asked.body["type"] == 7 and interaction.message is not None:
            data = asked.body.get("data") or {}
            refuse(self._callbacks.check_edit(interaction.message, data, asked.uploads))
        answer = await self._callbacks.respond(interaction, asked.body, asked.uploads)
        if asked.query.get("with_response") in {"1", "true"}:
            return 200, answer
        return 204, None

    def _hooked(self, asked: Asked) -> Any:
        webhook_id = asked.number("webhook_id")
        return self._callbacks.by_token(webhook_id, asked.parameters["webhook_token"])

    async def _follow_up(self, asked: Asked) -> Answer:
        interaction = self._hooked(asked)
        refuse(contract.message(asked.body, files=len(asked.uploads), edit=False))
        message = await self._callbacks.follow_up(interaction, asked.body, asked.uploads)
        return 200, self._drawn(message)

    def _hook_message(self, asked: Asked) -> Message:
        which = asked.parameters.get("message_id", "@original")
        return self._callbacks.find(self._hooked(asked), which)

    async def _hook_read(self, asked: Asked) -> Answer:
        return 200, self._drawn(self._hook_message(asked))

    async def _hook_edit(self, asked: Asked) -> Answer:
        message = self._hook_message(asked)
        refuse(self._callbacks.check_edit(message, asked.body, asked.uploads))
        await self._callbacks.edit(message, asked.body, asked.uploads)
        return 200, self._drawn(message)

    async def _hook_delete(self, asked: Asked) -> Answer:
        await self._callbacks.delete(self._hook_message(asked))
        return 204, None
