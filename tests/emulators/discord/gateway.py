"""The gateway: HELLO, IDENTIFY, RESUME, heartbeats and every event an image bot gets."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, WSMsgType, web

from tests.emulators.discord import shapes
from tests.emulators.discord.answers import event_problems
from tests.emulators.discord.state import DM, Channel, Guild, Json, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
PRIVILEGED = {1 << 1: "GUILD_MEMBERS", 1 << 8: "PRESENCES", 1 << 15: "MESSAGE_CONTENT"}
CLOSE_BAD_TOKEN, CLOSE_BAD_INTENTS, CLOSE_UNKNOWN_OP = 4004, 4014, 4001
IGNORED_OPS = {3, 4, 8}


@dataclass(slots=True)
class Session:
    """One session of one shard; its events wait here while it is away."""

    id: str
    shard: int
    shards: int
    intents: int
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


class Gateway:
    """All sessions of the bot."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.sessions: dict[str, Session] = {}
        self.shards = 1
        self.heartbeat_s = 41.25
        self.url = ""
        self.identified: list[Json] = []
        """The data of every IDENTIFY, the token left out."""
        self.resumed = 0
        self._open: set[web.WebSocketResponse] = set()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self._open.add(socket)
        session: Session | None = None
        hello = {"heartbeat_interval": int(self.heartbeat_s * 1000)}
        try:
            await socket.send_json({"op": HELLO, "d": hello, "s": None, "t": None})
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                session = await self._received(socket, json.loads(frame.data)) or session
        finally:
            self._open.discard(socket)
            if session is not None and session.socket is socket:
                session.socket = None
                self._world.changed()
        return socket

    async def _received(self, socket: web.WebSocketResponse, frame: Json) -> Session | None:
        op, data = frame.get("op"), frame.get("d")
        if op == HEARTBEAT:
            await socket.send_json({"op": ACK})
        elif op == IDENTIFY and isinstance(data, dict):
            return await self._identify(socket, data)
        elif op == RESUME and isinstance(data, dict):
            return await self._resume(socket, data)
        elif op not in IGNORED_OPS:
            self._world.violate(f"gateway: unknown opcode {op}")
            await socket.close(code=CLOSE_UNKNOWN_OP)
        return None

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        if data.get("token") != self._world.bot_token:
            await socket.close(code=CLOSE_BAD_TOKEN)
            return None
        self.identified.append({key: value for key, value in data.items() if key != "token"})
        intents = data.get("intents", 0)
        asked = [name for bit, name in PRIVILEGED.items() if intents & bit]
        if asked:
            self._world.violate(f"gateway: privileged intents {asked}")
            await socket.close(code=CLOSE_BAD_INTENTS)
            return None
        shard, shards = data.get("shard") or (0, 1)
        session = Session(secrets.token_hex(8), shard, shards, intents, socket=socket)
        self.sessions[session.id] = session
        here = [g for g in self._world.guilds.values() if g.has_bot and self._owns(session, g)]
        ready = {
            "v": 10,
            "user": shapes.me(self._world.bot),
            "guilds": [{"id": str(g.id), "unavailable": True} for g in here],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "shard": [shard, shards],
            "application": {"id": str(self._world.application_id), "flags": 0},
        }
        await self._send(session, "READY", ready)
        for guild in here:
            await self.guild_appears(guild, only=session)
        self._world.changed()
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        session = self.sessions.get(str(data.get("session_id")))
        if session is None or data.get("token") != self._world.bot_token:
            await socket.send_json({"op": INVALID, "d": False})
            return None
        session.socket = socket
        self.resumed += 1
        for event in [e for e in session.events if e["s"] > (data.get("seq") or 0)]:
            await socket.send_json(event)
        await self._send(session, "RESUMED", {})
        self._world.changed()
        return session

    @staticmethod
    def _owns(session: Session, guild: Guild | None) -> bool:
        number = 0 if guild is None or not guild.has_bot else (guild.id >> 22) % session.shards
        return number == session.shard

    async def _send(self, session: Session, name: str, data: Json) -> None:
        for problem in event_problems(name, data):
            self._world.violate(f"our event {name}: {problem}")
        event = {"op": DISPATCH, "t": name, "s": len(session.events) + 1, "d": data}
        session.events.append(event)
        if session.socket is None or session.socket.closed:
            return
        try:
            await session.socket.send_json(event)
        except ConnectionResetError:  # the bot died: the event waits for a resume
            session.socket = None

    async def dispatch(
        self, name: str, data: Json, *, guild: Guild | None = None, needs: int = 0
    ) -> None:
        """Send one event to the shard of ``guild``, now or when it resumes.

        Sessions that lack the intent ``needs`` get nothing, as with the real gateway.
        """
        for session in self.newest():
            if self._owns(session, guild) and session.intents & needs == needs:
                await self._send(session, name, data)

    def newest(self) -> list[Session]:
        """The last session of each shard; older ones are dead."""
        sessions = list(self.sessions.values())
        by_shard = {s.shard: s for s in sessions if s.shards == sessions[-1].shards}
        return list(by_shard.values())

    @property
    def connected(self) -> bool:
        """True while every shard that identified has an open socket."""
        newest = self.newest()
        return bool(newest) and all(s.socket is not None for s in newest)

    async def guild_appears(self, guild: Guild, *, only: Session | None = None) -> None:
        full = shapes.guild_create(self._world, guild)
        if only is not None:
            if only.intents & GUILDS:
                await self._send(only, "GUILD_CREATE", full)
            return
        await self.dispatch("GUILD_CREATE", full, guild=guild, needs=GUILDS)

    async def guild_vanishes(self, guild: Guild) -> None:
        gone = {"id": str(guild.id)}
        await self.dispatch("GUILD_DELETE", gone, guild=guild, needs=GUILDS)

    async def channel_event(self, name: str, channel: Channel) -> None:
        drawn = shapes.channel(channel)
        await self.dispatch(name, drawn, guild=channel.guild, needs=GUILDS)

    async def message_event(self, name: str, channel: Channel, drawn: Json) -> None:
        """A message event, its content withheld where no intent or mention allows it."""
        direct = channel.type == DM
        if channel.guild is not None:
            drawn = drawn | {"guild_id": str(channel.guild.id)}
        own = drawn.get("author", {}).get("id") == str(self._world.bot.id)
        mentioned = any(m["id"] == str(self._world.bot.id) for m in drawn.get("mentions", []))
        if "content" in drawn and not (direct or own or mentioned):
            drawn = drawn | {"content": "", "embeds": [], "attachments": [], "components": []}
        needs = DIRECT_MESSAGES if direct else GUILD_MESSAGES
        await self.dispatch(name, drawn, guild=channel.guild, needs=needs)

    async def drop(self, *, forget_sessions: bool = False) -> None:
        """Cut every socket; the bot resumes, or identifies anew when sessions are forgotten."""
        for socket in list(self._open):
            await socket.close(code=WSCloseCode.SERVICE_RESTART)
        if forget_sessions:
            self.sessions.clear()

    async def ask_to_reconnect(self) -> None:
        """Send opcode 7, as Discord does when it moves a session."""
        for socket in list(self._open):
            await socket.send_json({"op": RECONNECT, "d": None})
