"""How an attempt of an erasure ends: with the signed receipt, or by telling what still waits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from core.app import App
from core.kernel.ids import AccountId, BlobId
from core.kernel.people import Language, ReplyTo, language_of
from core.privacy.answers import Answer
from core.privacy.erasure.copies import shares
from core.privacy.erasure.pages import partial_page, receipt_file_page, receipt_page
from core.privacy.erasure.receipt import FILE_NAME, as_file, draw_up, signed
from core.privacy.erasure.rows import ErasureRow, ProviderCopyRow
from core.privacy.letters.post import Draft, FileRef, draft, letter_id_of, place_of, post
from core.privacy.letters.rows import LetterRow
from core.privacy.notice.wording import Page
from core.storage.envelope import Unreadable

DONE, PARTIAL = "done", "partial"
_FIRST_RETRY_S, _LAST_RETRY_S = 20.0, 3600.0
_FILE_LETTER = "receipt-file"


def _backoff(attempt: int) -> timedelta:
    return timedelta(seconds=min(_LAST_RETRY_S, _FIRST_RETRY_S * 3.0 ** min(attempt, 8)))


async def postpone(app: App, erasure_id: str, waiting: Sequence[str]) -> str:
    """Record which stores have not acknowledged, tell the person, and come again later."""
    async with app.transaction() as tx:
        row = await tx.get(ErasureRow, erasure_id)
    if row is None or row.state != "running":
        return DONE
    letter = None
    if list(waiting) != row.stores.get("waiting_for"):
        page = partial_page(tuple(waiting), is_unreadable="unreadable_at" in row.stores)
        letter = await _changed(app, row, page)
    async with app.transaction() as tx:
        await tx.execute(
            update(ErasureRow)
            .where(ErasureRow.id == erasure_id, ErasureRow.state == "running")
            .values(
                attempt=row.attempt + 1,
                try_at=app.clock.now() + _backoff(row.attempt),
                stores={**row.stores, "waiting_for": list(waiting)},
            )
        )
        if letter is not None:
            await post(tx, letter, await app.database.now(tx))
    return PARTIAL


async def end(app: App, erasure_id: str) -> str:
    """Write the one receipt, cut the last thread to the account, and send the receipt."""
    async with app.transaction() as tx:
        row = await tx.get(ErasureRow, erasure_id)
    if row is None or row.state != "running":
        return DONE
    now = app.clock.now()
    receipt = signed(app.keys, draw_up(app, row, await shares(app, erasure_id), now))
    letters = await _letters(app, row, receipt)
    async with app.transaction() as tx:
        mine = await tx.scalar(
            update(ErasureRow)
            .where(ErasureRow.id == erasure_id, ErasureRow.state == "running")
            .values(
                state=DONE,
                ended_at=now,
                receipt=receipt,
                addresses_sealed=None,
                stores={"attempts": row.attempt + 1},
            )
            .returning(ErasureRow.id)
        )
        if mine is None:
            return DONE
        await tx.execute(
            update(ErasureRow)
            .where(ErasureRow.account_id == row.account_id)
            .values(account_id=None, addresses_sealed=None)
        )
        await tx.execute(delete(ProviderCopyRow).where(ProviderCopyRow.about == erasure_id))
        sent_at = await app.database.now(tx)
        for letter in letters:
            await post(tx, letter, sent_at)
    return DONE


async def _place_to_write(app: App, row: ErasureRow) -> tuple[ReplyTo, Language] | None:
    """Return where the person can be told, from the letter that has been there from the start."""
    if row.letter_id is None:
        return None
    async with app.transaction() as tx:
        letter = await tx.get(LetterRow, row.letter_id)
    if letter is None:
        return None
    place = place_of(letter.id, "reply_to_sealed")
    try:
        address = (await app.keys.unseal(place, letter.reply_to_sealed)).decode()
    except Unreadable:
        return None
    return ReplyTo(letter.surface, address), language_of(letter.language)


async def _changed(app: App, row: ErasureRow, page: Page) -> Draft | None:
    """Put other words into the erasure's one message."""
    found = await _place_to_write(app, row)
    if found is None or row.letter_id is None:
        return None
    reply_to, language = found
    return await draft(
        app,
        row.letter_id,
        account_id=None,
        about=row.id,
        reply_to=reply_to,
        answer=Answer(page, language),
    )


async def _letters(app: App, row: ErasureRow, receipt: dict[str, Any]) -> list[Draft]:
    """Return the receipt in words, in the message that was there, and as a file behind it."""
    found = await _place_to_write(app, row)
    if found is None or row.letter_id is None:
        return []
    reply_to, language = found
    file_id = letter_id_of(app, row.id, _FILE_LETTER)
    data = as_file(receipt)
    owner, blob = AccountId(file_id), BlobId(file_id)
    await app.keys.make(owner)
    await app.vault.put(owner, blob, data)
    words = await draft(
        app,
        row.letter_id,
        account_id=None,
        about=row.id,
        reply_to=reply_to,
        answer=Answer(receipt_page(receipt, language), language),
        is_last=True,
    )
    file = await draft(
        app,
        file_id,
        account_id=None,
        about=row.id,
        reply_to=reply_to,
        answer=Answer(receipt_file_page(), language),
        file=FileRef(owner, blob, FILE_NAME, len(data)),
        is_last=True,
    )
    return [words, file]
