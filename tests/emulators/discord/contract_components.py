"""Our contract of Discord's components: what may stand where, and how large it may be."""

from __future__ import annotations

from collections.abc import Callable

from tests.emulators.discord.state import Json, walk

ROW, BUTTON, SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = 9, 10, 11, 12, 13, 14
CONTAINER, LABEL, UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 17, 18, 19, 21, 22, 23
SELECTS = {3, 5, 6, 7, 8}
ONLY_V2 = {SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER}
INSIDE_CONTAINER = {ROW, TEXT, SECTION, GALLERY, FILE, SEPARATOR}
IN_LABEL = SELECTS | {TEXT_INPUT, UPLOAD, RADIO, CHECKBOXES, CHECKBOX}
WITH_CUSTOM_ID = SELECTS | {TEXT_INPUT, UPLOAD, RADIO, CHECKBOXES, CHECKBOX}
LINK, PREMIUM = 5, 6
MAX_PARTS_V2, MAX_TEXT_V2 = 40, 4000
MAX_ID = 2**31 - 1


def message_components(parts: list[Json], *, v2: bool) -> list[str]:
    """Everything wrong with the components of a message."""
    wrong: list[str] = []
    if not v2:
        if len(parts) > 5:
            wrong.append(f"{len(parts)} action rows, at most 5")
        wrong += [f"component type {p.get('type')} at the top" for p in parts if _kind(p) != ROW]
    else:
        top = INSIDE_CONTAINER | {CONTAINER}
        wrong += [f"component type {_kind(p)} at the top" for p in parts if _kind(p) not in top]
        count = sum(1 for _ in walk(parts))
        if count > MAX_PARTS_V2:
            wrong.append(f"{count} components, at most {MAX_PARTS_V2}")
        length = sum(len(p.get("content", "")) for p in walk(parts) if _kind(p) == TEXT)
        if length > MAX_TEXT_V2:
            wrong.append(f"{length} characters of text, at most {MAX_TEXT_V2}")
    wrong += [
        f"component type {_kind(p)} needs the components V2 flag"
        for p in walk(parts)
        if not v2 and _kind(p) in ONLY_V2
    ]
    wrong += [
        f"component type {_kind(p)} belongs in a modal"
        for p in walk(parts)
        if _kind(p) in IN_LABEL - SELECTS | {LABEL}
    ]
    return wrong + _every_part(parts)


def modal(data: Json) -> list[str]:
    """Everything wrong with a modal."""
    wrong = _length("modal title", data.get("title"), 1, 45)
    wrong += _length("modal custom_id", data.get("custom_id"), 1, 100)
    parts = data.get("components") or []
    if not 1 <= len(parts) <= 5:
        wrong.append(f"a modal has 1 to 5 components, not {len(parts)}")
    for part in parts:
        inner = part.get("component") or {}
        if _kind(part) not in {ROW, LABEL, TEXT}:
            wrong.append(f"component type {_kind(part)} at the top of a modal")
        if _kind(part) == LABEL:
            wrong += _length("label", part.get("label"), 1, 45)
            wrong += _length("label description", part.get("description"), 0, 100)
            if _kind(inner) not in IN_LABEL:
                wrong.append(f"component type {_kind(inner)} in a label")
    return wrong + _every_part(parts)


def _every_part(parts: list[Json]) -> list[str]:
    wrong: list[str] = []
    ids: list[str] = []
    for part in walk(parts):
        kind = _kind(part)
        needs_id = kind in WITH_CUSTOM_ID
        needs_id |= kind == BUTTON and part.get("style") not in {LINK, PREMIUM}
        if needs_id:
            wrong += _length("custom_id", part.get("custom_id"), 1, 100)
            ids.append(str(part.get("custom_id")))
        wrong += CHECKS.get(kind, _nothing)(part)
    wrong += [f"custom_id used {ids.count(i)} times" for i in set(ids) if ids.count(i) > 1]
    numbers = [part["id"] for part in walk(parts) if part.get("id") is not None]
    wrong += [f"id {one!r}" for one in numbers if not 0 <= one <= MAX_ID]
    wrong += [f"id {one} used twice" for one in set(numbers) if one and numbers.count(one) > 1]
    return wrong


def _nothing(_part: Json) -> list[str]:
    return []


def _row(part: Json) -> list[str]:
    inside = part.get("components") or []
    kinds = [_kind(p) for p in inside]
    if kinds == [TEXT_INPUT] or (len(kinds) == 1 and kinds[0] in SELECTS):
        return []
    if not 1 <= len(inside) <= 5 or set(kinds) != {BUTTON}:
        return [f"an action row holds 1 to 5 buttons or one select, not types {kinds}"]
    return []


