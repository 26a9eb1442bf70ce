"""How busy the service is: numbers for health checks and metrics, none of them personal."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.generation.rows import OutboxRow, RequestRow
from core.generation.values import RequestState


@dataclass(frozen=True, slots=True)
class ServiceLoad:
    """Counts of requests; ages in seconds."""

    queued: int
    running: int
    undelivered: int
    oldest_queued_s: float
    oldest_undelivered_s: float
    ended_by_outcome: dict[str, int]
    """Since the oldest request that is still stored."""


def _age_s(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


async def _in_state(tx: AsyncSession, state: RequestState) -> tuple[int, datetime | None]:
    query = select(func.count(), func.min(RequestRow.queued_at)).where(
        RequestRow.state == state.value
    )
    count, oldest = (await tx.execute(query)).one()
    return count, oldest


async def service_load(app: App) -> ServiceLoad:
    """Count what waits and what ended."""
    async with app.transaction() as tx:
        now = await app.database.now(tx)
        queued, oldest_queued = await _in_state(tx, RequestState.QUEUED)
        running, _ = await _in_state(tx, RequestState.RUNNING)
        undelivered, oldest = (
            await tx.execute(
                select(func.count(), func.min(OutboxRow.created_at)).where(
                    OutboxRow.state != "done"
                )
            )
        ).one()
        outcomes = await tx.execute(
            select(RequestRow.outcome_kind, func.count())
            .where(RequestRow.outcome_kind.is_not(None))
            .group_by(RequestRow.outcome_kind)
        )
        by_outcome = {str(kind): int(count) for kind, count in outcomes}
    return ServiceLoad(
        queued=queued,
        running=running,
        undelivered=undelivered,
        oldest_queued_s=_age_s(oldest_queued, now),
        oldest_undelivered_s=_age_s(oldest, now),
        ended_by_outcome=by_outcome,
    )
