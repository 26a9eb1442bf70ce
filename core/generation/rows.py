"""Requests, their pictures, and the outbox; with what each column is for."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
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

NO_LANE = ""
"""The lane of a request that never waited here: it was made elsewhere and brought in."""


def _content(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """Words of the person, sealed with their key."""
    return personal(
        *args,
        category="content",
        purposes={"service"},
        basis="contract",
        retention="prompts",
        export="opened",
        erase="delete",
        encryption="sealed",
        **kwargs,
    )


def _usage(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A fact of one request: what was asked for and how it went."""
    return personal(
        *args,
        category="usage",
        purposes={"service"},
        basis="contract",
        retention="prompts",
        export="plain",
        erase="delete",
        **kwargs,
    )


def _inner(*args: Any, reason: str, **kwargs: Any) -> MappedColumn[Any]:
    """A personal row's inner working, of no meaning outside."""
    return personal(
        *args,
        category="usage",
        purposes={"service"},
        basis="contract",
        retention="prompts",
        export="omit",
        erase="delete",
        reason=reason,
        **kwargs,
    )


def _picture(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    """A fact of one generated picture."""
    return personal(
        *args,
        category="content",
        purposes={"service"},
        basis="contract",
        retention="generated_pictures",
        export="plain",
        erase="delete",
        **kwargs,
    )


class RequestRow(Base):
    """One request, from its words to its end. Its state decides every race."""

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint(
            "state IN ('waiting-age', 'queued', 'running', 'ended', 'delivered')",
            name="state_known_values",
        ),
        CheckConstraint("count BETWEEN 1 AND 4", name="count_range"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        # A request is queued, runs and ends with a price that is held, or was never queued.
        CheckConstraint("state = 'waiting-age' OR hold_id IS NOT NULL", name="queued_is_held"),
        CheckConstraint(
            "state IN ('waiting-age', 'queued', 'running') OR outcome_kind IS NOT NULL",
            name="ended_has_outcome",
        ),
        Index("ix_requests_account_id_created_at", "account_id", "created_at"),
        Index("ix_requests_state_lane_queued_at", "state", "lane", "queued_at"),
        {
            "info": {
                "clock": "created_at",
                "blobs": ("preview_blob",),
                "job": "id",
                "usage": {
                    "offering": "offering_id",
                    "outcome": "outcome_kind",
                    "receipt": "route_receipt",
                    "sent": "submit_intent_at",
                },
            }
        },
    )

    id: Mapped[str] = _usage(String(26), primary_key=True)
    account_id: Mapped[str] = _usage(ForeignKey("accounts.id", ondelete="CASCADE"))
    surface: Mapped[str] = _usage(String(32))
    request_key_hash: Mapped[str] = _inner(
        String(64), unique=True, reason="a keyed hash that keeps one update from counting twice"
    )
    state: Mapped[str] = _usage(String(12))
    epoch: Mapped[int] = _inner(reason="a counter that makes late results void")
    lane: Mapped[str] = _inner(String(16), reason="which queue the request waited in")
    prompt_sealed: Mapped[bytes] = _content(LargeBinary, recipients={"provider"}, source="person")
    negative_sealed: Mapped[bytes] = _content(LargeBinary, recipients={"provider"}, source="person")
    aspect: Mapped[str] = _usage(String(16), source="person")
    count: Mapped[int] = _usage(source="person")
    seed: Mapped[int] = _usage(BigInteger)
    seed_given: Mapped[bool] = _usage()
    style: Mapped[str] = _usage(String(32), source="person")
    wished_offering: Mapped[str] = _usage(String(128), source="person")
    offering_id: Mapped[str] = _usage(String(128))
    image_format: Mapped[str] = _usage(String(8), source="person")
    spoiler: Mapped[bool] = _usage(source="person")
    adult_room: Mapped[bool] = _usage(source="platform")
    reply_to_sealed: Mapped[bytes] = _content(
        LargeBinary, recipients={"surface"}, source="platform"
    )
    message_sealed: Mapped[bytes | None] = _content(
        LargeBinary, recipients={"surface"}, source="platform"
    )
    message_removable_until: Mapped[datetime | None] = _inner(
        UtcDateTime(), reason="until when the platform lets us remove the message from the chat"
    )
    """Empty where it can be removed at any time."""
    parent_id: Mapped[str | None] = _usage(String(26))
    hold_id: Mapped[str | None] = _usage(ForeignKey("holds.id", ondelete="CASCADE"))
    credits: Mapped[int] = _usage()
    created_at: Mapped[datetime] = _usage(UtcDateTime())
    queued_at: Mapped[datetime | None] = _usage(UtcDateTime())
    started_at: Mapped[datetime | None] = _usage(UtcDateTime())
    ended_at: Mapped[datetime | None] = _usage(UtcDateTime())
    percent: Mapped[int] = _inner(reason="how far the work had come while it ran")
    preview_blob: Mapped[str | None] = _inner(
        String(26), reason="a passing preview, deleted when the request ends"
    )
    revision: Mapped[int] = _inner(reason="counts changes, so that surfaces know when to redraw")
    route_receipt: Mapped[dict[str, Any] | None] = personal(
        JSON,
        category="usage",
        purposes={"transparency"},
        basis="legitimate_interest",
        retention="prompts",
        export="plain",
        erase="delete",
    )
    """Which offerings were considered, why others were refused, what was asked of the one taken."""
    submit_intent_at: Mapped[datetime | None] = _inner(
        UtcDateTime(), reason="keeps an order from being placed twice after a crash"
    )
    provider_job_id: Mapped[str | None] = _usage(String(200), source="provider")
    outcome_kind: Mapped[str | None] = _usage(String(12))
    outcome_code: Mapped[str] = _usage(String(64))
    outcome_facts: Mapped[dict[str, Any]] = _usage(JSON)
    unknown_words_sealed: Mapped[bytes | None] = _content(LargeBinary)
    credits_charged: Mapped[int] = _usage()


class PictureRow(Base):
    """One picture that was made; the bytes are in the vault, sealed."""

    __tablename__ = "pictures"
    __table_args__ = (
        UniqueConstraint("request_id", "index"),
        Index("ix_pictures_account_id_created_at", "account_id", "created_at"),
        CheckConstraint("width_px > 0 AND height_px > 0", name="size_positive"),
        {"info": {"clock": "created_at", "blobs": ("blob",), "size": "size_bytes"}},
    )

    id: Mapped[str] = _picture(String(26), primary_key=True)
    account_id: Mapped[str] = _picture(ForeignKey("accounts.id", ondelete="CASCADE"))
    request_id: Mapped[str] = _picture(ForeignKey("requests.id", ondelete="CASCADE"))
    index: Mapped[int] = _picture()
    blob: Mapped[str] = _picture(String(26), source="provider")
    """The bytes: exported as a file."""
    mime: Mapped[str] = _picture(String(32))
    width_px: Mapped[int] = _picture()
    height_px: Mapped[int] = _picture()
    size_bytes: Mapped[int] = _picture()
    seed: Mapped[int] = _picture(BigInteger)
    is_ai_model: Mapped[bool] = _picture()
    manifest_id: Mapped[str] = _picture(String(128))
    sha256: Mapped[str] = _picture(String(64), index=True)
    perceptual_hash: Mapped[int] = _picture(BigInteger)
    created_at: Mapped[datetime] = _picture(UtcDateTime())


class CopyRow(Base):
    """A further message that shows a request: a picture opened alone, a file, an album, its words.

    Kept so that it can be taken back. Its clock is its request's, so it keeps nothing any longer.
    """

    __tablename__ = "chat_copies"
    __table_args__ = ({"info": {"clock": "created_at"}},)

    id: Mapped[str] = _usage(String(26), primary_key=True)
    account_id: Mapped[str] = _usage(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    request_id: Mapped[str] = _usage(ForeignKey("requests.id", ondelete="CASCADE"), index=True)
    picture_id: Mapped[str | None] = _usage(String(26))
    """Empty for a message about several. No foreign key: no picture's end may wait for it."""
    surface: Mapped[str] = _usage(String(32))
    address_sealed: Mapped[bytes] = _content(LargeBinary, recipients={"surface"}, source="platform")
    shows_words: Mapped[bool] = _usage()
    """The prompt stands in it."""
    removable_until: Mapped[datetime | None] = _inner(
        UtcDateTime(), reason="until when the platform lets us remove the message from the chat"
    )
    """Empty where it can be removed at any time."""
    created_at: Mapped[datetime] = _usage(UtcDateTime())
    """When the request was made."""


class OutboxRow(Base):
    """One outcome on its way to its person; written in the transaction that settles the hold."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'done')", name="state_known_values"),
        Index("ix_outbox_surface_state_not_before", "surface", "state", "not_before"),
        {"info": {"clock": "created_at"}},
    )

    request_id: Mapped[str] = _inner(
        ForeignKey("requests.id", ondelete="CASCADE"),
        primary_key=True,
        reason="the request that it belongs to",
    )
    account_id: Mapped[str] = _inner(
        ForeignKey("accounts.id", ondelete="CASCADE"), reason="the person that it belongs to"
    )
    surface: Mapped[str] = _inner(String(32), reason="where the answer goes")
    state: Mapped[str] = _inner(String(8), reason="whether the answer was sent")
    attempt: Mapped[int] = _inner(reason="how often sending was tried")
    was_started: Mapped[bool] = _inner(reason="a send may have happened: look before repeating")
    claimed_by: Mapped[str | None] = _inner(String(26), reason="which process sends it")
    claimed_until: Mapped[datetime | None] = _inner(
        UtcDateTime(), reason="until when that process has it"
    )
    not_before: Mapped[datetime] = _inner(UtcDateTime(), reason="when to try again")
    created_at: Mapped[datetime] = _inner(UtcDateTime(), reason="when the request ended")
    result: Mapped[str] = _inner(String(32), reason="how sending ended")
