"""The worker: runs jobs, takes over those of dead workers, repairs what ended badly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from core.app import App
from core.generation.workflow import GenerationJob, repair


@asynccontextmanager
async def working(app: App) -> AsyncIterator[None]:
    """Run jobs in this process while the context is open."""

    async def mend() -> None:
        await repair(app)

    await app.screen.prepare()
    await app.engine.launch(GenerationJob(app).run, mend)
    try:
        yield
    finally:
        await app.engine.stop()
