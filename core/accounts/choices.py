"""What people said no to: opt-outs, objections, services they don't want; each acts at once."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import ChoiceRow
from core.kernel.ids import AccountId

OptOut = Literal["sale", "analytics", "marketing"]
OPT_OUTS: tuple[OptOut, ...] = ("sale", "analytics", "marketing")
Source = Literal["chat", "signal", "kept", "operator"]

ONLY_HERE = "only-here"
"""Nothing may be sent to a service outside: the pictures are made on this machine, or not."""
NO_ANALYTICS = frozenset({"analytics", "object-analytics"})
_OBJECT, _PROVIDER = "object-", "provider-"
_KIND_CHARS = 32
_DIGEST_CHARS = 6


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that a person said no to, and since when."""

    since: Mapping[str, datetime] = field(default_factory=dict)

    def said_no_to(self, kind: str) -> bool:
        """Say whether a kind of choice holds."""
        return kind in self.since

    @property
    def allows_analytics(self) -> bool:
        """Say whether use may be counted: neither opted out nor objected to."""
        return not NO_ANALYTICS & set(self.since)

    @property
    def is_only_here(self) -> bool:
        """Say whether nothing may be sent to a service outside."""
        return ONLY_HERE in self.since

    def excludes(self, processor: str) -> bool:
        """Say whether a service outside must not be sent anything of this person."""
        return bool(processor) and exclusion_of(processor) in self.since


def objection_to(purpose: str) -> str:
    """Return the kind of an objection to a purpose."""
    return f"{_OBJECT}{purpose}"


def exclusion_of(processor: str) -> str:
    """Return the kind of a no to one service, by its name; case and spaces make no difference."""
    return f"{_PROVIDER}{slug_of(processor)}"


def slug_of(processor: str) -> str:
    """Return a service's name as one ASCII word that fits into a button and a row."""
    words = re.findall(r"[a-z0-9]+", processor.lower())
    slug = "-".join(words)
    room = _KIND_CHARS - len(_PROVIDER)
    if slug and len(slug) <= room and processor.isascii():
        return slug
    digest = hashlib.sha256(processor.strip().lower().encode()).hexdigest()[:_DIGEST_CHARS]
    return f"{slug[: room - _DIGEST_CHARS - 1]}-{digest}".lstrip("-")


def outlives_erasure(kind: str) -> bool:
    """Say whether an erasure must leave a keyed hash of a choice: opt-outs and objections.

    FA-14.d, FA-15.2: who said no is not asked, counted or written to again only because they
    asked to be forgotten. Which service draws is a setting and goes with the account.
    """
    return kind in OPT_OUTS or kind.startswith(_OBJECT)


def is_kind(kind: str) -> bool:
    """Say whether a word is a kind of choice that can be stored here."""
    is_known = kind in (*OPT_OUTS, ONLY_HERE) or kind.startswith((_OBJECT, _PROVIDER))
    return is_known and len(kind) <= _KIND_CHARS


async def choices_of(tx: AsyncSession, account_id: AccountId) -> Choices:
    """Return what a person said no to."""
    rows = await tx.scalars(select(ChoiceRow).where(ChoiceRow.account_id == account_id))
    return Choices({row.kind: row.since for row in rows})


async def say_no(
    tx: AsyncSession, account_id: AccountId, kind: str, now: datetime, source: Source
) -> bool:
    """Store a no; False when it holds already, and then its first day stays."""
    dialect = postgresql if tx.get_bind().dialect.name == "postgresql" else sqlite
    stored = await tx.scalar(
        dialect.insert(ChoiceRow)
        .values(account_id=account_id, kind=kind, since=now, source=source)
        .on_conflict_do_nothing()
        .returning(ChoiceRow.kind)
    )
    return stored is not None


async def take_back(tx: AsyncSession, account_id: AccountId, kind: str) -> bool:
    """Drop a no; False when there was none."""
    gone = await tx.scalar(
        delete(ChoiceRow)
        .where(ChoiceRow.account_id == account_id, ChoiceRow.kind == kind)
        .returning(ChoiceRow.kind)
    )
    return gone is not None
