"""Our contract of the requests an image bot makes: fields, limits and what excludes what."""

from __future__ import annotations

import re
from typing import Any

from tests.emulators.discord import contract_components as components
from tests.emulators.discord.state import COMPONENTS_V2, EPHEMERAL, Json

_LOCALES = """
    id da de en-GB en-US es-ES es-419 fr hr it lt hu nl no pl pt-BR ro fi sv-SE vi tr cs el bg
    ru uk hi th zh-CN ja zh-TW ko ar
"""
LOCALES = frozenset(_LOCALES.split())
CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBCOMMAND, GROUP = 1, 2
MAX_PER_KIND = {CHAT: 100, USER_MENU: 15, MESSAGE_MENU: 15}
NAME = re.compile(r"[-_'\w]{1,32}")
_FIELDS = """
    content embeds allowed_mentions sticker_ids components flags attachments poll tts
    message_reference nonce enforce_nonce username avatar_url thread_name applied_tags
"""
MESSAGE_FIELDS = frozenset(_FIELDS.split())
SENDABLE_FLAGS = 1 << 2 | EPHEMERAL | 1 << 12 | 1 << 13 | COMPONENTS_V2
CALLBACKS = {1, 4, 5, 6, 7, 8, 9}


def commands(body: Any) -> list[str]:
    """Everything wrong with a bulk overwrite of commands."""
    if not isinstance(body, list) or not all(isinstance(raw, dict) for raw in body):
        return ["commands must be a list of objects"]
    wrong: list[str] = []
    keys = [(raw.get("type") or CHAT, raw.get("name")) for raw in body]
    wrong += [f"command {key[1]} twice" for key in set(keys) if keys.count(key) > 1]
    for kind, most in MAX_PER_KIND.items():
        count = sum(1 for key in keys if key[0] == kind)
        if count > most:
            wrong.append(f"{count} commands of type {kind}, at most {most}")
    for raw in body:
        wrong += [f"command {raw.get('name')}: {text}" for text in _command(raw)]
    return wrong


def _command(raw: Json) -> list[str]:
    kind = raw.get("type") or CHAT
    if kind not in MAX_PER_KIND:
        return [f"unknown type {kind}"]
    wrong: list[str] = []
    if kind == CHAT:
        wrong += _named(raw)
        wrong += _options(raw.get("options") or [], depth=0)
        if _characters(raw) > 8000:
            wrong.append("more than 8000 characters in all")
    else:
        wrong += _between("name", raw.get("name"), 1, 32)
        wrong += _localised(raw, "name", 32)
        if raw.get("description") or raw.get("options"):
            wrong.append("a menu command has no description and no options")
    for field, allowed in (("contexts", {0, 1, 2}), ("integration_types", {0, 1})):
        value = raw.get(field)
        if value is not None and (not value or not set(value) <= allowed):
            wrong.append(f"{field} {value}")
    return wrong


def _named(raw: Json) -> list[str]:
    name = str(raw.get("name"))
    wrong = [] if NAME.fullmatch(name) and name == name.lower() else [f"name {name!r}"]
    wrong += _between("description", raw.get("description"), 1, 100)
    for local in (raw.get("name_localizations") or {}).values():
        if not NAME.fullmatch(str(local)) or local != str(local).lower():
            wrong.append(f"localised name {local!r}")
    return wrong + _localised(raw, "name", 32) + _localised(raw, "description", 100)


def _localised(raw: Json, field: str, most: int) -> list[str]:
    texts = raw.get(f"{field}_localizations") or {}
    wrong = [f"unknown locale {locale}" for locale in texts if locale not in LOCALES]
    for locale, text in texts.items():
        wrong += _between(f"{field} in {locale}", text, 1, most)
    return wrong


def _options(options: list[Json], *, depth: int) -> list[str]:
    wrong = [] if len(options) <= 25 else [f"{len(options)} options, at most 25"]
    names = [option.get("name") for option in options]
    wrong += [f"option {name} twice" for name in set(names) if names.count(name) > 1]
    required = [bool(option.get("required")) for option in options]
    if required != sorted(required, reverse=True):
        wrong.append("a required option after an optional one")
    kinds = {option.get("type") in {SUBCOMMAND, GROUP} for option in options}
    if len(kinds) > 1:
        wrong.append("subcommands beside options")
    for option in options:
        wrong += [f"option {option.get('name')}: {text}" for text in _option(option, depth)]
    return wrong


def _option(raw: Json, depth: int) -> list[str]:
    kind = raw.get("type")
    if kind not in range(1, 12):
        return [f"unknown type {kind}"]
    wrong = _named(raw)
    if kind in {SUBCOMMAND, GROUP}:
        if depth + (kind == GROUP) > 1:
            wrong.append("nested too deep")
        return wrong + _options(raw.get("options") or [], depth=depth + 1)
    choices = raw.get("choices") or []
    if choices and raw.get("autocomplete"):
        wrong.append("choices beside autocomplete")
    if choices and kind not in {3, 4, 10}:
        wrong.append(f"choices on type {kind}")
    wrong += _choices(choices)
    low, high = raw.get("min_length"), raw.get("max_length")
    if low is not None and not 0 <= low <= 6000:
        wrong.append(f"min_length {low}")
    if high is not None and not 1 <= high <= 6000:
        wrong.append(f"max_length {high}")
    return wrong


