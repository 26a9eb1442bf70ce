"""What a person does in a chat: the side of the platform that tests drive."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.markup import typed_by_a_person
from tests.emulators.telegram.profile import member_json
from tests.emulators.telegram.questions import (
    CallbackAnswer,
    CheckoutAnswer,
    InlineAnswer,
    Questions,
)
from tests.emulators.telegram.sending import formatted
from tests.emulators.telegram.state import Chat, Media, Message, User, World

Deliver = Callable[[str, dict[str, Any]], int]
WAIT_S = 10.0


@dataclass(slots=True, eq=False)
class Person:
    """Someone with an account, a private chat with the bot, and a language."""

    user: User
    world: World = field(repr=False)
    questions: Questions = field(repr=False)
    deliver: Deliver = field(repr=False)
    last_update_id: int | None = None
    """The last update that this person caused, for sending it again."""

    @property
    def id(self) -> int:
        """The id of the account and of the private chat."""
        return self.user.id

    @property
    def chat(self) -> Chat:
        """The private chat with the bot."""
        return self.world.chats[self.user.id]

    @property
    def received(self) -> list[Message]:
        """What the bot has said to this person in private and what is still there."""
        return self.chat.sent_by(self.world.bot)

    def says(
        self,
        text: str,
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread: int | None = None,
    ) -> Message:
        """Write a text; the bot hears of it unless the privacy mode of a group hides it."""
        message = self._new(chat, reply_to, thread)
        message.set_text(typed_by_a_person(text))
        return self._sent(message)

    def sends_photo(
        self,
        data: bytes,
        caption: str = "",
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread: int | None = None,
    ) -> Message:
        """Send a picture as a photo."""
        media = self.world.keep("photo", data, "photo.jpg", "image/jpeg")
        return self._sends(media, caption, self._new(chat, reply_to, thread))

    def sends_document(
        self,
        data: bytes,
        caption: str = "",
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread: int | None = None,
        *,
        file_name: str = "picture.png",
        mime_type: str = "image/png",
    ) -> Message:
        """Send bytes as a file."""
        media = self.world.keep("document", data, file_name, mime_type)
        return self._sends(media, caption, self._new(chat, reply_to, thread))

    def edits(self, message: Message, text: str) -> Message:
        """Change the text or caption of an own message."""
        message.history.append(message.version())
        if message.media:
            message.set_caption(typed_by_a_person(text))
        else:
            message.set_text(typed_by_a_person(text))
        message.edit_date = self.world.now()
        if self._is_heard(message):
            self.last_update_id = self.deliver("edited_message", message.to_json())
        return message

    def forwards(self, message: Message, chat: Chat | None = None) -> Message:
        """Forward a message, to the bot unless another chat is given."""
        copy = self._new(chat, None, None)
        copy.text, copy.entities = message.text, message.entities
        copy.caption, copy.caption_entities = message.caption, message.caption_entities
        copy.media, copy.has_spoiler = message.media, message.has_spoiler
        origin = {"type": "user", "date": message.date, "sender_user": message.sender.to_json()}
        copy.service = {"forward_origin": origin}
        return self._sent(copy)

    def deletes(self, message: Message) -> None:
        """Remove a message; the platform tells the bot nothing."""
        message.deleted = True

    def press(self, message: Message, button: str) -> str:
        """Press an inline button by its label or data; the id of the question, not its answer.

        Raises:
            LookupError: the button is not there, or not one that asks the bot.
        """
        data = message.button(button).get("callback_data")
        if data is None:
            raise LookupError(f"button {button!r} does not ask the bot")
        question_id = self.questions.ask(self.questions.press_life_s)
        pressed = {
            "id": question_id,
            "from": self.user.to_json(),
            "chat_instance": str(abs(message.chat.id) + 7_000_000),
            "data": data,
        }
        if message.inline_id:
            pressed["inline_message_id"] = message.inline_id
        else:
            pressed["message"] = message.to_json()
        self.last_update_id = self.deliver("callback_query", pressed)
        return question_id

    async def presses(
        self, message: Message, button: str, timeout_s: float = WAIT_S
    ) -> CallbackAnswer:
        """Press an inline button by its label or data and wait until the bot answers.

        Raises:
            LookupError: as ``press``.
            TimeoutError: the bot left the person waiting.
        """
        answer = await self.questions.answer_to(self.press(message, button), timeout_s)
        assert isinstance(answer, CallbackAnswer)
        return answer

    async def asks_inline(self, query: str, timeout_s: float = WAIT_S) -> InlineAnswer:
        """Type ``@bot query`` in some other chat and wait for the suggestions."""
        question_id = self.questions.ask(self.questions.inline_life_s, query)
        asked = {"id": question_id, "from": self.user.to_json(), "query": query, "offset": ""}
        self.last_update_id = self.deliver("inline_query", {**asked, "chat_type": "sender"})
        answer = await self.questions.answer_to(question_id, timeout_s)
        assert isinstance(answer, InlineAnswer)
        return answer

    def chooses(self, answer: InlineAnswer, result_id: str, chat: Chat) -> Message:
        """Send one of the suggestions into ``chat``, where the bot need not be.

        The bot hears of the choice, and gets an id to edit by when there are buttons.
        """
        [result] = [item for item in answer.results if item["id"] == result_id]
        message = self._new(chat, None, None)
        content = result.get("input_message_content")
        if content:
            message.set_text(formatted({**content, "text": content["message_text"]}, "text"))
        elif "photo_file_id" in result:
            message.media = self.world.file(result["photo_file_id"])
        if not content:
            message.set_caption(formatted(result, "caption"))
        message.markup = result.get("reply_markup")
        chosen = {"result_id": result_id, "from": self.user.to_json(), "query": answer.query}
        if message.buttons:
            message.inline_id = chosen["inline_message_id"] = f"inline-{self.world.serial()}"
            self.world.inline[message.inline_id] = message
        self.last_update_id = self.deliver("chosen_inline_result", chosen)
        return message

    async def pays(self, invoice: Message, timeout_s: float = WAIT_S) -> str:
        """Pay an invoice in Stars and return the charge id; the bot is asked first.

        Raises:
            PermissionError: the bot declined; nothing was paid.
        """
        shown = invoice.service["invoice"]
        price = {
            "currency": shown["currency"],
            "total_amount": shown["total_amount"],
            "invoice_payload": str(invoice.invoice_payload),
        }
        question_id = self.questions.ask(self.questions.checkout_life_s)
        asked = {"id": question_id, "from": self.user.to_json(), **price}
        self.deliver("pre_checkout_query", asked)
        answer = await self.questions.answer_to(question_id, timeout_s)
        assert isinstance(answer, CheckoutAnswer)
        if not answer.ok:
            raise PermissionError(answer.error_message)
        charge_id = f"stars-{self.world.serial()}"
        self.questions.charges[charge_id] = self.id
        receipt = self._new(invoice.chat, None, None)
        ids = {"telegram_payment_charge_id": charge_id, "provider_payment_charge_id": ""}
        receipt.service = {"successful_payment": {**price, **ids}}
        receipt.update_id = self.last_update_id = self.deliver("message", receipt.to_json())
        return charge_id

    def blocks_bot(self) -> None:
        """Block the bot in the private chat; it is told, and can write no more."""
        self._changes_bot("kicked")

    def unblocks_bot(self) -> None:
        """Let the bot write again."""
        self._changes_bot("member")

    def deletes_account(self) -> None:
        """Delete the account; the bot is told nothing, and finds out when it writes."""
        self.chat.is_deactivated = True

    def _changes_bot(self, status: str) -> None:
        old, self.chat.bot_status = self.chat.bot_status, "kicked"
        if status == "member":
            self.chat.bot_status = "member"
        change = membership(self.world, self.chat, self.user, old)
        self.last_update_id = self.deliver("my_chat_member", change)

    def _sends(self, media: Media, caption: str, message: Message) -> Message:
        message.media = media
        message.set_caption(typed_by_a_person(caption))
        return self._sent(message)

    def _new(self, chat: Chat | None, reply_to: Message | None, thread: int | None) -> Message:
        place = chat or (reply_to.chat if reply_to else self.chat)
        if place is self.chat:
            place.started = True
        place.members.setdefault(self.id, self.user)
        message = place.new(self.user, self.world.now())
        message.reply_to = reply_to
        message.thread_id = thread or (reply_to.thread_id if reply_to else None)
        return message

    def _sent(self, message: Message) -> Message:
        if self._is_heard(message):
            message.update_id = self.last_update_id = self.deliver("message", message.to_json())
        return message

    def _is_heard(self, message: Message) -> bool:
        """Whether the bot gets a message: in privacy mode only what is meant for it.

        Meant for it are commands without a name or with its own, replies to it, and messages
        that mention it by its username.
        """
        chat = message.chat
        if chat.bot_status in {"left", "kicked"}:
            return False
        if chat.kind == "private" or not chat.privacy or chat.bot_status == "administrator":
            return True
        if message.reply_to and message.reply_to.sender is self.world.bot:
            return True
        words = (message.text or message.caption or "").split()
        own = f"@{self.world.bot.username}".lower()
        if any(word.lower().rstrip(".,:;!?") == own for word in words):
            return True
        first = words[0].lower() if words else ""
        return first.startswith("/") and ("@" not in first or first.endswith(own))


def membership(world: World, chat: Chat, by: User, old_status: str) -> dict[str, Any]:
    """A ChatMemberUpdated about the bot, from ``old_status`` to what holds now."""
    return {
        "chat": chat.to_json(),
        "from": by.to_json(),
        "date": world.now(),
        "old_chat_member": member_json(world.bot, old_status),
        "new_chat_member": member_json(world.bot, chat.bot_status),
    }
