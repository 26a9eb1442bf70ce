"""Our contract of Discord's answers: the fields a bot relies on, and their kinds."""

from __future__ import annotations

from typing import Any

from tests.emulators.discord.state import Json

_NONE = type(None)
USER = {"id": str, "username": str, "avatar": (str, _NONE), "discriminator": str}
ATTACHMENT = {"id": str, "filename": str, "size": int, "url": str, "proxy_url": str}
MESSAGE: Json = {
    "id": str,
    "type": int,
    "channel_id": str,
    "author": USER,
    "content": str,
    "timestamp": str,
    "edited_timestamp": (str, _NONE),
    "tts": bool,
    "mention_everyone": bool,
    "mentions": [USER],
    "mention_roles": [str],
    "attachments": [ATTACHMENT],
    "embeds": [{}],
    "components": [{"type": int, "id": int}],
    "pinned": bool,
    "flags": int,
}
CHANNEL: Json = {"id": str, "type": int}
GUILD: Json = {"id": str, "name": str, "owner_id": str, "roles": [{"id": str}], "premium_tier": int}
COMMAND: Json = {
    "id": str,
    "application_id": str,
    "version": str,
    "type": int,
    "name": str,
    "description": str,
}
ENTITLEMENT: Json = {"id": str, "sku_id": str, "application_id": str, "type": int, "deleted": bool}
MESSAGES, WEBHOOK = "/channels/{channel_id}/messages", "/webhooks/{webhook_id}/{webhook_token}"
APP = "/applications/{application_id}"

SHAPES: dict[str, Any] = {
    "GET /oauth2/applications/@me": {"id": str, "name": str, "owner": USER, "flags": int},
    "GET /applications/@me": {"id": str, "name": str, "owner": USER, "flags": int},
    "GET /users/@me": {**USER, "mfa_enabled": bool},
    "GET /users/{user_id}": USER,
    "GET /gateway": {"url": str},
    "GET /gateway/bot": {
        "url": str,
        "shards": int,
        "session_start_limit": {
            "total": int,
            "remaining": int,
            "reset_after": int,
            "max_concurrency": int,
        },
    },
    f"GET {APP}/commands": [COMMAND],
    f"PUT {APP}/commands": [COMMAND],
    f"GET {APP}/guilds/{{guild_id}}/commands": [COMMAND],
    f"PUT {APP}/guilds/{{guild_id}}/commands": [COMMAND],
    f"GET {APP}/entitlements": [ENTITLEMENT],
    f"GET {APP}/entitlements/{{entitlement_id}}": ENTITLEMENT,
    f"POST {APP}/entitlements/{{entitlement_id}}/consume": None,
    f"GET {APP}/skus": [{"id": str, "type": int, "name": str, "flags": int}],
    "POST /users/@me/channels": {**CHANNEL, "recipients": [USER]},
    "GET /channels/{channel_id}": CHANNEL,
    "POST /channels/{channel_id}/typing": None,
    "POST /channels/{channel_id}/threads": {**CHANNEL, "thread_metadata": {}, "parent_id": str},
    f"POST {MESSAGES}/{{message_id}}/threads": {**CHANNEL, "thread_metadata": {}},
    "GET /guilds/{guild_id}": GUILD,
    "GET /guilds/{guild_id}/channels": [CHANNEL],
    f"GET {MESSAGES}": [MESSAGE],
    f"POST {MESSAGES}": MESSAGE,
    f"GET {MESSAGES}/{{message_id}}": MESSAGE,
    f"PATCH {MESSAGES}/{{message_id}}": MESSAGE,
    f"DELETE {MESSAGES}/{{message_id}}": None,
    f"POST {WEBHOOK}": MESSAGE,
    f"GET {WEBHOOK}/messages/@original": MESSAGE,
    f"PATCH {WEBHOOK}/messages/@original": MESSAGE,
    f"DELETE {WEBHOOK}/messages/@original": None,
    f"GET {WEBHOOK}/messages/{{message_id}}": MESSAGE,
    f"PATCH {WEBHOOK}/messages/{{message_id}}": MESSAGE,
    f"DELETE {WEBHOOK}/messages/{{message_id}}": None,
    "POST /interactions/{interaction_id}/{interaction_token}/callback": {
        "interaction": {"id": str, "type": int}
    },
}
"""What a successful answer carries, by route; ``None``: 204 and no body."""


