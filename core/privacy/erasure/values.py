"""What an erasure is asked with, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.kernel.ids import AccountId
from core.kernel.people import Language, ReplyTo

Requester = Literal["person", "platform", "minor", "operator", "retention"]
Reason = Literal["", "asked", "law", "mistake", "minor", "shutdown", "restored"]
State = Literal["frozen", "running", "done", "undone"]


@dataclass(frozen=True, slots=True)
class TypedCode:
    """What a person typed to confirm, and for which action."""

    action: str
    typed: str


@dataclass(frozen=True, slots=True)
class EraseAccount:
    """Everything of an account is to go."""

    account_id: AccountId
    requester: Requester
    is_now: bool
    """At once; else after the profile's grace, in which it can be undone."""
    reason: Reason = ""
    """Why an operator erases."""
    reply_to: ReplyTo | None = None
    """Where the receipt goes; None for nowhere (it is kept all the same)."""
    language: Language | None = None
    """None: the one that the account speaks."""
    code: TypedCode | None = None
    """Must be right, and is used up with the freezing; None where nobody has to confirm."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """One erasure, as its person may know it."""

    erasure_id: str
    state: State
    confirmed_at: datetime
    run_at: datetime
    letter_id: str
    is_new: bool = False
    """Whether this very call began it: a repeat joins the one that is there."""
    waiting_for: tuple[str, ...] = ()
    """Stores that have not acknowledged yet."""
