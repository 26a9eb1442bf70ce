"""Links to an export on the web edge: signed, valid for days, good for few downloads.

The link in the chat leads to a page that lists the parts; each part has a link of its own there.
Chat platforms open links by themselves to show a preview: that costs no download.
"""

import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId, BlobId, is_id
from core.privacy.export.rows import ExportPartRow, ExportRow
from core.privacy.export.store import parts_of
from core.privacy.export.values import DOWNLOADS_AT_MOST
from core.storage.envelope import Unreadable
from core.storage.vault import BlobMissing

PATH = "export"
"""Under the public address: ``/export/<token>`` lists the parts, ``/export/<token>/<number>`` is
one of them."""
_MAC_CHARS = 40
_CHUNK_BYTES = 1 << 18


class LinkWrong(CoreError):
    """The link was not made here, or was changed; nothing was shown."""

    code = "export-link-wrong"


class LinkExpired(CoreError):
    """The link's days are over; nothing was shown."""

    code = "export-link-expired"


class LinkGone(CoreError):
    """The export is not there any more; nothing was shown."""

    code = "export-link-gone"


class LinkUsedUp(CoreError):
    """The part was fetched as often as it may be; nothing was sent."""

    code = "export-link-used-up"

    def __init__(self, *, downloads: int) -> None:
        super().__init__(downloads=downloads)


@dataclass(frozen=True, slots=True)
class Offered:
    """One part on the page of a link."""

    number: int
    file_name: str
    size_bytes: int
    downloads_left: int


@dataclass(frozen=True, slots=True)
class Listing:
    """What the page of a link shows."""

    language: str
    expires_at: datetime
    is_locked: bool
    parts: tuple[Offered, ...]


@dataclass(frozen=True, slots=True)
class Download:
    """One part on its way; the download is counted already."""

    file_name: str
    size_bytes: int
    sha256: str
    chunks: AsyncIterator[bytes]


def token_for(app: App, export_id: str, until: datetime) -> str:
    """Return the token that opens an export until a time."""
    seconds = int(until.timestamp())
    return f"{export_id}-{seconds:x}-{_mac(app, export_id, seconds)}"


def _mac(app: App, export_id: str, seconds: int) -> str:
    return app.keys.fingerprint("export-link", export_id, str(seconds))[:_MAC_CHARS]


def address_of_export(app: App, row: ExportRow) -> str:
    """Return the address of a ready export on the web edge; empty without one."""
    if not app.settings.public_url or row.expires_at is None:
        return ""
    token = token_for(app, row.id, row.expires_at)
    return f"{app.settings.public_url.rstrip('/')}/{PATH}/{token}"


def _export_of(app: App, token: str) -> str:
    """Return the id of the export that a token opens.

    Raises:
        LinkWrong, LinkExpired: it opens nothing.
    """
    export_id, _, rest = token.partition("-")
    seconds, _, mac = rest.partition("-")
    if not is_id(export_id) or not seconds.isalnum():
        raise LinkWrong
    try:
        until = int(seconds, 16)
    except ValueError:
        raise LinkWrong from None
    if not hmac.compare_digest(mac.encode(), _mac(app, export_id, until).encode()):
        raise LinkWrong
    if app.clock.now() >= datetime.fromtimestamp(until, UTC):
        raise LinkExpired
    return export_id


async def _ready(tx: AsyncSession, export_id: str) -> ExportRow:
    row = await tx.get(ExportRow, export_id)
    if row is None or row.state != "ready" or row.expires_at is None:
        raise LinkGone
    account = await tx.get(AccountRow, row.account_id)
    if account is None or account.epoch != row.epoch or account.standing == "erasing":
        raise LinkGone
    return row


async def listing(app: App, token: str) -> Listing:
    """Return what a link offers; looking costs no download.

    Raises:
        LinkWrong, LinkExpired, LinkGone: nothing is shown.
    """
    export_id = _export_of(app, token)
    query = (
        select(ExportPartRow)
        .where(ExportPartRow.export_id == export_id)
        .order_by(ExportPartRow.number)
    )
    async with app.transaction() as tx:
        row = await _ready(tx, export_id)
        parts = tuple(
            Offered(
                number=one.number,
                file_name=one.file_name,
                size_bytes=one.size_bytes,
                downloads_left=DOWNLOADS_AT_MOST - one.downloads,
            )
            for one in await tx.scalars(query)
        )
        assert row.expires_at is not None
        return Listing(row.language, row.expires_at, row.is_locked, parts)


async def verify(app: App, token: str, number: int) -> Download:
    """Count one download of a part, and return its bytes.

    Raises:
        LinkWrong, LinkExpired, LinkUsedUp: nothing is sent and nothing counted.
        LinkGone: nothing is sent; counted only when the bytes turned out to be gone.
    """
    export_id = _export_of(app, token)
    async with app.transaction() as tx:
        await _ready(tx, export_id)
        part = await tx.scalar(
            update(ExportPartRow)
            .where(
                ExportPartRow.export_id == export_id,
                ExportPartRow.number == number,
                ExportPartRow.downloads < DOWNLOADS_AT_MOST,
            )
            .values(downloads=ExportPartRow.downloads + 1)
            .returning(ExportPartRow)
        )
    if part is None:
        known = {one.number for one in await parts_of(app, export_id)}
        if number in known:
            raise LinkUsedUp(downloads=DOWNLOADS_AT_MOST)
        raise LinkGone
    try:
        data = await app.vault.get(AccountId(part.account_id), BlobId(part.blob))
    except (BlobMissing, Unreadable) as gone:
        raise LinkGone from gone
    return Download(part.file_name, part.size_bytes, part.sha256, _chunks(data))


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    view = memoryview(data)
    for start in range(0, len(view), _CHUNK_BYTES):
        yield bytes(view[start : start + _CHUNK_BYTES])
