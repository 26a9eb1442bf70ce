"""News for a person who did not just ask for anything: to the place where only they read."""

from sqlalchemy import select

from core.accounts.rows import IdentityRow
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import ReplyTo
from core.storage.envelope import Place

_TO_PERSON = "person:"


async def private_reply_to(app: App, account_id: AccountId, *, besides: str = "") -> ReplyTo | None:
    """Return an address for a letter to a person, on the surface where they were met last.

    ``besides``: not on this surface, because they have just been told there.

    Only the person's own id stands in it: the surface makes its address of that when the letter
    is brought (``LetterDelivery.private_address``). None when no surface knows the account.

    Raises:
        Unreadable: the person's key is destroyed.
    """
    newest = (
        select(IdentityRow)
        .where(IdentityRow.account_id == account_id, IdentityRow.surface != besides)
        .order_by(IdentityRow.created_at.desc(), IdentityRow.id.desc())
        .limit(1)
    )
    async with app.transaction() as tx:
        row = await tx.scalar(newest)
    if row is None:
        return None
    place = Place("identities", "native_sealed", row.id, account_id)
    native_id = await app.keys.unseal(place, row.native_sealed)
    return ReplyTo(row.surface, f"{_TO_PERSON}{native_id.decode()}")


def native_id_in(address: str) -> str | None:
    """Return the native id of an address that ``private_reply_to`` made; None for any other."""
    return address.removeprefix(_TO_PERSON) if address.startswith(_TO_PERSON) else None