INTERACTION: Json = {
    "id": str,
    "application_id": str,
    "type": int,
    "token": str,
    "version": int,
    "data": {},
    "channel_id": str,
    "channel": {"id": str, "type": int, "permissions": str},
    "app_permissions": str,
    "locale": str,
    "entitlements": [ENTITLEMENT],
    "authorizing_integration_owners": {},
    "context": int,
    "attachment_size_limit": int,
}
EVENTS: dict[str, Any] = {
    "READY": {
        "v": int,
        "user": USER,
        "guilds": [{"id": str, "unavailable": bool}],
        "session_id": str,
        "resume_gateway_url": str,
        "shard": [int],
        "application": {"id": str, "flags": int},
    },
    "RESUMED": {},
    "GUILD_CREATE": {**GUILD, "channels": [CHANNEL], "threads": [CHANNEL], "members": [{}]},
    "GUILD_DELETE": {"id": str},
    "CHANNEL_CREATE": {**CHANNEL, "guild_id": str},
    "CHANNEL_DELETE": {**CHANNEL, "guild_id": str},
    "THREAD_CREATE": {**CHANNEL, "guild_id": str, "parent_id": str},
    "THREAD_DELETE": {**CHANNEL, "guild_id": str, "parent_id": str},
    "MESSAGE_CREATE": MESSAGE,
    "MESSAGE_UPDATE": MESSAGE,
    "MESSAGE_DELETE": {"id": str, "channel_id": str},
    "INTERACTION_CREATE": INTERACTION,
    "ENTITLEMENT_CREATE": ENTITLEMENT,
    "ENTITLEMENT_UPDATE": ENTITLEMENT,
    "ENTITLEMENT_DELETE": ENTITLEMENT,
}
"""What each gateway event carries; the published description does not cover these."""


def event_problems(name: str, data: Any) -> list[str]:
    """Everything wrong with a gateway event of the emulator itself."""
    if name not in EVENTS:
        return [f"no shape for the event {name}"]
    problems = _differs(name, data, EVENTS[name])
    if name == "INTERACTION_CREATE":
        problems += [] if ("user" in data) != ("member" in data) else ["either user or member"]
        if "message" in data:
            problems += _differs(f"{name}.message", data["message"], MESSAGE)
    return problems


def answer_problems(route: str, status: int, body: Any) -> list[str]:
    """Everything wrong with an answer of the emulator itself."""
    if status >= 400:
        return _differs("error", body, {"code": int, "message": str})
    if route not in SHAPES:
        return [f"no shape for the answer of {route}"]
    shape = SHAPES[route]
    if shape is None or status == 204:
        return [] if status == 204 and body is None else [f"status {status} instead of 204"]
    return _differs("answer", body, shape)


def _differs(where: str, value: Any, shape: Any) -> list[str]:
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            return [f"{where} is {type(value).__name__}, not an object"]
        wrong = [f"{where} lacks {key}" for key in shape if key not in value]
        for key, inner in shape.items():
            if key in value:
                wrong += _differs(f"{where}.{key}", value[key], inner)
        return wrong
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where} is {type(value).__name__}, not a list"]
        return [w for i, v in enumerate(value) for w in _differs(f"{where}[{i}]", v, shape[0])]
    if not isinstance(value, shape) or (shape is int and isinstance(value, bool)):
        return [f"{where} is {type(value).__name__}"]
    return []
