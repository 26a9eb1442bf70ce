"""The world behind the API: people, chats, messages and files, in memory."""

import hashlib
import io
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from PIL import Image, UnidentifiedImageError

from tests.emulators.telegram.faults import ApiError, group_was_upgraded
from tests.emulators.telegram.markup import Formatted

ChatKind = Literal["private", "group", "supergroup"]
MediaKind = Literal["photo", "document"]
_PREVIEW_EDGES_PX = (90, 320)


@dataclass(slots=True, eq=False)
class User:
    """An account of a person or a bot."""

    id: int
    first_name: str
    username: str
    language_code: str | None = None
    is_bot: bool = False

    def to_json(self) -> dict[str, Any]:
        """The user as the API shows it."""
        shown: dict[str, Any] = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
            "username": self.username,
        }
        return {**shown, "language_code": self.language_code} if self.language_code else shown


@dataclass(slots=True)
class Media:
    """An uploaded file, byte for byte; a photo is never encoded again here."""

    kind: MediaKind
    data: bytes = field(repr=False)
    file_name: str
    mime_type: str
    file_id: str
    width_px: int = 0
    height_px: int = 0

    @property
    def sha256(self) -> str:
        """Hex digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def unique_id(self) -> str:
        """The same for the same bytes."""
        return "U" + self.sha256[:14]

    def to_json(self) -> dict[str, Any]:
        """The ``photo`` or ``document`` field of a message."""
        if self.kind == "document":
            return {
                "document": {
                    "file_id": self.file_id,
                    "file_unique_id": self.unique_id,
                    "file_name": self.file_name,
                    "mime_type": self.mime_type,
                    "file_size": len(self.data),
                }
            }
        longest = max(self.width_px, self.height_px)
        sizes = [edge for edge in _PREVIEW_EDGES_PX if edge < longest] + [longest]
        return {"photo": [self._size(edge / longest, edge) for edge in sizes]}

    def _size(self, scale: float, edge_px: int) -> dict[str, Any]:
        full = scale == 1
        return {
            "file_id": self.file_id if full else f"{self.file_id}-{edge_px}",
            "file_unique_id": self.unique_id if full else f"{self.unique_id}-{edge_px}",
            "width": max(1, round(self.width_px * scale)),
            "height": max(1, round(self.height_px * scale)),
            "file_size": len(self.data),
        }


@dataclass(frozen=True, slots=True)
class Version:
    """What a message was before an edit."""

    text: str | None
    caption: str | None
    media: Media | None
    markup: dict[str, Any] | None


@dataclass(slots=True, eq=False)
class Message:
    """A message as it stands now; ``history`` holds what it was before each edit."""

    chat: "Chat" = field(repr=False)
    message_id: int
    date: int
    sender: User
    text: str | None = None
    entities: list[dict[str, Any]] = field(default_factory=list)
    caption: str | None = None
    caption_entities: list[dict[str, Any]] = field(default_factory=list)
    media: Media | None = None
    has_spoiler: bool = False
    markup: dict[str, Any] | None = None
    thread_id: int | None = None
    reply_to: "Message | None" = None
    media_group_id: str | None = None
    inline_id: str | None = None
    """Set when a person sent it through inline mode, with buttons; it is then edited by this."""
    edit_date: int | None = None
    deleted: bool = False
    protected: bool = False
    silent: bool = False
    invoice_payload: str | None = None
    update_id: int | None = None
    """The update in which the bot first heard of it; None when it did not, or wrote it."""
    reactions: list[str] = field(default_factory=list)
    service: dict[str, Any] = field(default_factory=dict)
    history: list[Version] = field(default_factory=list)

    @property
    def buttons(self) -> list[dict[str, Any]]:
        """All inline buttons, row after row."""
        rows = (self.markup or {}).get("inline_keyboard", [])
        return [button for row in rows for button in row]

    def button(self, text_or_data: str) -> dict[str, Any]:
        """The inline button with this exact data, or this text in its label.

        Raises:
            LookupError: no such button is on the message now.
        """
        for found in self.buttons:
            if text_or_data in {found.get("callback_data"), found["text"]}:
                return found
        for found in self.buttons:
            if text_or_data in found["text"]:
                return found
        raise LookupError(f"no button {text_or_data!r} among {[b['text'] for b in self.buttons]}")

    def set_text(self, formatted: Formatted) -> None:
        """Give it a text; whatever media and caption it had are gone."""
        self.text, self.entities = formatted.text, formatted.entities
        self.caption, self.caption_entities, self.media = None, [], None

    def set_caption(self, formatted: Formatted) -> None:
        """Give it a caption; an empty one is none."""
        self.caption, self.caption_entities = formatted.text or None, formatted.entities

    def version(self) -> Version:
        """The message as it stands now, for its history."""
        return Version(self.text, self.caption, self.media, self.markup)

    def fingerprint(self) -> tuple[object, ...]:
        """Equal when a person would see no difference."""
        media = (self.media.kind, self.media.sha256) if self.media else None
        shown = (self.text, self.entities, self.caption, self.caption_entities)
        return (*shown, media, self.has_spoiler, self.markup)

    def to_json(self, *, nested: bool = False) -> dict[str, Any]:
        """The message as the API shows it; a reply inside a reply is left out, as there."""
        shown: dict[str, Any] = {
            "message_id": self.message_id,
            "date": self.date,
            "chat": self.chat.to_json(),
            "from": self.sender.to_json(),
            "text": self.text,
            "entities": self.entities or None,
            "caption": self.caption,
            "caption_entities": self.caption_entities or None,
            "has_media_spoiler": self.has_spoiler or None,
            "reply_markup": self.markup if self.buttons else None,
            "message_thread_id": self.thread_id,
            "is_topic_message": True if self.thread_id and self.chat.is_forum else None,
            "media_group_id": self.media_group_id,
            "edit_date": self.edit_date,
            **self.service,
        }
        if self.media:
            shown |= self.media.to_json()
        if self.reply_to and not nested:
            shown["reply_to_message"] = self.reply_to.to_json(nested=True)
        return {name: value for name, value in shown.items() if value is not None}


@dataclass(slots=True, eq=False)
class Chat:
    """A private chat, group or supergroup, with everything said in it."""

    id: int
    kind: ChatKind
    title: str = ""
    person: User | None = None
    is_forum: bool = False
    privacy: bool = True
    bot_status: Literal["member", "administrator", "left", "kicked"] = "member"
    started: bool = True
    is_deactivated: bool = False
    """The person has deleted their account; nobody reads the private chat any more."""
    migrated_to: int | None = None
    members: dict[int, User] = field(default_factory=dict)
    admins: set[int] = field(default_factory=set)
    topics: dict[int, str] = field(default_factory=dict)
    drafts: dict[int, str] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    log: list[Message] = field(default_factory=list, repr=False)
    next_message_id: int = 1

    @property
    def messages(self) -> list[Message]:
        """What a person sees now, oldest first."""
        return [message for message in self.log if not message.deleted]

    def sent_by(self, user: User) -> list[Message]:
        """The visible messages of one sender."""
        return [message for message in self.messages if message.sender.id == user.id]

    def find(self, message_id: int) -> Message | None:
        """A message that is still there."""
        return next((item for item in self.messages if item.message_id == message_id), None)

    def new(self, sender: User, date: int) -> Message:
        """Append an empty message."""
        message = Message(self, self.next_message_id, date, sender)
        self.next_message_id += 1
        self.log.append(message)
        return message

    def to_json(self) -> dict[str, Any]:
        """The chat as the API shows it."""
        shown: dict[str, Any] = {"id": self.id, "type": self.kind}
        if self.person:
            return {
                **shown,
                "first_name": self.person.first_name,
                "username": self.person.username,
            }
        return {**shown, "title": self.title, **({"is_forum": True} if self.is_forum else {})}


@dataclass(slots=True)
class World:
    """Everything that the platform remembers."""

    bot: User
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, Media] = field(default_factory=dict)
    inline: dict[str, Message] = field(default_factory=dict)
    """Messages sent through inline mode, by their inline ids."""
    ahead_s: float = 0.0
    """How far the clock of the platform was put forward."""
    _serial: int = 0

    def now(self) -> int:
        """Seconds since 1970 on the platform's clock."""
        return int(time.time() + self.ahead_s)

    def serial(self) -> int:
        """A number never given before."""
        self._serial += 1
        return self._serial

    def keep(self, kind: MediaKind, data: bytes, file_name: str, mime_type: str) -> Media:
        """Keep a file.

        Raises:
            ApiError: a photo that is no picture, or has impossible proportions; nothing is kept.
        """
        width_px, height_px = _size_of_photo(data) if kind == "photo" else (0, 0)
        file_id = f"AgAC{kind}{self.serial():08d}"
        media = Media(kind, data, file_name, mime_type, file_id, width_px, height_px)
        self.files[file_id] = media
        return media

    def file(self, file_id: str) -> Media | None:
        """The file behind an id, also behind the id of one of its smaller sizes."""
        return self.files.get(file_id.partition("-")[0])

    def chat_for_bot(self, chat_id: int | str) -> Chat:
        """A chat in which the bot may act.

        Raises:
            ApiError: as the platform words it: unknown, blocked, kicked, left or upgraded.
        """
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise ApiError(400, "Bad Request: chat not found")
        if chat.migrated_to is not None:
            raise group_was_upgraded(chat.migrated_to)
        if chat.is_deactivated:
            raise ApiError(403, "Forbidden: user is deactivated")
        if not chat.started:
            raise ApiError(403, "Forbidden: bot can't initiate conversation with a user")
        if chat.bot_status == "kicked" and chat.kind == "private":
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat.bot_status == "kicked":
            raise ApiError(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
        if chat.bot_status == "left":
            raise ApiError(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
        return chat

    def all_messages(self) -> Iterable[Message]:
        """Every visible message in every chat."""
        return (message for chat in self.chats.values() for message in chat.messages)


def _size_of_photo(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            width_px, height_px = picture.size
    except (UnidentifiedImageError, OSError) as unreadable:
        raise ApiError(400, "Bad Request: IMAGE_PROCESS_FAILED") from unreadable
    too_long = max(width_px, height_px) > 20 * min(width_px, height_px)
    if width_px + height_px > 10_000 or too_long:
        raise ApiError(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return width_px, height_px
