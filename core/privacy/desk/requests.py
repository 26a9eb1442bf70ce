"""Opening, extending and closing requests about rights; their clock starts with their arrival."""

from datetime import datetime
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.ids import AccountId, new_id
from core.privacy.desk.errors import RequestUnknown
from core.privacy.desk.rows import RightsRequestRow
from core.privacy.desk.rules import due_at, jurisdiction_of
from core.storage.envelope import Place

CameBy = Literal["chat", "mail"]


def words_place(request_id: str, account_id: str) -> Place:
    """Return where the sealed words of a request live."""
    return Place("rights_requests", "words_sealed", request_id, account_id)


async def written(app: App, account_id: AccountId, request_id: str, words: str) -> bytes:
    """Seal what a person wrote with a request, outside of any transaction, for ``open_request``.

    Raises:
        Unreadable: the account has no key (any more); nothing was sealed.
    """
    return await app.keys.seal(words_place(request_id, account_id), words.encode())


async def open_request(
    tx: AsyncSession,
    app: App,
    account_id: AccountId,
    kind: str,
    *,
    request_id: str = "",
    words: bytes | None = None,
    came_by: CameBy = "chat",
    received_at: datetime | None = None,
) -> str:
    """Note a request about a right and start its clock; return its id.

    ``kind``: the command's name. ``received_at``: when it came, if not now. What is done at once
    is opened and closed in the same transaction, so that there is a record of it. An open request
    of the same kind is joined and keeps its clock, for example one that came by mail; not where
    an id of its own (``request_id``) is given. ``words``: sealed for that id by ``written``.
    """
    account = await tx.get_one(AccountRow, account_id)
    if not request_id and (joined := await _open_one(tx, account_id, kind)):
        return joined
    jurisdiction = jurisdiction_of(account.region, account.subdivision)
    received = received_at or app.clock.now()
    row = RightsRequestRow(
        id=request_id or new_id(),
        account_id=account_id,
        kind=kind,
        jurisdiction=jurisdiction,
        came_by=came_by,
        received_at=received,
        due_at=due_at(received, app.profile.answer_clock(jurisdiction)),
        extended_at=None,
        extension_reason="",
        state="open",
        outcome="",
        ended_at=None,
        words_sealed=words,
        fee_cents=0,
        fee_reason="",
    )
    tx.add(row)
    await tx.flush()
    return row.id


async def _open_one(tx: AsyncSession, account_id: str, kind: str) -> str | None:
    query = (
        select(RightsRequestRow.id)
        .where(
            RightsRequestRow.account_id == account_id,
            RightsRequestRow.kind == kind,
            RightsRequestRow.state == "open",
        )
        .order_by(RightsRequestRow.received_at)
        .limit(1)
    )
    found: str | None = await tx.scalar(query)
    return found


async def close_request(
    tx: AsyncSession, app: App, request_id: str, outcome: str, *, refused: bool = False
) -> None:
    """Record how a request ended; one that has ended, or is not there, stays as it is.

    What is done is done for a mail that asked for the very same, too.
    ``outcome``: a code of what came of it, at most 32 characters.
    """
    ended = (
        update(RightsRequestRow)
        .where(RightsRequestRow.state == "open")
        .values(state="refused" if refused else "done", outcome=outcome, ended_at=app.clock.now())
    )
    closed = (
        await tx.execute(
            ended.where(RightsRequestRow.id == request_id).returning(
                RightsRequestRow.account_id, RightsRequestRow.kind
            )
        )
    ).one_or_none()
    if closed is not None and not refused:
        await tx.execute(
            ended.where(
                RightsRequestRow.account_id == closed.account_id,
                RightsRequestRow.kind == closed.kind,
                RightsRequestRow.came_by == "mail",
            )
        )


async def note_request(
    tx: AsyncSession,
    app: App,
    account_id: AccountId,
    kind: str,
    outcome: str = "done",
    *,
    refused: bool = False,
) -> str:
    """Record a request that was decided at once; return its id."""
    request_id = await open_request(tx, app, account_id, kind)
    await close_request(tx, app, request_id, outcome, refused=refused)
    return request_id


async def open_row(tx: AsyncSession, request_id: str) -> RightsRequestRow:
    """Return an open request that nobody else can change until this transaction ends.

    Raises:
        RequestUnknown: there is none, or it has ended.
    """
    row: RightsRequestRow | None = await tx.scalar(
        update(RightsRequestRow)
        .where(RightsRequestRow.id == request_id, RightsRequestRow.state == "open")
        .values(state="open")
        .returning(RightsRequestRow)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise RequestUnknown
    return row
