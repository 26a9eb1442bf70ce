"""Further messages that show a request's pictures or words: remembered to be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.commands import meet
from core.app import App
from core.generation import requests
from core.generation.errors import NotYours
from core.generation.rows import CopyRow, PictureRow, RequestRow
from core.kernel.ids import AccountId, PictureId, RequestId, new_id
from core.kernel.people import Actor
from core.storage.envelope import Place


@dataclass(frozen=True, slots=True)
class ChatCopy:
    """A message that a surface has sent besides the result's own."""

    address: str
    """Written and read by the surface alone."""
    picture_id: PictureId | None
    """None for a message about several."""
    shows_words: bool = False
    """The prompt stands in it."""
    shows_pictures: bool = True
    """False for one that shows the words alone."""
    removable_until: datetime | None = None
    """Until when the surface can take it back; None for any time."""


async def remember_copies(
    app: App, actor: Actor, request_id: RequestId, copies: Sequence[ChatCopy]
) -> bool:
    """Store where a request's pictures are shown besides its own message.

    To be called right after sending, when the ids of the messages are known. A crash in between
    leaves messages that nobody remembers: the person sees them and can remove them.

    Returns:
        False when something that they show was deleted meanwhile: nothing was stored, and the
        surface takes them away itself.

    Raises:
        NotYours: nothing was stored.
        Unreadable: the account's key is destroyed; nothing was stored.
    """
    person = await meet(app, actor)
    while True:
        async with app.transaction() as tx:
            row = await requests.find(tx, request_id)
            if row is None:
                return False
            if not await requests.is_own(tx, row, person.account_id):
                raise NotYours
        rows = [await _sealed(app, row, actor.surface, one) for one in copies]
        async with app.transaction() as tx:
            if await _is_still_of(tx, row):
                is_whole = await _is_there(tx, row, copies)
                if is_whole:
                    tx.add_all(rows)
                return is_whole
        # It came to another account in between (core/privacy/linking), or has gone.


async def _sealed(app: App, request: RequestRow, surface: str, copy: ChatCopy) -> CopyRow:
    copy_id, owner = new_id(), AccountId(request.account_id)
    place = Place(CopyRow.__tablename__, "address_sealed", copy_id, owner)
    return CopyRow(
        id=copy_id,
        account_id=owner,
        request_id=request.id,
        picture_id=copy.picture_id,
        surface=surface,
        address_sealed=await app.keys.seal(place, copy.address.encode()),
        shows_words=copy.shows_words,
        removable_until=copy.removable_until,
        created_at=request.created_at,
    )


async def _is_still_of(tx: AsyncSession, row: RequestRow) -> bool:
    """Say whether a request is still its account's, which it stays until this transaction ends.

    By a write: a read alone locks nothing in SQLite.
    """
    found = await tx.scalar(
        update(RequestRow)
        .where(RequestRow.id == row.id, RequestRow.account_id == row.account_id)
        .values(revision=RequestRow.revision)
        .returning(RequestRow.id)
    )
    return found is not None


async def _is_there(tx: AsyncSession, row: RequestRow, copies: Sequence[ChatCopy]) -> bool:
    query = select(PictureRow.id).where(PictureRow.request_id == row.id)
    known = set(await tx.scalars(query))
    shown = {one.picture_id for one in copies if one.picture_id is not None}
    needs_any = any(one.shows_pictures for one in copies)
    return shown <= known and (bool(known) or not needs_any)
