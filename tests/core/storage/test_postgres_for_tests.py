"""The tests' own PostgreSQL: shared while somebody uses it, gone afterwards, even after kill -9."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.postgres import fresh_database

USER = """
import sys, time
from pathlib import Path
import tests.postgres as tested
tested.shared_folder = lambda: Path(sys.argv[1])
with tested.postgres_server() as url:
    print(url, flush=True)
    time.sleep(60)
"""


def a_user(folder: Path) -> tuple[subprocess.Popen[str], str]:
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert user.stdout is not None
    return user, user.stdout.readline().strip()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.postgres
@pytest.mark.slow
def test_two_users_share_a_server_that_stops_after_both_were_killed(tmp_path: Path) -> None:
    # The server runs as a user of its own, who must be able to walk down to its data.
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    first, url = a_user(tmp_path)
    second, same_url = a_user(tmp_path)
    try:
        assert url == same_url
        with fresh_database(url) as mine, psycopg.connect(mine) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        first.send_signal(signal.SIGKILL)
        first.wait()
        time.sleep(2)
        with psycopg.connect(url) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
            assert row is not None
        server_pid = int((tmp_path / "data" / "postmaster.pid").read_text().splitlines()[0])
    finally:
        for user in (first, second):
            user.kill()
            user.communicate()
    give_up_at = time.monotonic() + 20
    while is_running(server_pid) or (tmp_path / "data").exists():
        assert time.monotonic() < give_up_at, "the server still runs"
        time.sleep(0.2)
