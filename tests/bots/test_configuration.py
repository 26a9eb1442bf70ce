"""What ``limner check`` finds contradictory, without starting a process for each case."""

from pathlib import Path

import pytest
import typer

from bots.cli import GROUPS, UNUSABLE, configuration
from core.settings import names_of


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of Limner's from outside, and no settings file of this folder."""
    monkeypatch.chdir(tmp_path)
    for group in GROUPS:
        for name in names_of(group):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LIMNER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LIMNER_KEYS", str(tmp_path / "keys"))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"PORT": "8431", "METRICS_PORT": "8431"}, "PORT and METRICS_PORT are the same"),
        (
            {
                "METRICS_PORT": "8443",
                "LIMNER_TELEGRAM_WEBHOOK_URL": "https://bot.test/",
                "LIMNER_TELEGRAM_WEBHOOK_SECRET": "a-secret-token-of-the-hook",
            },
            "LIMNER_TELEGRAM_WEBHOOK_PORT and METRICS_PORT are the same",
        ),
        ({"TELEGRAM_TOKEN": "a-secret-token"}, "TELEGRAM_TOKEN is not a token"),
        ({"TELEGRAM_API_BASE": "nowhere"}, "TELEGRAM_API_BASE must begin with https://"),
        (
            {"LIMNER_TELEGRAM_WEBHOOK_SECRET": "a-secret-token-of-the-hook"},
            "LIMNER_TELEGRAM_WEBHOOK_URL is not",
        ),
        ({"DISCORD_TOKEN": "a-secret-token and more"}, "DISCORD_TOKEN is not a token"),
        ({"DISCORD_GATEWAY_URL": "http://x"}, "DISCORD_GATEWAY_URL must begin with wss://"),
        ({"OPENAI_API_KEY": "a-secret-token"}, "OPENAI_BASE_URL is not"),
        ({"LIMNER_OPENAI_MODELS": "flux"}, "LIMNER_OPENAI_MODELS is set but OPENAI_BASE_URL"),
        ({"OPENAI_BASE_URL": "https://api.openai.com/v1"}, "OPENAI_API_KEY is missing"),
        ({"OPENAI_BASE_URL": "https://relay.test/v1"}, "OPENAI_BASE_URL would never be used"),
        ({"OPENAI_BASE_URL": "https://"}, "OPENAI_BASE_URL must begin with https:// or"),
        ({"LIMNER_S3_SECRET_KEY": "a-secret-token"}, "LIMNER_S3_BUCKET is not"),
        (
            {
                "LIMNER_S3_BUCKET": "pictures",
                "LIMNER_S3_ENDPOINT": "nowhere",
                "LIMNER_S3_ACCESS_KEY": "key",
                "LIMNER_S3_SECRET_KEY": "a-secret-token",
            },
            "LIMNER_S3_ENDPOINT must begin with",
        ),
    ],
)
def test_what_is_contradictory_is_said_without_a_secret(
    settings: dict[str, str],
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(typer.Exit) as stopped:
        configuration()

    said = capsys.readouterr().err
    assert stopped.value.exit_code == UNUSABLE
    assert expected in said
    assert "a-secret-token" not in said


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"PORT": "0", "METRICS_PORT": "0"},
        {"OPENAI_BASE_URL": "https://api.openai.com/v1", "OPENAI_API_KEY": "key"},
        {"OPENAI_BASE_URL": "http://127.0.0.1:8081/v1", "LIMNER_OPENAI_DIALECT": "localai"},
        {"OPENAI_BASE_URL": "https://relay.test/v1", "LIMNER_OPENAI_SELF_HOSTED": "true"},
        {
            "LIMNER_S3_BUCKET": "pictures",
            "LIMNER_S3_ENDPOINT": "http://127.0.0.1:9000",
            "LIMNER_S3_ACCESS_KEY": "key",
            "LIMNER_S3_SECRET_KEY": "secret",
        },
        {"DATABASE_URL": "postgresql://limner:secret@host:5432/limner"},
    ],
)
def test_what_fits_together_is_taken(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    configuration()
