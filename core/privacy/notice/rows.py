"""Which versions of the policy there were, and which of them each person was shown."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped

from core.policy.values import Value
from core.storage.database import UtcDateTime
from core.storage.inventory import Base, operational, personal

VERSION = "the policy's own text and values; nothing of anybody"


class PolicyVersionRow(Base):
    """One version of the policy that this deployment ran."""

    __tablename__ = "policy_versions"
    __table_args__ = ({"info": {"clock": "published_at"}},)

    version: Mapped[str] = operational(
        String(64), primary_key=True, retention="consent", reason=VERSION
    )
    """The SHA-256 of all binding values."""
    policy_date: Mapped[str] = operational(String(10), retention="consent", reason=VERSION)
    values: Mapped[dict[str, Value]] = operational(JSON, retention="consent", reason=VERSION)
    published_at: Mapped[datetime] = operational(
        UtcDateTime(), index=True, retention="consent", reason=VERSION
    )
    """From when this deployment last began to run it."""


class PolicySeenRow(Base):
    """A person was shown a version; going on after that is knowing of it, and no consent."""

    __tablename__ = "policy_seen"
    __table_args__ = ({"info": {"clock": "seen_at"}},)

    account_id: Mapped[str] = personal(
        ForeignKey("accounts.id", ondelete="CASCADE"),
        primary_key=True,
        path="self",
        category="consent",
        purposes={"transparency"},
        basis="legal_obligation",
        retention="account",
        export="plain",
        erase="delete",
    )
    version: Mapped[str] = personal(
        String(64),
        primary_key=True,
        category="consent",
        purposes={"transparency"},
        basis="legal_obligation",
        retention="account",
        export="plain",
        erase="delete",
    )
    seen_at: Mapped[datetime] = personal(
        UtcDateTime(),
        category="consent",
        purposes={"transparency"},
        basis="legal_obligation",
        retention="account",
        export="plain",
        erase="delete",
    )
