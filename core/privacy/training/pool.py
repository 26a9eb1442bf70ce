"""The training pool: filled only under a living consent, emptied with it, read by nothing.

AX-07, AX-19, PL-T3: a picture is taken in with the transaction that settles its request, and only
if at that moment its owner's consent holds on the surface where the picture was asked for. A
deleted or expired picture takes its item along (a foreign key), a withdrawn consent all of them.
"""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.consents import consents_of, living
from core.accounts.locks import lock_account
from core.app import App
from core.generation.rows import PictureRow, RequestRow
from core.kernel.ids import AccountId, new_id
from core.policy.profile import Profile
from core.privacy.training.rows import PoolItemRow


def has_pool(profile: Profile) -> bool:
    """Say whether there is a training pool at all (FA-5.1: not where the policy says never)."""
    return profile.training_on_content == "consent"


async def capture(app: App, tx: AsyncSession, request: RequestRow) -> int:
    """Take in the pictures that a request has just made, if a consent covers them.

    Returns how many were taken in. The account's lock puts a consent that is being taken back
    either before this or behind it, so that no item stays without one.
    """
    account_id = AccountId(request.account_id)
    account = await lock_account(tx, account_id)
    if not has_pool(app.profile) or account is None:
        return 0
    if account.standing != "active" or account.age != "adult":
        return 0
    consent = living(await consents_of(tx, account_id), "training", request.surface)
    if consent is None:
        return 0
    made = await tx.scalars(select(PictureRow.id).where(PictureRow.request_id == request.id))
    items = [
        PoolItemRow(
            id=new_id(),
            account_id=account_id,
            picture_id=picture_id,
            consent_id=consent.consent_id,
            captured_at=app.clock.now(),
        )
        for picture_id in made
    ]
    tx.add_all(items)
    await tx.flush()
    return len(items)


async def empty_pool(tx: AsyncSession, account_id: AccountId) -> int:
    """Take out everything of a person; return how many items it was."""
    gone = await tx.scalars(
        delete(PoolItemRow).where(PoolItemRow.account_id == account_id).returning(PoolItemRow.id)
    )
    return len(gone.all())
