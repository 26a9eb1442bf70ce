"""How much is held about one account, by category and retention class, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, MetaData, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.kernel.ids import AccountId
from core.policy.retention import Fate, Item, due
from core.privacy.retention.rows import HorizonRow
from core.privacy.subject.shelves import Shelf, shelves
from core.storage.inventory import Base, Category


@dataclass(frozen=True, slots=True)
class Holding:
    """What is held of one kind: all rows of one category and retention class."""

    category: Category
    retention: str
    tables: tuple[str, ...]
    count: int
    purposes: tuple[str, ...]
    recipients: tuple[str, ...]
    oldest: datetime | None
    """When the oldest of it began; None where the rows have no clock."""
    leaves_at: datetime | None
    """When the oldest of it leaves; None: when the person deletes it, or with the account."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """Everything that is held about one account, as numbers."""

    shown: tuple[Holding, ...]
    left_out: int
    """Rows that say nothing of the person and are left out of copies; see the inventory."""

    def count(self, retention: str, category: Category | None = None) -> int:
        """Return how many rows there are of a retention class."""
        return sum(
            one.count
            for one in self.shown
            if one.retention == retention and category in (None, one.category)
        )

    @property
    def total(self) -> int:
        """Return how many rows there are in all."""
        return sum(one.count for one in self.shown) + self.left_out


@dataclass(frozen=True, slots=True)
class _Counted:
    shelf: Shelf
    count: int
    oldest: datetime | None


async def _counted(tx: AsyncSession, account_id: AccountId, shelf: Shelf) -> _Counted:
    query = select(func.count()).select_from(shelf.table).where(shelf.owner == account_id)
    count = await tx.scalar(query) or 0
    oldest = None
    if shelf.clock is not None and count:
        first = select(func.min(shelf.clock)).where(shelf.owner == account_id)
        oldest = await tx.scalar(first)
    return _Counted(shelf, count, oldest if isinstance(oldest, datetime) else None)


async def holdings(app: App, account_id: AccountId, metadata: MetaData = Base.metadata) -> Holdings:
    """Count everything that is held about an account; every row once."""
    async with app.transaction() as tx:
        found = [await _counted(tx, account_id, shelf) for shelf in shelves(metadata)]
        horizons = {row.retention: row.horizon for row in await tx.scalars(select(HorizonRow))}
    groups: dict[tuple[Category, str], list[_Counted]] = {}
    for one in found:
        if one.count and not one.shelf.is_left_out:
            groups.setdefault((one.shelf.category, one.shelf.retention), []).append(one)
    now = app.clock.now()
    return Holdings(
        shown=tuple(
            _holding(app, group, now, horizons.get(key[1])) for key, group in groups.items()
        ),
        left_out=sum(one.count for one in found if one.shelf.is_left_out),
    )


def _holding(app: App, group: list[_Counted], now: datetime, horizon: datetime | None) -> Holding:
    shelf = group[0].shelf
    began = [one.oldest for one in group if one.oldest is not None]
    oldest = min(began, default=None)
    return Holding(
        category=shelf.category,
        retention=shelf.retention,
        tables=tuple(one.shelf.name for one in group),
        count=sum(one.count for one in group),
        purposes=_sorted(
            p for one in group for f in one.shelf.shown for p in f.declaration.purposes
        ),
        recipients=_sorted(
            r for one in group for f in one.shelf.shown for r in f.declaration.recipients
        ),
        oldest=oldest,
        leaves_at=None if oldest is None else leaves_at(app, shelf.retention, oldest, now, horizon),
    )


def leaves_at(
    app: App, retention: str, began: datetime, now: datetime, horizon: datetime | None = None
) -> datetime | None:
    """Return when something leaves, by the retention rule; never in the past: the sweep is due."""
    told = due(Item(retention, began), app.profile, now, horizon)
    if told.at is None or told.fate is Fate.KEEP:
        return told.at
    return max(told.at, now)


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


async def content_bytes(
    app: App, account_id: AccountId, metadata: MetaData = Base.metadata
) -> tuple[int, int]:
    """Return how many files of content there are, and their bytes as far as rows tell."""
    files = size = 0
    async with app.transaction() as tx:
        for shelf in shelves(metadata):
            if not shelf.media:
                continue
            column = shelf.table.columns.get(str(shelf.table.info.get("size")))
            total = func.sum(cast(0, Integer) if column is None else column)
            query = select(func.count(), total).where(shelf.owner == account_id)
            count, more = (await tx.execute(query)).one()
            files += count * len(shelf.media)
            size += int(more or 0)
    return files, size
