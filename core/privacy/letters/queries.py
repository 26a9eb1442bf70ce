"""The letters of one person on a surface that shows them from here: listed, opened, withdrawn."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update

from core.accounts.commands import find_person
from core.app import App
from core.generation.errors import NotFound
from core.kernel.ids import AccountId, BlobId
from core.kernel.people import Actor, ReplyTo
from core.privacy.answers import Answer, of_json
from core.privacy.letters.people import native_id_in
from core.privacy.letters.post import FileRef, place_of
from core.privacy.letters.rows import LetterRow
from core.storage.envelope import Unreadable
from core.storage.vault import BlobMissing

SHOWN_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """One letter as it stands."""

    letter_id: str
    created_at: datetime
    answer: Answer
    file: FileRef | None


async def _opened(app: App, row: LetterRow, column: str) -> str:
    sealed: bytes = getattr(row, column)
    return (await app.keys.unseal(place_of(row.id, column), sealed)).decode()


async def _kept(app: App, row: LetterRow, actor: Actor, reply_to: ReplyTo) -> KeptLetter | None:
    """Open a letter; None when it is somebody else's, or can't be read any more."""
    try:
        address = await _opened(app, row, "reply_to_sealed")
        if address != reply_to.address and native_id_in(address) != actor.native_id:
            return None
        answer = of_json(json.loads(await _opened(app, row, "body_sealed")))
    except Unreadable:
        return None
    file = None
    if row.attachment and row.attachment_owner:
        owner, blob = AccountId(row.attachment_owner), BlobId(row.attachment)
        file = FileRef(owner, blob, row.file_name, row.size_bytes)
    return KeptLetter(row.id, row.created_at, answer, file)


async def letters_of(app: App, actor: Actor, reply_to: ReplyTo) -> tuple[KeptLetter, ...]:
    """Return the newest letters to an address, oldest first.

    Those of the person's account, and those that outlive it: a receipt belongs to whoever reads
    the address.
    """
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        owner = None if person is None else person.account_id
        rows = await tx.scalars(
            select(LetterRow)
            .where(
                LetterRow.surface == reply_to.surface,
                LetterRow.kind != "takeback",
                LetterRow.body_sealed != b"",
                or_(LetterRow.account_id.is_(None), LetterRow.account_id == owner),
            )
            .order_by(LetterRow.created_at.desc())
            .limit(SHOWN_AT_MOST)
        )
        found = list(rows)
    kept = [await _kept(app, row, actor, reply_to) for row in reversed(found)]
    return tuple(letter for letter in kept if letter is not None)


async def letter_at(app: App, actor: Actor, reply_to: ReplyTo, letter_id: str) -> KeptLetter:
    """Return one letter to this address.

    Raises:
        NotFound: no such letter, somebody else's, or over; nothing happened.
    """
    async with app.transaction() as tx:
        row = await tx.get(LetterRow, letter_id)
    if (
        row is None
        or row.surface != reply_to.surface
        or row.kind == "takeback"
        or not row.body_sealed
    ):
        raise NotFound
    kept = await _kept(app, row, actor, reply_to)
    if kept is None:
        raise NotFound
    return kept


async def letter_bytes(app: App, letter: KeptLetter) -> bytes:
    """Return the bytes of the file that a letter brings.

    Raises:
        NotFound: the letter brings none, or the file has expired or was erased.
    """
    if letter.file is None:
        raise NotFound
    try:
        return await app.vault.get(letter.file.owner, letter.file.blob)
    except (BlobMissing, Unreadable) as missing:
        raise NotFound from missing


async def withdraw_letter(app: App, letter_id: str) -> None:
    """End a letter whose message was removed: its words, then its key; gone already is no error."""
    async with app.transaction() as tx:
        await tx.execute(
            update(LetterRow)
            .where(LetterRow.id == letter_id)
            .values(
                state="done",
                result="withdrawn",
                body_sealed=b"",
                reply_to_sealed=b"",
                message_sealed=None,
                claimed_by=None,
                claimed_until=None,
            )
        )
    await app.keys.destroy(AccountId(letter_id))
