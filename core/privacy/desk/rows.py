"""The rights desk: requests with their clocks, and talks with the people who run this."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, MappedColumn

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, personal


def _request(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    values: dict[str, Any] = {
        "category": "support",
        "purposes": {"rights"},
        "basis": "legal_obligation",
        "retention": "requests",
        "export": "plain",
        "erase": "delete",
    }
    return personal(*args, **(values | kwargs))


class RightsRequestRow(Base):
    """One request about a right: when it came, until when it must be answered, how it ended."""

    __tablename__ = "rights_requests"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'refused')", name="state_known_values"),
        CheckConstraint("due_at > received_at", name="due_later"),
        # More time is taken once, and never without saying why.
        CheckConstraint(
            "(extended_at IS NULL) = (extension_reason = '')", name="extension_has_reason"
        ),
        CheckConstraint(
            "fee_cents = 0 OR (fee_cents > 0 AND jurisdiction = 'hong_kong' AND fee_reason != '')",
            name="fee_only_where_allowed",
        ),
        Index("ix_rights_requests_account_id_received_at", "account_id", "received_at"),
        Index("ix_rights_requests_state_due_at", "state", "due_at"),
        {"info": {"clock": "received_at"}},
    )

    id: Mapped[str] = _request(String(26), primary_key=True)
    account_id: Mapped[str] = _request(ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = _request(String(16))
    """The command's name: ``export``, ``delete``, ``correct``, ``restrict``, ``object``, …"""
    jurisdiction: Mapped[str] = _request(String(16))
    """Whose clock counts: ``default``, ``california`` or ``hong_kong``."""
    came_by: Mapped[str] = _request(String(16))
    """``chat``, or ``mail`` for one that the operator entered with the day that it came."""
    received_at: Mapped[datetime] = _request(UtcDateTime())
    due_at: Mapped[datetime] = _request(UtcDateTime())
    extended_at: Mapped[datetime | None] = _request(UtcDateTime())
    extension_reason: Mapped[str] = _request(String(16))
    """A code: ``complex`` or ``many``."""
    state: Mapped[str] = _request(String(8))
    outcome: Mapped[str] = _request(String(32))
    """A code: what came of it."""
    ended_at: Mapped[datetime | None] = _request(UtcDateTime())
    words_sealed: Mapped[bytes | None] = _request(LargeBinary, export="opened", encryption="sealed")
    """What the person wrote with it, if anything."""
    fee_cents: Mapped[int] = _request()
    """What the answer costs, in cents of the currency that was told; almost always nothing."""
    fee_reason: Mapped[str] = _request(String(200))
    """Why, in the operator's words, as the person was told."""


def _talk(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    values: dict[str, Any] = {
        "category": "support",
        "purposes": {"support"},
        "basis": "contract",
        "retention": "support",
        "export": "plain",
        "erase": "delete",
    }
    return personal(*args, **(values | kwargs))


class TalkRow(Base):
    """One talk with the people who run this: a question, an appeal, a matter of payment."""

    __tablename__ = "talks"
    __table_args__ = (
        CheckConstraint("kind IN ('support', 'appeal', 'paysupport')", name="kind_known_values"),
        CheckConstraint("state IN ('open', 'answered')", name="state_known_values"),
        {"info": {"clock": "last_at"}},
    )

    id: Mapped[str] = _talk(String(26), primary_key=True)
    account_id: Mapped[str] = _talk(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = _talk(String(12))
    state: Mapped[str] = _talk(String(8))
    surface: Mapped[str] = _talk(String(32))
    words_sealed: Mapped[bytes] = _talk(LargeBinary, export="opened", encryption="sealed")
    answer_sealed: Mapped[bytes | None] = _talk(LargeBinary, export="opened", encryption="sealed")
    reply_to_sealed: Mapped[bytes] = _talk(
        LargeBinary, export="opened", encryption="sealed", recipients={"surface"}
    )
    created_at: Mapped[datetime] = _talk(UtcDateTime())
    last_at: Mapped[datetime] = _talk(UtcDateTime())
