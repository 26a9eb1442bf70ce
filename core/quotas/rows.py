"""Credits: the balance that admission moves, the holds, and the append-only ledger."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, personal


class BalanceRow(Base):
    """What a person can spend: granted credits, and how much of the free allowance is used."""

    __tablename__ = "balances"
    __table_args__ = (
        CheckConstraint("credits >= 0", name="credits_not_negative"),
        CheckConstraint("day_used >= 0", name="day_not_negative"),
        CheckConstraint("month_used >= 0", name="month_not_negative"),
    )

    account_id: Mapped[str] = personal(
        ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    credits: Mapped[int] = personal(
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    day: Mapped[str] = personal(
        String(10),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    day_used: Mapped[int] = personal(
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    month: Mapped[str] = personal(
        String(7),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    month_used: Mapped[int] = personal(
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )


class HoldRow(Base):
    """Credits set aside for one request, until they are captured or released; once."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'captured', 'released')", name="state_known_values"),
        CheckConstraint("free_credits >= 0 AND paid_credits >= 0", name="not_negative"),
        CheckConstraint(
            "captured >= 0 AND captured <= free_credits + paid_credits", name="captured_within"
        ),
        {"info": {"clock": "created_at"}},
    )

    id: Mapped[str] = personal(
        String(26),
        primary_key=True,
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    account_id: Mapped[str] = personal(
        ForeignKey("accounts.id", ondelete="CASCADE"),
        index=True,
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    free_credits: Mapped[int] = personal(
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    paid_credits: Mapped[int] = personal(
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    captured: Mapped[int] = personal(
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    day: Mapped[str] = personal(
        String(10),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    state: Mapped[str] = personal(
        String(8),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    created_at: Mapped[datetime] = personal(
        UtcDateTime(),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )


class LedgerRow(Base):
    """One movement of credits; rows are only ever added."""

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('grant', 'hold', 'capture', 'release')", name="kind_known_values"
        ),
        CheckConstraint("credits >= 0", name="not_negative"),
        # A hold is taken, captured and released at most once each.
        UniqueConstraint("reference", "kind"),
        Index("ix_ledger_account_id_created_at", "account_id", "created_at"),
        {"info": {"clock": "created_at"}},
    )

    id: Mapped[str] = personal(
        String(26),
        primary_key=True,
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    account_id: Mapped[str] = personal(
        ForeignKey("accounts.id", ondelete="CASCADE"),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    kind: Mapped[str] = personal(
        String(8),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    credits: Mapped[int] = personal(
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    reference: Mapped[str] = personal(
        String(64),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
    """The hold, or what a grant was for: the same reference never counts twice."""
    created_at: Mapped[datetime] = personal(
        UtcDateTime(),
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="quota",
        export="plain",
        erase="delete",
    )