def _button(part: Json) -> list[str]:
    wrong = _length("button label", part.get("label"), 0, 80)
    style = part.get("style")
    if style == LINK:
        if part.get("custom_id"):
            wrong.append("a link button has a url and no custom_id")
        wrong += _length("button url", part.get("url"), 1, 512)
    elif style == PREMIUM:
        if not part.get("sku_id") or part.get("label") or part.get("custom_id"):
            wrong.append("a premium button has a sku_id, no label and no custom_id")
    elif style not in {1, 2, 3, 4} or part.get("url"):
        wrong.append(f"a button of style {style} with url {part.get('url')!r}")
    if style != PREMIUM and not part.get("label") and not part.get("emoji"):
        wrong.append("a button needs a label or an emoji")
    return wrong


def _select(part: Json) -> list[str]:
    wrong = _length("select placeholder", part.get("placeholder"), 0, 150)
    if _kind(part) != SELECT:
        return wrong
    options = part.get("options") or []
    if not 1 <= len(options) <= 25:
        wrong.append(f"a select has 1 to 25 options, not {len(options)}")
    for option in options:
        wrong += _length("option label", option.get("label"), 1, 100)
        wrong += _length("option value", option.get("value"), 1, 100)
        wrong += _length("option description", option.get("description"), 0, 100)
    values = [option.get("value") for option in options]
    if len(set(values)) != len(values):
        wrong.append("two options of a select share a value")
    most = part.get("max_values", 1)
    if isinstance(most, int) and most > max(len(options), 1):
        wrong.append(f"max_values {most} of {len(options)} options")
    return wrong


def _text_input(part: Json) -> list[str]:
    wrong = _length("text input label", part.get("label"), 0, 45)
    wrong += _length("text input placeholder", part.get("placeholder"), 0, 100)
    wrong += _length("text input value", part.get("value"), 0, 4000)
    shortest, longest = part.get("min_length") or 0, part.get("max_length") or 4000
    if not 0 <= shortest <= longest <= 4000:
        wrong.append(f"text input length {shortest} to {longest}, within 0 to 4000")
    value = part.get("value")
    if value and not shortest <= len(value) <= longest:
        wrong.append(f"text input value of {len(value)} outside {shortest} to {longest}")
    return wrong


def _section(part: Json) -> list[str]:
    inside = [_kind(p) for p in part.get("components") or []]
    accessory = _kind(part.get("accessory") or {})
    if not 1 <= len(inside) <= 3 or set(inside) != {TEXT} or accessory not in {BUTTON, THUMBNAIL}:
        return ["a section has 1 to 3 texts and a button or thumbnail"]
    return []


def _gallery(part: Json) -> list[str]:
    items = part.get("items") or []
    wrong = [] if 1 <= len(items) <= 10 else [f"a gallery has 1 to 10 items, not {len(items)}"]
    for item in items:
        wrong += _length("media description", item.get("description"), 0, 1024)
        wrong += _length("media url", (item.get("media") or {}).get("url"), 1, 2048)
    return wrong


def _container(part: Json) -> list[str]:
    inside = [_kind(p) for p in part.get("components") or []]
    if not inside or not set(inside) <= INSIDE_CONTAINER:
        return [f"a container with component types {inside}"]
    return []


def _text(part: Json) -> list[str]:
    return _length("text display", part.get("content"), 1, MAX_TEXT_V2)


def _options_group(part: Json) -> list[str]:
    low, high = (2, 10) if _kind(part) == RADIO else (1, 10)
    options = part.get("options") or []
    if not low <= len(options) <= high:
        return [f"a group has {low} to {high} options, not {len(options)}"]
    wrong: list[str] = []
    for option in options:
        wrong += _length("option label", option.get("label"), 1, 100)
        wrong += _length("option value", option.get("value"), 1, 100)
    return wrong


CHECKS: dict[int, Callable[[Json], list[str]]] = {
    ROW: _row,
    BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    TEXT_INPUT: _text_input,
    SECTION: _section,
    TEXT: _text,
    GALLERY: _gallery,
    CONTAINER: _container,
    RADIO: _options_group,
    CHECKBOXES: _options_group,
}


def _kind(part: Json) -> int:
    kind = part.get("type")
    return kind if isinstance(kind, int) else -1


def _length(what: str, value: object, low: int, high: int) -> list[str]:
    if value is None and low == 0:
        return []
    if not isinstance(value, str) or not low <= len(value) <= high:
        got = f"{len(value)} characters" if isinstance(value, str) else repr(value)
        return [f"{what} must have {low} to {high} characters, got {got}"]
    return []
