"""Every setting, from the environment and one optional TOML file; the only reader of either."""

import os
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

PREFIX = "LIMNER_"
CONFIG_FILE = "LIMNER_CONFIG"
_POSTGRESQL = ("postgresql://", "postgresql+psycopg://")


class SettingsError(Exception):
    """Settings that can't be used: one line a problem, in plain words, without any value."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


class EnvironmentSettings(BaseSettings):
    """A group of settings, read from the environment first, then from the file.

    Every field has a ``validation_alias``: its name in both places. Surfaces declare groups of
    their own and get them through ``load``.
    """

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Leave out everything but the environment and the one file."""
        del dotenv_settings, file_secret_settings
        file = TomlConfigSettingsSource(settings_cls, toml_file=config_path())
        return (init_settings, env_settings, file)


Group = TypeVar("Group", bound=EnvironmentSettings)


class Settings(EnvironmentSettings):
    """What an operator can choose. Unknown keys are refused; secrets never print."""

    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    """``postgresql://…``; unset means one SQLite file in the data folder."""
    port: int = Field(8080, ge=0, le=65535, validation_alias="PORT")
    """Where the playground listens, on 127.0.0.1 only."""
    metrics_port: int | None = Field(None, ge=0, le=65535, validation_alias="METRICS_PORT")
    """Where Prometheus metrics are served on 127.0.0.1; unset means nowhere."""
    web_host: str = Field("127.0.0.1", max_length=255, validation_alias="LIMNER_WEB_HOST")
    """Where the public pages listen: an address of this machine."""
    web_port: int | None = Field(None, ge=0, le=65535, validation_alias="LIMNER_WEB_PORT")
    """The port of the public pages: notice, terms, processors, links; unset means none."""
    public_url: str = Field("", max_length=300, validation_alias="LIMNER_PUBLIC_URL")
    """``https://…``: how people reach the public pages; links in chat begin with it."""
    data: Path = Field(Path("var/data"), validation_alias="LIMNER_DATA")
    """The folder of the database and the pictures."""
    keys: Path = Field(Path("var/keys"), validation_alias="LIMNER_KEYS")
    """The folder of the keys; never inside the data folder."""
    keys_database_url: SecretStr | None = Field(None, validation_alias="LIMNER_KEYS_DATABASE_URL")
    """A PostgreSQL database for people's wrapped keys, when several hosts share the data."""
    policy: str = Field("flux-art", validation_alias="LIMNER_POLICY")
    """``artiflux``, ``flux-art`` or the path of the operator's own profile."""
    operator: str = Field("", max_length=200, validation_alias="LIMNER_OPERATOR")
    """Who runs it, as people are told; needed before a bot with a token starts."""
    support_contact: str = Field("", max_length=200, validation_alias="LIMNER_SUPPORT_CONTACT")
    """Where people get help; needed before a bot with a token starts."""
    privacy_contact: str = Field("", max_length=200, validation_alias="LIMNER_PRIVACY_CONTACT")
    """Where privacy questions go; needed before a bot with a token starts."""
    openai_base_url: str = Field("", validation_alias="OPENAI_BASE_URL")
    """An OpenAI-compatible image service, for example ``https://api.openai.com/v1``."""
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    """The key for it, if it wants one."""
    openai_dialect: Literal["openai", "localai", "sdcpp", "together"] = Field(
        "openai", validation_alias="LIMNER_OPENAI_DIALECT"
    )
    """Which fields the service understands."""
    openai_models: Annotated[tuple[str, ...], NoDecode] = Field(
        (), validation_alias="LIMNER_OPENAI_MODELS"
    )
    """Model names, separated by commas; empty means those the dialect's data lists."""
    openai_self_hosted: bool = Field(default=False, validation_alias="LIMNER_OPENAI_SELF_HOSTED")
    """Whether you run that service yourself, so that nothing leaves your own machines."""
    builtin: bool = Field(default=True, validation_alias="LIMNER_BUILTIN")
    """Whether the built-in illustrator is offered."""
    builtin_workers: int = Field(1, ge=1, le=16, validation_alias="LIMNER_BUILTIN_WORKERS")
    """Processes that the built-in illustrator draws in."""
    worker_slots: int = Field(8, ge=1, le=4000, validation_alias="LIMNER_WORKER_SLOTS")
    """Standard requests that one worker runs at once."""
    worker_slots_premium: int = Field(
        4, ge=1, le=4000, validation_alias="LIMNER_WORKER_SLOTS_PREMIUM"
    )
    """Slots reserved for people on a plan with priority."""
    job_timeout_s: int = Field(900, ge=30, le=7200, validation_alias="LIMNER_JOB_TIMEOUT")
    """Seconds after which a running request is given up and refunded."""
    queue_poll_s: float = Field(0.2, ge=0.05, le=5, validation_alias="LIMNER_QUEUE_POLL")
    """Seconds between two looks into a queue."""
    dead_after_s: float = Field(15, ge=1, le=600, validation_alias="LIMNER_DEAD_AFTER")
    """Seconds without a sign of life after which a process's work is taken over."""
    first_plans: Annotated[tuple[str, ...], NoDecode] = Field(
        ("playground=local",), validation_alias="LIMNER_FIRST_PLANS"
    )
    """Which plan a new person gets, by surface, as ``surface=plan``; all others get ``free``."""
    plans: Path | None = Field(None, validation_alias="LIMNER_PLANS")
    """A TOML file with plans; unset means the ones shipped."""
    log_format: Literal["text", "json"] = Field("text", validation_alias="LIMNER_LOG_FORMAT")
    """How log lines look."""
    s3_bucket: str = Field("", validation_alias="LIMNER_S3_BUCKET")
    """Keep pictures in this bucket instead of the data folder."""
    s3_prefix: str = Field("", validation_alias="LIMNER_S3_PREFIX")
    """A path inside the bucket."""
    s3_endpoint: str = Field("", validation_alias="LIMNER_S3_ENDPOINT")
    """The address of an S3-compatible service; empty means the vendor's own."""
    s3_region: str = Field("us-east-1", validation_alias="LIMNER_S3_REGION")
    """The bucket's region."""
    s3_access_key: SecretStr | None = Field(None, validation_alias="LIMNER_S3_ACCESS_KEY")
    """The access key."""
    s3_secret_key: SecretStr | None = Field(None, validation_alias="LIMNER_S3_SECRET_KEY")
    """The secret key."""

    @field_validator("openai_models", "first_plans", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return split_list(value)

    def first_plan(self, surface: str) -> str:
        """Return the plan of a person who arrives on a surface."""
        return dict(pair.split("=", 1) for pair in self.first_plans).get(surface, "free")

    def resolved_database_url(self) -> str:
        """Return the database's address, with its secrets: never log it."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data / 'limner.db'}"


def storage_problems(settings: Settings) -> list[str]:
    """Return where data or keys can't be kept, or not apart and private, in plain words."""
    return [*_folder_problems(settings), *_database_problems(settings)]


def _folder_problems(settings: Settings) -> list[str]:
    folder, data = settings.keys.resolve(), settings.data.resolve()
    problems = []
    for name, path in (("LIMNER_DATA", data), ("LIMNER_KEYS", folder)):
        if path.exists() and not path.is_dir():
            problems.append(f"{name} is not a folder")
        elif not _can_be_written(path):
            problems.append(f"{name} can't be made or written by this user")
    if folder == data or data in folder.parents:
        problems.append(
            "LIMNER_KEYS is inside LIMNER_DATA: a copy of the data would carry its own keys"
        )
    if folder in data.parents:
        problems.append("LIMNER_DATA is inside LIMNER_KEYS: keep the two apart")
    if folder.is_dir() and folder.stat().st_mode & 0o077:
        problems.append("LIMNER_KEYS can be entered by other users of this machine: chmod 700")
    return problems


def _can_be_written(folder: Path) -> bool:
    """Look at the folder, or at the nearest one above it that is there."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


def _database_problems(settings: Settings) -> list[str]:
    url = settings.resolved_database_url()
    if not url.startswith(("sqlite:///", *_POSTGRESQL)):
        return ["DATABASE_URL is neither sqlite:///… nor postgresql://…"]
    if not _is_readable(url):
        return ["DATABASE_URL can't be read: write postgresql://user:password@host:5432/name"]
    problems = []
    if url.startswith("sqlite:///"):
        named = url.removeprefix("sqlite:///")
        if named.startswith(":memory:") or not named.partition("?")[0]:
            problems.append("DATABASE_URL names no file: sqlite:///… must be kept somewhere")
        elif settings.keys.resolve() in Path(named).resolve().parents:
            problems.append("DATABASE_URL is a file inside LIMNER_KEYS: keep the two apart")
    if settings.keys_database_url is not None:
        keys_url = settings.keys_database_url.get_secret_value()
        if not keys_url.startswith(_POSTGRESQL) or not _is_readable(keys_url):
            problems.append("LIMNER_KEYS_DATABASE_URL is not postgresql://…")
        elif _server_and_name(keys_url) == _server_and_name(url):
            problems.append(
                "LIMNER_KEYS_DATABASE_URL is the data's own database: a copy of the data would "
                "carry its own keys"
            )
    return problems


def _is_readable(url: str) -> bool:
    try:
        urlsplit(url).port  # noqa: B018 - asking is the check
    except ValueError:
        return False
    return True


def _server_and_name(url: str) -> tuple[object, ...]:
    parts = urlsplit(url)
    return (parts.hostname, parts.port or 5432, parts.path, parse_qs(parts.query).get("host"))


def split_list(value: object) -> object:
    """Turn ``a, b`` into ``("a", "b")``; leave anything else alone (for field validators)."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def config_path() -> Path | None:
    """Return the settings file: what LIMNER_CONFIG names, else ``limner.toml`` if it is there."""
    named = os.environ.get(CONFIG_FILE)
    if named:
        return Path(named)
    usual = Path("limner.toml")
    return usual if usual.is_file() else None


def names_of(group: type[EnvironmentSettings]) -> frozenset[str]:
    """Return the names that a group reads."""
    return frozenset(str(field.validation_alias) for field in group.model_fields.values())


def _names_in_file() -> frozenset[str]:
    file = config_path()
    if file is None:
        return frozenset()
    if not file.is_file():
        raise SettingsError([f"{CONFIG_FILE} names a file that is not there"])
    try:
        return frozenset(tomllib.loads(file.read_text("utf-8")))
    except tomllib.TOMLDecodeError as broken:
        raise SettingsError([f"the settings file is not TOML: {broken}"]) from None
    except UnicodeDecodeError:
        raise SettingsError(["the settings file is not text in UTF-8"]) from None


def load(group: type[Group]) -> Group:
    """Read one group.

    Raises:
        SettingsError: a value can't be used, or the file can't be read; each problem names the
            setting, never its value.
    """
    _names_in_file()
    try:
        return group()
    except ValidationError as wrong:
        problems = [f"{error['loc'][0]}: {error['msg']}" for error in wrong.errors()]
        raise SettingsError(problems) from None


def unknown_names(groups: Sequence[type[EnvironmentSettings]]) -> tuple[str, ...]:
    """Return what is set but read by no group: LIMNER_… variables and any key of the file.

    Raises:
        SettingsError: the file can't be read.
    """
    known = frozenset({CONFIG_FILE}).union(*(names_of(group) for group in groups))
    strange = {name for name in os.environ if name.startswith(PREFIX) and name not in known}
    strange |= _names_in_file() - known
    # The tests' own switch is no setting.
    return tuple(sorted(strange - {"LIMNER_SPECS"}))
