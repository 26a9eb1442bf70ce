"""A copy of a gigabyte takes no more memory than a small one, and every part of it opens alone.

Ten gigabytes are measured by the benchmark (tests/benchmarks/export.py), in the same way. In a
process of its own: what other tests have loaded before is no memory of an export.
"""

import asyncio
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

MEGABYTES = 1000


async def test_memory_stays_below_a_bound_however_large_an_export_is() -> None:
    measuring = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.export",
        "--megabytes",
        str(MEGABYTES),
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await measuring.communicate()
    assert measuring.returncode == 0
    lines = [line.split() for line in printed.decode().splitlines()]
    found = {line[0]: float(line[1].replace(",", "")) for line in lines if len(line) == 2}

    assert found["pictures"] == 500
    assert found["parts"] >= 50
    assert found["memory_peak_mb"] < 250
