"""What an operator sets for Discord; the addresses exist so that tests stay on loopback."""

import re
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from core.settings import EnvironmentSettings, split_list

_TOKEN = re.compile(r"[!-~]+")


class DiscordSettings(EnvironmentSettings):
    """The bot's token and where Discord is."""

    token: SecretStr | None = Field(None, validation_alias="DISCORD_TOKEN")
    """The bot token from Discord's developer portal; unset means that this bot does not run."""
    api_base: str = Field("https://discord.com/api/v10", validation_alias="DISCORD_API_BASE")
    """The address of the REST API, with its version."""
    gateway_url: str = Field("wss://gateway.discord.gg/", validation_alias="DISCORD_GATEWAY_URL")
    """The address of the gateway."""
    cdn_base: str = Field("https://cdn.discordapp.com", validation_alias="DISCORD_CDN_BASE")
    """Where people's attachments are read from; pictures on other hosts are never fetched."""
    guilds: Annotated[tuple[int, ...], NoDecode] = Field(
        (), validation_alias="LIMNER_DISCORD_GUILDS"
    )
    """Ids of servers, separated by commas, that alone get the commands; empty means everywhere."""

    @field_validator("guilds", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return split_list(value)

    def problems(self) -> list[str]:
        """Return what can't be right, one plain line each, without any value."""
        found = []
        if self.token and not _TOKEN.fullmatch(self.token.get_secret_value()):
            found.append("DISCORD_TOKEN is not a token: it has no spaces and only plain letters")
        for name, address, schemes in (
            ("DISCORD_API_BASE", self.api_base, ("https://", "http://")),
            ("DISCORD_GATEWAY_URL", self.gateway_url, ("wss://", "ws://")),
            ("DISCORD_CDN_BASE", self.cdn_base, ("https://", "http://")),
        ):
            if not address.startswith(schemes):
                found.append(f"{name} must begin with {schemes[0]}")
        return found
