"""Who a person is: the account, how surfaces know them, what they chose, what outlives them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, MappedColumn

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, personal


def _account(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A value that makes up the account; it ends with it."""
    values: dict[str, Any] = {
        "path": "id",
        "category": "account",
        "purposes": {"service"},
        "basis": "contract",
        "retention": "account",
        "export": "plain",
        "erase": "delete",
    }
    return personal(*args, **(values | kwargs))


def _of_account(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A value of a row that belongs to an account."""
    return _account(*args, **({"path": "account_id"} | kwargs))


class AccountRow(Base):
    """One person, made at first contact with nothing more than needed."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("age IN ('unknown', 'adult', 'minor')", name="age_known_values"),
        CheckConstraint("language IN ('en', 'zh_Hans')", name="language_known_values"),
        CheckConstraint(
            "standing IN ('active', 'restricted', 'closed', 'erasing')",
            name="standing_known_values",
        ),
        CheckConstraint("standing != 'closed' OR closed_at IS NOT NULL", name="closed_has_time"),
        {"info": {"clock": "created_at", "chosen": {"language": "language_chosen"}}},
    )

    id: Mapped[str] = _account(String(26), primary_key=True, path="self")
    created_at: Mapped[datetime] = _account(UtcDateTime())
    language: Mapped[str] = _account(String(16), source="platform")
    """The platform's, until the person chooses."""
    language_chosen: Mapped[bool] = _account()
    age: Mapped[str] = _account(
        String(8), purposes={"age_check"}, basis="legal_obligation", source="person"
    )
    age_declared_at: Mapped[datetime | None] = _account(
        UtcDateTime(), purposes={"age_check"}, basis="legal_obligation"
    )
    region: Mapped[str] = _account(
        String(2), purposes={"routing"}, basis="legal_obligation", source="person"
    )
    """ISO 3166 code that the person gave; empty until then. Never guessed."""
    subdivision: Mapped[str] = _account(
        String(3), purposes={"rights"}, basis="legal_obligation", server_default=""
    )
    """``CA`` for California, whose law sets a clock of its own; nobody's else is kept."""
    plan: Mapped[str] = _account(String(32), category="quota")
    welcomed_at: Mapped[datetime | None] = _account(
        UtcDateTime(), category="consent", purposes={"transparency"}, basis="legal_obligation"
    )
    epoch: Mapped[int] = _account(
        export="omit", reason="a counter that makes late results of an erased account void"
    )
    standing: Mapped[str] = _account(
        String(12), purposes={"rights"}, basis="legal_obligation", server_default="active"
    )
    """``restricted``: kept, but not processed. ``closed``: out of use. ``erasing``: frozen."""
    closed_at: Mapped[datetime | None] = _account(
        UtcDateTime(), purposes={"retention"}, basis="legal_obligation"
    )
    banned_at: Mapped[datetime | None] = _account(
        UtcDateTime(), category="safety", purposes={"security"}, basis="legitimate_interest"
    )
    """Since when the operator lets the person make nothing; rights are never touched by it."""
    last_used_at: Mapped[datetime | None] = _account(
        UtcDateTime(), purposes={"retention"}, basis="legal_obligation"
    )
    """Kept by the day, so that accounts that nobody uses can be closed."""
    closing_warned_at: Mapped[datetime | None] = _account(
        UtcDateTime(), purposes={"retention"}, basis="legal_obligation"
    )


