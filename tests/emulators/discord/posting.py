"""Messages as they are stored: uploads, media references, edits and de-duplication."""

from __future__ import annotations

import copy
import io
import itertools
import mimetypes
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.emulators.discord import shapes
from tests.emulators.discord.errors import ApiError
from tests.emulators.discord.state import (
    COMMAND_MENTION,
    COMPONENTS_V2,
    EPHEMERAL,
    LOADING,
    Attachment,
    Channel,
    Json,
    Message,
    User,
    World,
    walk,
)

NONCE_REMEMBERED = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a request, or handed over by a person."""

    filename: str
    data: bytes
    content_type: str | None = None


class Posting:
    """Turns checked bodies into messages and edits."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.cdn_url = ""

    def store(self, upload: Upload, channel: Channel, *, ephemeral: bool = False) -> Attachment:
        guessed = mimetypes.guess_type(upload.filename)[0] or "application/octet-stream"
        stored = Attachment(
            id=self._world.ids.take(),
            filename=upload.filename,
            data=upload.data,
            content_type=upload.content_type or guessed,
            channel_id=channel.id,
            ephemeral=ephemeral,
        )
        if stored.content_type.startswith("image/"):
            stored.width_px, stored.height_px = _size_px(upload.data)
        self._world.attachments[stored.id] = stored
        return stored

    def create(
        self, channel: Channel, author: User, body: Json, uploads: list[Upload], **facts: Any
    ) -> Message:
        """Store a new message with its files and resolve its media."""
        flags = body.get("flags") or 0
        message = Message(self._world.ids.take(), channel, author, flags=flags, **facts)
        self.fill(message, body, uploads)
        channel.all_messages.append(message)
        self._world.changed()
        return message

    def repeated(self, channel: Channel, author: User, body: Json) -> Message | None:
        """The message that an enforced nonce names already; Discord answers it again."""
        nonce = body.get("nonce")
        if nonce is None or not body.get("enforce_nonce"):
            return None
        since = datetime.now(UTC) - NONCE_REMEMBERED
        for message in channel.all_messages:
            same = message.author is author and str(message.nonce) == str(nonce)
            if same and message.created_at > since:
                return message
        return None

    def edit(self, message: Message, body: Json, uploads: list[Upload]) -> None:
        """Apply an edit; what stood there goes to ``message.edits``.

        Raises:
            ApiError: 50035, the result would mix content with components V2; nothing changed.
        """
        flags = message.flags | ((body.get("flags") or 0) & COMPONENTS_V2)
        kept = body.get("content", message.content) or body.get("embeds", message.embeds)
        if flags & COMPONENTS_V2 and kept:
            raise ApiError(50035, problems=["components V2 cannot keep content or embeds"])
        message.edits.append(
            {
                "content": message.content,
                "components": copy.deepcopy(message.components),
                "attachments": [a.filename for a in message.attachments],
                "flags": message.flags,
            }
        )
        if not message.loading:
            message.edited_at = datetime.now(UTC)
        message.flags = flags & ~LOADING
        self.fill(message, body, uploads)
        self._world.changed()

    def fill(self, message: Message, body: Json, uploads: list[Upload]) -> None:
        """Write the fields that ``body`` names."""
        files = self._files(message, body, uploads)
        components = body.get("components")
        if components is not None:
            components = self._resolved(components, [*files, *message.attachments])
        message.attachments = files
        if components is not None:
            message.components = components
            self._check_mentions(components)
        if "content" in body:
            message.content = body["content"] or ""
        if "embeds" in body:
            message.embeds = [self._embed(e, files) for e in body["embeds"] or []]
        if body.get("nonce") is not None:
            message.nonce = body["nonce"]
        reference = body.get("message_reference")
        if reference:
            message.reference_id = int(reference["message_id"])

    def _check_mentions(self, components: list[Json]) -> None:
        """Note mentions of commands that there are not: people would see them as plain signs."""
        known = {
            (command["name"], command["id"])
            for registered in self._world.commands.values()
            for command in registered
        }
        for part in walk(components):
            for name, number in COMMAND_MENTION.findall(part.get("content", "")):
                if (name.split(" ")[0], number) not in known:
                    self._world.violate(f"a mention of no command: {name}")

    def _files(self, message: Message, body: Json, uploads: list[Upload]) -> list[Attachment]:
        limit = message.channel.size_limit_bytes
        if any(len(upload.data) > limit for upload in uploads):
            raise ApiError(40005)
        ephemeral = bool(message.flags & EPHEMERAL)
        listed = {int(entry["id"]): entry for entry in body.get("attachments") or []}
        keep_all = body.get("attachments") is None
        files = [a for a in message.attachments if keep_all or a.id in listed]
        for index, upload in enumerate(uploads):
            entry = listed.get(index, {})
            stored = self.store(upload, message.channel, ephemeral=ephemeral)
            stored.filename = entry.get("filename") or stored.filename
            stored.description = entry.get("description")
            files.append(stored)
        return files

    def _resolved(self, components: list[Json], files: list[Attachment]) -> list[Json]:
        tree = copy.deepcopy(components)
        numbers = itertools.count(1)
        taken = {part["id"] for part in walk(tree) if part.get("id")}
        for part in walk(tree):
            if not part.get("id"):
                part["id"] = next(n for n in numbers if n not in taken)
            _fill_defaults(part)
            for holder in (part, *part.get("items", [])):
                for key in ("media", "file"):
                    if key in holder:
                        holder[key] = self._media(holder[key], files)
                        holder["spoiler"] = bool(holder.get("spoiler"))
            if part["type"] == 13:
                named = _by_media(part["file"], files)
                part["name"] = named.filename if named else None
                part["size"] = len(named.data) if named else None
        return tree

    def _media(self, media: Json, files: list[Attachment]) -> Json:
        url = media["url"]
        found = _by_media(media, files)
        if found is None:
            if url.startswith("attachment://"):
                raise ApiError(50035, problems=[f"no file for {url}"])
            return {"id": str(self._world.ids.take()), "url": url, "proxy_url": url}
        url = shapes.attachment_url(found, self.cdn_url)
        return {
            "id": str(self._world.ids.take()),
            "url": url,
            "proxy_url": url,
            "width": found.width_px,
            "height": found.height_px,
            "content_type": found.content_type,
            "attachment_id": str(found.id),
        }

    def _embed(self, embed: Json, files: list[Attachment]) -> Json:
        drawn = {"type": "rich", **{k: v for k, v in embed.items() if v is not None}}
        for key in ("image", "thumbnail"):
            if key in drawn and (found := _by_media(drawn[key], files)) is not None:
                url = shapes.attachment_url(found, self.cdn_url)
                drawn[key] = {"url": url, "proxy_url": url}
        return drawn


def _fill_defaults(part: Json) -> None:
    """The fields that Discord's answers always carry."""
    kind = part["type"]
    if kind == 17:
        part.setdefault("accent_color", None)
        part["spoiler"] = bool(part.get("spoiler"))
    elif kind == 14:
        part.setdefault("divider", True)
        part.setdefault("spacing", 1)
    elif kind == 3:
        part.setdefault("min_values", 1)
        part.setdefault("max_values", 1)
        # Something for forms; in a message Discord takes it and forgets it.
        part.pop("required", None)
    elif kind == 11:
        part.setdefault("description", None)
    for item in part.get("items", []):
        item.setdefault("description", None)
    for key in ("url", "emoji", "label", "placeholder", "sku_id", "custom_id"):
        if part.get(key, "") is None:
            del part[key]


def _by_media(media: Json, files: list[Attachment]) -> Attachment | None:
    url = media["url"]
    for stored in files:
        if url == f"attachment://{stored.filename}" or f"/{stored.id}/" in url:
            return stored
    return None


def _size_px(data: bytes) -> tuple[int | None, int | None]:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except UnidentifiedImageError:
        return None, None
