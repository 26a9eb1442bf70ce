"""What every test gets: no settings from outside, and both databases where it matters."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from core.migrations.migrate import migrate
from core.settings import PREFIX
from core.storage.database import Database
from tests.postgres import fresh_database, postgres_server

_NAMES = (
    "DATABASE_URL",
    "DISCORD_TOKEN",
    "METRICS_PORT",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "PORT",
    "TELEGRAM_TOKEN",
)
_KEPT = ("LIMNER_SPECS",)


@pytest.fixture(scope="session", autouse=True)
def given_database_url() -> Iterator[str]:
    """Take the operator's settings out of the environment; give the database that it named."""
    given = os.environ.get("DATABASE_URL", "")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name in _NAMES or (name.startswith(PREFIX) and name not in _KEPT):
                patch.delenv(name)
        yield given


@pytest.fixture(scope="session")
def postgres_server_url(given_database_url: str) -> Iterator[str]:
    """The address of a PostgreSQL server, started when the first test needs it."""
    with postgres_server(given_database_url) as url:
        yield url


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server_url: str) -> Iterator[str]:
    """The name of a database with all tables, to make others of: that is quicker than migrating."""
    with fresh_database(postgres_server_url) as url:
        migrate(Database(url))
        yield make_url(url).database or ""


@pytest.fixture
def postgres_url(postgres_server_url: str, migrated_postgres: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own, with all tables and nothing in them."""
    with fresh_database(postgres_server_url, migrated_postgres) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server_url: str) -> Iterator[str]:
    """A PostgreSQL database of the test's own, without a table."""
    with fresh_database(postgres_server_url) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file of the test's own, not made yet."""
    folder = tmp_path / "database"
    folder.mkdir()
    return f"sqlite:///{folder / 'limner.db'}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of the test's own without content, on SQLite and then on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", pytest.param("empty_postgres", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database of the test's own without a table, on SQLite and then on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
