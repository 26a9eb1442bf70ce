"""Exports: what was asked for, how far it has come, and the parts that can be fetched."""

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
    text,
)
from sqlalchemy.orm import Mapped, MappedColumn

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, personal


def _export(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    values: dict[str, Any] = {
        "category": "support",
        "purposes": {"rights"},
        "basis": "legal_obligation",
        "retention": "exports",
        "export": "plain",
        "erase": "delete",
    }
    return personal(*args, **(values | kwargs))


_INNER = "how far the export has come; of no meaning afterwards"


class ExportRow(Base):
    """One export of everything that is held about a person."""

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint(
            "state IN ('running', 'ready', 'failed', 'gone')", name="state_known_values"
        ),
        Index("ix_exports_account_id_created_at", "account_id", "created_at"),
        # One runs at a time; whoever asks for another joins it.
        Index(
            "uq_exports_running",
            "account_id",
            unique=True,
            sqlite_where=text("state = 'running'"),
            postgresql_where=text("state = 'running'"),
        ),
        {"info": {"clock": "created_at", "secrets": ("passphrase_sealed",)}},
    )

    id: Mapped[str] = _export(String(26), primary_key=True)
    account_id: Mapped[str] = _export(ForeignKey("accounts.id", ondelete="CASCADE"))
    epoch: Mapped[int] = _export(export="omit", reason=_INNER)
    """The account's at the time of asking: an export of an account that is erased ends."""
    state: Mapped[str] = _export(String(8))
    surface: Mapped[str] = _export(String(32))
    language: Mapped[str] = _export(String(16))
    way: Mapped[str] = _export(String(8))
    """``files`` into the chat, or ``link`` on the web edge."""
    part_limit_bytes: Mapped[int] = _export(BigInteger)
    passphrase_sealed: Mapped[bytes | None] = _export(
        LargeBinary, export="opened", encryption="sealed"
    )
    """Until the parts are made; emptied then, so that the service can't open them."""
    reply_to_sealed: Mapped[bytes | None] = _export(
        LargeBinary,
        export="opened",
        encryption="sealed",
        recipients={"surface"},
        source="platform",
    )
    """Where its news go; emptied when all of them are on their way."""
    is_locked: Mapped[bool] = _export()
    letter_id: Mapped[str | None] = _export(String(26), export="omit", reason=_INNER)
    """The one message that shows how far it is and becomes its end."""
    request_id: Mapped[str] = _export(String(26))
    """The request about the right that it answers."""
    cursor: Mapped[dict[str, Any]] = _export(JSON, export="omit", reason=_INNER)
    counts: Mapped[dict[str, int]] = _export(JSON)
    done_bytes: Mapped[int] = _export(BigInteger, export="omit", reason=_INNER)
    created_at: Mapped[datetime] = _export(UtcDateTime())
    ended_at: Mapped[datetime | None] = _export(UtcDateTime())
    expires_at: Mapped[datetime | None] = _export(UtcDateTime())


class ExportPartRow(Base):
    """One file of an export, which opens alone; its bytes are in the vault, sealed."""

    __tablename__ = "export_parts"
    __table_args__ = (
        UniqueConstraint("export_id", "number"),
        CheckConstraint("downloads >= 0", name="downloads_not_negative"),
        {"info": {"clock": "created_at", "blobs": ("blob",)}},
    )

    id: Mapped[str] = _export(String(26), primary_key=True)
    export_id: Mapped[str] = _export(ForeignKey("exports.id", ondelete="CASCADE"))
    account_id: Mapped[str] = _export(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = _export()
    blob: Mapped[str] = _export(
        String(26), export="omit", reason="the file itself, which was sent or offered to you"
    )
    file_name: Mapped[str] = _export(String(64))
    size_bytes: Mapped[int] = _export(BigInteger)
    sha256: Mapped[str] = _export(String(64))
    downloads: Mapped[int] = _export()
    created_at: Mapped[datetime] = _export(UtcDateTime())
