"""The methods that put a message into a chat."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.emulators.telegram.faults import ApiError
from tests.emulators.telegram.markup import Formatted, parse_html
from tests.emulators.telegram.schema import Upload
from tests.emulators.telegram.state import Chat, Media, MediaKind, Message, World


@dataclass(frozen=True, slots=True)
class Call:
    """One request whose form was already checked."""

    method: str
    values: Mapping[str, Any]
    uploads: Mapping[str, Upload]


Handler = Callable[[Call], object]


def formatted(values: Mapping[str, Any], name: str) -> Formatted:
    """A text field as a reader sees it."""
    source = str(values.get(name, ""))
    return parse_html(source) if values.get("parse_mode") == "HTML" else Formatted(source)


def media_of(world: World, call: Call, kind: MediaKind, value: object) -> Media:
    """The file that a parameter uploads or refers to.

    Raises:
        ApiError: an unknown file id, a URL (nothing is fetched here), or no picture.
    """
    if isinstance(value, str) and value.startswith("attach://"):
        value = call.uploads[value.removeprefix("attach://")]
    if isinstance(value, Upload):
        return world.keep(kind, value.data, value.file_name, value.content_type)
    known = world.file(str(value))
    if known is None:
        raise ApiError(400, "Bad Request: wrong file identifier/HTTP URL specified")
    if known.kind != kind:
        raise ApiError(400, f"Bad Request: can't use file of type {known.kind} as {kind}")
    return known


@dataclass(frozen=True, slots=True)
class Sending:
    """Sends messages into a world."""

    world: World

    def handlers(self) -> dict[str, Handler]:
        """The methods by name."""
        return {
            "sendMessage": self.send_message,
            "sendMessageDraft": self.send_draft,
            "sendPhoto": self.send_photo,
            "sendDocument": self.send_document,
            "sendMediaGroup": self.send_media_group,
            "sendInvoice": self.send_invoice,
            "copyMessage": self.copy_message,
            "sendChatAction": self.send_chat_action,
        }

    def send_message(self, call: Call) -> object:
        """``sendMessage``."""
        message = self._new(call)
        message.set_text(formatted(call.values, "text"))
        return message.to_json()

    def send_draft(self, call: Call) -> object:
        """``sendMessageDraft``: a text that appears while it is written, in private only."""
        chat = self.world.chat_for_bot(call.values["chat_id"])
        if chat.kind != "private":
            raise ApiError(400, "Bad Request: TEXTDRAFT_PEER_INVALID")
        chat.drafts[call.values["draft_id"]] = formatted(call.values, "text").text
        return True

    def send_photo(self, call: Call) -> object:
        """``sendPhoto``."""
        return self._send_media(call, "photo")

    def send_document(self, call: Call) -> object:
        """``sendDocument``."""
        return self._send_media(call, "document")

    def _send_media(self, call: Call, kind: MediaKind) -> object:
        self._check_place(call)
        media = media_of(self.world, call, kind, call.values[kind])
        message = self._new(call)
        message.media = media
        message.has_spoiler = bool(call.values.get("has_spoiler"))
        message.set_caption(formatted(call.values, "caption"))
        return message.to_json()

    def send_media_group(self, call: Call) -> object:
        """``sendMediaGroup``: several messages that share one group id, without buttons."""
        self._check_place(call)
        items = call.values["media"]
        found = [media_of(self.world, call, item["type"], item["media"]) for item in items]
        group_id = str(self.world.serial())
        messages: list[Message] = []
        for item, media in zip(items, found, strict=True):
            message = self._new(call)
            message.media, message.media_group_id = media, group_id
            message.has_spoiler = bool(item.get("has_spoiler"))
            message.set_caption(formatted(item, "caption"))
            messages.append(message)
        return [message.to_json() for message in messages]

    def send_invoice(self, call: Call) -> object:
        """``sendInvoice``, in Stars."""
        values = call.values
        message = self._new(call)
        message.service = {
            "invoice": {
                "title": values["title"],
                "description": values["description"],
                "start_parameter": values.get("start_parameter", ""),
                "currency": values["currency"],
                "total_amount": sum(price["amount"] for price in values["prices"]),
            }
        }
        message.invoice_payload = values["payload"]
        return message.to_json()

    def copy_message(self, call: Call) -> object:
        """``copyMessage``: the same content as a message of the bot's own."""
        source = self.world.chat_for_bot(call.values["from_chat_id"])
        original = source.find(call.values["message_id"])
        if original is None:
            raise ApiError(400, "Bad Request: message to copy not found")
        message = self._new(call)
        message.text, message.entities = original.text, original.entities
        message.media, message.has_spoiler = original.media, original.has_spoiler
        message.caption, message.caption_entities = original.caption, original.caption_entities
        if "caption" in call.values:
            message.set_caption(formatted(call.values, "caption"))
        return {"message_id": message.message_id}

    def send_chat_action(self, call: Call) -> object:
        """``sendChatAction``."""
        self._check_place(call).actions.append(call.values["action"])
        return True

    def _check_place(self, call: Call) -> Chat:
        chat = self.world.chat_for_bot(call.values["chat_id"])
        thread_id = call.values.get("message_thread_id")
        if thread_id is not None and thread_id not in chat.topics:
            raise ApiError(400, "Bad Request: message thread not found")
        self._reply_target(chat, call)
        return chat

    def _reply_target(self, chat: Chat, call: Call) -> Message | None:
        wanted = call.values.get("reply_parameters")
        if wanted is None:
            return None
        place = self.world.chat_for_bot(wanted["chat_id"]) if "chat_id" in wanted else chat
        target = place.find(wanted["message_id"])
        if target is None and not wanted.get("allow_sending_without_reply"):
            raise ApiError(400, "Bad Request: message to be replied not found")
        return target

    def _new(self, call: Call) -> Message:
        chat = self._check_place(call)
        reply_to = self._reply_target(chat, call)
        message = chat.new(self.world.bot, self.world.now())
        message.reply_to = reply_to
        message.thread_id = call.values.get("message_thread_id")
        if message.thread_id is None and reply_to and reply_to.chat is chat:
            message.thread_id = reply_to.thread_id
        message.markup = call.values.get("reply_markup")
        message.protected = bool(call.values.get("protect_content"))
        message.silent = bool(call.values.get("disable_notification"))
        return message
