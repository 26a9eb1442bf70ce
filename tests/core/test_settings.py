"""Settings are read once, refused in plain words when they can't be used, and never printed."""

from pathlib import Path

import pytest

from core.settings import (
    Settings,
    SettingsError,
    load,
    storage_problems,
    unknown_names,
)
from tests.factories import settings_for

SECRET = "postgresql://limner:hunter2-secret@db.example.org/limner"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings file of the folder the tests are started in."""
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_working_default() -> None:
    settings = load(Settings)
    assert settings.resolved_database_url() == f"sqlite:///{Path('var/data/limner.db')}"
    assert settings.builtin
    assert storage_problems(settings) == []


def test_the_environment_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('PORT = 9001\nLIMNER_OPERATOR = "Studio"\n')
    monkeypatch.setenv("LIMNER_CONFIG", str(file))
    monkeypatch.setenv("PORT", "9002")
    settings = load(Settings)
    assert (settings.port, settings.operator) == (9002, "Studio")


def test_a_limner_toml_in_the_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "limner.toml").write_text('LIMNER_OPENAI_MODELS = "a, b"\n')
    assert load(Settings).openai_models == ("a", "b")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    assert load(Settings).port == 8080


def test_secrets_never_print(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "OPENAI_API_KEY", "LIMNER_S3_SECRET_KEY"):
        monkeypatch.setenv(name, SECRET)
    settings = load(Settings)
    assert "hunter2" not in f"{settings!r} {settings} {settings.model_dump()}"
    assert settings.resolved_database_url() == SECRET


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "hunter2-secret"),
        ("PORT", "70000"),
        ("LIMNER_JOB_TIMEOUT", "1"),
        ("LIMNER_OPENAI_DIALECT", "hunter2-secret"),
    ],
)
def test_a_wrong_value_is_named_without_being_repeated(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load(Settings)
    (problem,) = refused.value.problems
    assert problem.startswith(f"{name}:")
    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_not_there_or_not_toml_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMNER_CONFIG", str(tmp_path / "none.toml"))
    with pytest.raises(SettingsError, match="not there"):
        load(Settings)
    (tmp_path / "none.toml").write_text("PORT = = 1")
    with pytest.raises(SettingsError, match="not TOML"):
        load(Settings)
    with pytest.raises(SettingsError, match="not TOML"):
        unknown_names([Settings])
    (tmp_path / "none.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(Settings)


def test_unknown_names_are_found_in_both_places(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIMNER_POLICEY", "flux-art")
    monkeypatch.setenv("LIMNER_SPECS", "specs")
    (tmp_path / "limner.toml").write_text('POORT = 1\nPORT = 2\nLIMNER_DATA = "d"\n')
    assert unknown_names([Settings]) == ("LIMNER_POLICEY", "POORT")


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    settings.data.parent.mkdir(parents=True, exist_ok=True)
    settings.data.touch()
    assert storage_problems(settings) == ["LIMNER_DATA is not a folder"]


def test_keys_must_be_private(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    settings.keys.mkdir(mode=0o755)
    settings.keys.chmod(0o755)
    (problem,) = storage_problems(settings)
    assert "LIMNER_KEYS" in problem
    settings.keys.chmod(0o700)
    assert storage_problems(settings) == []


@pytest.mark.promise("PL-T4")
def test_keys_must_not_share_the_datas_database(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path, SECRET, LIMNER_KEYS_DATABASE_URL=SECRET.replace("limner:hunter2-secret@", "k:k@")
    )
    (problem,) = storage_problems(settings)
    assert "own database" in problem
    assert "hunter2" not in problem
    apart = settings_for(tmp_path, SECRET, LIMNER_KEYS_DATABASE_URL=f"{SECRET}_keys")
    assert storage_problems(apart) == []


def test_keys_on_another_host_by_socket_are_apart(tmp_path: Path) -> None:
    here, there = "postgresql:///limner?host=/run/here", "postgresql:///limner?host=/run/there"
    assert storage_problems(settings_for(tmp_path, here, LIMNER_KEYS_DATABASE_URL=there)) == []
    assert storage_problems(settings_for(tmp_path, here, LIMNER_KEYS_DATABASE_URL=here)) != []


def test_the_data_must_not_be_in_the_keys_folder(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'keys' / 'limner.db'}"
    (problem,) = storage_problems(settings_for(tmp_path, url))
    assert problem.startswith("DATABASE_URL")


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://root:hunter2-secret@h/d", "neither sqlite:///… nor postgresql://…"),
        ("postgresql://limner:hunter2-secret@host:port/limner", "can't be read"),
        ("postgresql://limner:hunter2-secret@[host/limner", "can't be read"),
        ("sqlite:///", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite:///?mode=ro", "names no file"),
    ],
)
def test_a_database_that_no_driver_could_open_is_named(
    tmp_path: Path, url: str, problem: str
) -> None:
    (said,) = storage_problems(settings_for(tmp_path, url))
    assert said.startswith("DATABASE_URL ")
    assert problem in said
    assert "hunter2" not in said


def test_a_keys_database_that_no_driver_could_open_is_named(tmp_path: Path) -> None:
    url = "postgresql://limner:hunter2-secret@host:port/keys"
    (said,) = storage_problems(settings_for(tmp_path, LIMNER_KEYS_DATABASE_URL=url))
    assert said == "LIMNER_KEYS_DATABASE_URL is not postgresql://…"


def test_a_folder_below_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = settings_for(tmp_path, LIMNER_KEYS=tmp_path / "file" / "keys")
    assert storage_problems(settings) == ["LIMNER_KEYS can't be made or written by this user"]


def test_a_keys_database_is_postgresql(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, LIMNER_KEYS_DATABASE_URL="mysql://h/k")
    (problem,) = storage_problems(settings)
    assert problem.startswith("LIMNER_KEYS_DATABASE_URL")


@pytest.mark.promise("PL-T4")
@pytest.mark.parametrize("keys", ["data", "data/keys", "."])
def test_keys_inside_the_data_folder_are_refused(tmp_path: Path, keys: str) -> None:
    settings = settings_for(tmp_path, LIMNER_KEYS=tmp_path / keys)
    assert any("LIMNER_KEYS" in one for one in storage_problems(settings))
