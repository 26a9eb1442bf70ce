"""A worker that sweeps, as a process: it says when a batch has gone, and can be told to be slow.

``python -m tests.core.privacy.retention.process FOLDER DATABASE NOW PAUSE_S``. After each batch
its size is appended to ``batches`` in the folder.
"""

import asyncio
import sys
from datetime import datetime
from pathlib import Path

from core.app import App
from core.bootstrap import running_app
from core.privacy.retention import batches
from core.privacy.retention.batches import Batch, destroy
from core.privacy.retention.plan import Work
from core.worker import working
from tests.core.privacy.retention.clock import MovingClock
from tests.factories import settings_for
from tests.fakes import FakeProvider


async def main(folder: str, url: str, now: str, pause_s: str) -> None:
    async def watched(app: App, work: Work, batch: Batch, sweep_id: str) -> int:
        count = await destroy(app, work, batch, sweep_id)
        with (Path(folder) / "batches").open("a") as file:
            file.write(f"{count}\n")
        await asyncio.sleep(float(pause_s))
        return count

    batches.destroy = watched
    settings = settings_for(Path(folder), url, LIMNER_POLICY="artiflux")
    clock = MovingClock(datetime.fromisoformat(now))
    async with running_app(settings, providers=[FakeProvider()], clock=clock) as app, working(app):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
