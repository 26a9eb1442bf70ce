"""The command line as an operator meets it: real processes, real settings."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import httpx
import pytest

from bots.cli import GROUPS
from core.settings import names_of

pytestmark = pytest.mark.timeout(120)

ROOT = Path(__file__).parents[2]


def a_free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def an_environment(folder: Path, **settings: str) -> dict[str, str]:
    """Nothing of Limner's from outside; folders inside ``folder``."""
    names = frozenset().union(*(names_of(group) for group in GROUPS))
    kept = {name: value for name, value in os.environ.items() if name not in names}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "LIMNER_DATA": str(folder / "data"),
        "LIMNER_KEYS": str(folder / "keys"),
        **settings,
    }


async def limner(folder: Path, *words: str, **settings: str) -> tuple[int, str]:
    """Run one command to its end; return its exit status and all it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bots.cli",
        *words,
        cwd=folder,
        env=an_environment(folder, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, said.decode()


@pytest.mark.parametrize(
    ("content", "settings", "problem"),
    [
        ("PORT = [", {}, "the settings file is not TOML"),
        ("", {"OPENAI_BASE_URL": "nonsense"}, "OPENAI_BASE_URL must begin with https:// or"),
    ],
)
async def test_check_says_what_is_wrong_in_one_line(
    tmp_path: Path, content: str, settings: dict[str, str], problem: str
) -> None:
    (tmp_path / "limner.toml").write_text(content)
    status, said = await limner(tmp_path, "check", **settings)
    assert status == 2
    assert said.startswith(f"- {problem}")
    assert "Traceback" not in said


async def test_check_says_that_everything_can_start(tmp_path: Path) -> None:
    status, said = await limner(tmp_path, "check")

    assert status == 0
    assert "playground, worker" in said


@pytest.mark.slow
@pytest.mark.promise("AX-46", "FA-20.1")
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"LIMNER_COLOUR": "red"}, "LIMNER_COLOUR is not a setting of Limner"),
        ({"PORT": "many"}, "PORT"),
        ({"LIMNER_POLICY": "nonsense"}, "LIMNER_POLICY"),
        ({"LIMNER_BUILTIN": "false"}, "nothing can make pictures"),
        ({"TELEGRAM_TOKEN": "1:a-secret-token"}, "LIMNER_OPERATOR is missing"),
        ({"DISCORD_TOKEN": "a-secret-token"}, "LIMNER_PRIVACY_CONTACT is missing"),
        (
            {"TELEGRAM_TOKEN": "1:a-secret-token", "LIMNER_OPERATOR": "Example Studio"},
            "LIMNER_OPERATOR is a placeholder",
        ),
        ({"DATABASE_URL": "mysql://root:a-secret-token@x/y"}, "DATABASE_URL"),
        ({"LIMNER_S3_BUCKET": "pictures"}, "LIMNER_S3_ACCESS_KEY"),
        ({"LIMNER_FIRST_PLANS": "playground=gold"}, "LIMNER_FIRST_PLANS"),
        ({"LIMNER_WEB_PORT": "1", "LIMNER_PUBLIC_URL": "http://a.example"}, "with https://"),
        ({"LIMNER_WEB_PORT": "1", "LIMNER_PUBLIC_URL": "https://a.example/x"}, "alone: no path"),
        ({"OPENAI_BASE_URL": "http://api.example.com/v1"}, "travel in the clear"),
        (
            {
                "LIMNER_S3_BUCKET": "pictures",
                "LIMNER_S3_ACCESS_KEY": "a-secret-token",
                "LIMNER_S3_SECRET_KEY": "a-secret-token",
                "LIMNER_S3_ENDPOINT": "http://store.example.com",
            },
            "LIMNER_S3_ENDPOINT must begin with https://",
        ),
        ({"LIMNER_PUBLIC_URL": "https://a.example"}, "nobody would answer"),
    ],
)
async def test_check_says_what_is_wrong_and_never_a_secret(
    settings: dict[str, str], expected: str, tmp_path: Path
) -> None:
    status, said = await limner(tmp_path, "check", **settings)

    assert status == 2
    assert expected in said
    assert "a-secret-token" not in said
    assert "Traceback" not in said
    assert not (tmp_path / "data").exists(), "nothing was started"


@pytest.mark.promise("PL-T4")
async def test_keys_inside_the_data_folder_are_refused(tmp_path: Path) -> None:
    status, said = await limner(tmp_path, "check", LIMNER_KEYS=str(tmp_path / "data" / "keys"))

    assert status == 2
    assert "LIMNER_KEYS is inside LIMNER_DATA" in said


async def test_the_settings_file_is_read_and_its_unknown_keys_refused(tmp_path: Path) -> None:
    (tmp_path / "limner.toml").write_text('PORT = 70000\nLIMNER_COLOUR = "red"\n')

    status, said = await limner(tmp_path, "check")

    assert status == 2
    assert "LIMNER_COLOUR is not a setting" in said
    assert "PORT" in said


async def _answers(url: str) -> str:
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                return (await client.get(url)).text
            except httpx.TransportError:
                await asyncio.sleep(0.2)


async def test_run_serves_the_page_and_the_metrics_and_stops_when_told(tmp_path: Path) -> None:
    page, metrics, public = a_free_port(), a_free_port(), a_free_port()
    ports = (("PORT", page), ("METRICS_PORT", metrics), ("LIMNER_WEB_PORT", public))
    settings = {name: str(port) for name, port in ports}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bots.cli",
        "run",
        env=an_environment(tmp_path, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        assert "<html" in await _answers(f"http://127.0.0.1:{page}/")
        assert '"ok"' in await _answers(f"http://127.0.0.1:{metrics}/healthz")
        assert "limner_requests" in await _answers(f"http://127.0.0.1:{metrics}/metrics")
        assert "Privacy · Flux Art" in await _answers(f"http://127.0.0.1:{public}/privacy")
        process.send_signal(signal.SIGTERM)
        said, _ = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, said.decode()
    assert "Traceback" not in said.decode()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["PORT", "METRICS_PORT", "LIMNER_WEB_PORT"])
async def test_a_port_that_is_taken_is_one_line(tmp_path: Path, name: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"PORT": "0"} | {name: str(taken.getsockname()[1])}
        status, said = await limner(tmp_path, "run", **ports)

    assert status == 2
    assert "- PORT, METRICS_PORT, LIMNER_WEB_PORT or the webhook's port is taken" in said
    assert "Traceback" not in said
    assert "SystemExit" not in said


@pytest.mark.slow
@pytest.mark.parametrize("command", ["migrate", "status", "run"])
async def test_a_database_out_of_reach_is_one_line(tmp_path: Path, command: str) -> None:
    url = f"postgresql://limner:a-secret-token@127.0.0.1:{a_free_port()}/limner"
    status, said = await limner(tmp_path, command, DATABASE_URL=url)

    assert status == 2
    assert "- The database can't be reached" in said
    assert "a-secret-token" not in said
    assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder here that refuses root too")
@pytest.mark.parametrize("name", ["LIMNER_DATA", "LIMNER_KEYS"])
async def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, name: str) -> None:
    status, said = await limner(tmp_path, "status", **{name: "/proc/limner"})

    assert status == 2
    assert f"- {name} can't be made" in said
    assert "Traceback" not in said


@pytest.mark.slow
async def test_the_procfile_runs_with_honcho(tmp_path: Path) -> None:
    port = a_free_port()
    settings = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "honcho",
        "start",
        "--port",
        str(port),
        "web",
        "worker",
        cwd=ROOT,
        env=an_environment(tmp_path, **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        assert "<html" in await _answers(f"http://127.0.0.1:{port}/")
        process.send_signal(signal.SIGTERM)
        said, _ = await asyncio.wait_for(process.communicate(), 30)
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert "Traceback" not in said.decode()
