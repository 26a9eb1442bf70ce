"""Reads message HTML the way the platform does: known tags only, properly nested."""

import html
import re
from dataclasses import dataclass, field
from typing import Any

_TOKEN = re.compile(r"<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9-]*)(?P<attrs>[^<>]*)>|(?P<stray><)")
_ATTRIBUTE = re.compile(r"\s+(?P<name>[a-z-]+)(?:=(?:\"(?P<dq>[^\"]*)\"|'(?P<sq>[^']*)'))?")
_REFERENCE = re.compile(r"&(?:lt|gt|amp|quot|#[0-9]+|#x[0-9A-Fa-f]+);")
_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_ATTRIBUTES = {
    "a": {"href"},
    "span": {"class"},
    "code": {"class"},
    "tg-emoji": {"emoji-id"},
    "blockquote": {"expandable"},
}
_AUTOMATIC = re.compile(
    r"(?<!\S)(?P<bot_command>/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]+)?)|(?P<mention>(?<!\w)@[A-Za-z0-9_]{4,})"
)


class MarkupError(ValueError):
    """The text is not HTML that the platform accepts; nothing was read."""


def utf16_units(text: str) -> int:
    """Length of ``text`` in UTF-16 code units, the unit of entity offsets and of our limits."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(slots=True)
class Formatted:
    """What a reader sees of a text, and its formatting in Bot API form."""

    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)


def parse_html(source: str) -> Formatted:
    """Parse ``source``.

    Raises:
        MarkupError: an unknown tag or attribute, a stray ``<``, or tags that do not nest.
    """
    result = Formatted()
    open_tags: list[tuple[str, int, dict[str, Any]]] = []
    position = 0
    for token in _TOKEN.finditer(source):
        result.text += _unescaped(source[position : token.start()])
        position = token.end()
        if token["stray"]:
            raise MarkupError(f'unescaped "<" at offset {token.start()}')
        tag = token["tag"].lower()
        if tag not in _KINDS:
            raise MarkupError(f'unsupported start tag "{tag}" at offset {token.start()}')
        if not token["close"]:
            open_tags.append((tag, utf16_units(result.text), _entity(tag, token["attrs"])))
            continue
        if not open_tags or open_tags[-1][0] != tag:
            raise MarkupError(f'unexpected end tag "{tag}" at offset {token.start()}')
        _, start, entity = open_tags.pop()
        length = utf16_units(result.text) - start
        if length:
            result.entities.append({**entity, "offset": start, "length": length})
    if open_tags:
        raise MarkupError(f'can\'t find end tag of "{open_tags[-1][0]}"')
    result.text += _unescaped(source[position:])
    result.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
    return result


def _unescaped(source: str) -> str:
    """Only four named references are known to the platform; others stay as they are typed."""
    return _REFERENCE.sub(lambda match: html.unescape(match.group()), source)


def _entity(tag: str, attributes: str) -> dict[str, Any]:
    found = {
        match["name"]: _unescaped(match["dq"] or match["sq"] or "")
        for match in _ATTRIBUTE.finditer(attributes)
    }
    if _ATTRIBUTE.sub("", attributes).strip():
        raise MarkupError(f'malformed attributes of tag "{tag}"')
    if unknown := found.keys() - _ATTRIBUTES.get(tag, set()):
        raise MarkupError(f'unknown attribute "{min(unknown)}" of tag "{tag}"')
    if tag == "span" and found.get("class") != "tg-spoiler":
        raise MarkupError('tag "span" must have class "tg-spoiler"')
    entity: dict[str, Any] = {"type": _KINDS[tag]}
    if tag == "a":
        entity["url"] = found.get("href", "")
    if tag == "tg-emoji":
        entity["custom_emoji_id"] = found.get("emoji-id", "")
    if tag == "blockquote" and "expandable" in found:
        entity["type"] = "expandable_blockquote"
    return entity


def typed_by_a_person(text: str) -> Formatted:
    """The entities that the platform itself finds in a typed text: commands and mentions."""
    return Formatted(
        text,
        [
            {
                "type": str(match.lastgroup),
                "offset": utf16_units(text[: match.start()]),
                "length": utf16_units(match.group()),
            }
            for match in _AUTOMATIC.finditer(text)
        ],
    )
