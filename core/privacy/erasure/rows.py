"""Erasures: the saga's own memory, and the codes that confirm what can't be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
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
        CheckConstraint(
            "reason IN ('', 'asked', 'law', 'mistake', 'minor', 'shutdown', 'restored')",
            name="reason_known_values",
        ),
        {"info": {"clock": "confirmed_at", "sealed_by": "id"}},
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
    reason: Mapped[str] = operational(String(12), retention="suppression", reason=PROOF)
    """Why an operator erased: a code; empty where the person, or a rule, did."""
    was_standing: Mapped[str] = operational(String(12), retention="suppression", reason=PROOF)
    """Where the account stood before: undoing puts it back there."""
    state: Mapped[str] = operational(String(8), retention="suppression", reason=PROOF)
    confirmed_at: Mapped[datetime] = operational(
        UtcDateTime(), retention="suppression", reason=PROOF
    )
    run_at: Mapped[datetime] = operational(UtcDateTime(), retention="suppression", reason=PROOF)
    """When the grace ends; the same as ``confirmed_at`` for "now"."""
    try_at: Mapped[datetime] = operational(UtcDateTime(), retention="suppression", reason=PROOF)
    """When the next attempt is due, while some store has not acknowledged."""
    attempt: Mapped[int] = operational(retention="suppression", reason=PROOF)
    """How many attempts have ended."""
    ended_at: Mapped[datetime | None] = operational(
        UtcDateTime(), retention="suppression", reason=PROOF
    )
    letter_id: Mapped[str | None] = operational(String(26), retention="suppression", reason=PROOF)
    """The message that becomes the receipt."""
    stores: Mapped[dict[str, Any]] = operational(JSON, retention="suppression", reason=PROOF)
    """What was there, and what each store has acknowledged: counts, and when."""
    addresses_sealed: Mapped[bytes | None] = personal(
        LargeBinary,
        category="account",
        purposes={"rights"},
        basis="legal_obligation",
        retention="suppression",
        export="opened",
        erase="delete",
        encryption="sealed",
        recipients={"surface"},
    )
    """Which chat messages are still to be removed; sealed with the erasure's own key, which goes
    as soon as they are on their way."""
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


COPY = "a service's own number of a job that it is asked to delete; it names nobody"


class ProviderCopyRow(Base):
    """One job at a provider whose copies are to go; kept until the provider has said how."""

    __tablename__ = "provider_copies"
    __table_args__ = (
        CheckConstraint(
            "state IN ('open', 'deleted', 'expires', 'nothing_stored', 'unsupported')",
            name="state_known_values",
        ),
        Index("ix_provider_copies_state_try_at", "state", "try_at"),
        {"info": {"clock": "created_at"}},
    )

    id: Mapped[str] = operational(String(26), primary_key=True, retention="operations", reason=COPY)
    about: Mapped[str] = operational(String(26), index=True, retention="operations", reason=COPY)
    """The erasure, or the deletion, that it belongs to."""
    offering_id: Mapped[str] = operational(String(128), retention="operations", reason=COPY)
    job_id: Mapped[str] = operational(String(200), retention="operations", reason=COPY)
    state: Mapped[str] = operational(String(16), retention="operations", reason=COPY)
    gone_at: Mapped[datetime | None] = operational(
        UtcDateTime(), retention="operations", reason=COPY
    )
    """For ``expires``: when the provider's own period ends."""
    tries: Mapped[int] = operational(retention="operations", reason=COPY)
    try_at: Mapped[datetime] = operational(UtcDateTime(), retention="operations", reason=COPY)
    created_at: Mapped[datetime] = operational(UtcDateTime(), retention="operations", reason=COPY)
