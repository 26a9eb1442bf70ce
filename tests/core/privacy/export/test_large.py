"""A copy of a gigabyte takes no more memory than a small one, and every part of it opens alone.

Ten gigabytes are measured by the benchmark (tests/benchmarks/export.py), in the same way.
"""

import pytest

from tests.benchmarks.export import measured

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


async def test_memory_stays_below_a_bound_however_large_an_export_is() -> None:
    found = await measured(1000)

    assert found["pictures"] == 500
    assert found["parts"] >= 50
    assert found["memory_peak_mb"] < 250
