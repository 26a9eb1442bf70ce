"""What an operator sets for Telegram; the addresses exist so that tests stay on loopback."""

import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from core.settings import EnvironmentSettings

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


class TelegramSettings(EnvironmentSettings):
    """The bot's token, where Telegram is, and how updates arrive."""

    token: SecretStr | None = Field(None, validation_alias="TELEGRAM_TOKEN")
    """The token that BotFather gives; unset means that this bot does not run."""
    api_base: str = Field("https://api.telegram.org/bot", validation_alias="TELEGRAM_API_BASE")
    """The address of the Bot API up to the token; a Bot API server of one's own works as well."""
    file_base: str = Field(
        "https://api.telegram.org/file/bot", validation_alias="TELEGRAM_FILE_BASE"
    )
    """The address of the Bot API's files up to the token."""
    webhook_url: str = Field("", validation_alias="LIMNER_TELEGRAM_WEBHOOK_URL")
    """The public https address that Telegram sends updates to; unset means long polling."""
    webhook_secret: SecretStr | None = Field(
        None, validation_alias="LIMNER_TELEGRAM_WEBHOOK_SECRET"
    )
    """What Telegram must say with every update: 16 to 256 of A-Z, a-z, 0-9, _ and -."""
    webhook_port: int = Field(8443, ge=0, le=65535, validation_alias="LIMNER_TELEGRAM_WEBHOOK_PORT")
    """Where updates are taken, behind the proxy that holds the certificate."""
    webhook_host: str = Field("127.0.0.1", validation_alias="LIMNER_TELEGRAM_WEBHOOK_HOST")
    """The address to listen on; ``0.0.0.0`` when the proxy is on another machine."""

    def problems(self) -> list[str]:
        """Return what is missing or contradictory, one plain line each, without any value."""
        found = []
        if self.token and not _TOKEN.fullmatch(self.token.get_secret_value()):
            found.append(
                "TELEGRAM_TOKEN is not a token: BotFather gives digits, a colon and letters"
            )
        for name, address in (
            ("TELEGRAM_API_BASE", self.api_base),
            ("TELEGRAM_FILE_BASE", self.file_base),
        ):
            if not address.startswith(("https://", "http://")):
                found.append(f"{name} must begin with https://")
        if self.webhook_secret is not None and not self.webhook_url:
            found.append(
                "LIMNER_TELEGRAM_WEBHOOK_SECRET is set but LIMNER_TELEGRAM_WEBHOOK_URL is not"
            )
        if self.webhook_url:
            if urlsplit(self.webhook_url).scheme != "https":
                found.append("LIMNER_TELEGRAM_WEBHOOK_URL must begin with https://")
            secret = self.webhook_secret
            if secret is None:
                found.append(
                    "LIMNER_TELEGRAM_WEBHOOK_SECRET is missing: anybody could send updates"
                )
            elif not _SECRET.fullmatch(secret.get_secret_value()):
                found.append(
                    "LIMNER_TELEGRAM_WEBHOOK_SECRET must be 16 to 256 of A-Z, a-z, 0-9, _ and -"
                )
            if self.token is None:
                found.append("LIMNER_TELEGRAM_WEBHOOK_URL is set but TELEGRAM_TOKEN is not")
        return found
