"""Consent: for one purpose, on one surface, with the very words; off until somebody says yes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import ConsentRow
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId, new_id
from core.kernel.people import Language

Purpose = Literal["training", "marketing"]
PURPOSES: tuple[Purpose, ...] = ("training", "marketing")
"""Whatever rests on consent, each by itself. None has a default: no row means no."""


class ConsentMissing(CoreError):
    """Something that rests on consent was tried without a living one; nothing happened."""

    code = "consent-missing"


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent that was given or taken back."""

    consent_id: str
    purpose: Purpose
    is_given: bool
    surface: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Words:
    """What was shown to the person, and under which version of the policy."""

    text: str
    language: Language
    policy_version: str


def living(consents: Sequence[Consent], purpose: Purpose, surface: str) -> Consent | None:
    """Return the consent that holds for what somebody does on a surface, or None.

    A yes holds on the surface where it was given: a platform on which nobody may be asked never
    gets one. A no holds everywhere, and wins where both are of the same moment.
    """
    given = [one for one in consents if one.purpose == purpose and one.is_given]
    here = [one for one in given if one.surface == surface]
    taken_back = [one.at for one in consents if one.purpose == purpose and not one.is_given]
    if not here:
        return None
    newest = max(here, key=lambda one: one.at)
    return None if any(at >= newest.at for at in taken_back) else newest


def is_living_anywhere(consents: Sequence[Consent], purpose: Purpose) -> bool:
    """Say whether a consent holds on any surface."""
    return any(living(consents, purpose, one.surface) for one in consents)


def require(consents: Sequence[Consent], purpose: Purpose, surface: str) -> Consent:
    """Return the consent that holds, for what may not happen without one.

    Raises:
        ConsentMissing: there is none; nothing happened.
    """
    found = living(consents, purpose, surface)
    if found is None:
        raise ConsentMissing
    return found


async def consents_of(tx: AsyncSession, account_id: AccountId) -> tuple[Consent, ...]:
    """Return every consent that a person gave or took back, oldest first."""
    rows = await tx.scalars(
        select(ConsentRow).where(ConsentRow.account_id == account_id).order_by(ConsentRow.at)
    )
    return tuple(
        [
            Consent(
                consent_id=row.id,
                purpose=cast("Purpose", row.purpose),
                is_given=row.state == "given",
                surface=row.surface,
                at=row.at,
            )
            for row in rows
        ]
    )


async def record(
    tx: AsyncSession,
    account_id: AccountId,
    purpose: Purpose,
    words: Words,
    *,
    is_given: bool,
    surface: str,
    now: datetime,
) -> str:
    """Add one consent or its end, later than all before it; return its id.

    The caller holds the account's lock, so that of two at once one is really later.
    """
    known = await consents_of(tx, account_id)
    at = max([now, *(one.at + timedelta(microseconds=1) for one in known)])
    row = ConsentRow(
        id=new_id(),
        account_id=account_id,
        purpose=purpose,
        state="given" if is_given else "withdrawn",
        text=words.text,
        language=words.language,
        policy_version=words.policy_version,
        surface=surface,
        at=at,
    )
    tx.add(row)
    await tx.flush()
    return row.id
