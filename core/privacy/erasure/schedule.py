"""When erasures run: as soon as the grace is over, and again while a store has not acknowledged."""

import logging
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select, update

from core.app import App
from core.privacy.erasure.commands import KIND, task_id
from core.privacy.erasure.copies import KIND as COPIES
from core.privacy.erasure.queries import oldest_erasure_s
from core.privacy.erasure.rows import ErasureRow, ProviderCopyRow

log = logging.getLogger("limner.erasure")

ALARM_DAYS = (7, 21)
"""An erasure that is not done by then is an incident: thirty days are promised."""
_AT_ONCE = 50
_AGAIN = timedelta(minutes=5)
_FORGET_EVERY = timedelta(days=1)


class ErasureSchedule:
    """Queues what is due; called with every round of the reconcile loop, in every worker."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._alarmed = 0
        self._forgot_at: datetime | None = None

    async def keep(self) -> None:
        """Queue erasures whose time has come; others' queueing of the same ones is no error."""
        now = self._app.clock.now()
        await self._take_up_broken(now)
        await self._queue(now)
        await self._alarm(now)
        if self._forgot_at is None or now - self._forgot_at >= _FORGET_EVERY:
            self._forgot_at = now
            kept = self._app.profile.keeps_for("suppression")
            if kept is not None:
                await self._app.keys.ledger.forget(now - kept)

    async def _queue(self, now: datetime) -> None:
        due = or_(
            (ErasureRow.state == "frozen") & (ErasureRow.run_at <= now),
            (ErasureRow.state == "running") & (ErasureRow.try_at <= now),
        )
        query = select(ErasureRow.id, ErasureRow.attempt).where(due).limit(_AT_ONCE)
        waiting = exists().where(ProviderCopyRow.state == "open", ProviderCopyRow.try_at <= now)
        engine = self._app.engine
        async with self._app.transaction() as tx:
            for erasure_id, attempt in (await tx.execute(query)).all():
                await engine.enqueue_task(tx, KIND, task_id(erasure_id, attempt))
            if await tx.scalar(select(waiting)):
                slot = int(now.timestamp() // _AGAIN.total_seconds())
                await engine.enqueue_task(tx, COPIES, str(slot))

    async def _take_up_broken(self, now: datetime) -> None:
        """Count an attempt that broke off as ended, so that the next one is queued."""
        app = self._app
        query = (
            select(ErasureRow.id, ErasureRow.attempt)
            .where(ErasureRow.state == "running", ErasureRow.try_at <= now)
            .limit(_AT_ONCE)
        )
        async with app.transaction() as tx:
            rows = list((await tx.execute(query)).all())
        names = {
            task_id(erasure_id, attempt): (erasure_id, attempt) for erasure_id, attempt in rows
        }
        for name in await app.engine.failed_tasks(KIND, list(names)):
            erasure_id, attempt = names[name]
            async with app.transaction() as tx:
                await tx.execute(
                    update(ErasureRow)
                    .where(
                        ErasureRow.id == erasure_id,
                        ErasureRow.state == "running",
                        ErasureRow.attempt == attempt,
                    )
                    .values(attempt=attempt + 1, try_at=now + _AGAIN)
                )

    async def _alarm(self, now: datetime) -> None:
        days = await oldest_erasure_s(self._app, now) // 86_400
        passed = max((limit for limit in ALARM_DAYS if days >= limit), default=0)
        if passed > self._alarmed:
            log.error(
                "an erasure has not ended for %s days; see limner_oldest_erasure_seconds", days
            )
        self._alarmed = passed
