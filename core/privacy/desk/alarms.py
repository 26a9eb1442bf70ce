"""Warnings for operators when the time for an answer runs out; no content in them."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from core.app import App
from core.engine.engine import Steps, Task
from core.privacy.desk.handling import open_requests
from core.privacy.desk.rules import ALARMS
from core.privacy.desk.talks import waiting_talks

log = logging.getLogger("limner.desk")

KIND = "desk-alarms"


@dataclass(frozen=True, slots=True)
class DeskLoad:
    """What waits at the desk."""

    by_alarm: dict[int, int]
    """Requests without an answer, by the percent of their time that has gone: 0, 50, 80, 100."""
    overdue_s: float
    """For how long the oldest of them is past its day; 0 for none."""
    talks: int
    oldest_talk_s: float


async def desk_load(app: App) -> DeskLoad:
    """Count what waits at the desk."""
    now = app.clock.now()
    requests = await open_requests(app)
    counted = Counter(int(one.alarm) for one in requests)
    late = max((now - one.due_at for one in requests), default=timedelta(0))
    async with app.transaction() as tx:
        talks, oldest = await waiting_talks(tx)
    return DeskLoad(
        by_alarm={percent: counted[percent] for percent in (0, *ALARMS)},
        overdue_s=max(0.0, late.total_seconds()),
        talks=talks,
        oldest_talk_s=0.0 if oldest is None else (now - oldest).total_seconds(),
    )


async def warn(app: App) -> int:
    """Write a line for each request that has come to an alarm; return how many there are."""
    alarmed = [one for one in await open_requests(app) if one.alarm]
    for one in alarmed:
        log.warning(
            "request %s (%s, %s) has used %d %% of its time: answer by %s",
            one.id,
            one.kind,
            one.jurisdiction,
            one.alarm,
            one.due_at.date().isoformat(),
        )
    return len(alarmed)


def alarms_task(app: App) -> Task:
    """Return the warnings as the task that workers run every six hours, once in the fleet."""

    async def run(_slot: str, steps: Steps) -> None:
        await steps.run("desk-warn", lambda: warn(app))

    return run
