"""State drawn as Discord's JSON: what answers and gateway events carry."""

from __future__ import annotations

from typing import Any

from tests.emulators.discord.state import (
    DM,
    GROUP_DM,
    PRIVATE_THREAD,
    PUBLIC_THREAD,
    Attachment,
    Channel,
    Entitlement,
    Guild,
    Interaction,
    Json,
    Message,
    User,
    World,
    walk,
)

VIEW, SEND, EMBED, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 14, 1 << 15, 1 << 16
SEND_IN_THREADS, USE_COMMANDS = 1 << 38, 1 << 31


def user(who: User) -> Json:
    drawn: Json = {
        "id": str(who.id),
        "username": who.name.lower(),
        "avatar": None,
        "discriminator": "0",
        "public_flags": 0,
        "flags": 0,
        "global_name": None if who.bot else who.name,
        "primary_guild": None,
    }
    if who.bot:
        drawn["bot"] = True
    return drawn


def me(who: User) -> Json:
    return {**user(who), "mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def application(world: World) -> Json:
    return {
        "id": str(world.application_id),
        "name": "limner",
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(world.owner),
        "approximate_guild_count": sum(g.has_bot for g in world.guilds.values()),
        "approximate_user_install_count": sum(u.installed_the_app for u in world.users.values()),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["applications.commands", "bot"],
        "integration_types_config": {"0": {}, "1": {}},
    }


def bot_permissions(channel: Channel) -> int:
    """What the bot may do there, as the bit set of ``app_permissions``."""
    if channel.guild is not None and not channel.guild.has_bot:
        return EMBED | ATTACH | USE_COMMANDS
    granted = HISTORY | EMBED | ATTACH | USE_COMMANDS
    if channel.bot_may_see:
        granted |= VIEW
    if channel.bot_may_send:
        granted |= SEND | SEND_IN_THREADS
    return granted


def channel(place: Channel) -> Json:
    """A channel, thread or private channel, in the form its kind has."""
    drawn: Json = {"id": str(place.id), "type": place.type, "flags": 0, "last_message_id": None}
    if place.all_messages:
        drawn["last_message_id"] = str(place.all_messages[-1].id)
    if place.type in {DM, GROUP_DM}:
        drawn["recipients"] = [user(who) for who in place.recipients]
        if place.type == GROUP_DM:
            drawn |= {"name": place.name, "icon": None, "owner_id": str(place.recipients[0].id)}
        return drawn
    assert place.guild is not None
    drawn |= {"guild_id": str(place.guild.id), "name": place.name, "rate_limit_per_user": 0}
    if place.type in {PUBLIC_THREAD, PRIVATE_THREAD}:
        assert place.parent is not None
        return drawn | {
            "parent_id": str(place.parent.id),
            "owner_id": str(place.guild.owner_id),
            "message_count": len(place.messages),
            "member_count": 1,
            "total_message_sent": len(place.all_messages),
            "thread_metadata": {
                "archived": False,
                "auto_archive_duration": 1440,
                "archive_timestamp": "2026-01-01T00:00:00+00:00",
                "locked": False,
                "create_timestamp": "2026-01-01T00:00:00+00:00",
            },
        }
    return drawn | {
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": place.nsfw,
        "permission_overwrites": _bot_overwrite(place),
    }


def _bot_overwrite(place: Channel) -> list[Json]:
    denied = (0 if place.bot_may_see else VIEW) | (0 if place.bot_may_send else SEND)
    if not denied or place.guild is None:
        return []
    return [{"id": str(place.guild.id), "type": 0, "allow": "0", "deny": str(denied)}]


def role(place: Guild) -> Json:
    granted = VIEW | SEND | EMBED | ATTACH | HISTORY | SEND_IN_THREADS | USE_COMMANDS
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        "id": str(place.id),
        "name": "@everyone",
        "permissions": str(granted),
        "position": 0,
        "color": 0,
        "colors": colors,
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def guild(place: Guild) -> Json:
    empty = (
        "icon description home_header splash discovery_splash banner application_id "
        "afk_channel_id system_channel_id widget_channel_id max_presences vanity_url_code "
        "rules_channel_id safety_alerts_channel_id public_updates_channel_id incidents_data"
    )
    zero = (
        "system_channel_flags verification_level default_message_notifications mfa_level "
        "explicit_content_filter premium_subscription_count nsfw_level"
    )
    drawn: Json = dict.fromkeys(empty.split()) | dict.fromkeys(zero.split(), 0)
    return drawn | {
        "id": str(place.id),
        "name": place.name,
        "features": [],
        "owner_id": str(place.owner_id),
        "region": "deprecated",
        "afk_timeout": 300,
        "widget_enabled": False,
        "roles": [role(place)],
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_tier": place.premium_tier,
        "preferred_locale": place.locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "emojis": [],
        "stickers": [],
    }


def member(who: User, *, permissions: int | None = None) -> Json:
    drawn: Json = {
        "user": user(who),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }
    if permissions is not None:
        drawn["permissions"] = str(permissions)
    return drawn


def guild_create(world: World, place: Guild) -> Json:
    """The gateway's full form of a guild."""
    inside = [c for c in world.channels.values() if c.guild is place and not c.deleted]
    return guild(place) | {
        "joined_at": "2026-01-01T00:00:00+00:00",
        "large": False,
        "unavailable": False,
        "member_count": 2,
        "voice_states": [],
        "members": [member(world.bot)],
        "channels": [channel(c) for c in inside if c.parent is None],
        "threads": [channel(c) for c in inside if c.parent is not None],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def attachment_url(stored: Attachment, cdn_url: str) -> str:
    folder = "ephemeral-attachments" if stored.ephemeral else "attachments"
    signed = f"?ex=ffffffff&is=0&hm={stored.sha256}&"
    return f"{cdn_url}/{folder}/{stored.channel_id}/{stored.id}/{stored.filename}{signed}"


def attachment(stored: Attachment, cdn_url: str) -> Json:
    url = attachment_url(stored, cdn_url)
    drawn: Json = {
        "id": str(stored.id),
        "filename": stored.filename,
        "size": len(stored.data),
        "url": url,
        "proxy_url": url,
        "content_type": stored.content_type,
        "flags": 0,
    }
    if stored.width_px and stored.height_px:
        drawn |= {"width": stored.width_px, "height": stored.height_px}
    if stored.description is not None:
        drawn["description"] = stored.description
    if stored.ephemeral:
        drawn["ephemeral"] = True
    return drawn


def shown_in_components(message: Message) -> set[str]:
    """Ids of files drawn by a component; Discord leaves them out of ``attachments``."""
    shown: set[str] = set()
    for part in walk(message.components):
        media = [part.get("media"), part.get("file"), *(i["media"] for i in part.get("items", []))]
        shown |= {m["attachment_id"] for m in media if m and "attachment_id" in m}
    return shown


def owners_of(asked: Interaction) -> dict[str, str]:
    """``authorizing_integration_owners``: by whose installation the command was there."""
    place = asked.channel
    owners: dict[str, str] = {}
    if place.guild is not None and place.guild.has_bot:
        owners["0"] = str(place.guild.id)
    elif place.type == DM and place.bot_may_see:
        owners["0"] = "0"
    if asked.user.installed_the_app:
        owners["1"] = str(asked.user.id)
    return owners


def interaction_metadata(asked: Interaction) -> Json:
    drawn: Json = {
        "id": str(asked.id),
        "type": asked.type,
        "user": user(asked.user),
        "authorizing_integration_owners": owners_of(asked),
    }
    if asked.type == 2 and asked.data.get("type") == 3:
        drawn["target_message_id"] = asked.data["target_id"]
    if asked.type == 3 and asked.message is not None:
        drawn["interacted_message_id"] = str(asked.message.id)
    if asked.type == 5 and asked.trigger is not None:
        drawn["triggering_interaction_metadata"] = interaction_metadata(asked.trigger)
    return drawn


def message(stored: Message, cdn_url: str) -> Json:
    hidden = shown_in_components(stored)
    drawn: Json = {
        "id": str(stored.id),
        "type": 0,
        "channel_id": str(stored.channel.id),
        "author": user(stored.author),
        "content": stored.content,
        "timestamp": stored.created_at.isoformat(),
        "edited_timestamp": stored.edited_at.isoformat() if stored.edited_at else None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [
            attachment(a, cdn_url) for a in stored.attachments if str(a.id) not in hidden
        ],
        "embeds": stored.embeds,
        "components": stored.components,
        "pinned": False,
        "flags": stored.flags,
    }
    if stored.nonce is not None:
        drawn["nonce"] = stored.nonce
    if stored.reference_id is not None:
        drawn["type"] = 19
        drawn["message_reference"] = {
            "type": 0,
            "channel_id": str(stored.channel.id),
            "message_id": str(stored.reference_id),
        }
    if stored.interaction is not None:
        app_id = str(stored.author.id)
        drawn |= {"application_id": app_id, "webhook_id": app_id}
        drawn["interaction_metadata"] = interaction_metadata(stored.interaction)
        if stored.interaction.type == 2 and stored.interaction.data.get("type") == 1:
            drawn["type"] = 20
    return drawn


def entitlement(held: Entitlement, application_id: int) -> Json:
    return {
        "id": str(held.id),
        "sku_id": str(held.sku_id),
        "application_id": str(application_id),
        "user_id": str(held.user.id),
        "deleted": held.deleted,
        "consumed": held.consumed,
        "type": held.type,
        "starts_at": held.starts_at.isoformat() if held.starts_at else None,
        "ends_at": held.ends_at.isoformat() if held.ends_at else None,
    }


def command(raw: Json, *, command_id: int, application_id: int, guild_id: int | None) -> Json:
    """A registered command as Discord answers it: what was sent, defaults filled in."""
    permissions = raw.get("default_member_permissions")
    drawn: Json = {
        "id": str(command_id),
        "application_id": str(application_id),
        "version": str(command_id),
        "type": raw.get("type") or 1,
        "name": raw["name"],
        "name_localizations": raw.get("name_localizations"),
        "description": raw.get("description") or "",
        "description_localizations": raw.get("description_localizations"),
        "default_member_permissions": None if permissions is None else str(permissions),
        "nsfw": bool(raw.get("nsfw", False)),
        "contexts": raw.get("contexts"),
        "integration_types": raw.get("integration_types") or [0],
    }
    if raw.get("options"):
        drawn["options"] = [_option(option) for option in raw["options"]]
    if guild_id is not None:
        drawn["guild_id"] = str(guild_id)
    return drawn


def _option(raw: Json) -> Json:
    kept: dict[str, Any] = {key: value for key, value in raw.items() if value is not None}
    if "options" in kept:
        kept["options"] = [_option(option) for option in kept["options"]]
    return kept
