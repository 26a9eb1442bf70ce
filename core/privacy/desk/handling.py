"""What operators do with requests: see them, take more time, answer, enter what came by mail."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.commands import find_person
from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import Actor, Language
from core.messages.speech import day
from core.moderation.redaction import redact_card_numbers
from core.privacy.answers import Answer, Step
from core.privacy.desk.errors import KindUnknown, NobodyKnown, RequestUnknown
from core.privacy.desk.places import local_lines
from core.privacy.desk.requests import close_request, open_request, open_row, written
from core.privacy.desk.rows import RightsRequestRow
from core.privacy.desk.rules import Alarm, alarm_of, check_fee, extended_due
from core.privacy.letters.people import private_reply_to
from core.privacy.letters.post import Draft, draft, letter_id_of, post
from core.privacy.notice.wording import Line, Page

MAIL_KINDS = (
    "mydata",
    "export",
    "delete",
    "correct",
    "restrict",
    "object",
    "consent",
    "optout",
    "unsubscribe",
)
"""Rights that can be asked for in a mail: each is a command that the person confirms in chat."""
REASONS = {"complex": "desk-extended-complex", "many": "desk-extended-many"}
_CENTS = 100


@dataclass(frozen=True, slots=True)
class Request:
    """A request about a right, without its words."""

    id: str
    kind: str
    jurisdiction: str
    came_by: str
    received_at: datetime
    due_at: datetime
    extension_reason: str
    state: str
    outcome: str
    ended_at: datetime | None
    fee_cents: int
    alarm: Alarm
    """How much of the time for an answer has gone, as far as operators are warned of it."""


def _request(row: RightsRequestRow, now: datetime) -> Request:
    return Request(
        id=row.id,
        kind=row.kind,
        jurisdiction=row.jurisdiction,
        came_by=row.came_by,
        received_at=row.received_at,
        due_at=row.due_at,
        extension_reason=row.extension_reason,
        state=row.state,
        outcome=row.outcome,
        ended_at=row.ended_at,
        fee_cents=row.fee_cents,
        alarm=alarm_of(row.received_at, row.due_at, now) if row.state == "open" else 0,
    )


async def open_requests(app: App, *, overdue: bool = False) -> tuple[Request, ...]:
    """Return the requests without an answer, most urgent first; or only those past their day."""
    now = app.clock.now()
    query = (
        select(RightsRequestRow)
        .where(RightsRequestRow.state == "open")
        .order_by(RightsRequestRow.due_at)
    )
    if overdue:
        query = query.where(RightsRequestRow.due_at <= now)
    async with app.transaction() as tx:
        return tuple([_request(row, now) for row in await tx.scalars(query)])


async def requests_of(app: App, account_id: AccountId, most: int) -> tuple[Request, ...]:
    """Return a person's newest requests."""
    query = (
        select(RightsRequestRow)
        .where(RightsRequestRow.account_id == account_id)
        .order_by(RightsRequestRow.received_at.desc(), RightsRequestRow.id.desc())
        .limit(most)
    )
    now = app.clock.now()
    async with app.transaction() as tx:
        return tuple([_request(row, now) for row in await tx.scalars(query)])


async def count_requests(tx: AsyncSession, account_id: AccountId) -> int:
    """Count a person's requests."""
    query = select(func.count()).where(RightsRequestRow.account_id == account_id)
    return await tx.scalar(query) or 0


async def _seen(app: App, request_id: str) -> tuple[RightsRequestRow, AccountRow]:
    async with app.transaction() as tx:
        row = await tx.get(RightsRequestRow, request_id)
        if row is None or row.state != "open":
            raise RequestUnknown
        return row, await tx.get_one(AccountRow, row.account_id)


async def _letter(
    app: App, about: str, name: str, account: AccountRow, page: Page, *steps: Step
) -> Draft | None:
    """Seal a letter to the person of a request; None when no surface knows them any more."""
    account_id = AccountId(account.id)
    reply_to = await private_reply_to(app, account_id)
    if reply_to is None:
        return None
    lines = (*page.lines, *local_lines(account.region, account.subdivision))
    answer = Answer(Page(page.topic, page.title, lines), cast("Language", account.language), steps)
    return await draft(
        app,
        letter_id_of(app, about, name),
        account_id=account_id,
        about=about,
        reply_to=reply_to,
        answer=answer,
        is_last=True,
    )


async def _post(app: App, tx: AsyncSession, letter: Draft | None) -> None:
    if letter is not None:
        await post(tx, letter, await app.database.now(tx))


_SEE = Step(Line("desk-step-requests"), "requests")