def _choices(choices: list[Json]) -> list[str]:
    wrong = [] if len(choices) <= 25 else [f"{len(choices)} choices, at most 25"]
    for choice in choices:
        wrong += _between("choice name", choice.get("name"), 1, 100)
        wrong += _localised(choice, "name", 100)
        if isinstance(choice.get("value"), str):
            wrong += _between("choice value", choice["value"], 0, 100)
        elif not isinstance(choice.get("value"), int | float):
            wrong.append(f"choice value {choice.get('value')!r}")
    return wrong


def _characters(raw: Json) -> int:
    total = 0
    for field in ("name", "description"):
        texts = [raw.get(field) or "", *(raw.get(f"{field}_localizations") or {}).values()]
        total += max(len(text) for text in texts)
    total += sum(len(c["value"]) for c in raw.get("choices") or [] if isinstance(c["value"], str))
    for part in (raw.get("options") or []) + (raw.get("choices") or []):
        total += _characters(part)
    return total


def message(body: Any, *, files: int, edit: bool, v2_already: bool = False) -> list[str]:
    """Everything wrong with the body of a message, new or edited."""
    if not isinstance(body, dict):
        return ["a message must be an object"]
    flags = body.get("flags") or 0
    wrong = [f"unknown field {name}" for name in body if name not in MESSAGE_FIELDS]
    if flags & ~SENDABLE_FLAGS:
        wrong.append(f"flags {flags} include bits that nobody may send")
    v2 = bool(flags & COMPONENTS_V2) or v2_already
    if v2 and any(body.get(name) for name in ("content", "embeds", "poll", "sticker_ids")):
        wrong.append("the components V2 flag excludes content, embeds, polls and stickers")
    wrong += _between("content", body.get("content"), 0, 2000)
    parts = body.get("components") or []
    wrong += components.message_components(parts, v2=v2)
    wrong += _embeds(body.get("embeds") or [])
    wrong += _attachments(body.get("attachments"), files=files, edit=edit)
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > 25:
        wrong.append(f"nonce of {len(nonce)} characters, at most 25")
    shown = any(body.get(name) for name in ("content", "embeds", "components", "poll"))
    if not edit and not shown and not files and not body.get("sticker_ids"):
        wrong.append("an empty message")
    return wrong


def _embeds(embeds: list[Json]) -> list[str]:
    wrong = [] if len(embeds) <= 10 else [f"{len(embeds)} embeds, at most 10"]
    total = 0
    for embed in embeds:
        fields = embed.get("fields") or []
        if len(fields) > 25:
            wrong.append(f"{len(fields)} embed fields, at most 25")
        texts = [
            ("title", embed.get("title"), 256),
            ("description", embed.get("description"), 4096),
        ]
        texts.append(("footer", (embed.get("footer") or {}).get("text"), 2048))
        texts.append(("author", (embed.get("author") or {}).get("name"), 256))
        for field in fields:
            texts += [("name", field.get("name"), 256), ("value", field.get("value"), 1024)]
        for name, text, most in texts:
            wrong += _between(f"embed {name}", text, 0, most)
            total += len(text or "")
    return wrong if total <= 6000 else [*wrong, f"{total} characters in embeds, at most 6000"]


def _attachments(listed: Any, *, files: int, edit: bool) -> list[str]:
    wrong = [] if files <= 10 else [f"{files} files, at most 10"]
    for entry in listed or []:
        number = int(entry.get("id", -1))
        if number < files:
            wrong += _between("filename", entry.get("filename"), 0, 1024)
        elif not edit or number < 1 << 22:
            wrong.append(f"attachment {number} names no uploaded file")
        wrong += _between("attachment description", entry.get("description"), 0, 1024)
    return wrong


def callback(body: Any, *, asked: int, files: int) -> list[str]:
    """Everything wrong with the first response to an interaction of type ``asked``."""
    if not isinstance(body, dict) or body.get("type") not in CALLBACKS:
        kind = body.get("type") if isinstance(body, dict) else body
        return [f"callback type {kind} is not one of {sorted(CALLBACKS)}"]
    kind, data = body["type"], body.get("data") or {}
    fitting = {2: {4, 5, 9}, 3: {4, 5, 6, 7, 9}, 4: {8}, 5: {4, 5, 6, 7}}[asked]
    if kind not in fitting:
        return [f"callback type {kind} to an interaction of type {asked}"]
    if kind in {4, 7}:
        return message(data, files=files, edit=kind == 7)
    if kind == 9:
        return components.modal(data)
    if kind == 8:
        return _choices(data.get("choices") or [])
    flags = data.get("flags") or 0
    if flags & ~EPHEMERAL or set(data) - {"flags"}:
        return [f"a deferred reply may carry only the flag EPHEMERAL, not {data}"]
    return []


def _between(what: str, text: Any, low: int, high: int) -> list[str]:
    if text is None and low == 0:
        return []
    if not isinstance(text, str) or not low <= len(text) <= high:
        got = f"{len(text)} characters" if isinstance(text, str) else repr(text)
        return [f"{what} must have {low} to {high} characters, got {got}"]
    return []
