"""News on their way to a person: an export's files, a receipt, a warning; each with its own key."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, MappedColumn

from core.storage.database import UtcDateTime
from core.storage.inventory import Base, personal

_PASSING = "news on its way to the person, who has it in the chat"


def _letter(*args: Any, **kwargs: Any) -> MappedColumn[Any]:
    values: dict[str, Any] = {
        "category": "support",
        "purposes": {"rights", "notice"},
        "basis": "legal_obligation",
        "retention": "operations",
        "export": "omit",
        "erase": "delete",
        "reason": _PASSING,
    }
    return personal(*args, **(values | kwargs))


class LetterRow(Base):
    """One message to a person that may change; delivered like an outcome, by its surface's process.

    Sealed with a key of the letter's own, named by the letter's id: an erasure destroys the
    person's key first, and its receipt must still arrive. The key goes when the letter is done.
    """

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'sending', 'done')", name="state_known_values"),
        CheckConstraint("kind IN ('page', 'file', 'takeback')", name="kind_known_values"),
        Index("ix_letters_surface_state_not_before", "surface", "state", "not_before"),
        {"info": {"clock": "created_at", "sealed_by": "id"}},
    )

    id: Mapped[str] = _letter(String(26), primary_key=True)
    account_id: Mapped[str | None] = _letter(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    """Empty for a letter that must outlive the account: the receipt, and what follows from it."""
    about: Mapped[str] = _letter(String(26), index=True)
    """What the letter belongs to, for example an export's or an erasure's id."""
    kind: Mapped[str] = _letter(String(8))
    """``page`` and ``file`` are shown; ``takeback`` removes a message from the chat."""
    surface: Mapped[str] = _letter(String(32))
    language: Mapped[str] = _letter(String(16))
    reply_to_sealed: Mapped[bytes] = _letter(
        LargeBinary, export="opened", encryption="sealed", recipients={"surface"}
    )
    message_sealed: Mapped[bytes | None] = _letter(
        LargeBinary, export="opened", encryption="sealed", recipients={"surface"}
    )
    body_sealed: Mapped[bytes] = _letter(
        LargeBinary, export="opened", encryption="sealed", recipients={"surface"}
    )
    attachment_owner: Mapped[str | None] = _letter(String(26))
    attachment: Mapped[str | None] = _letter(String(26))
    """For ``file``: which bytes; they belong to what the letter is about, and go with it."""
    file_name: Mapped[str] = _letter(String(64))
    size_bytes: Mapped[int] = _letter(BigInteger)
    state: Mapped[str] = _letter(String(8))
    revision: Mapped[int] = _letter()
    """Counts what was written into it; a change while it is being sent is sent as well."""
    attempt: Mapped[int] = _letter()
    was_started: Mapped[bool] = _letter()
    claimed_by: Mapped[str | None] = _letter(String(26))
    claimed_until: Mapped[datetime | None] = _letter(UtcDateTime())
    not_before: Mapped[datetime] = _letter(UtcDateTime())
    is_last: Mapped[bool] = _letter()
    """Nothing will be written into it any more: when it is done, its key goes."""
    is_promotional: Mapped[bool] = _letter(server_default=false())
    """Advertising: sent only with a consent, and deleted unsent when that is taken back."""
    created_at: Mapped[datetime] = _letter(UtcDateTime())
    result: Mapped[str] = _letter(String(32))
