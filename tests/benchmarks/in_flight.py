"""How many jobs one process keeps in flight, and with how much memory."""

import json

from tests.benchmarks.ground import a_ground
from tests.benchmarks.processes import running
from tests.benchmarks.provider import a_ready_service
from tests.benchmarks.table import Row, Scale

PART = "3. Jobs in flight in one process"


async def measure(scale: Scale) -> list[Row]:
    """Measure each size of crowd in a fresh process."""
    rows: list[Row] = []
    for jobs in scale.crowds:
        rows += await _one_crowd(jobs)
    return rows


async def _one_crowd(jobs: int) -> list[Row]:
    with a_ground() as ground:
        async with a_ready_service(ground.picture(256), ground.log) as service:
            child = running(
                "tests.benchmarks.crowd",
                str(ground.folder),
                service.base_url,
                str(jobs),
                log=ground.log,
                environment=service.environment(),
            )
            async with child as crowd:
                told = json.loads(await crowd.line())
    named = (
        ("accepted after", told["accepted_s"], "s", "one after another"),
        ("all at the provider after", told["running_s"], "s", "from the first request on"),
        ("memory before", told["rss_before"] / 2**20, "MiB", "worker running, model loaded"),
        ("memory, all in flight", told["rss"] / 2**20, "MiB", "resident"),
        ("threads, all in flight", told["threads"], "", ""),
        ("all delivered after", told["delivered_s"], "s", "from the provider's answer, 256² PNG"),
        ("lost", jobs - told["delivered"], "jobs", "must be 0"),
    )
    return [Row(PART, f"{jobs}: {name}", value, unit, 1, note) for name, value, unit, note in named]
