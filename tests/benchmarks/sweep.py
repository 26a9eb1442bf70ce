"""Measures a sweep: ``python -m tests.benchmarks.sweep --items N [--blobs]``.

One item is an ended request with its picture and its hold; half of them are due. The pictures'
bytes are only stored with ``--blobs``; without, the sweep asks the store for files that are gone.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from core.generation.rows import PictureRow, RequestRow
from core.privacy.retention.queries import dry_run
from tests.benchmarks import machine
from tests.core.privacy.retention.clock import START
from tests.core.privacy.retention.crowd import a_crowd
from tests.core.privacy.retention.things import a_person, an_aging_app, count_of, swept

_MIB = 1024


def _peak_mib() -> float:
    """Peak memory of this process; Linux counts it in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MIB


async def measure(items: int, database_url: str, *, with_blobs: bool) -> dict[str, str]:
    """Fill a database, sweep it, and return what it took."""
    with tempfile.TemporaryDirectory(prefix="limner-sweep-") as folder:
        async with an_aging_app(database_url, "artiflux", Path(folder)) as (app, clock):
            _, owner = await a_person(app)
            old = items // 2
            await a_crowd(app, owner, START, old, with_blobs=with_blobs)
            await a_crowd(
                app, owner, START + timedelta(days=20), items - old, with_blobs=with_blobs
            )
            filled_mib = _peak_mib()
            clock.move(days=30)
            print(f"filled with {items} items", file=sys.stderr, flush=True)
            began = time.perf_counter()
            told = await dry_run(app)
            dry_s = time.perf_counter() - began
            began = time.perf_counter()
            await swept(app)
            took_s = time.perf_counter() - began
            again = time.perf_counter()
            await swept(app)
            idle_s = time.perf_counter() - again
            left = (await count_of(app, RequestRow), await count_of(app, PictureRow))
            assert left == (items - old, items - old), left
            assert told["pictures"] == old
    return {
        "items, half of them due": f"{items:,}",
        "dry run": f"{dry_s:.1f} s",
        "sweep": f"{took_s:.1f} s",
        "rows purged": f"{2 * old:,} ({2 * old / took_s:,.0f} a second)",
        "a sweep with nothing to do": f"{idle_s:.1f} s",
        "peak memory before": f"{filled_mib:.0f} MiB",
        "peak memory after": f"{_peak_mib():.0f} MiB",
    }


def main() -> None:
    """Read the options, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sweep", description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--blobs", action="store_true", help="store the pictures' bytes too")
    parser.add_argument("--database", default="", help="an empty database; else SQLite")
    asked = parser.parse_args()
    found = asyncio.run(measure(asked.items, asked.database, with_blobs=asked.blobs))
    for name, value in {**machine.facts(), **found}.items():
        print(f"{name:28} {value}")


if __name__ == "__main__":
    main()
