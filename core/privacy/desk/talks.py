"""Talks with the people who run this: asked in chat, read by them alone, answered where asked."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import Language, ReplyTo
from core.moderation.redaction import redact_card_numbers
from core.privacy.answers import Answer, Step
from core.privacy.desk.errors import TalkAnswered, TalkUnknown, TooManyTalks, WordsTooLong
from core.privacy.desk.requests import close_request, open_request
from core.privacy.desk.rows import RightsRequestRow, TalkRow
from core.privacy.letters.post import draft, letter_id_of, post
from core.privacy.notice.wording import Line, Page
from core.storage.envelope import Place

log = logging.getLogger("limner.desk")

TalkKind = Literal["support", "appeal", "paysupport"]

WORDS_AT_MOST = 4000
"""Characters of one message; what a form or a chat message holds."""
TALKS_AT_MOST, TALKS_WITHIN = 10, timedelta(hours=1)
"""Messages of one person; in the next hour there is room again, whatever came before."""


@dataclass(frozen=True, slots=True)
class Talk:
    """One message to the people who run this, without its words."""

    id: str
    account_id: AccountId
    kind: TalkKind
    is_open: bool
    surface: str
    created_at: datetime
    last_at: datetime
    is_about_privacy: bool = False
    """It is a request about a right too: for whoever looks after people's data."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A message that is stored."""

    talk_id: str
    was_redacted: bool
    """A card number was taken out before anything was stored."""
    is_replay: bool
    """The same update had made it before."""


@dataclass(frozen=True, slots=True)
class Read:
    """The words of a talk, opened for the people who answer."""

    talk: Talk
    words: str
    answer: str


def place_of(talk_id: str, column: str, account_id: str) -> Place:
    """Return where a sealed value of a talk lives."""
    return Place("talks", column, talk_id, account_id)


def _talk(row: TalkRow) -> Talk:
    return Talk(
        id=row.id,
        account_id=AccountId(row.account_id),
        kind=cast("TalkKind", row.kind),
        is_open=row.state == "open",
        surface=row.surface,
        created_at=row.created_at,
        last_at=row.last_at,
    )


async def open_talk(
    app: App,
    account_id: AccountId,
    kind: TalkKind,
    words: str,
    *,
    reply_to: ReplyTo,
    key: str,
    is_about_privacy: bool = False,
) -> Opened:
    """Keep a message for the people who run this, sealed, without any card number.

    ``key``: the native id of the update; the same twice is one message. ``is_about_privacy``: it
    is a request about a right too, and its clock starts.

    Raises:
        WordsTooLong: more than ``WORDS_AT_MOST`` characters; nothing was stored.
        TooManyTalks: ``TALKS_AT_MOST`` within an hour; nothing was stored, later there is room.
    """
    if len(words) > WORDS_AT_MOST:
        raise WordsTooLong(most=WORDS_AT_MOST, n=len(words))
    clean = redact_card_numbers(words)
    talk_id = app.keys.fingerprint("talk", key)[:26]
    address = reply_to.address.encode()
    row = TalkRow(
        id=talk_id,
        account_id=account_id,
        kind=kind,
        state="open",
        surface=reply_to.surface,
        words_sealed=await app.keys.seal(
            place_of(talk_id, "words_sealed", account_id), clean.encode()
        ),
        answer_sealed=None,
        reply_to_sealed=await app.keys.seal(
            place_of(talk_id, "reply_to_sealed", account_id), address
        ),
        created_at=app.clock.now(),
        last_at=app.clock.now(),
    )
    try:
        async with app.transaction() as tx:
            if await tx.get(TalkRow, talk_id) is not None:
                return Opened(talk_id, was_redacted=clean != words, is_replay=True)
            await _keep_room(app, tx, account_id)
            tx.add(row)
            await tx.flush()
            await _said_now(tx, account_id, kind, row.last_at)
            if is_about_privacy:
                await open_request(tx, app, account_id, "support", request_id=talk_id)
    except IntegrityError:
        # The same update twice at once: the other one has stored it.
        return Opened(talk_id, was_redacted=clean != words, is_replay=True)
    return Opened(talk_id, was_redacted=clean != words, is_replay=False)


async def _keep_room(app: App, tx: AsyncSession, account_id: AccountId) -> None:
    now = app.clock.now()
    recent = (
        select(TalkRow.created_at)
        .where(TalkRow.account_id == account_id, TalkRow.created_at > now - TALKS_WITHIN)
        .order_by(TalkRow.created_at)
    )
    times = list(await tx.scalars(recent))
    if len(times) >= TALKS_AT_MOST:
        wait = times[-TALKS_AT_MOST] + TALKS_WITHIN - now
        raise TooManyTalks(
            retry_after_s=int(wait.total_seconds()) + 1, contact=app.settings.support_contact
        )


