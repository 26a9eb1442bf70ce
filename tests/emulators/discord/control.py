"""The JSON control API of the emulator as a process: POST /control/<verb>."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.emulators.discord import faults, shapes
from tests.emulators.discord.asking import NotOfferedError
from tests.emulators.discord.emulator import DiscordEmulator
from tests.emulators.discord.people import Handle, Modal, Person
from tests.emulators.discord.posting import Upload
from tests.emulators.discord.state import Channel, Json, Message

FAULTS: dict[str, Callable[..., faults.Fault]] = {
    "status": faults.Status,
    "rate_limited": faults.RateLimited,
    "refused": faults.Refused,
    "reset": faults.Reset,
    "lost_answer": faults.LostAnswer,
    "wrong_answer": faults.WrongAnswer,
}
Verb = Callable[[Json], Awaitable[Any]]


class Control:
    """Verbs for a test in another process; ids travel as strings."""

    def __init__(self, emulator: DiscordEmulator) -> None:
        self._emulator = emulator
        self._people: dict[str, Person] = {}
        self._handles: dict[str, Handle] = {}
        self._verbs: dict[str, Verb] = {
            "about": self._about,
            "guild": self._guild,
            "channel": self._channel,
            "person": self._person,
            "uses": self._uses,
            "autocompletes": self._autocompletes,
            "presses": self._presses,
            "picks": self._picks,
            "submits": self._submits,
            "uses_message_menu": self._menu,
            "says": self._says,
            "interaction": self._interaction,
            "expire": self._expire,
            "messages": self._messages,
            "commands": self._commands,
            "calls": self._calls,
            "violations": self._violations,
            "fault": self._fault,
            "drop": self._drop,
            "remove_guild": self._remove_guild,
            "entitle": self._entitle,
        }

    def add_routes(self, app: web.Application) -> None:
        app.router.add_post("/control/{verb}", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        verb = self._verbs.get(request.match_info["verb"])
        if verb is None:
            return web.json_response({"error": "unknown verb"}, status=404)
        try:
            answer = await verb(await request.json())
        except NotOfferedError as refusal:
            return web.json_response({"error": str(refusal)}, status=409)
        except (LookupError, TypeError, ValueError) as error:
            text = f"{type(error).__name__}: {error}"
            return web.json_response({"error": text}, status=400)
        return web.json_response(answer)

    async def _about(self, _body: Json) -> Json:
        return {
            "token": self._emulator.token,
            "application_id": str(self._emulator.application_id),
            "api_base": self._emulator.api_base,
            "gateway_url": self._emulator.gateway_url,
            "cdn_base": self._emulator.cdn_base,
            "connected": self._emulator.gateway.connected,
            "identified": len(self._emulator.gateway.identified),
            "resumed": self._emulator.gateway.resumed,
        }

    async def _guild(self, body: Json) -> Json:
        return {"id": str((await self._emulator.guild(**body)).id)}

    async def _channel(self, body: Json) -> Json:
        guild = self._emulator.world.guilds[int(body.pop("guild"))]
        return {"id": str((await self._emulator.text_channel(guild, **body)).id)}

    async def _person(self, body: Json) -> Json:
        person = self._emulator.person(**body)
        self._people[str(person.id)] = person
        return {"id": str(person.id), "dm": str(person.dm.id)}

    def _place(self, body: Json) -> Channel | None:
        return self._emulator.channel(int(body["channel"])) if body.get("channel") else None

    def _message(self, message_id: str) -> Message:
        message = self._emulator.world.find_message(int(message_id))
        if message is None:
            raise LookupError(f"no message {message_id}")
        return message

    def _plain(self, options: Json) -> Json:
        """Options as Python values: uploads decoded, people looked up."""
        done = dict(options)
        for name, value in options.items():
            if isinstance(value, dict) and "base64" in value:
                done[name] = Upload(value["filename"], base64.b64decode(value["base64"]))
            if isinstance(value, dict) and "person" in value:
                done[name] = self._people[value["person"]]
        return done

    def _kept(self, handle: Handle) -> Json:
        self._handles[str(handle.interaction.id)] = handle
        return self._drawn_handle(handle)

    async def _uses(self, body: Json) -> Json:
        person = self._people[body["person"]]
        options = self._plain(body.get("options", {}))
        handle = person.uses(
            body["name"], options, channel=self._place(body), dm=body.get("dm", False)
        )
        return self._kept(handle)

    async def _autocompletes(self, body: Json) -> Json:
        handle = self._people[body["person"]].autocompletes(
            body["name"],
            focused=body["focused"],
            value=body["value"],
            channel=self._place(body),
            dm=body.get("dm", False),
        )
        return self._kept(handle)

    async def _presses(self, body: Json) -> Json:
        person, message = self._people[body["person"]], self._message(body["message"])
        return self._kept(person.presses(message, body["button"]))

    async def _picks(self, body: Json) -> Json:
        person, message = self._people[body["person"]], self._message(body["message"])
        return self._kept(person.picks(message, body["select"], *body["values"]))

    async def _submits(self, body: Json) -> Json:
        shown = self._handles[body["interaction"]]
        callback = shown.interaction.callback or {}
        modal = Modal(shown, callback["data"])
        fields = self._plain(body["fields"])
        return self._kept(self._people[body["person"]].submits(modal, fields))

    async def _menu(self, body: Json) -> Json:
        person, message = self._people[body["person"]], self._message(body["message"])
        return self._kept(person.uses_message_menu(body["name"], message))

    async def _says(self, body: Json) -> Json:
        channel = self._emulator.channel(int(body["channel"]))
        files = [
            u
            for n, f in enumerate(body.get("files", []))
            for u in self._plain({str(n): f}).values()
        ]
        said = await self._emulator.says(
            self._people[body["person"]], channel, body["content"], files=files
        )
        return self._drawn(said)

    async def _interaction(self, body: Json) -> Json:
        return self._drawn_handle(self._handles[body["interaction"]])

    async def _expire(self, body: Json) -> Json:
        self._emulator.expire(self._handles[body["interaction"]])
        return {}

    async def _messages(self, body: Json) -> list[Json]:
        return [self._drawn(m) for m in self._emulator.channel(int(body["channel"])).messages]

    async def _commands(self, _body: Json) -> list[Json]:
        return self._emulator.world.commands[None]

    async def _calls(self, _body: Json) -> list[Json]:
        return [{"route": c.route, "status": c.status} for c in self._emulator.calls]

    async def _violations(self, _body: Json) -> list[str]:
        return self._emulator.violations

    async def _fault(self, body: Json) -> Json:
        fault = FAULTS[body["kind"]](**body.get("facts", {}))
        self._emulator.faults.add(body["route"], fault, times=body.get("times", 1))
        return {}

    async def _drop(self, body: Json) -> Json:
        await self._emulator.gateway.drop(forget_sessions=body.get("forget_sessions", False))
        return {}

    async def _remove_guild(self, body: Json) -> Json:
        await self._emulator.remove_guild(self._emulator.world.guilds[int(body["guild"])])
        return {}

    async def _entitle(self, body: Json) -> Json:
        person = self._people[body["person"]]
        held = await self._emulator.entitle(person, int(body["sku_id"]), days=body.get("days"))
        return {"id": str(held.id)}

    def _drawn_handle(self, handle: Handle) -> Json:
        callback = handle.interaction.callback or {}
        data = callback.get("data") or {}
        return {
            "interaction": str(handle.interaction.id),
            "kind": handle.kind,
            "original": self._drawn(handle.original) if handle.original else None,
            "followups": [self._drawn(m) for m in handle.followups],
            "modal": data if handle.kind == 9 else None,
            "choices": data.get("choices"),
        }

    def _drawn(self, message: Message) -> Json:
        cdn_url = self._emulator.cdn_base
        return {
            "id": str(message.id),
            "channel": str(message.channel.id),
            "author": str(message.author.id),
            "by_bot": message.author.bot,
            "content": message.content,
            "text": message.text,
            "components": message.components,
            "buttons": [b.get("label") or b.get("custom_id") for b in message.buttons()],
            "flags": message.flags,
            "ephemeral": message.ephemeral,
            "loading": message.loading,
            "edits": len(message.edits),
            "deleted": message.deleted,
            "attachments": [
                {
                    "filename": a.filename,
                    "sha256": a.sha256,
                    "size_bytes": len(a.data),
                    "content_type": a.content_type,
                    "url": shapes.attachment_url(a, cdn_url),
                }
                for a in message.attachments
            ],
        }
