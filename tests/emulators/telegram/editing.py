"""The methods that change, mark or remove messages."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.emulators.telegram.faults import ApiError
from tests.emulators.telegram.sending import Call, Handler, formatted, media_of
from tests.emulators.telegram.state import Message, World

DELETABLE_FOR_S = 48 * 60 * 60


@dataclass(frozen=True, slots=True)
class Editing:
    """Changes messages of a world."""

    world: World

    def handlers(self) -> dict[str, Handler]:
        """The methods by name."""
        return {
            "editMessageText": self.edit_text,
            "editMessageCaption": self.edit_caption,
            "editMessageMedia": self.edit_media,
            "editMessageReplyMarkup": self.edit_markup,
            "deleteMessage": self.delete_message,
            "deleteMessages": self.delete_messages,
            "setMessageReaction": self.react,
        }

    def edit_text(self, call: Call) -> object:
        """``editMessageText``."""

        def change(message: Message) -> None:
            if message.text is None:
                raise ApiError(400, "Bad Request: there is no text in the message to edit")
            message.set_text(formatted(call.values, "text"))

        return self._edit(call, change)

    def edit_caption(self, call: Call) -> object:
        """``editMessageCaption``."""

        def change(message: Message) -> None:
            if message.media is None:
                raise ApiError(400, "Bad Request: there is no caption in the message to edit")
            message.set_caption(formatted(call.values, "caption"))

        return self._edit(call, change)

    def edit_media(self, call: Call) -> object:
        """``editMessageMedia``: also turns a text into a picture or file."""
        item = call.values["media"]

        def change(message: Message) -> None:
            grouped = message.media_group_id is not None
            if grouped and message.media and message.media.kind != item["type"]:
                raise ApiError(400, "Bad Request: message media type can't be changed in an album")
            media = media_of(self.world, call, item["type"], item["media"])
            message.text, message.entities = None, []
            message.media = media
            message.has_spoiler = bool(item.get("has_spoiler"))
            message.set_caption(formatted(item, "caption"))

        return self._edit(call, change)

    def edit_markup(self, call: Call) -> object:
        """``editMessageReplyMarkup``: an absent keyboard takes the buttons away."""
        return self._edit(call, lambda _: None)

    def _edit(self, call: Call, change: Callable[[Message], None]) -> object:
        message = self._own(call)
        markup = call.values.get("reply_markup")
        if message.media_group_id and markup:
            raise ApiError(400, "Bad Request: can't add a keyboard to a message of an album")
        draft = replace(message)
        change(draft)
        draft.markup = markup
        if draft.fingerprint() == message.fingerprint():
            raise ApiError(
                400,
                "Bad Request: message is not modified: specified new message content and reply "
                "markup are exactly the same as a current content and reply markup of the message",
            )
        message.history.append(message.version())
        message.text, message.entities = draft.text, draft.entities
        message.caption, message.caption_entities = draft.caption, draft.caption_entities
        message.media, message.has_spoiler = draft.media, draft.has_spoiler
        message.markup = markup
        message.edit_date = self.world.now()
        return True if message.inline_id else message.to_json()

    def _own(self, call: Call) -> Message:
        if "inline_message_id" in call.values:
            return self._inline(call)
        chat = self.world.chat_for_bot(call.values["chat_id"])
        message = chat.find(call.values["message_id"])
        if message is None:
            raise ApiError(400, "Bad Request: message to edit not found")
        if message.sender is not self.world.bot:
            raise ApiError(400, "Bad Request: message can't be edited")
        return message

    def _inline(self, call: Call) -> Message:
        message = self.world.inline.get(call.values["inline_message_id"])
        if message is None or message.deleted:
            raise ApiError(400, "Bad Request: MESSAGE_ID_INVALID")
        if call.uploads:
            raise ApiError(400, "Bad Request: can't upload a new file for an inline message")
        return message

    def delete_message(self, call: Call) -> object:
        """``deleteMessage``: only messages under 48 hours old; in groups, only its own."""
        message = self._deletable(call.values["chat_id"], call.values["message_id"])
        if message is None:
            raise ApiError(400, "Bad Request: message to delete not found")
        message.deleted = True
        return True

    def delete_messages(self, call: Call) -> object:
        """``deleteMessages``: those that are not there are skipped."""
        chat_id, wanted = call.values["chat_id"], call.values["message_ids"]
        found = [self._deletable(chat_id, message_id) for message_id in wanted]
        for message in found:
            if message is not None:
                message.deleted = True
        return True

    def _deletable(self, chat_id: int | str, message_id: int) -> Message | None:
        chat = self.world.chat_for_bot(chat_id)
        message = chat.find(message_id)
        if message is None:
            return None
        own = message.sender is self.world.bot
        may = own or chat.kind == "private" or chat.bot_status == "administrator"
        if not may or self.world.now() - message.date > DELETABLE_FOR_S:
            raise ApiError(400, "Bad Request: message can't be deleted")
        return message

    def react(self, call: Call) -> object:
        """``setMessageReaction``: replaces the bot's reactions."""
        message = self.world.chat_for_bot(call.values["chat_id"]).find(call.values["message_id"])
        if message is None:
            raise ApiError(400, "Bad Request: message to react not found")
        message.reactions = [item["emoji"] for item in call.values.get("reaction", [])]
        return True
