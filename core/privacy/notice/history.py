"""The policy's versions as they came: published, shown to people, and what changed between."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.kernel.ids import AccountId
from core.policy.values import values_of
from core.policy.versions import Change, changes_between, version_of
from core.privacy.notice.rows import PolicySeenRow, PolicyVersionRow


@dataclass(frozen=True, slots=True)
class PolicyNews:
    """A version, and what it changed."""

    version: str
    policy_date: str
    """From when the policy's text says that it holds; empty where it says nothing."""
    published_at: datetime
    """From when this deployment runs it."""
    changes: tuple[Change, ...]
    """What differs from the version before; empty for the first one."""


async def publish_policy(app: App) -> str:
    """Record that the profile's version holds from now on; return it.

    A version that holds already stays as it is; one that held earlier holds again from now.
    """
    version = version_of(app.profile)
    try:
        async with app.transaction() as tx:
            newest = await _newest(tx)
            if newest is not None and newest.version == version:
                return version
            now = app.clock.now()
            known = await tx.get(PolicyVersionRow, version)
            if known is None:
                tx.add(
                    PolicyVersionRow(
                        version=version,
                        policy_date=app.profile.policy_date,
                        values=values_of(app.profile),
                        published_at=now,
                    )
                )
            else:
                await tx.execute(
                    update(PolicyVersionRow)
                    .where(PolicyVersionRow.version == version)
                    .values(published_at=now)
                )
            await tx.flush()
    except IntegrityError:
        pass  # another process that starts now has recorded the same version
    return version


async def _newest(tx: AsyncSession) -> PolicyVersionRow | None:
    found: PolicyVersionRow | None = await tx.scalar(
        select(PolicyVersionRow).order_by(PolicyVersionRow.published_at.desc()).limit(1)
    )
    return found


async def policy_news(app: App, account_id: AccountId) -> PolicyNews | None:
    """Return what changed since the version that a person was last shown, or None.

    None for somebody who was never shown any: for them all of it is new, and nothing changed.
    Draw it, then call ``policy_seen``: a crash in between tells it twice rather than never.
    """
    current = version_of(app.profile)
    async with app.transaction() as tx:
        last = await tx.scalar(
            select(PolicySeenRow)
            .where(PolicySeenRow.account_id == account_id)
            .order_by(PolicySeenRow.seen_at.desc())
            .limit(1)
        )
        if last is None or last.version == current:
            return None
        before = await tx.get(PolicyVersionRow, last.version)
        after = await tx.get(PolicyVersionRow, current)
        if before is None or after is None:
            return None
        return PolicyNews(
            version=current,
            policy_date=after.policy_date,
            published_at=after.published_at,
            changes=changes_between(before.values, after.values),
        )


async def policy_seen(app: App, account_id: AccountId) -> bool:
    """Record that a person was shown the version that holds; False when they had been before.

    This is knowledge of the policy and never a consent to anything.
    """
    version, now = version_of(app.profile), app.clock.now()
    try:
        async with app.transaction() as tx:
            seen = await tx.get(PolicySeenRow, (account_id, version))
            if seen is None:
                tx.add(PolicySeenRow(account_id=account_id, version=version, seen_at=now))
                await tx.flush()
                return True
            seen.seen_at = now
            return False
    except IntegrityError:
        return False  # the same person, at the same moment, in another chat


async def policy_history(app: App) -> tuple[PolicyNews, ...]:
    """Return all versions that this deployment ran, newest first, each with what it changed."""
    async with app.transaction() as tx:
        rows = (
            await tx.scalars(select(PolicyVersionRow).order_by(PolicyVersionRow.published_at))
        ).all()
    found = []
    for index, row in enumerate(rows):
        before = rows[index - 1].values if index else row.values
        found.append(
            PolicyNews(
                version=row.version,
                policy_date=row.policy_date,
                published_at=row.published_at,
                changes=changes_between(before, row.values),
            )
        )
    return tuple(reversed(found))