class IdentityRow(Base):
    """One surface's id of a person: a keyed hash to find it, and the id itself, sealed."""

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("surface", "native_hash"),
        {"info": {"clock": "created_at", "surface": "surface"}},
    )

    id: Mapped[str] = _of_account(
        String(26),
        primary_key=True,
        export="omit",
        reason="an internal row number that says nothing",
    )
    account_id: Mapped[str] = _of_account(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    surface: Mapped[str] = _of_account(String(32), source="platform")
    native_hash: Mapped[str] = _of_account(
        String(64),
        purposes={"service", "security"},
        export="omit",
        encryption="hmac",
        reason="a keyed hash of the id that is exported beside it",
    )
    native_sealed: Mapped[bytes] = _of_account(
        LargeBinary,
        export="opened",
        encryption="sealed",
        recipients={"surface"},
        source="platform",
    )
    created_at: Mapped[datetime] = _of_account(UtcDateTime())


def _choice(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """What the person decided about the use of their data."""
    values = {"category": "consent", "purposes": {"rights"}, "basis": "legal_obligation"}
    return _of_account(*args, **(values | kwargs))


class ChoiceRow(Base):
    """A standing no: an opt-out or an objection, from when on, and how it was said."""

    __tablename__ = "choices"

    account_id: Mapped[str] = _choice(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = _choice(String(32), primary_key=True, source="person")
    """``sale``, ``analytics``, ``marketing``, ``only-here``, ``object-…`` or ``provider-…``."""
    since: Mapped[datetime] = _choice(UtcDateTime())
    source: Mapped[str] = _choice(String(16))
    """``chat``, ``signal`` (a browser's), ``kept`` (from before an erasure) or ``operator``."""


class ConsentRow(Base):
    """One consent that was given or taken back; rows are only ever added."""

    __tablename__ = "consents"
    __table_args__ = (
        CheckConstraint("state IN ('given', 'withdrawn')", name="state_known_values"),
        Index("ix_consents_account_id_purpose_at", "account_id", "purpose", "at"),
    )

    id: Mapped[str] = _choice(String(26), primary_key=True)
    account_id: Mapped[str] = _choice(ForeignKey("accounts.id", ondelete="CASCADE"))
    purpose: Mapped[str] = _choice(String(32), purposes={"consent"})
    state: Mapped[str] = _choice(String(12), purposes={"consent"}, source="person")
    text: Mapped[str] = _choice(String(2000), purposes={"consent"})
    """The very words that the person agreed to, or took back."""
    language: Mapped[str] = _choice(String(16), purposes={"consent"})
    policy_version: Mapped[str] = _choice(String(64), purposes={"consent"})
    surface: Mapped[str] = _choice(String(32), purposes={"consent"})
    at: Mapped[datetime] = _choice(UtcDateTime(), purposes={"consent"})


class LinkCodeRow(Base):
    """A short-lived code that joins two surfaces' accounts; only its keyed hash is kept."""

    __tablename__ = "link_codes"
    __table_args__ = ({"info": {"ends": "expires_at"}},)

    code_hash: Mapped[str] = _of_account(
        String(64),
        primary_key=True,
        export="omit",
        encryption="hmac",
        reason="a keyed hash of a code that was good for minutes",
    )
    account_id: Mapped[str] = _of_account(
        ForeignKey("accounts.id", ondelete="CASCADE"), unique=True
    )
    expires_at: Mapped[datetime] = _of_account(UtcDateTime())


def _use(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    values = {
        "category": "usage",
        "purposes": {"analytics"},
        "basis": "legitimate_interest",
        "retention": "usage_raw",
    }
    return _of_account(*args, **(values | kwargs))


class UsageEventRow(Base):
    """One use of one feature: which, when, how it ended. Nothing that anybody wrote."""

    __tablename__ = "usage_events"
    __table_args__ = (
        Index("ix_usage_events_account_id_at", "account_id", "at"),
        {"info": {"clock": "at"}},
    )

    id: Mapped[str] = _use(String(26), primary_key=True)
    account_id: Mapped[str] = _use(ForeignKey("accounts.id", ondelete="CASCADE"))
    surface: Mapped[str] = _use(String(32))
    feature: Mapped[str] = _use(String(32))
    offering_id: Mapped[str] = _use(String(128), server_default="")
    """The model that drew, where one did; else empty."""
    outcome: Mapped[str] = _use(String(64))
    """``ok``, or the code of the refusal."""
    at: Mapped[datetime] = _use(UtcDateTime())


_OUTLIVES = (
    "a keyed hash that names nobody; it keeps a ban, an opt-out or a used-up free allowance alive"
)


def _kept(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """What outlives an erasure: no name, no id, only a keyed hash."""
    values = {
        "category": "safety",
        "purposes": {"abuse", "rights"},
        "basis": "legitimate_interest",
        "retention": "suppression",
        "export": "omit",
        "erase": "keyed_hash",
        "reason": _OUTLIVES,
    }
    return _of_account(*args, **(values | kwargs))


class TombstoneRow(Base):
    """What an erasure leaves: the keyed hash of a surface's id, and what must stay true of it."""

    __tablename__ = "tombstones"
    __table_args__ = ({"info": {"clock": "made_at"}},)

    native_hash: Mapped[str] = _kept(String(64), primary_key=True, encryption="hmac")
    kind: Mapped[str] = _kept(String(32), primary_key=True)
    """``ban``, ``allowance``, or the kind of a choice."""
    value: Mapped[str] = _kept(String(64))
    """For ``allowance`` the day, the month and how much of each was used; else since which day."""
    made_at: Mapped[datetime] = _kept(UtcDateTime())
    account_id: Mapped[str | None] = _kept(
        ForeignKey("accounts.id", ondelete="SET NULL"), index=True
    )
    """The account that the same person made afterwards, while there is one."""