async def extend_request(
    app: App, request_id: str, reason: str, *, days: int | None = None
) -> datetime:
    """Take more time for an answer, once, and tell the person until when and why.

    Returns:
        The new date.

    Raises:
        RequestUnknown: no open request; nothing happened.
        ExtensionWithoutReason, ExtendedAlready, ExtensionTooLate, ExtensionTooLong: the date
            stays, nobody is told anything.
    """
    row, account = await _seen(app, request_id)
    clock = app.profile.answer_clock(row.jurisdiction)

    def later(one: RightsRequestRow) -> datetime:
        return extended_due(
            one.due_at,
            clock,
            now=app.clock.now(),
            reason=reason,
            days=days,
            was_extended=one.extended_at is not None,
        )

    due = later(row)
    language = cast("Language", account.language)
    said = Line(REASONS[reason], {"kind": row.kind, "date": day(due, language)})
    page = Page("requests", Line("desk-title-requests"), (said,))
    letter = await _letter(app, row.id, "extension", account, page, _SEE)
    async with app.transaction() as tx:
        locked = await open_row(tx, request_id)
        locked.due_at = later(locked)
        locked.extended_at = app.clock.now()
        locked.extension_reason = reason
        await tx.flush()
        await _post(app, tx, letter)
    return due


async def ask_fee(app: App, request_id: str, cents: int, reason: str) -> None:
    """Ask for a fee before any work, where the law allows one, and tell the person why.

    ``cents``: of Hong Kong dollars, the only place where a fee can be asked for.

    Raises:
        RequestUnknown: no open request; nothing happened.
        FeeForbidden, FeeWithoutReason: nothing is charged, nobody is told anything.
    """
    row, account = await _seen(app, request_id)
    check_fee(row.jurisdiction, cents, reason)
    facts = {"kind": row.kind, "amount": money(cents), "reason": reason.strip()}
    page = Page("requests", Line("desk-title-requests"), (Line("desk-fee-asked", facts),))
    letter = await _letter(app, row.id, "fee", account, page, _SEE)
    async with app.transaction() as tx:
        locked = await open_row(tx, request_id)
        locked.fee_cents = cents
        locked.fee_reason = reason.strip()
        await tx.flush()
        await _post(app, tx, letter)


def money(cents: int) -> str:
    """Say an amount of Hong Kong dollars."""
    return f"HK${cents // _CENTS}.{cents % _CENTS:02d}"


async def answer_request(app: App, request_id: str, words: str, *, refused: bool = False) -> None:
    """End a request with an answer in the operator's words; it is brought to the person in chat.

    Raises:
        RequestUnknown: no open request; nothing happened.
    """
    row, account = await _seen(app, request_id)
    title = Line("desk-request-answered", {"kind": row.kind})
    page = Page("requests", title, (Line("desk-talk-answer", {"words": words}),))
    letter = await _letter(app, row.id, "answer", account, page, _SEE)
    async with app.transaction() as tx:
        await open_row(tx, request_id)
        outcome = "refused" if refused else "answered"
        await close_request(tx, app, request_id, outcome, refused=refused)
        await _post(app, tx, letter)


async def import_request(
    app: App, actor: Actor, kind: str, received_at: datetime, words: str = ""
) -> str:
    """Enter a request that came by mail; its clock began on the day that it came.

    The mail proves nothing about who wrote it: the person is asked in chat, and only there, by
    whoever holds the account, can it happen (Flux Art 14.2). The same mail twice is one request.
    ``words``: what it said, kept sealed and without card numbers.

    Raises:
        KindUnknown: none of ``MAIL_KINDS``; nothing was stored.
        NobodyKnown: nothing is held about this id; say so in the answer to the mail.
    """
    if kind not in MAIL_KINDS:
        raise KindUnknown(kinds=", ".join(MAIL_KINDS))
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is None:
            raise NobodyKnown
        account = await tx.get_one(AccountRow, person.account_id)
    mark = app.keys.fingerprint("mail", account.id, kind, received_at.isoformat(), words)
    request_id = mark[:26]
    said = await written(app, person.account_id, request_id, redact_card_numbers(words))
    async with app.transaction() as tx:
        row = await tx.get(RightsRequestRow, request_id)
        if row is None:
            await open_request(
                tx,
                app,
                person.account_id,
                kind,
                request_id=request_id,
                words=said if words else None,
                came_by="mail",
                received_at=received_at,
            )
            row = await tx.get_one(RightsRequestRow, request_id)
    facts = {
        "kind": kind,
        "date": day(received_at, person.language),
        "due": day(row.due_at, person.language),
    }
    page = Page("requests", Line("desk-title-requests"), (Line("desk-mail-confirm", facts),))
    confirm = Step(Line("desk-step-confirm", {"kind": kind}), kind)
    letter = await _letter(app, request_id, "mail", account, page, confirm, _SEE)
    async with app.transaction() as tx:
        await _post(app, tx, letter)
    return request_id
