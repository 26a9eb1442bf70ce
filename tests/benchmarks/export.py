"""How fast an export is made, and how much memory it takes at any size.

``python -m tests.benchmarks.export --megabytes N [--passphrase WORDS]`` measures one process: a
store makes pictures of 2 MB up when they are read, each part is opened and checked as it is
stored, and nothing is kept.
"""

import argparse
import asyncio
import hashlib
import io
import json
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from jsonschema import Draft202012Validator
from sqlalchemy import update

from core.app import App
from core.generation.rows import PictureRow
from core.kernel.ids import AccountId, BlobId
from core.privacy.counter.values import Traits
from core.storage.envelope import Place
from core.storage.vault import Vault
from tests.benchmarks.table import Row, Scale
from tests.core.privacy.export.reading import asked_for, made, the_export
from tests.core.privacy.retention.crowd import a_crowd
from tests.core.privacy.subject.people import somebody
from tests.factories import an_app

PART = "7. Export"
PICTURE_BYTES = 2_000_000
_MAGIC = b"\x89PNG\r\n\x1a\n"
_MB = 1_000_000
_KIB = 1024
ROOMY = Traits(part_limit_bytes=50_000_000, allows_training=True, allows_advertising=True)


def peak_bytes() -> int:
    """Return the most memory that this process has held.

    From /proc where there is one: what getrusage tells includes the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
        if found is not None:
            return int(found[1]) * _KIB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB


class Window(io.RawIOBase):
    """Reads bytes where they are, without a copy of all of them."""

    def __init__(self, data: bytes | memoryview) -> None:
        super().__init__()
        self._data = memoryview(data)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + (0, self._at, len(self._data))[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size < 0 else self._at + size
        found = bytes(self._data[self._at : end])
        self._at += len(found)
        return found


class MadeUpVault(Vault):
    """Makes every picture up when it is read; seals what is put into it, checks it, drops it."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._paper = b"\x5a\x96\xc3\x3c" * (PICTURE_BYTES // 4)
        self.ids: Counter[str] = Counter()
        """How often each record was seen, by its table and id."""
        self.pictures = 0
        self.parts = 0
        self.bytes = 0
        self.largest = 0
        self.checking_s = 0.0
        self._validators: dict[str, Draft202012Validator] = {}

    async def get(self, owner: AccountId, blob: BlobId) -> bytes:
        """Return a picture that no other one is like."""
        del owner
        head = _MAGIC + blob.encode()
        return head + self._paper[len(head) :]

    async def put(self, owner: AccountId, blob: BlobId, data: bytes | memoryview) -> None:
        """Seal a part as the real store does, then open it like whoever gets it."""
        sealed = await self._app.keys.seal_buffer(Place("vault", "blob", blob, owner), data)
        self.bytes += len(data)
        self.largest = max(self.largest, len(sealed))
        self.parts += 1
        del sealed
        began = time.perf_counter()
        if data[:2] == b"PK":
            await asyncio.to_thread(self._check, data)
        self.checking_s += time.perf_counter() - began

    def _check(self, data: bytes | memoryview) -> None:
        """See that a part opens alone, that hashes are right and every record validates."""
        with ZipFile(Window(data)) as part:
            names = part.namelist()
            if any(name.endswith(".locked") for name in names):
                return
            manifest = json.loads(part.read("manifest.json"))
            for one in manifest["files"]:
                assert hashlib.sha256(part.read(one["name"])).hexdigest() == one["sha256"]
            for name in names:
                if name.startswith("data/"):
                    table = name.removeprefix("data/").removesuffix(".ndjson")
                    self._check_records(part, table, part.read(name))
            self.pictures += sum(1 for name in names if name.startswith("media/"))
            assert "README.html" in names

    def _check_records(self, part: ZipFile, table: str, raw: bytes) -> None:
        if table not in self._validators:
            schema = json.loads(part.read(f"schemas/{table}.schema.json"))
            self._validators[table] = Draft202012Validator(schema)
        for line in raw.splitlines():
            record: dict[str, Any] = json.loads(line)
            self._validators[table].validate(record)
            if table in ("pictures", "requests"):
                self.ids[f"{table} {record['id']}"] += 1


async def run(megabytes: int, passphrase: str = "") -> dict[str, float]:
    """Make one export of that size; return what it took."""
    count = max(1, megabytes * _MB // PICTURE_BYTES)
    with tempfile.TemporaryDirectory(prefix="limner-export-") as folder:
        async with an_app(folder=Path(folder)) as plain:
            vault = MadeUpVault(plain)
            app = _with_vault(plain, vault)
            actor, owner = await somebody(plain, pictures=0)
            await a_crowd(plain, owner, plain.clock.now(), count)
            async with app.transaction() as tx:
                await tx.execute(update(PictureRow).values(size_bytes=PICTURE_BYTES))
            words = f"protect {passphrase}" if passphrase else "send"
            await asked_for(app, words, actor=actor, traits=ROOMY)
            before = peak_bytes()
            began, cpu = time.perf_counter(), time.process_time()
            await made(app)
            took_s = time.perf_counter() - began - vault.checking_s
            row = await the_export(app)
    assert row.state == "ready", row.state
    if not passphrase:
        assert vault.pictures == count, vault.pictures
        assert len(vault.ids) == 2 * count, "every record"
        assert set(vault.ids.values()) == {1}, "every record once"
    return {
        "pictures": count,
        "parts": vault.parts,
        "bytes": vault.bytes,
        "seconds": took_s,
        "cpu_seconds": time.process_time() - cpu,
        "megabytes_per_second": vault.bytes / _MB / took_s,
        "memory_before_mb": before / _MB,
        "memory_peak_mb": peak_bytes() / _MB,
    }


def _with_vault(app: App, vault: Vault) -> App:
    fields = {name: getattr(app, name) for name in App.__slots__}
    return App(**{**fields, "vault": vault})


async def measured(megabytes: int, passphrase: str = "") -> dict[str, float]:
    """Make an export in a process of its own, so that its memory is its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.benchmarks.export", "--json"),
        *("--megabytes", str(megabytes), "--passphrase", passphrase),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    assert process.returncode == 0
    found: dict[str, float] = json.loads(out)
    return found


async def measure(scale: Scale) -> list[Row]:
    """Make a large export, and a small one that is locked."""
    whole = await measured(scale.export_mb)
    locked = await measured(min(scale.export_mb, 500), "correct horse battery")
    size = f"{scale.export_mb:,} MB"
    parts = int(whole["parts"])
    note = f"{parts} parts, each opened and checked outside of the time"
    return [
        Row(PART, f"{size}, rate", whole["megabytes_per_second"], "MB/s", parts, note),
        Row(PART, f"{size}, memory at the peak", whole["memory_peak_mb"], "MB", 1),
        Row(PART, f"{size}, memory before", whole["memory_before_mb"], "MB", 1),
        Row(PART, "locked, rate", locked["megabytes_per_second"], "MB/s", int(locked["parts"])),
        Row(PART, "locked, memory at the peak", locked["memory_peak_mb"], "MB", 1),
    ]


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.export", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--passphrase", default="")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = asyncio.run(run(asked.megabytes, asked.passphrase))
    if asked.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:24} {value:,.1f}")


if __name__ == "__main__":
    main()
