"""The worker: runs jobs, takes over those of dead workers, repairs what ended badly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.app import App
from core.generation.workflow import GenerationJob, repair
from core.privacy.desk.alarms import KIND as ALARMS
from core.privacy.erasure.schedule import ErasureSchedule
from core.privacy.retention.schedule import SweepSchedule
from core.privacy.tasks import TASKS
from core.privacy.training.pool import capture, has_pool


@asynccontextmanager
async def working(app: App) -> AsyncIterator[None]:
    """Run jobs in this process while the context is open."""
    schedule = SweepSchedule(app, ALARMS)
    erasures = ErasureSchedule(app)
    tasks = {kind: make(app) for kind, make in TASKS.items()}

    async def mend() -> None:
        await repair(app)
        await schedule.keep()
        await erasures.keep()

    await app.screen.prepare()
    # FA-5.1: where the policy never trains, nothing that could is even attached.
    job = GenerationJob(app, capture if has_pool(app.profile) else None)
    await app.engine.launch(job.run, mend, tasks)
    try:
        yield
    finally:
        await app.engine.stop()
