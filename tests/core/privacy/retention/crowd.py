"""Very many things with an age, made fast."""

from datetime import datetime

from sqlalchemy import insert

from core.app import App
from core.generation.rows import PictureRow, RequestRow
from core.kernel.ids import AccountId, BlobId, new_id
from core.quotas.rows import HoldRow
from tests.core.privacy.retention.things import a_request_with_a_picture

_AT_ONCE = 2000


async def a_crowd(
    app: App, owner: AccountId, at: datetime, count: int, *, with_blobs: bool = False
) -> None:
    """Store so many ended requests with one picture each, all of them alike but for their ids."""
    first, _ = await a_request_with_a_picture(app, owner, at)
    async with app.transaction() as tx:
        like = await tx.get_one(RequestRow, first)
        request = {column.name: getattr(like, column.name) for column in RequestRow.__table__.c}
    for start in range(1, count, _AT_ONCE):
        size = min(_AT_ONCE, count - start)
        ids = [(new_id(), new_id(), new_id()) for _ in range(size)]
        if with_blobs:
            for _, picture_id, _ in ids:
                await app.vault.put(owner, BlobId(picture_id), b"picture")
        async with app.transaction() as tx:
            await tx.execute(insert(HoldRow), [_hold(one[2], owner, at) for one in ids])
            rows = [
                request | {"id": one[0], "request_key_hash": one[0], "hold_id": one[2]}
                for one in ids
            ]
            await tx.execute(insert(RequestRow), rows)
            await tx.execute(insert(PictureRow), [_picture(one, owner, at) for one in ids])


def _hold(hold_id: str, owner: AccountId, at: datetime) -> dict[str, object]:
    return {
        "id": hold_id,
        "account_id": owner,
        "free_credits": 1,
        "paid_credits": 0,
        "captured": 1,
        "day": "2026-03-01",
        "state": "captured",
        "created_at": at,
    }


def _picture(ids: tuple[str, str, str], owner: AccountId, at: datetime) -> dict[str, object]:
    return {
        "id": ids[1],
        "account_id": owner,
        "request_id": ids[0],
        "index": 1,
        "blob": ids[1],
        "mime": "image/png",
        "width_px": 8,
        "height_px": 8,
        "size_bytes": 8,
        "seed": 1,
        "is_ai_model": False,
        "manifest_id": ids[1],
        "sha256": ids[1],
        "perceptual_hash": 1,
        "created_at": at,
    }
