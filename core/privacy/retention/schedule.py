"""When sweeps happen: every six hours, once in the whole fleet."""

from datetime import datetime

from core.app import App

KIND = "sweep"
EVERY_HOURS = 6


def slot_of(now: datetime) -> str:
    """Return the name of the six hours that a time lies in; a sweep is queued under it."""
    return f"{now:%Y-%m-%d}T{now.hour // EVERY_HOURS * EVERY_HOURS:02d}"


class SweepSchedule:
    """Queues the sweep of the present hours; called with every round of the reconcile loop."""

    def __init__(self, app: App, *beside: str) -> None:
        """``beside``: other kinds of tasks that are done as often."""
        self._app = app
        self._kinds = (KIND, *beside)
        self._queued = ""

    async def keep(self) -> None:
        """Queue the sweep unless this process has; others' queueing of the same one is no error."""
        slot = slot_of(self._app.clock.now())
        if slot == self._queued:
            return
        async with self._app.transaction() as tx:
            for kind in self._kinds:
                await self._app.engine.enqueue_task(tx, kind, slot, is_long=True)
        self._queued = slot


async def sweep_now(app: App) -> str:
    """Queue a sweep beside the scheduled ones; return its name. A running worker does it."""
    name = f"{app.clock.now():%Y-%m-%dT%H%M%S}-asked"
    async with app.transaction() as tx:
        await app.engine.enqueue_task(tx, KIND, name, is_long=True)
    return name
