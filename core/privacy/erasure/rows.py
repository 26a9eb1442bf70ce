"""Erasures: the saga's own memory, and the codes that confirm what can't be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, operational, personal

PROOF = "shows that an erasure happened; numbers and dates, nothing of anybody"


class ErasureRow(Base):
    """One erasure of an account, from its confirmation to its receipt. It names nobody."""

    __tablename__ = "erasures"
    __table_args__ = (
        CheckConstraint(
            "state IN ('frozen', 'running', 'done', 'undone')", name="state_known_values"
        ),
        CheckConstraint(
            "requester IN ('person', 'platform', 'minor', 'operator', 'retention')",
            name="requester_known_values",
        ),
        Index("ix_erasures_state_run_at", "state", "run_at"),
        {"info": {"clock": "confirmed_at"}},
    )

    id: Mapped[str] = operational(
        String(26), primary_key=True, retention="suppression", reason=PROOF
    )
    account_id: Mapped[str | None] = personal(
        String(26),
        index=True,
        category="account",
        purposes={"rights"},
        basis="legal_obligation",
        retention="suppression",
        export="plain",
        erase="delete",
    )
    """While there is an account; emptied with the last step."""
    subject_hash: Mapped[str] = operational(String(64), retention="suppression", reason=PROOF)
    """A keyed hash of the account's id: a restored backup is searched for it."""
    requester: Mapped[str] = operational(String(12), retention="suppression", reason=PROOF)
    state: Mapped[str] = operational(String(8), retention="suppression", reason=PROOF)
    confirmed_at: Mapped[datetime] = operational(
        UtcDateTime(), retention="suppression", reason=PROOF
    )
    run_at: Mapped[datetime] = operational(UtcDateTime(), retention="suppression", reason=PROOF)
    """When the grace ends; the same as ``confirmed_at`` for "now"."""
    ended_at: Mapped[datetime | None] = operational(
        UtcDateTime(), retention="suppression", reason=PROOF
    )
    letter_id: Mapped[str | None] = operational(String(26), retention="suppression", reason=PROOF)
    """The message that becomes the receipt."""
    stores: Mapped[dict[str, Any]] = operational(JSON, retention="suppression", reason=PROOF)
    """What each store has acknowledged: counts, and when."""
    receipt: Mapped[dict[str, Any] | None] = operational(
        JSON, retention="suppression", reason=PROOF
    )
    """The signed receipt, which names nobody."""


class ConfirmationRow(Base):
    """A code to be typed before something that can't be undone; good once, for minutes."""

    __tablename__ = "confirmations"
    __table_args__ = ({"info": {"ends": "expires_at"}},)

    account_id: Mapped[str] = personal(
        ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
        category="account",
        purposes={"security"},
        basis="legal_obligation",
        retention="account",
        export="omit",
        erase="delete",
        reason="a code that was good for minutes",
    )
    action: Mapped[str] = personal(
        String(32),
        primary_key=True,
        category="account",
        purposes={"security"},
        basis="legal_obligation",
        retention="account",
        export="omit",
        erase="delete",
        reason="a code that was good for minutes",
    )
    code_hash: Mapped[str] = personal(
        String(64),
        category="account",
        purposes={"security"},
        basis="legal_obligation",
        retention="account",
        export="omit",
        erase="delete",
        encryption="hmac",
        reason="a keyed hash of a code that was good for minutes",
    )
    tries: Mapped[int] = personal(
        category="account",
        purposes={"security"},
        basis="legal_obligation",
        retention="account",
        export="omit",
        erase="delete",
        reason="a code that was good for minutes",
    )
    expires_at: Mapped[datetime] = personal(
        UtcDateTime(),
        category="account",
        purposes={"security"},
        basis="legal_obligation",
        retention="account",
        export="omit",
        erase="delete",
        reason="a code that was good for minutes",
    )
