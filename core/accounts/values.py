"""What the rest of Limner knows of a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.kernel.ids import AccountId
from core.kernel.people import Language

Age = Literal["unknown", "adult", "minor"]
Standing = Literal["active", "restricted", "closed", "erasing"]


@dataclass(frozen=True, slots=True)
class Person:
    """An account as use-cases see it."""

    account_id: AccountId
    language: Language
    age: Age
    age_declared_at: datetime | None
    region: str
    """ISO 3166 code, or empty: not told."""
    subdivision: str
    """``CA`` for California, else empty."""
    plan: str
    epoch: int
    is_new: bool
    """Nobody has welcomed this person yet: show the first message."""
    standing: Standing
    is_banned: bool
