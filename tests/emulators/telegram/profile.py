"""The methods about the bot itself, chats, files and the way updates arrive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.telegram.faults import ApiError
from tests.emulators.telegram.schema import Upload
from tests.emulators.telegram.sending import Call, Handler
from tests.emulators.telegram.state import Chat, User, World
from tests.emulators.telegram.updates import Updates, Webhook

DOWNLOAD_LIMIT_BYTES = 20 * 1024 * 1024
_FIELDS = {
    "Name": "name",
    "Description": "description",
    "ShortDescription": "short_description",
}
_GRANTED = frozenset({"can_manage_chat", "can_delete_messages"})
_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def member_json(user: User, status: str) -> dict[str, Any]:
    """A ChatMember of the given status."""
    shown: dict[str, Any] = {"status": status, "user": user.to_json()}
    if status == "administrator":
        shown |= {right: right in _GRANTED for right in _RIGHTS}
    if status == "kicked":
        shown["until_date"] = 0
    return shown


@dataclass(slots=True)
class Profile:
    """What the bot has told about itself, per language and scope."""

    world: World
    updates: Updates
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    """By scope (``default``, ``chat:5``, ``chat_member:5:7``) and language code."""
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    """By kind (``Name``, ``Description``, ``ShortDescription``) and language code."""
    menu_buttons: dict[int, dict[str, Any]] = field(default_factory=dict)

    def handlers(self) -> dict[str, Handler]:
        """The methods by name."""
        texts: dict[str, Handler] = {}
        for kind, name in _FIELDS.items():
            texts[f"setMy{kind}"] = self._text_setter(kind, name)
            texts[f"getMy{kind}"] = self._text_getter(kind, name)
        return texts | {
            "getMe": self.get_me,
            "logOut": lambda _: True,
            "close": lambda _: True,
            "setWebhook": self.set_webhook,
            "deleteWebhook": self.delete_webhook,
            "getWebhookInfo": lambda _: self.updates.webhook_info(),
            "setMyCommands": self.set_commands,
            "getMyCommands": lambda call: self.commands.get(_scope_key(call.values), []),
            "deleteMyCommands": self.delete_commands,
            "setChatMenuButton": self.set_menu_button,
            "getFile": self.get_file,
            "getChat": self.get_chat,
            "getChatAdministrators": self.get_chat_administrators,
            "getChatMember": self.get_chat_member,
            "leaveChat": self.leave_chat,
        }

    def get_me(self, _: Call) -> object:
        """``getMe``."""
        return {
            **self.world.bot.to_json(),
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": True,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def set_webhook(self, call: Call) -> object:
        """``setWebhook``; plain http is fine here, the platform itself insists on https."""
        values = call.values
        if "allowed_updates" in values:
            self.updates.allowed = values["allowed_updates"]
        if values.get("drop_pending_updates"):
            self.updates.drop()
        self.updates.set_webhook(
            Webhook(
                url=values["url"],
                secret=values.get("secret_token", ""),
                certificate=isinstance(call.uploads.get("certificate"), Upload),
                max_connections=values.get("max_connections", 40),
            )
        )
        return True

    def delete_webhook(self, call: Call) -> object:
        """``deleteWebhook``."""
        if call.values.get("drop_pending_updates"):
            self.updates.drop()
        self.updates.set_webhook(Webhook())
        return True

    def set_commands(self, call: Call) -> object:
        """``setMyCommands`` for one scope and language."""
        self.commands[_scope_key(call.values)] = call.values["commands"]
        return True

    def delete_commands(self, call: Call) -> object:
        """``deleteMyCommands`` for one scope and language."""
        self.commands.pop(_scope_key(call.values), None)
        return True

    def set_menu_button(self, call: Call) -> object:
        """``setChatMenuButton``; chat 0 stands for all private chats."""
        button = call.values.get("menu_button", {"type": "default"})
        self.menu_buttons[call.values.get("chat_id", 0)] = button
        return True

    def get_file(self, call: Call) -> object:
        """``getFile``: files over 20 MB cannot be downloaded by a bot."""
        media = self.world.file(call.values["file_id"])
        if media is None:
            raise ApiError(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(media.data) > DOWNLOAD_LIMIT_BYTES:
            raise ApiError(400, "Bad Request: file is too big")
        return {
            "file_id": media.file_id,
            "file_unique_id": media.unique_id,
            "file_size": len(media.data),
            "file_path": f"{media.kind}s/{media.file_id}",
        }

    def get_chat(self, call: Call) -> object:
        """``getChat``."""
        chat = self.world.chat_for_bot(call.values["chat_id"])
        gifts = (
            "unlimited_gifts limited_gifts unique_gifts premium_subscription gifts_from_channels"
        )
        return {
            **chat.to_json(),
            "accent_color_id": 1,
            "max_reaction_count": 11,
            "accepted_gift_types": dict.fromkeys(gifts.split(), False),
        }

    def get_chat_member(self, call: Call) -> object:
        """``getChatMember``."""
        chat = self.world.chat_for_bot(call.values["chat_id"])
        user_id = call.values["user_id"]
        if user_id == self.world.bot.id:
            return member_json(self.world.bot, chat.bot_status)
        private = self.world.chats.get(user_id)
        if private is None or private.person is None:
            raise ApiError(400, "Bad Request: user not found")
        if user_id not in chat.members:
            return member_json(private.person, "left")
        status = "administrator" if user_id in chat.admins else "member"
        return member_json(private.person, status)

    def get_chat_administrators(self, call: Call) -> object:
        """``getChatAdministrators``: people and the bot itself, as the platform lists them."""
        chat = self.world.chat_for_bot(call.values["chat_id"])
        if chat.kind == "private":
            raise ApiError(400, "Bad Request: there are no administrators in the private chat")
        found = [user for number, user in chat.members.items() if number in chat.admins]
        if chat.bot_status == "administrator":
            found.append(self.world.bot)
        return [member_json(user, "administrator") for user in found]

    def leave_chat(self, call: Call) -> object:
        """``leaveChat``."""
        chat: Chat = self.world.chat_for_bot(call.values["chat_id"])
        if chat.kind == "private":
            raise ApiError(400, "Bad Request: chat member status can't be changed in private chats")
        chat.bot_status = "left"
        return True

    def _text_setter(self, kind: str, name: str) -> Handler:
        def set_text(call: Call) -> object:
            key = (kind, call.values.get("language_code", ""))
            self.texts[key] = call.values.get(name, "")
            return True

        return set_text

    def _text_getter(self, kind: str, name: str) -> Handler:
        def get_text(call: Call) -> object:
            own = self.texts.get((kind, call.values.get("language_code", "")))
            return {name: own or self.texts.get((kind, ""), "")}

        return get_text


def _scope_key(values: Mapping[str, Any]) -> tuple[str, str]:
    scope = values.get("scope", {"type": "default"})
    parts = [scope["type"], *(str(scope[name]) for name in ("chat_id", "user_id") if name in scope)]
    return ":".join(parts), values.get("language_code", "")
