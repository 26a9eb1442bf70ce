"""An interaction in the core's words: who asks, where, and under which key."""

import discord

from bots.discord.address import Address, is_age_restricted
from core.kernel.people import Actor, ReplyTo, Room

SURFACE = "discord"

Asked = discord.Interaction[discord.Client]


def actor_of(interaction: Asked) -> Actor:
    """Return who asks."""
    return Actor(SURFACE, str(interaction.user.id), interaction.locale.value)


def room_of(interaction: Asked) -> Room:
    """Return where it was asked."""
    return Room(
        key=f"{interaction.guild_id or 0}:{interaction.channel_id or 0}",
        is_private=isinstance(interaction.channel, discord.DMChannel),
        is_age_restricted=is_age_restricted(interaction),
    )


def reply_to(interaction: Asked) -> ReplyTo:
    """Return where the outcome goes until the one message is known."""
    return ReplyTo(SURFACE, Address.of(interaction).write())


def key_of(interaction: Asked) -> str:
    """Return the request key: the same interaction twice makes one job."""
    return f"{SURFACE}:{interaction.id}"
