"""The clock of a loaded machine: work counts in full, waiting for the machine does not."""

import asyncio
import time

from tests.patience import GivenTime


async def test_work_that_blocks_the_loop_counts_and_time_without_the_machine_does_not() -> None:
    given = GivenTime()
    ticking = asyncio.create_task(given.run())
    await asyncio.sleep(0.2)

    before_s = given()
    until_s = time.process_time() + 0.4
    while time.process_time() < until_s:
        pass
    await asyncio.sleep(0.2)
    worked_s = given() - before_s

    before_s = given()
    time.sleep(0.6)  # noqa: ASYNC251 - as when the machine runs something else
    await asyncio.sleep(0)
    kept_away_s = given() - before_s

    ticking.cancel()
    await asyncio.gather(ticking, return_exceptions=True)
    assert worked_s >= 0.4
    assert kept_away_s < 0.3
