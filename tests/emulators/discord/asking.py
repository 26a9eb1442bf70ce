"""What Discord's own app lets a person send: registered commands, shown buttons, valid fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.emulators.discord.state import DM, Channel, Json, Message, User, World

SUBCOMMANDS = {1, 2}
STRING, INTEGER, BOOLEAN, NUMBER = 3, 4, 5, 10
RESOLVED = {6, 7, 8, 9, 11}
PLAIN: dict[int, type | tuple[type, ...]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    NUMBER: (int, float),
}
Resolve = Callable[[Any], str]


class NotOfferedError(LookupError):
    """Discord's app would not let a person do this; nothing was sent to the bot."""


def pick_command(
    world: World, name: str, user: User, place: Channel, *, kind: int = 1
) -> tuple[Json, list[Json], Json]:
    """The command, its subcommands and the part that holds the options."""
    first, *rest = name.split(" ") if kind == 1 else [name]
    guild_id = place.guild.id if place.guild else None
    offered = [*world.commands.get(guild_id, []), *world.commands[None]]
    matching = [c for c in offered if c["name"] == first and c["type"] == kind]
    if not matching:
        names = sorted({c["name"] for c in offered})
        raise NotOfferedError(f"no command {first!r}; registered: {names}")
    command = matching[0]
    _check_where(command, user, place)
    path: list[Json] = []
    leaf = command
    for part in rest:
        inside = [o for o in leaf.get("options", []) if o["name"] == part]
        if not inside or inside[0]["type"] not in SUBCOMMANDS:
            raise NotOfferedError(f"no subcommand {part!r} of {leaf['name']!r}")
        leaf = inside[0]
        path.append(leaf)
    if any(o["type"] in SUBCOMMANDS for o in leaf.get("options", [])):
        raise NotOfferedError(f"{name!r} needs a subcommand")
    return command, path, leaf


def _check_where(command: Json, user: User, place: Channel) -> None:
    in_bot_dm = place.type == DM and place.bot_may_see
    context = 0 if place.guild is not None else (1 if in_bot_dm else 2)
    contexts = command.get("contexts")
    if contexts is not None and context not in contexts:
        raise NotOfferedError(f"{command['name']} is not offered in context {context}")
    if contexts is None and context == 2 and 1 not in command["integration_types"]:
        raise NotOfferedError(f"{command['name']} is not offered in context 2")
    guild_side = (place.guild is not None and place.guild.has_bot) or in_bot_dm
    by_guild = guild_side and 0 in command["integration_types"]
    by_user = user.installed_the_app and 1 in command["integration_types"]
    if not by_guild and not by_user and not in_bot_dm:
        raise NotOfferedError(f"the app is not installed where {command['name']} is used")
    nsfw_ok = place.guild is None or place.nsfw or (place.parent is not None and place.parent.nsfw)
    if command["nsfw"] and not nsfw_ok:
        raise NotOfferedError(f"{command['name']} is offered in age-restricted channels only")


def option_values(
    leaf: Json, given: Json, resolve: Resolve, *, partial: bool = False
) -> list[Json]:
    """The options of an interaction, checked as Discord's app checks them."""
    known = {option["name"]: option for option in leaf.get("options", [])}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise NotOfferedError(f"no options {unknown}; there are {sorted(known)}")
    missing = [n for n, o in known.items() if o.get("required") and n not in given]
    if missing and not partial:
        raise NotOfferedError(f"required options {missing} are missing")
    return [_value(known[name], value, resolve) for name, value in given.items()]


def _value(option: Json, value: Any, resolve: Resolve) -> Json:
    name, kind = option["name"], option["type"]
    if kind in RESOLVED:
        return {"name": name, "type": kind, "value": resolve(value)}
    is_bool = isinstance(value, bool)
    if not isinstance(value, PLAIN[kind]) or (is_bool and kind != BOOLEAN):
        raise NotOfferedError(f"option {name} of type {kind} cannot be {value!r}")
    if option.get("choices"):
        by_name = {choice["name"]: choice["value"] for choice in option["choices"]}
        value = by_name.get(value, value)
        if value not in by_name.values():
            raise NotOfferedError(f"option {name} offers {sorted(by_name)}, not {value!r}")
    if kind == STRING:
        low, high = option.get("min_length", 0), option.get("max_length", 6000)
        _within(name, len(value), low, high)
    elif kind in {INTEGER, NUMBER}:
        _within(name, value, option.get("min_value"), option.get("max_value"))
    return {"name": name, "type": kind, "value": value}


def _within(name: str, number: float, low: float | None, high: float | None) -> None:
    if (low is not None and number < low) or (high is not None and number > high):
        raise NotOfferedError(f"{name}: {number} is outside {low} to {high}")


def pick_part(message: Message, named: str, kinds: set[int]) -> Json:
    """The component with this label, placeholder or custom_id."""
    parts = [part for part in message.parts() if part["type"] in kinds]
    for part in parts:
        emoji = (part.get("emoji") or {}).get("name")
        if named in {part.get("label"), part.get("placeholder"), part.get("custom_id"), emoji}:
            return part
    shown = [part.get("label") or part.get("custom_id") for part in parts]
    raise NotOfferedError(f"no {named!r}; shown are {shown}")


def submitted(modal: Json, given: Json, resolve: Resolve) -> list[Json]:
    """The components of a modal's submission."""
    left = dict(given)
    done: list[Json] = []
    for number, part in enumerate(modal["components"], start=1):
        if part["type"] == 10:
            done.append({"type": 10, "id": number})
        elif part["type"] == 18:
            inner = _field(part["component"], part["label"], left, resolve)
            done.append({"type": 18, "id": number, "component": inner | {"id": 100 + number}})
        else:
            inside = [_field(p, p.get("label"), left, resolve) for p in part["components"]]
            done.append({"type": 1, "id": number, "components": inside})
    if left:
        raise NotOfferedError(f"the modal has no fields {sorted(left)}")
    return done


def _field(part: Json, label: str | None, left: Json, resolve: Resolve) -> Json:
    kind, custom_id = part["type"], part["custom_id"]
    named = custom_id if custom_id in left else label
    value = left.pop(named, None) if named else None
    filled: Json = {"type": kind, "custom_id": custom_id}
    if kind == 4:
        return filled | {"value": _text(part, value)}
    if kind == 23:
        return filled | {"value": bool(value if value is not None else part.get("default"))}
    defaults = [o["value"] for o in part.get("options", []) if o.get("default")]
    chosen = defaults if value is None else (value if isinstance(value, list) else [value])
    if part.get("options"):
        by_label = {o["label"]: o["value"] for o in part["options"]}
        chosen = [by_label.get(entry, entry) for entry in chosen]
        if not set(chosen) <= set(by_label.values()):
            raise NotOfferedError(f"field {custom_id} offers {sorted(by_label)}, not {chosen}")
    else:
        chosen = [resolve(entry) for entry in chosen]
    if part.get("required", True) and not chosen and part.get("min_values", 1):
        raise NotOfferedError(f"field {custom_id} is required")
    if kind == 21:
        return filled | {"value": chosen[0] if chosen else None}
    return filled | {"values": chosen}


def _text(part: Json, value: Any) -> str:
    text = str(part.get("value") or "") if value is None else str(value)
    if part.get("required", True) and not text:
        raise NotOfferedError(f"field {part['custom_id']} is required")
    if text:
        low, high = part.get("min_length") or 0, part.get("max_length") or 4000
        _within(part["custom_id"], len(text), low, high)
    return text
