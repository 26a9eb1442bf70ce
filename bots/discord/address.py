"""Where a request's one message is, and how its person can still be reached: one short text."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Self

import discord

TOKEN_LIFE = timedelta(minutes=15)
"""How long Discord lets an interaction's token edit and send (Interactions, "Followup")."""


class AddressInvalid(ValueError):
    """The text was not written by ``Address.write``; a bug, because nobody else writes any."""


@dataclass(frozen=True, slots=True)
class Address:
    """All that any later process needs to find the message or the person."""

    application_id: int
    token: str
    """The interaction's token; good for ``TOKEN_LIFE``."""
    expires_at: datetime
    channel_id: int
    message_id: int
    """0 until known: then the message is the interaction's first response."""
    guild_id: int
    """0 outside servers."""
    user_id: int
    locale: str
    size_limit_bytes: int
    """The largest file that this place takes."""
    is_adult: bool
    """Asked in an age-restricted channel: pictures are veiled until they are pressed."""
    is_alone: bool = False
    """Asked where only the person and the bot read: an ordinary message is private there."""
    is_member: bool = True
    """The bot itself is in the channel; else only the token reaches what was said there."""
    is_hidden: bool = False
    """Only the person who asked sees the message; only the token reaches it."""

    @property
    def removable_until(self) -> datetime | None:
        """Until when we can remove the message; None for any time."""
        return None if self.is_member and not self.is_hidden else self.expires_at

    def write(self) -> str:
        """Return the address as compact JSON."""
        return json.dumps(
            {
                "a": self.application_id,
                "t": self.token,
                "x": int(self.expires_at.timestamp()),
                "c": self.channel_id,
                "m": self.message_id,
                "g": self.guild_id,
                "u": self.user_id,
                "l": self.locale,
                "z": self.size_limit_bytes,
                "n": int(self.is_adult),
                "o": int(self.is_alone),
                "b": int(self.is_member),
                "h": int(self.is_hidden),
            },
            separators=(",", ":"),
        )

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the address that ``write`` wrote.

        Raises:
            AddressInvalid: it is not one.
        """
        try:
            parts = json.loads(text)
            return cls(
                application_id=parts["a"],
                token=parts["t"],
                expires_at=datetime.fromtimestamp(parts["x"], UTC),
                channel_id=parts["c"],
                message_id=parts["m"],
                guild_id=parts["g"],
                user_id=parts["u"],
                locale=parts["l"],
                size_limit_bytes=parts["z"],
                is_adult=bool(parts["n"]),
                is_alone=bool(parts.get("o", 0)),
                is_member=bool(parts.get("b", 1)),
                is_hidden=bool(parts.get("h", 0)),
            )
        except (ValueError, KeyError, TypeError) as broken:
            raise AddressInvalid from broken

    @classmethod
    def home(cls, text: str) -> Self:
        """Return where a letter goes: an address, or the bare id of a person who asked nothing.

        Raises:
            AddressInvalid: it is neither.
        """
        if not (text.isascii() and text.isdecimal()):
            return cls.read(text)
        return cls(
            application_id=0,
            token="",
            expires_at=datetime.fromtimestamp(0, UTC),
            channel_id=0,
            message_id=0,
            guild_id=0,
            user_id=int(text),
            locale="",
            size_limit_bytes=0,
            is_adult=False,
        )

    @classmethod
    def of(
        cls, interaction: discord.Interaction, message_id: int = 0, *, is_hidden: bool = False
    ) -> Self:
        """Return the address of an interaction's answer."""
        return cls(
            application_id=interaction.application_id,
            token=interaction.token,
            expires_at=interaction.created_at + TOKEN_LIFE,
            channel_id=interaction.channel_id or 0,
            message_id=message_id,
            guild_id=interaction.guild_id or 0,
            user_id=interaction.user.id,
            locale=interaction.locale.value,
            size_limit_bytes=interaction.filesize_limit,
            is_adult=is_age_restricted(interaction),
            is_alone=is_alone(interaction),
            is_member=is_alone(interaction) or _is_member(interaction),
            is_hidden=is_hidden,
        )

    def lives(self, now: datetime) -> bool:
        """Say whether the token still edits and sends."""
        return bool(self.token) and now < self.expires_at

    def at(self, *, channel_id: int, message_id: int) -> Self:
        """Return the address after the bot itself made the message anew; the token is of no use."""
        return replace(
            self,
            channel_id=channel_id,
            message_id=message_id,
            token="",
            is_member=True,
            is_hidden=False,
        )


def is_alone(interaction: discord.Interaction) -> bool:
    """Say whether only the person and the bot read here."""
    return interaction.context.dm_channel


def _is_member(interaction: discord.Interaction) -> bool:
    """Say whether the bot itself is in the server, and sees the channel."""
    return interaction.is_guild_integration() and interaction.app_permissions.view_channel


def is_age_restricted(interaction: discord.Interaction) -> bool:
    """Say whether Discord itself marks the place as for adults."""
    channel = interaction.channel
    if channel is None or isinstance(channel, discord.DMChannel | discord.GroupChannel):
        return False
    return channel.is_nsfw()
