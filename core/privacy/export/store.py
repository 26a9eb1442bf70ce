"""What becomes of an export in database and vault: parts kept, ends recorded, bytes gone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.ids import AccountId, BlobId, new_id
from core.policy.profile import Profile
from core.policy.retention import expires_after
from core.privacy.desk.requests import close_request
from core.privacy.export.build import Part
from core.privacy.export.rows import ExportPartRow, ExportRow
from core.privacy.export.values import Cursor

_BLOBS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class StoredPart:
    """One part that can be fetched."""

    part_id: str
    number: int
    blob: BlobId
    file_name: str
    size_bytes: int


def expires_at(profile: Profile, began_at: datetime) -> datetime:
    """Return until when an export can be fetched: the link's days, and never after it is hidden."""
    ends = [timedelta(days=profile.exports.link_days)]
    hidden = expires_after(profile, "exports")
    if hidden is not None:
        ends.append(hidden)
    return began_at + min(ends)


async def working(app: App, export_id: str) -> ExportRow | None:
    """Return an export that is still to be made: it runs, and its account is as it was."""
    async with app.transaction() as tx:
        row = await tx.get(ExportRow, export_id)
        if row is None or row.state != "running":
            return None
        account = await tx.get(AccountRow, row.account_id)
    if account is None or account.epoch != row.epoch or account.standing == "erasing":
        return None
    return row


async def locked_row(tx: AsyncSession, export_id: str, state: str) -> ExportRow | None:
    """Return an export in a state; nobody else can change it until this transaction ends.

    By a write: a read alone locks nothing in SQLite.
    """
    found: ExportRow | None = await tx.scalar(
        update(ExportRow)
        .where(ExportRow.id == export_id, ExportRow.state == state)
        .values(state=state)
        .returning(ExportRow)
        .execution_options(populate_existing=True)
    )
    return found


async def keep(app: App, row: ExportRow, number: int, part: Part, file_name: str) -> bool:
    """Seal a part into the vault and move the cursor; False when somebody else has done it.

    The bytes first, under a name of their own: whoever comes second removes only what is theirs.
    """
    owner, blob = AccountId(row.account_id), BlobId(new_id())
    await app.vault.put(owner, blob, part.data)
    async with app.transaction() as tx:
        known = await locked_row(tx, row.id, "running")
        is_mine = known is not None and Cursor.of_json(known.cursor).number == number - 1
        if known is not None and is_mine:
            known.cursor = part.cursor.to_json()
            known.done_bytes += len(part.data)
            known.counts = {
                name: known.counts.get(name, 0) + part.counts.get(name, 0)
                for name in {*known.counts, *part.counts}
            }
            tx.add(_part_row(app, row, number, part, file_name, blob))
    if not is_mine:
        await app.vault.delete(owner, blob)
    return is_mine


def _part_row(
    app: App,
    row: ExportRow,
    number: int,
    part: Part,
    file_name: str,
    blob: BlobId,
) -> ExportPartRow:
    return ExportPartRow(
        id=app.keys.fingerprint("export-part", row.id, str(number))[:26],
        export_id=row.id,
        account_id=row.account_id,
        number=number,
        blob=blob,
        file_name=file_name,
        size_bytes=len(part.data),
        sha256=part.sha256,
        downloads=0,
        # All parts leave with their export, in one sweep.
        created_at=row.created_at,
    )


async def parts_of(app: App, export_id: str) -> tuple[StoredPart, ...]:
    """Return the parts of an export, in order."""
    query = (
        select(ExportPartRow)
        .where(ExportPartRow.export_id == export_id)
        .order_by(ExportPartRow.number)
    )
    async with app.transaction() as tx:
        rows = list(await tx.scalars(query))
    return tuple(
        StoredPart(one.id, one.number, BlobId(one.blob), one.file_name, one.size_bytes)
        for one in rows
    )


async def make_ready(app: App, export_id: str) -> bool:
    """Record that all parts are there, and empty the passphrase; False when it had ended before."""
    async with app.transaction() as tx:
        row = await locked_row(tx, export_id, "running")
        if row is None:
            state = await tx.scalar(select(ExportRow.state).where(ExportRow.id == export_id))
            return state == "ready"
        row.state = "ready"
        row.passphrase_sealed = None
        row.ended_at = app.clock.now()
        row.expires_at = expires_at(app.profile, row.created_at)
        await close_request(tx, app, row.request_id, row.way)
    return True


async def end(app: App, export_id: str, state: str, outcome: str) -> ExportRow | None:
    """End a running export for good and remove its parts; None when it had ended before.

    ``state``: ``failed`` or ``gone``. ``outcome``: a code, for the request about the right.
    """
    async with app.transaction() as tx:
        row = await locked_row(tx, export_id, "running")
        if row is not None:
            row.state = state
            row.passphrase_sealed = None
            row.ended_at = app.clock.now()
            await close_request(tx, app, row.request_id, outcome)
    if row is not None:
        await remove_parts(app, [export_id])
    return row


async def retire_older(app: App, export_id: str) -> int:
    """Remove the parts of the account's earlier exports, whose place this one takes."""
    async with app.transaction() as tx:
        row = await tx.get(ExportRow, export_id)
        if row is None:
            return 0
        older = list(
            await tx.scalars(
                update(ExportRow)
                .where(
                    ExportRow.account_id == row.account_id,
                    ExportRow.state == "ready",
                    ExportRow.created_at < row.created_at,
                )
                .values(state="gone", reply_to_sealed=None)
                .returning(ExportRow.id)
            )
        )
    await remove_parts(app, older)
    return len(older)


async def remove_parts(app: App, export_ids: Sequence[str]) -> None:
    """Remove parts: the bytes first, so that no crash leaves any that no row leads to."""
    if not export_ids:
        return
    mine = ExportPartRow.export_id.in_(export_ids)
    async with app.transaction() as tx:
        found = (
            await tx.execute(select(ExportPartRow.account_id, ExportPartRow.blob).where(mine))
        ).all()
    gate = asyncio.Semaphore(_BLOBS_AT_ONCE)

    async def drop(owner: str, blob: str) -> None:
        async with gate:
            await app.vault.delete(AccountId(owner), BlobId(blob))

    await asyncio.gather(*(drop(owner, blob) for owner, blob in found))
    async with app.transaction() as tx:
        await tx.execute(delete(ExportPartRow).where(mine))
