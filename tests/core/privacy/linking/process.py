"""A worker that brings rows from account to account, as a process that can be slow and be killed.

``python -m tests.core.privacy.linking.process FOLDER DATABASE NOW PAUSE_S``. For each row that is
sealed anew a line is appended to ``moved`` in the folder.
"""

import asyncio
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import RowMapping

from core.app import App
from core.bootstrap import running_app
from core.kernel.ids import AccountId
from core.privacy.linking import moving
from core.privacy.linking.moving import resealed
from core.privacy.linking.plan import Shelf
from core.worker import working
from tests.core.privacy.retention.clock import MovingClock
from tests.factories import settings_for
from tests.fakes import FakeProvider


async def main(folder: str, url: str, now: str, pause_s: str) -> None:
    async def watched(
        app: App, shelf: Shelf, row: RowMapping, source: AccountId, target: AccountId
    ) -> Mapping[str, Any]:
        values = await resealed(app, shelf, row, source, target)
        with (Path(folder) / "moved").open("a") as file:
            file.write(f"{shelf.table.name}\n")
        await asyncio.sleep(float(pause_s))
        return values

    moving.resealed = watched
    settings = settings_for(Path(folder), url, LIMNER_POLICY="artiflux")
    clock = MovingClock(datetime.fromisoformat(now))
    async with running_app(settings, providers=[FakeProvider()], clock=clock) as app, working(app):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
