"""Durable jobs over DBOS Transact: accept, cancel, recover; the only file that names the engine."""

import asyncio
import contextlib
import logging
import traceback
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer, EnqueueOptions
from sqlalchemy import Engine as SqlEngine
from sqlalchemy.ext.asyncio import AsyncSession

from core.engine.liveness import beat, dead_executors, retire
from core.kernel.ids import RequestId, new_id
from core.storage.database import Database
from core.storage.turns import IN_BACKGROUND

log = logging.getLogger("limner.engine")

Lane = Literal["standard", "premium"]
Json = bool | int | str | None
Result = TypeVar("Result", bound=Json)

APPLICATION_VERSION = "1"
"""Pinned: by default it is a hash of the code, and jobs of the last release would never go on."""

FAILED = "failed:"
"""How the verdict of a step begins that was attempted in vain."""

SCHEMA = "dbos"
_WORKFLOW = "limner_generation"
_QUEUES: dict[Lane, str] = {"standard": "limner-standard", "premium": "limner-premium"}
_EXECUTOR_THREADS = 16
_TASK_WORKFLOW = "limner_task"
_TASK_QUEUES = {"limner-tasks": 4, "limner-long-tasks": 2}
"""How many a worker does at once. What takes minutes has its own: nobody waits behind it."""
_TASK_QUEUE, _LONG_TASK_QUEUE = _TASK_QUEUES
_TASK_POLL_S = 0.2
_TASK_TIMEOUT_S = 6 * 3600.0


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How much one process does, and how fast it notices things; times in seconds."""

    slots: dict[Lane, int]
    per_person: dict[Lane, int]
    """How many requests of one person run at once, in all processes together."""
    poll_s: float
    dead_after_s: float
    job_timeout_s: int


class StepFailed(Exception):
    """A step has a bug. Only the error's kind is kept: its text may hold a person's words."""


class Steps:
    """Runs the steps of one job; a step that has finished is not run again after a crash."""

    def __init__(self) -> None:
        self.is_stopping = False
        """Set when this process stops: from then on no step may end, well or badly."""
        self.jobs: set[asyncio.Task[object]] = set()
        """The tasks that are inside a step."""

    async def run(self, name: str, step: Callable[[], Awaitable[Result]]) -> Result:
        """Run a step once and record what it returns (ids and small facts only, never content)."""

        async def call() -> Result:
            IN_BACKGROUND.set(True)
            try:
                return await step()
            # The edge of a step: the engine would store the error's text.
            except Exception as bug:  # noqa: BLE001 - any bug at all, and it is raised again
                await self._hold_still()
                where = traceback.extract_tb(bug.__traceback__)[-1]
                kind = type(bug).__name__
                log.error("step %s failed: %s at %s:%s", name, kind, where.name, where.lineno)  # noqa: TRY400 - an error's text may hold content
                raise StepFailed(kind) from None

        job = asyncio.current_task()
        assert job is not None
        self.jobs.add(job)
        try:
            await self._hold_still()
            return await DBOS.run_step_async({"name": name}, call)
        except Exception:
            # Whatever it is while the engine ends, it must not become this job's end.
            await self._hold_still()
            raise
        finally:
            self.jobs.discard(job)

    async def attempt(self, name: str, step: Callable[[], Awaitable[str]]) -> str:
        """Run a step whose failure is a verdict too, so that the task goes on with the next one.

        Returns what the step returns, or ``failed:`` and the kind of the error.
        """

        async def call() -> str:
            try:
                return await step()
            # The edge of a step, as in ``run``: only the error's kind is kept.
            except Exception as bug:  # noqa: BLE001 - any bug or fault at all; it is a verdict
                await self._hold_still()
                where = traceback.extract_tb(bug.__traceback__)[-1]
                kind = type(bug).__name__
                log.warning("step %s failed: %s at %s:%s", name, kind, where.name, where.lineno)
                return f"{FAILED}{kind}"

        return await self.run(name, call)

    async def _hold_still(self) -> None:
        """While this process stops, wait to be cancelled; another process goes on from here."""
        if self.is_stopping:
            await asyncio.Event().wait()


Job = Callable[[RequestId, Steps], Awaitable[None]]
Repair = Callable[[], Awaitable[None]]
Task = Callable[[str, Steps], Awaitable[None]]
"""Work that is not a picture: an export, an erasure, a sweep. It gets its id and the steps."""


class Engine:
    """Queues jobs in the caller's own transaction; in a worker, also runs and recovers them."""

    def __init__(self, database: Database, options: EngineOptions) -> None:
        self._database = database
        self._options = options
        self._client: DBOSClient | None = None
        self._engines: list[SqlEngine] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._is_worker = False
        self._steps = Steps()
        self.executor_id = new_id()
        """Unique for each start of a process: two that share one would run each other's jobs."""

    def _sql_engine(self) -> SqlEngine:
        """Make connections for the durable engine, which leaves closing them to us."""
        made = self._database.sync_engine()
        self._engines.append(made)
        return made

    def connect(self) -> None:
        """Open what enqueueing needs; call after the migrations have run."""
        self._client = DBOSClient(
            system_database_engine=self._sql_engine(),
            dbos_system_schema=SCHEMA,
            serializer=DBOSPortableJSONSerializer(),
        )

    def _connected(self) -> DBOSClient:
        if self._client is None:
            msg = "the engine is not connected"
            raise RuntimeError(msg)
        return self._client

    async def enqueue(
        self, tx: AsyncSession, request_id: RequestId, *, lane: Lane, person: str
    ) -> None:
        """Queue the job of a request in the caller's transaction.

        ``person`` partitions the queue, so that nobody's requests crowd out another's.
        """
        client = self._connected()
        options: EnqueueOptions = {
            "workflow_name": _WORKFLOW,
            "queue_name": _QUEUES[lane],
            "workflow_id": request_id,
            "workflow_id_reuse_policy": "reject",
            "app_version": APPLICATION_VERSION,
            "workflow_timeout": float(self._options.job_timeout_s),
            "queue_partition_key": person,
        }
        connection = await tx.connection()
        await connection.run_sync(
            lambda sync: client.enqueue_in_transaction(sync, options, str(request_id))
        )

    async def enqueue_task(
        self, tx: AsyncSession, kind: str, task_id: str, *, is_long: bool = False
    ) -> None:
        """Queue a task of a kind that workers know, in the caller's transaction.

        The same kind and id again changes nothing, however often and from however many processes:
        a scheduled task is queued by everybody under the name of its hour.
        """
        client = self._connected()
        options: EnqueueOptions = {
            "workflow_name": _TASK_WORKFLOW,
            "queue_name": _LONG_TASK_QUEUE if is_long else _TASK_QUEUE,
            "workflow_id": f"{kind}:{task_id}",
            "workflow_id_reuse_policy": "return-existing",
            "app_version": APPLICATION_VERSION,
            "workflow_timeout": _TASK_TIMEOUT_S,
        }
        connection = await tx.connection()
        await connection.run_sync(
            lambda sync: client.enqueue_in_transaction(sync, options, kind, task_id)
        )

    async def failed_tasks(self, kind: str, task_ids: list[str]) -> list[str]:
        """Return which of these tasks ended, whether they did their work or not."""
        names = [RequestId(f"{kind}:{one}") for one in task_ids]
        return [name.partition(":")[2] for name in await self.failed_jobs(names)]

    async def cancel(self, request_id: RequestId) -> None:
        """Stop a queued or running job at its next step; the request row has decided already."""
        await self._connected().cancel_workflow_async(request_id)

    async def failed_jobs(self, request_ids: list[RequestId]) -> list[RequestId]:
        """Return which of these jobs the engine has given up: ended without an outcome."""
        if not request_ids:
            return []
        found = await self._connected().list_workflows_async(
            workflow_ids=[str(one) for one in request_ids],
            status=["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "SUCCESS"],
            load_input=False,
            load_output=False,
        )
        return [RequestId(one.workflow_id) for one in found]

    async def unfinished(self, ids: list[str]) -> list[str]:
        """Return which of these jobs and tasks still wait or run."""
        if not ids:
            return []
        found = await self._connected().list_workflows_async(
            workflow_ids=ids,
            status=["ENQUEUED", "DELAYED", "PENDING"],
            load_input=False,
            load_output=False,
        )
        return [one.workflow_id for one in found]

    async def ended_before(self, when: datetime, limit: int) -> list[str]:
        """Return jobs and tasks that were queued before a time and have ended, oldest first."""
        found = await self._connected().list_workflows_async(
            end_time=when.isoformat(),
            status=["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED", "SUCCESS"],
            limit=limit,
            load_input=False,
            load_output=False,
        )
        return [one.workflow_id for one in found]

    async def some_ids(self, limit: int) -> list[str]:
        """Return jobs and tasks, whatever has become of them."""
        found = await self._connected().list_workflows_async(
            limit=limit, load_input=False, load_output=False
        )
        return [one.workflow_id for one in found]

    async def forget(self, request_ids: list[RequestId]) -> None:
        """Delete the engine's rows of finished jobs; unknown ones are no error."""
        await self._connected().delete_workflows_async([str(one) for one in request_ids])

    async def launch(
        self, job: Job, repair: Repair, tasks: Mapping[str, Task] | None = None
    ) -> None:
        """Begin to run jobs and tasks in this process, and to take over those of dead ones.

        ``repair`` is called with every round of the reconcile loop; ``tasks`` by their kind.
        """
        kinds = dict(tasks or {})
        config: DBOSConfig = {
            "name": "limner",
            "system_database_engine": self._sql_engine(),
            "dbos_system_schema": SCHEMA,
            "executor_id": self.executor_id,
            "application_version": APPLICATION_VERSION,
            "serializer": DBOSPortableJSONSerializer(),
            "max_executor_threads": _EXECUTOR_THREADS,
            "use_listen_notify": False,
            "console_log_level": "ERROR",
        }
        await self._beat()
        DBOS(config=config)
        steps = self._steps = Steps()

        @DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=1000)
        async def limner_generation(request_id: str) -> None:
            await job(RequestId(request_id), steps)

        @DBOS.workflow(name=_TASK_WORKFLOW, max_recovery_attempts=1000)
        async def limner_task(kind: str, task_id: str) -> None:
            await kinds[kind](task_id, steps)

        DBOS.listen_queues([*_QUEUES.values(), *_TASK_QUEUES])
        self._is_worker = True
        await _launch()
        for lane, queue in _QUEUES.items():
            await DBOS.register_queue_async(
                queue,
                worker_concurrency=self._options.slots[lane],
                partition_concurrency=self._options.per_person[lane],
                polling_interval_sec=self._options.poll_s,
                on_conflict="always_update",
            )
        for queue, at_once in _TASK_QUEUES.items():
            await DBOS.register_queue_async(
                queue,
                worker_concurrency=at_once,
                polling_interval_sec=max(self._options.poll_s, _TASK_POLL_S),
                on_conflict="always_update",
            )
        self._tasks.append(asyncio.create_task(self._reconcile(repair)))

    async def _beat(self) -> None:
        async with self._database.transaction() as tx:
            await beat(tx, self.executor_id, await self._database.now(tx))

    async def _reconcile(self, repair: Repair) -> None:
        """Say that we live, take over from the dead, repair what ended badly; for ever."""
        while True:
            try:
                await self._beat()
                async with self._database.transaction() as tx:
                    dead = await dead_executors(
                        tx, await self._database.now(tx), self._options.dead_after_s
                    )
                if dead:
                    # Periodically, not once: a process may die while it recovers for another.
                    await asyncio.to_thread(DBOS._recover_pending_workflows, dead)  # noqa: SLF001
                await repair()
            except Exception:  # the edge of this loop: one bad round must not end recovery
                log.exception("reconcile round failed")
            await asyncio.sleep(self._options.dead_after_s / 4)

    async def stop(self) -> None:
        """Stop running jobs here; whatever is unfinished goes on in another process."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()
        if self._is_worker:
            self._steps.is_stopping = True
            await _destroy()
            await _abandon(self._steps.jobs)
            async with self._database.transaction() as tx:
                await retire(tx, self.executor_id, await self._database.now(tx))
            self._is_worker = False
        if self._client is not None:
            self._client.destroy()
            self._client = None
        while self._engines:
            self._engines.pop().dispose()


async def _launch() -> None:
    """Start the engine without blocking the loop.

    Launching writes, so it waits for SQLite's one writer; were that a coroutine of this very
    loop, both would wait for each other until the lock's timeout.
    """
    starting = asyncio.ensure_future(asyncio.to_thread(_launch_for, asyncio.get_running_loop()))
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        # What is half started can't be stopped.
        await asyncio.wait({starting})
        raise


def _launch_for(loop: asyncio.AbstractEventLoop) -> None:
    """Launch in a thread; jobs run on the loop that the engine finds running where it starts."""
    asyncio._set_running_loop(loop)  # noqa: SLF001 - there is no other way to name it
    try:
        DBOS.launch()
    finally:
        asyncio._set_running_loop(None)  # noqa: SLF001


async def _destroy() -> None:
    """End the engine without blocking the loop, and give the loop its own threads back.

    While it runs, the engine makes its thread pool the loop's default; that pool ends with it.
    """
    own = ThreadPoolExecutor()
    asyncio.get_running_loop().set_default_executor(own)
    await asyncio.to_thread(DBOS.destroy)


async def _abandon(jobs: set[asyncio.Task[object]]) -> None:
    """Cancel what is inside a step; the engine has ended, so nothing of it is recorded."""
    left = list(jobs)
    for job in left:
        job.cancel()
    await asyncio.gather(*left, return_exceptions=True)
