"""Opening, extending and closing requests about rights; their clock starts with their arrival."""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote with a request, sealed; made outside of any transaction."""

    request_id: str
    sealed: bytes


def words_place(request_id: str, account_id: str) -> Place:
    """Return where the sealed words of a request live."""
    return Place("rights_requests", "words_sealed", request_id, account_id)


async def written(app: App, account_id: AccountId, words: str) -> Written:
    """Seal what a person wrote with a request, for ``open_request``.

    Raises:
        Unreadable: the account has no key (any more); nothing was sealed.
    """
    request_id = new_id()
    sealed = await app.keys.seal(words_place(request_id, account_id), words.encode())
    return Written(request_id, sealed)


async def open_request(
    tx: AsyncSession,
    app: App,
    account_id: AccountId,
    kind: str,
    *,
    words: Written | None = None,
    request_id: str = "",
    came_by: CameBy = "chat",
    received_at: datetime | None = None,
) -> str:
    """Note a request about a right and start its clock; return its id.

    ``kind``: the command's name. ``received_at``: when it came, if not now. What is done at once
    is opened and closed in the same transaction, so that there is a record of it. An open request
    of the same kind is joined and keeps its clock, for example one that came by mail; not where
    words or an id of its own (``request_id``) are given.
    """
    account = await tx.get_one(AccountRow, account_id)
    if words is None and not request_id and (joined := await _open_one(tx, account_id, kind)):
        return joined
    jurisdiction = jurisdiction_of(account.region, account.subdivision)
    received = received_at or app.clock.now()
    row = RightsRequestRow(
        id=request_id or (words.request_id if words else new_id()),
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
        words_sealed=words.sealed if words else None,
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

    ``outcome``: a code of what came of it, at most 32 characters.
    """
    await tx.execute(
        update(RightsRequestRow)
        .where(RightsRequestRow.id == request_id, RightsRequestRow.state == "open")
        .values(state="refused" if refused else "done", outcome=outcome, ended_at=app.clock.now())
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
