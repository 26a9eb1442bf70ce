"""How long a test waits for what must come: a bound for hangs, never a claim about speed."""

import asyncio
import time

LONG_S = 60.0
"""A loaded machine may be this slow; a promise about time is measured where it is promised."""
_TICK_S = 0.05


class GivenTime:
    """Seconds that this process was given; what a loaded machine kept from it does not count.

    From tick to tick passes what was slept for and the CPU time that was used, so work that blocks
    the loop counts in full.
    """

    def __init__(self) -> None:
        self._now_s = time.monotonic()

    def __call__(self) -> float:
        return self._now_s

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            began_s, used_s = time.monotonic(), time.process_time()
            await asyncio.sleep(_TICK_S)
            worked_s = time.process_time() - used_s
            self._now_s += min(time.monotonic() - began_s, _TICK_S + worked_s)
