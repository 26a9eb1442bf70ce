"""Drives an emulator over HTTP, for tests in which it must outlive the process under test.

Every operation is ``POST /control/<operation>`` with a JSON object, and answers a JSON object.
"""

import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from aiohttp import web

from tests.emulators.telegram.emulator import Emulator
from tests.emulators.telegram.faults import Fault
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.state import Chat, Message

Json = dict[str, Any]
Operation = Callable[[Json], Awaitable[Json]]
_CONSTANT_FAULTS = {
    "blocked": Fault.blocked,
    "chat_not_found": Fault.chat_not_found,
    "kicked": Fault.kicked,
    "connection_reset": Fault.connection_reset,
}
_FAULT_MAKERS: dict[str, Callable[[Any], Fault]] = {
    "timeout_after_effect": Fault.timeout_after_effect,
    "timeout_before_effect": Fault.timeout_before_effect,
    "retry_after": Fault.retry_after,
    "status": Fault.status,
    "migrated": Fault.migrated,
}


def described(message: Message) -> Json:
    """A message as the control side reports it, with the digest of its media."""
    return {
        "chat_id": message.chat.id,
        "message_id": message.message_id,
        "from_bot": message.sender.is_bot,
        "sender_id": message.sender.id,
        "text": message.text,
        "caption": message.caption,
        "media_kind": message.media.kind if message.media else None,
        "media_sha256": message.media.sha256 if message.media else None,
        "file_id": message.media.file_id if message.media else None,
        "has_spoiler": message.has_spoiler,
        "buttons": message.buttons,
        "thread_id": message.thread_id,
        "reply_to": message.reply_to.message_id if message.reply_to else None,
        "media_group_id": message.media_group_id,
        "edits": len(message.history),
        "update_id": message.update_id,
    }


class Control:
    """The operations, over one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._people: dict[int, Person] = {}
        self._operations: dict[str, Operation] = {
            "person": self._person,
            "group": self._group,
            "says": self._says,
            "sends": self._sends,
            "edits": self._edits,
            "forwards": self._forwards,
            "presses": self._presses,
            "blocks": self._blocks,
            "messages": self._messages,
            "faults": self._faults,
            "findings": self._findings,
            "redeliver": self._redeliver,
            "advance": self._advance,
        }

    def add_routes(self, application: web.Application) -> None:
        """Serve the operations next to the API."""
        application.router.add_post("/control/{operation}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        operation = self._operations.get(request.match_info["operation"])
        if operation is None:
            return web.json_response({"error": "no such operation"}, status=404)
        try:
            return web.json_response(await operation(await request.json()))
        except (LookupError, TimeoutError, ValueError) as wrong:
            body = {"error": str(wrong), "kind": type(wrong).__name__}
            return web.json_response(body, status=400)

    async def _person(self, asked: Json) -> Json:
        person = self._emulator.person(
            asked["name"], language_code=asked["language_code"], started=asked["started"]
        )
        self._people[person.id] = person
        return {"id": person.id}

    async def _group(self, asked: Json) -> Json:
        people = [self._people[number] for number in asked["people"]]
        chat = self._emulator.group(
            *people,
            title=asked["title"],
            topics=tuple(asked["topics"]),
            privacy=asked["privacy"],
            bot_is_admin=asked["bot_is_admin"],
        )
        return {"id": chat.id, "topics": {name: number for number, name in chat.topics.items()}}

    async def _says(self, asked: Json) -> Json:
        person, chat, reply_to = self._who_and_where(asked)
        return described(person.says(asked["text"], chat, reply_to, asked["thread"]))

    async def _sends(self, asked: Json) -> Json:
        person, chat, reply_to = self._who_and_where(asked)
        data = base64.b64decode(asked["data"], validate=True)
        send = person.sends_photo if asked["kind"] == "photo" else person.sends_document
        return described(send(data, asked["caption"], chat, reply_to, asked["thread"]))

    async def _edits(self, asked: Json) -> Json:
        message = self._message(asked["chat_id"], asked["message_id"])
        return described(self._people[asked["person"]].edits(message, asked["text"]))

    async def _forwards(self, asked: Json) -> Json:
        message = self._message(asked["chat_id"], asked["message_id"])
        return described(self._people[asked["person"]].forwards(message))

    async def _presses(self, asked: Json) -> Json:
        person = self._people[asked["person"]]
        message = self._message(asked["chat_id"], asked["message_id"])
        if not asked["wait_s"]:
            person.press(message, asked["button"])
            return {"update_id": person.last_update_id}
        answer = await person.presses(message, asked["button"], asked["wait_s"])
        return {
            "text": answer.text,
            "show_alert": answer.show_alert,
            "url": answer.url,
            "update_id": person.last_update_id,
        }

    async def _blocks(self, asked: Json) -> Json:
        self._people[asked["person"]].blocks_bot()
        return {}

    async def _messages(self, asked: Json) -> Json:
        chats = self._emulator.world.chats
        wanted = [asked["chat_id"]] if asked["chat_id"] is not None else list(chats)
        return {
            "messages": [described(item) for number in wanted for item in chats[number].messages]
        }

    async def _faults(self, asked: Json) -> Json:
        kind = asked["kind"]
        fault = _CONSTANT_FAULTS.get(kind) or _FAULT_MAKERS[kind](asked["value"])
        self._emulator.faults.add(asked["method"], fault, asked["times"])
        return {"left": self._emulator.faults.left()}

    async def _findings(self, _: Json) -> Json:
        return {
            "violations": self._emulator.violations,
            "observations": self._emulator.rates.observations,
            "faults_left": self._emulator.faults.left(),
            "pending_updates": len(self._emulator.updates.pending),
            "calls": [[call.method, call.error] for call in self._emulator.calls],
        }

    async def _redeliver(self, asked: Json) -> Json:
        self._emulator.redeliver(asked["update_id"])
        return {}

    async def _advance(self, asked: Json) -> Json:
        self._emulator.advance(timedelta(seconds=asked["seconds"]))
        return {}

    def _who_and_where(self, asked: Json) -> tuple[Person, Chat | None, Message | None]:
        chat = None if asked["chat_id"] is None else self._emulator.chat(asked["chat_id"])
        person = self._people[asked["person"]]
        number = asked["reply_to"]
        place = (chat or person.chat).id
        return person, chat, None if number is None else self._message(place, number)

    def _message(self, chat_id: int, message_id: int) -> Message:
        message = self._emulator.chat(chat_id).find(message_id)
        if message is None:
            raise LookupError(f"no message {message_id} in chat {chat_id}")
        return message
