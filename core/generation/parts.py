"""The bytes of a job between its steps: raw assets and previews, sealed, and dropped at its end."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete

from core.app import App
from core.generation import requests
from core.generation.rows import PictureRow, RequestRow
from core.kernel.ids import AccountId, BlobId, RequestId
from core.providers.port import Asset, PrivacyControls
from core.providers.routing import RouteReceipt
from core.storage.vault import BlobMissing


def as_json(receipt: RouteReceipt) -> dict[str, Any]:
    """Return a route receipt as the JSON column stores it."""
    value: dict[str, Any] = json.loads(receipt.to_json())
    return value


def controls_of(receipt: dict[str, Any] | None) -> PrivacyControls:
    """Return the controls that a stored receipt asks of the provider."""
    return PrivacyControls() if receipt is None else PrivacyControls(**receipt["controls"])


def _raw_blob(app: App, row: RequestRow, index: int) -> BlobId:
    return BlobId(app.keys.fingerprint("raw", row.id, str(index))[:26])


async def put_raw(app: App, row: RequestRow, assets: Sequence[Asset]) -> None:
    """Seal what came from the provider; the first one last, so that its presence means all."""
    for index, asset in reversed(list(enumerate(assets[: row.count], start=1))):
        head = json.dumps({"mime": asset.mime, "facts": asset.facts}).encode()
        await app.vault.put(
            AccountId(row.account_id), _raw_blob(app, row, index), head + b"\n" + asset.data
        )


async def get_raw(app: App, row: RequestRow, index: int) -> Asset | None:
    """Return one raw asset; None when the provider made fewer."""
    try:
        stored = await app.vault.get(AccountId(row.account_id), _raw_blob(app, row, index))
    except BlobMissing:
        return None
    head, _, data = stored.partition(b"\n")
    facts = json.loads(head)
    return Asset(data=data, mime=facts["mime"], facts=facts["facts"])


async def has_raw(app: App, row: RequestRow) -> bool:
    """Say whether the provider's result is here already."""
    return await get_raw(app, row, 1) is not None


def unknown_words(asset: Asset) -> list[str]:
    """Return the words that could not be drawn."""
    words = asset.facts.get("unknown_words", ())
    return [str(word) for word in words] if isinstance(words, list | tuple) else []


def seed_of(asset: Asset, fallback: int) -> int:
    """Return the seed that the provider says it used."""
    seed = asset.facts.get("seed")
    return seed if isinstance(seed, int) else fallback


def preview_blob(app: App, row: RequestRow, number: int) -> BlobId:
    """Return where the ``number``-th preview lives."""
    return BlobId(app.keys.fingerprint("preview", row.id, str(number))[:26])


async def drop_working(app: App, row: RequestRow) -> None:
    """Delete raw assets and previews; what is gone already is no error."""
    owner = AccountId(row.account_id)
    for index in range(1, row.count + 1):
        await app.vault.delete(owner, _raw_blob(app, row, index))
    for number in range(2):
        await app.vault.delete(owner, preview_blob(app, row, number))


async def drop_pictures(app: App, row: RequestRow) -> None:
    """Delete finished pictures that nobody will get, those without a row yet included."""
    async with app.transaction() as tx:
        await tx.execute(delete(PictureRow).where(PictureRow.request_id == row.id))
    for index in range(1, row.count + 1):
        blob = BlobId(requests.picture_id_of(app, RequestId(row.id), index))
        await app.vault.delete(AccountId(row.account_id), blob)
