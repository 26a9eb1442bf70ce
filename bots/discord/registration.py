"""Registers the commands with Discord, and only when they differ from what it has."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

from bots.discord.translate import CatalogueTranslator

log = logging.getLogger("limner.discord")

Json = Mapping[str, Any]
# What Discord adds by itself, and what it no longer uses.
_NOT_OURS = frozenset({"id", "application_id", "guild_id", "version", "dm_permission", "handler"})
_ONLY_GLOBAL = frozenset({"contexts", "integration_types"})
_SLASH = 1
_GLOBAL = "/applications/{application_id}/commands"
_OF_GUILD = "/applications/{application_id}/guilds"


def same(ours: Sequence[Json], theirs: Sequence[Json]) -> bool:
    """Say whether Discord already has these commands; its defaults count as nothing."""
    return sorted(map(repr, map(_trimmed, ours))) == sorted(map(repr, map(_trimmed, theirs)))


def _trimmed(value: Any) -> Any:
    if isinstance(value, Mapping):
        kept = {key: _trimmed(part) for key, part in value.items() if key not in _NOT_OURS}
        return {
            key: kept[key] for key in sorted(kept) if kept[key] not in ({}, [], None, False, "")
        }
    if isinstance(value, list | tuple):
        return [_trimmed(part) for part in value]
    return value


async def payload_of(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """Return all commands of the tree as Discord wants them, with their translations."""
    translator = CatalogueTranslator()
    commands = tree.get_commands()
    return [dict(await command.get_translated_payload(tree, translator)) for command in commands]


async def register(
    client: discord.Client, tree: app_commands.CommandTree[Any], guilds: Sequence[int]
) -> dict[str, int]:
    """Overwrite the commands where they changed; return the slash commands' numbers by name.

    With ``guilds`` the commands exist in these servers alone, at once, with other numbers in each,
    so that none is returned; without, everywhere.

    Raises:
        discord.HTTPException: Discord refused or is down; it keeps the commands it had.
    """
    application_id = client.application_id
    assert application_id is not None
    payload = await payload_of(tree)
    places: list[tuple[str, list[dict[str, Any]]]] = [(_GLOBAL, payload)]
    if guilds:
        inside = [
            {key: part for key, part in command.items() if key not in _ONLY_GLOBAL}
            for command in payload
        ]
        places = [(f"{_OF_GUILD}/{guild}/commands", inside) for guild in guilds]
    ids: dict[str, int] = {}
    changed = 0
    for path, ours in places:
        read = Route("GET", path, application_id=application_id)
        theirs = await client.http.request(read, params={"with_localizations": "true"})
        if not same(ours, [_comparable(command, of_guild=bool(guilds)) for command in theirs]):
            write = Route("PUT", path, application_id=application_id)
            theirs = await client.http.request(write, json=ours)
            changed += 1
        if not guilds:
            ids = {one["name"]: int(one["id"]) for one in theirs if one["type"] == _SLASH}
    log.info("commands registered anew in %d places", changed)
    return ids


def _comparable(command: Json, *, of_guild: bool) -> Json:
    dropped = _ONLY_GLOBAL if of_guild else frozenset[str]()
    return {key: part for key, part in command.items() if key not in dropped}
