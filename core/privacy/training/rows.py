"""The training pool: what people agreed to give, each item with the consent that covers it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, MappedColumn

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, personal


def _pool(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    values: dict[str, Any] = {
        "category": "consent",
        "purposes": {"consent"},
        "basis": "consent",
        "retention": "generated_pictures",
        "export": "plain",
        "erase": "delete",
    }
    return personal(*args, **(values | kwargs))


class PoolItemRow(Base):
    """One picture that its owner let be used for training; it goes with consent or picture."""

    __tablename__ = "training_pool"
    __table_args__ = (
        UniqueConstraint("picture_id"),
        {"info": {"clock": "captured_at"}},
    )

    id: Mapped[str] = _pool(String(26), primary_key=True)
    account_id: Mapped[str] = _pool(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    picture_id: Mapped[str] = _pool(ForeignKey("pictures.id", ondelete="CASCADE"))
    consent_id: Mapped[str] = _pool(ForeignKey("consents.id", ondelete="CASCADE"))
    """The consent that held when the picture was made."""
    captured_at: Mapped[datetime] = _pool(UtcDateTime())
