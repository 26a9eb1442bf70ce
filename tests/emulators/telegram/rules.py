"""Rules of the compact contract that are about more than one field: text, buttons, files."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.emulators.telegram.markup import MarkupError, parse_html
from tests.emulators.telegram.schema import Upload

PHOTO_LIMIT_BYTES = 10 * 1024 * 1024
UPLOAD_LIMIT_BYTES = 50 * 1024 * 1024
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_TEXTS = ("text", "caption", "message_text")
_SCOPES = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def rule_errors(
    method: str, values: Mapping[str, Any], uploads: Mapping[str, Upload]
) -> Iterator[str]:
    """What is wrong with a request whose fields each conform."""
    yield from _text_errors(method, values)
    yield from _markup_errors(method, values.get("reply_markup"))
    yield from _file_errors(method, values, uploads)
    if method == "setMyCommands":
        yield from _command_errors(values.get("commands", []))
    if scope := values.get("scope"):
        yield from _scope_errors(method, scope)
    secret = values.get("secret_token")
    if isinstance(secret, str) and not _SECRET.fullmatch(secret):
        yield f"{method}.secret_token: only A-Z, a-z, 0-9, _ and - are allowed"
    if method.startswith("editMessage"):
        here = "chat_id" in values and "message_id" in values
        if here == ("inline_message_id" in values):
            yield f"{method}: needs either chat_id and message_id or inline_message_id"
    if method == "sendMessageDraft" and values.get("draft_id") == 0:
        yield f"{method}.draft_id: must be non-zero"


def _text_errors(where: str, value: object) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _text_errors(f"{where}[{index}]", item)
    if not isinstance(value, Mapping):
        return
    for name, inner in value.items():
        yield from _text_errors(f"{where}.{name}", inner)
        if name in _TEXTS and isinstance(inner, str) and value.get("parse_mode") == "HTML":
            try:
                shown = parse_html(inner).text
            except MarkupError as wrong:
                yield f"{where}.{name}: can't parse entities: {wrong}"
                continue
            if name != "caption" and not shown.strip() and not where.endswith("Draft"):
                yield f"{where}.{name}: message text is empty"


def _markup_errors(method: str, markup: object) -> Iterator[str]:
    if not isinstance(markup, Mapping):
        return
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list):
        return
    buttons = [button for row in rows if isinstance(row, list) for button in row]
    if len(buttons) > 100:
        yield f"{method}.reply_markup: {len(buttons)} buttons, at most 100 are allowed"
    for button in buttons:
        if not isinstance(button, Mapping):
            continue
        actions = button.keys() - {"text", "style", "icon_custom_emoji_id"}
        if len(actions) != 1:
            yield f"{method}.reply_markup: a button needs exactly one action, has {len(actions)}"
    if any(not row for row in rows):
        yield f"{method}.reply_markup: a row without buttons"


def _file_errors(
    method: str, values: Mapping[str, Any], uploads: Mapping[str, Upload]
) -> Iterator[str]:
    photos = {"photo"} if method == "sendPhoto" else set()
    found = values.get("media", [])
    for item in found if isinstance(found, list) else [found]:
        if not isinstance(item, Mapping):
            continue
        reference = str(item.get("media", ""))
        name = reference.removeprefix("attach://")
        if reference.startswith("attach://") and name not in uploads:
            yield f"{method}.media: no part of the request is called {name}"
        if item.get("type") == "photo":
            photos.add(name)
    for name, upload in uploads.items():
        limit = PHOTO_LIMIT_BYTES if name in photos else UPLOAD_LIMIT_BYTES
        if len(upload.data) > limit:
            yield f"{method}.{name}: {len(upload.data)} bytes, at most {limit} are allowed"
        if not upload.data:
            yield f"{method}.{name}: file must be non-empty"


def _command_errors(commands: object) -> Iterator[str]:
    names = [str(item.get("command")) for item in commands] if isinstance(commands, list) else []
    for name in names:
        if not _COMMAND.fullmatch(name):
            yield f"setMyCommands: {name!r} is no command name (a-z, 0-9, _; 1-32 characters)"
    if len(set(names)) < len(names):
        yield "setMyCommands: a command is listed twice"


def _scope_errors(method: str, scope: object) -> Iterator[str]:
    if not isinstance(scope, Mapping):
        return
    needed = _SCOPES.get(str(scope.get("type")))
    if needed is None:
        yield f"{method}.scope: unknown type {scope.get('type')!r}"
        return
    for name in needed:
        if name not in scope:
            yield f"{method}.scope.{name}: required, but missing"
