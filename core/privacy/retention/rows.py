"""What time leaves behind: the sweeps' audit rows, how far they have come, daily use."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, String
from sqlalchemy.orm import Mapped

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, operational

AUDIT = "shows that data left on time; numbers of rows, nothing of anybody"
AGGREGATE = "how much the service was used on a day; no number is about a few people"


class SweepRow(Base):
    """One sweep over everything that has a period."""

    __tablename__ = "sweeps"
    __table_args__ = (
        CheckConstraint("overdue_before_s >= 0 AND overdue_after_s >= 0", name="overdue_positive"),
        {"info": {"clock": "started_at"}},
    )

    id: Mapped[str] = operational(
        String(32), primary_key=True, retention="operations", reason=AUDIT
    )
    """The hour that the sweep belongs to."""
    started_at: Mapped[datetime] = operational(UtcDateTime(), retention="operations", reason=AUDIT)
    finished_at: Mapped[datetime | None] = operational(
        UtcDateTime(), index=True, retention="operations", reason=AUDIT
    )
    counts: Mapped[dict[str, int]] = operational(JSON, retention="operations", reason=AUDIT)
    """What left, by table; ``engine`` for jobs, ``leftovers`` for blobs without a row."""
    overdue_before_s: Mapped[int] = operational(retention="operations", reason=AUDIT)
    """How long the oldest live thing was past its promise when the sweep began; 0 for none."""
    overdue_after_s: Mapped[int] = operational(retention="operations", reason=AUDIT)
    is_log_empty: Mapped[bool] = operational(retention="operations", reason=AUDIT)
    """Whether the database's write-ahead log was emptied too, so that no bytes are left."""


class HorizonRow(Base):
    """Up to when things of a class have expired for good: a longer period revives nothing."""

    __tablename__ = "retention_horizons"
    __table_args__ = ({"info": {"clock": "moved_at"}},)

    retention: Mapped[str] = operational(
        String(32), primary_key=True, retention="operations", reason=AUDIT
    )
    horizon: Mapped[datetime] = operational(UtcDateTime(), retention="operations", reason=AUDIT)
    moved_at: Mapped[datetime] = operational(UtcDateTime(), retention="operations", reason=AUDIT)


class UsageDayRow(Base):
    """How often an offering was used on one day (UTC), and how it went."""

    __tablename__ = "usage_days"
    __table_args__ = (
        CheckConstraint("requests >= people AND people > 0", name="people_range"),
        {"info": {"clock": "day"}},
    )

    day: Mapped[datetime] = operational(
        UtcDateTime(), primary_key=True, retention="usage_aggregate", reason=AGGREGATE
    )
    offering_id: Mapped[str] = operational(
        String(128), primary_key=True, retention="usage_aggregate", reason=AGGREGATE
    )
    outcome: Mapped[str] = operational(
        String(12), primary_key=True, retention="usage_aggregate", reason=AGGREGATE
    )
    requests: Mapped[int] = operational(retention="usage_aggregate", reason=AGGREGATE)
    people: Mapped[int] = operational(retention="usage_aggregate", reason=AGGREGATE)
    """How many different people; fewer than the profile's minimum are not stored at all."""


class FeatureDayRow(Base):
    """How often a command or button was used on one day (UTC), and how it ended."""

    __tablename__ = "feature_days"
    __table_args__ = (
        # Five is the least that any profile may set: see usage.py.
        CheckConstraint("uses >= people AND people >= 5", name="people_range"),
        {"info": {"clock": "day"}},
    )

    day: Mapped[datetime] = operational(
        UtcDateTime(), primary_key=True, retention="usage_aggregate", reason=AGGREGATE
    )
    feature: Mapped[str] = operational(
        String(32), primary_key=True, retention="usage_aggregate", reason=AGGREGATE
    )
    outcome: Mapped[str] = operational(
        String(64), primary_key=True, retention="usage_aggregate", reason=AGGREGATE
    )
    uses: Mapped[int] = operational(retention="usage_aggregate", reason=AGGREGATE)
    people: Mapped[int] = operational(retention="usage_aggregate", reason=AGGREGATE)


class CountedDayRow(Base):
    """Up to which day use has been counted: a day is counted once, and frozen then."""

    __tablename__ = "counted_days"
    __table_args__ = ({"info": {"clock": "day"}},)

    day: Mapped[datetime] = operational(
        UtcDateTime(), primary_key=True, retention="usage_aggregate", reason=AGGREGATE
    )
    counted_at: Mapped[datetime] = operational(
        UtcDateTime(), retention="usage_aggregate", reason=AGGREGATE
    )
