"""Who a person is: the account, and how each surface knows them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, personal


class AccountRow(Base):
    """One person, made at first contact with nothing more than needed."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("age IN ('unknown', 'adult', 'minor')", name="age_known_values"),
        CheckConstraint("language IN ('en', 'zh_Hans')", name="language_known_values"),
        {"info": {"clock": "created_at"}},
    )

    id: Mapped[str] = personal(
        String(26),
        primary_key=True,
        path="self",
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="plain",
        erase="delete",
    )
    created_at: Mapped[datetime] = personal(
        UtcDateTime(),
        path="id",
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="plain",
        erase="delete",
    )
    language: Mapped[str] = personal(
        String(16),
        path="id",
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="plain",
        erase="delete",
    )
    language_chosen: Mapped[bool] = personal(
        path="id",
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="plain",
        erase="delete",
    )
    age: Mapped[str] = personal(
        String(8),
        path="id",
        category="account",
        purposes={"age_check"},
        basis="legal_obligation",
        retention="account",
        export="plain",
        erase="delete",
    )
    age_declared_at: Mapped[datetime | None] = personal(
        UtcDateTime(),
        path="id",
        category="account",
        purposes={"age_check"},
        basis="legal_obligation",
        retention="account",
        export="plain",
        erase="delete",
    )
    region: Mapped[str] = personal(
        String(2),
        path="id",
        category="account",
        purposes={"routing"},
        basis="legal_obligation",
        retention="account",
        export="plain",
        erase="delete",
    )
    """ISO 3166 code that the person gave; empty until then. Never guessed."""
    plan: Mapped[str] = personal(
        String(32),
        path="id",
        category="quota",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="plain",
        erase="delete",
    )
    welcomed_at: Mapped[datetime | None] = personal(
        UtcDateTime(),
        path="id",
        category="consent",
        purposes={"transparency"},
        basis="legal_obligation",
        retention="account",
        export="plain",
        erase="delete",
    )
    epoch: Mapped[int] = personal(
        path="id",
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="omit",
        erase="delete",
        reason="a counter that makes late results of an erased account void",
    )


class IdentityRow(Base):
    """One surface's id of a person: a keyed hash to find it, and the id itself, sealed."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("surface", "native_hash"),
        {"info": {"clock": "created_at"}},
    )

    id: Mapped[str] = personal(
        String(26),
        primary_key=True,
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="omit",
        erase="delete",
        reason="an internal row number that says nothing",
    )
    account_id: Mapped[str] = personal(
        ForeignKey("accounts.id", ondelete="CASCADE"),
        index=True,
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="plain",
        erase="delete",
    )
    surface: Mapped[str] = personal(
        String(32),
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="plain",
        erase="delete",
    )
    native_hash: Mapped[str] = personal(
        String(64),
        category="account",
        purposes={"service", "security"},
        basis="contract",
        retention="account",
        export="omit",
        erase="delete",
        encryption="hmac",
        reason="a keyed hash of the id that is exported beside it",
    )
    native_sealed: Mapped[bytes] = personal(
        LargeBinary,
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="opened",
        erase="delete",
        encryption="sealed",
        recipients={"surface"},
    )
    created_at: Mapped[datetime] = personal(
        UtcDateTime(),
        category="account",
        purposes={"service"},
        basis="contract",
        retention="account",
        export="plain",
        erase="delete",
    )
