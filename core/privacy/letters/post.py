"""Writing letters: sealed with the letter's own key, posted in the caller's transaction."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from core.app import App
from core.kernel.ids import AccountId, BlobId
from core.kernel.people import Language, ReplyTo
from core.privacy.answers import Answer, to_json
from core.privacy.letters.claims import locked
from core.privacy.letters.rows import LetterRow
from core.storage.envelope import Place

WAIT_FOR_MESSAGE = timedelta(seconds=10)
"""How long a letter waits for the message that its surface sends with the answer."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """Bytes in the vault that a letter brings."""

    owner: AccountId
    blob: BlobId
    file_name: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter that is sealed and ready to be posted."""

    letter_id: str
    account_id: AccountId | None
    about: str
    kind: str
    surface: str
    language: Language
    reply_to: bytes
    message: bytes | None
    body: bytes
    file: FileRef | None
    is_last: bool


def letter_id_of(app: App, about: str, name: str) -> str:
    """Return the id of a letter: always the same, so that a repeated step writes no second one."""
    return app.keys.fingerprint("letter", about, name)[:26]


def place_of(letter_id: str, column: str) -> Place:
    """Return where a sealed value of a letter lives; the letter itself owns the key."""
    return Place("letters", column, letter_id, letter_id)


async def _sealed(app: App, letter_id: str, column: str, words: str) -> bytes:
    return await app.keys.seal(place_of(letter_id, column), words.encode())


async def draft(
    app: App,
    letter_id: str,
    *,
    account_id: AccountId | None,
    about: str,
    reply_to: ReplyTo,
    answer: Answer,
    file: FileRef | None = None,
    is_last: bool = False,
) -> Draft:
    """Seal a letter, outside of any transaction; ``post`` it afterwards.

    ``account_id`` None for a letter that must outlive the account. ``is_last``: nothing will be
    written into it afterwards, so its key goes with its delivery.
    """
    await app.keys.make(AccountId(letter_id))
    body = json.dumps(to_json(answer))
    return Draft(
        letter_id=letter_id,
        account_id=account_id,
        about=about,
        kind="page" if file is None else "file",
        surface=reply_to.surface,
        language=answer.language,
        reply_to=await _sealed(app, letter_id, "reply_to_sealed", reply_to.address),
        message=None,
        body=await _sealed(app, letter_id, "body_sealed", body),
        file=file,
        is_last=is_last,
    )


async def draft_takeback(
    app: App, letter_id: str, *, about: str, surface: str, message_address: str, language: Language
) -> Draft:
    """Seal the order to remove a message from its chat; it outlives the account."""
    await app.keys.make(AccountId(letter_id))
    return Draft(
        letter_id=letter_id,
        account_id=None,
        about=about,
        kind="takeback",
        surface=surface,
        language=language,
        reply_to=await _sealed(app, letter_id, "reply_to_sealed", message_address),
        message=await _sealed(app, letter_id, "message_sealed", message_address),
        body=b"",
        file=None,
        is_last=True,
    )


async def post(
    tx: AsyncSession,
    letter: Draft,
    now: datetime,
    *,
    opens_with_answer: bool = False,
    after: timedelta = timedelta(0),
) -> None:
    """Put a letter on its way, or new words into one that is there already.

    ``opens_with_answer``: the surface is showing the answer right now and will tell where; until
    then, or until ``WAIT_FOR_MESSAGE`` has passed, nothing is sent. ``after``: how long a new
    letter waits, so that many of one person's do not stand before everybody else's.
    """
    known = await locked(tx, letter.letter_id)
    if known is None:
        wait = max(after, WAIT_FOR_MESSAGE) if opens_with_answer else after
        tx.add(_new_row(letter, now, now + wait))
        await tx.flush()
        return
    known.body_sealed = letter.body
    known.kind = letter.kind
    known.language = letter.language
    known.account_id = letter.account_id
    known.is_last = letter.is_last
    _attach(known, letter.file)
    known.revision += 1
    if known.state == "done" and known.result in ("", "sent"):
        known.state, known.result, known.attempt = "waiting", "", 0
        known.not_before = now


def _new_row(letter: Draft, now: datetime, not_before: datetime) -> LetterRow:
    row = LetterRow(
        id=letter.letter_id,
        account_id=letter.account_id,
        about=letter.about,
        kind=letter.kind,
        surface=letter.surface,
        language=letter.language,
        reply_to_sealed=letter.reply_to,
        message_sealed=letter.message,
        body_sealed=letter.body,
        state="waiting",
        revision=1,
        attempt=0,
        was_started=False,
        claimed_by=None,
        claimed_until=None,
        not_before=not_before,
        is_last=letter.is_last,
        created_at=now,
        result="",
    )
    _attach(row, letter.file)
    return row


def _attach(row: LetterRow, file: FileRef | None) -> None:
    row.attachment_owner = None if file is None else file.owner
    row.attachment = None if file is None else file.blob
    row.file_name = "" if file is None else file.file_name
    row.size_bytes = 0 if file is None else file.size_bytes


async def readdress(app: App, letter_id: str, address: str) -> None:
    """Write the surface's own address into a letter that so far named only the person."""
    sealed = await _sealed(app, letter_id, "reply_to_sealed", address)
    async with app.transaction() as tx:
        await tx.execute(
            update(LetterRow)
            .where(LetterRow.id == letter_id, LetterRow.state == "sending")
            .values(reply_to_sealed=sealed)
        )


async def remember_letter(app: App, letter_id: str, address: str) -> None:
    """Store where a letter's one message is; a letter that is gone already is no error."""
    async with app.transaction() as tx:
        known = await tx.scalar(select(LetterRow.id).where(LetterRow.id == letter_id))
    if known is None:
        return
    sealed = await _sealed(app, letter_id, "message_sealed", address)
    async with app.transaction() as tx:
        now = await app.database.now(tx)
        await tx.execute(
            update(LetterRow).where(LetterRow.id == letter_id).values(message_sealed=sealed)
        )
        await tx.execute(
            update(LetterRow)
            .where(LetterRow.id == letter_id, LetterRow.state == "waiting")
            .values(not_before=now)
        )