async def _said_now(tx: AsyncSession, account_id: str, kind: str, now: datetime) -> None:
    """One more word keeps the whole talk: its months count from the last (Flux Art 10)."""
    await tx.execute(
        update(TalkRow)
        .where(TalkRow.account_id == account_id, TalkRow.kind == kind)
        .values(last_at=now)
    )


async def answer_talk(app: App, talk_id: str, words: str) -> None:
    """Bring an answer to where a talk was begun, and keep it with the talk.

    Raises:
        TalkUnknown: there is none (any more); nothing was sent.
        TalkAnswered: it has its answer; nothing was sent.
        Unreadable: the person's key is destroyed; nothing was sent.
    """
    async with app.transaction() as tx:
        row = await tx.get(TalkRow, talk_id)
        if row is None:
            raise TalkUnknown
        language = await tx.scalar(
            select(AccountRow.language).where(AccountRow.id == row.account_id)
        )
    if row.state != "open":
        raise TalkAnswered
    owner = AccountId(row.account_id)
    address = await app.keys.unseal(
        place_of(talk_id, "reply_to_sealed", owner), row.reply_to_sealed
    )
    sealed = await app.keys.seal(place_of(talk_id, "answer_sealed", owner), words.encode())
    page = Page("talk", Line(ANSWERED[row.kind]), (Line("desk-talk-answer", {"words": words}),))
    again = Step(Line("desk-step-write-again"), row.kind, asks=Line(ASKS[row.kind]))
    letter = await draft(
        app,
        letter_id_of(app, talk_id, "answer"),
        account_id=owner,
        about=talk_id,
        reply_to=ReplyTo(row.surface, address.decode()),
        answer=Answer(page, cast("Language", language), (again,)),
        is_last=True,
    )
    async with app.transaction() as tx:
        now = app.clock.now()
        changed = await tx.scalar(
            update(TalkRow)
            .where(TalkRow.id == talk_id, TalkRow.state == "open")
            .values(state="answered", answer_sealed=sealed)
            .returning(TalkRow.id)
        )
        if changed is None:
            raise TalkAnswered
        await _said_now(tx, owner, row.kind, now)
        await close_request(tx, app, talk_id, "answered")
        await post(tx, letter, await app.database.now(tx))


ANSWERED = {
    "support": "desk-support-answered",
    "appeal": "desk-appeal-answered",
    "paysupport": "desk-paysupport-answered",
}
ASKS = {
    "support": "desk-support-asks",
    "appeal": "desk-appeal-asks",
    "paysupport": "desk-paysupport-asks",
}


async def read_talk(app: App, talk_id: str) -> Read:
    """Open the words of a talk for the people who answer it; a log line says that they did.

    Raises:
        TalkUnknown: there is none (any more).
        Unreadable: the person's key is destroyed.
    """
    async with app.transaction() as tx:
        row = await tx.get(TalkRow, talk_id)
    if row is None:
        raise TalkUnknown
    log.info("the words of talk %s (%s) were read", row.id, row.kind)
    words = await app.keys.unseal(
        place_of(talk_id, "words_sealed", row.account_id), row.words_sealed
    )
    answer = b""
    if row.answer_sealed:
        place = place_of(talk_id, "answer_sealed", row.account_id)
        answer = await app.keys.unseal(place, row.answer_sealed)
    return Read(_talk(row), words.decode(), answer.decode())


async def open_talks(app: App) -> tuple[Talk, ...]:
    """Return the talks that wait for an answer, the oldest first."""
    query = select(TalkRow).where(TalkRow.state == "open").order_by(TalkRow.created_at)
    async with app.transaction() as tx:
        requests = set(
            await tx.scalars(select(RightsRequestRow.id).where(RightsRequestRow.state == "open"))
        )
        return tuple(
            [
                replace(_talk(row), is_about_privacy=row.id in requests)
                for row in await tx.scalars(query)
            ]
        )


async def talks_of(app: App, account_id: AccountId, most: int) -> tuple[Talk, ...]:
    """Return a person's newest talks."""
    query = (
        select(TalkRow)
        .where(TalkRow.account_id == account_id)
        .order_by(TalkRow.created_at.desc())
        .limit(most)
    )
    async with app.transaction() as tx:
        return tuple([_talk(row) for row in await tx.scalars(query)])


async def waiting_talks(tx: AsyncSession) -> tuple[int, datetime | None]:
    """Return how many talks wait for an answer, and since when the oldest does."""
    query = select(func.count(), func.min(TalkRow.created_at)).where(TalkRow.state == "open")
    count, oldest = (await tx.execute(query)).one()
    return count, oldest
