"""Asking for an export, joining one that runs, stopping it, sending it again."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.accounts.values import Person
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import ReplyTo
from core.privacy.answers import Answer
from core.privacy.counter.values import Asked
from core.privacy.desk.requests import open_request
from core.privacy.export import news, pages
from core.privacy.export.rows import ExportRow
from core.privacy.export.store import StoredPart, end, locked_row, parts_of
from core.privacy.export.task import file_of
from core.privacy.export.values import BYTES, EMPTY_COUNTS, KIND, Cursor, Way, part_limit
from core.privacy.letters.post import Draft, draft, letter_id_of, post
from core.privacy.notice.wording import Line
from core.privacy.subject.holdings import content_bytes, holdings

_RECORD_BYTES = 700
"""What one record takes in a part, on average, in its data file and in the viewer."""
_PART_BYTES = 60_000
"""What every part takes besides."""
AGAIN_AFTER = timedelta(minutes=10)
"""How soon the same files can be sent once more."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How large an export will be, roughly."""

    size_bytes: int
    parts: int


async def estimate(app: App, account_id: AccountId, limit_bytes: int) -> Estimate:
    """Estimate an export's size from what rows tell; nothing is read from the vault."""
    _, size = await content_bytes(app, account_id)
    size += (await holdings(app, account_id)).total * _RECORD_BYTES
    parts = -(-size // max(1, limit_bytes - _PART_BYTES))
    return Estimate(size + parts * _PART_BYTES, parts)


async def newest(app: App, account_id: AccountId, state: str) -> ExportRow | None:
    """Return the newest export of an account in a state; one that has expired is not shown."""
    query = (
        select(ExportRow)
        .where(ExportRow.account_id == account_id, ExportRow.state == state)
        .order_by(ExportRow.created_at.desc())
        .limit(1)
    )
    async with app.transaction() as tx:
        row = await tx.scalar(query)
    if row is not None and row.expires_at is not None and row.expires_at <= app.clock.now():
        return None
    return row


async def begin(asked: Asked, person: Person, way: Way, passphrase: str | None) -> Answer:
    """Queue an export and show how far it is, in the message that becomes its end.

    While one runs the same one is shown; the same update twice begins one. In one transaction:
    the export, its request about the right, its letter, its task.
    """
    app = asked.app
    account_id = person.account_id
    export_id = app.keys.fingerprint("export", account_id, asked.ask.key)[:26]
    row = await _row(asked, person, export_id, way, passphrase)
    letter = await news.drafted(app, row, asked.ask.reply_to, news.PROGRESS, pages.under_way(row))
    try:
        async with app.transaction() as tx:
            row.request_id = await open_request(tx, app, account_id, KIND)
            tx.add(row)
            await tx.flush()
            await post(tx, letter, await app.database.now(tx), opens_with_answer=True)
            await app.engine.enqueue_task(tx, KIND, export_id, is_long=True)
    except IntegrityError:
        # One runs already, or this very update came twice.
        return await joined(asked, person)
    shown = pages.under_way(row)
    return Answer(shown.page, asked.language, shown.steps, letter_id=letter.letter_id)


async def _row(
    asked: Asked, person: Person, export_id: str, way: Way, passphrase: str | None
) -> ExportRow:
    app, account_id = asked.app, person.account_id
    limit = part_limit(asked.ask.traits.part_limit_bytes if way == "files" else 1 << 40)
    size = (await estimate(app, account_id, limit)).size_bytes

    async def sealed(column: str, words: str) -> bytes:
        place = news.place_of(export_id, column, account_id)
        return await app.keys.seal(place, words.encode())

    return ExportRow(
        id=export_id,
        account_id=account_id,
        epoch=person.epoch,
        state="running",
        surface=asked.ask.reply_to.surface,
        language=asked.language,
        way=way,
        part_limit_bytes=limit,
        passphrase_sealed=(
            None if passphrase is None else await sealed("passphrase_sealed", passphrase)
        ),
        reply_to_sealed=await sealed("reply_to_sealed", asked.ask.reply_to.address),
        is_locked=passphrase is not None,
        letter_id=letter_id_of(app, export_id, news.PROGRESS),
        request_id="",
        cursor=Cursor().to_json(),
        counts={**EMPTY_COUNTS, BYTES: size},
        done_bytes=0,
        created_at=app.clock.now(),
        ended_at=None,
        expires_at=None,
    )


async def joined(asked: Asked, person: Person) -> Answer:
    """Show the export that runs; it is one, however often and wherever it is asked for."""
    row = await newest(asked.app, person.account_id, "running")
    if row is None:
        return pages.answer(asked.language, (Line("export-just-ended"),))
    line = Line("export-joined", {"percent": pages.percent_of(row)})
    return pages.answer(asked.language, (line,), pages.STOP)


async def stop(asked: Asked, person: Person) -> Answer:
    """Stop the export that runs, and remove what was made of it."""
    row = await newest(asked.app, person.account_id, "running")
    ended = None if row is None else await end(asked.app, row.id, "gone", "stopped")
    if ended is None:
        return pages.answer(asked.language, (Line("export-nothing-runs"),), pages.SEND)
    told = pages.stopped(asked.language, asked.app)
    to = await news.address_of(asked.app, ended)
    if to is not None:
        letter = await news.drafted(asked.app, ended, to, news.PROGRESS, told, is_last=True)
        async with asked.app.transaction() as tx:
            await post(tx, letter, await asked.app.database.now(tx))
    return told


async def send_again(asked: Asked, row: ExportRow, parts: tuple[StoredPart, ...]) -> Answer | None:
    """Put a finished export's files on their way once more; None when that was done just now.

    They go to where this was asked.
    """
    app, now_s = asked.app, asked.app.clock.now().timestamp()
    letters = [await _again(asked, row, parts, part) for part in parts]
    async with app.transaction() as tx:
        known = await locked_row(tx, row.id, "ready")
        cursor = None if known is None else Cursor.of_json(known.cursor)
        if known is None or cursor is None:
            return None
        if now_s - cursor.again_at < AGAIN_AFTER.total_seconds():
            return None
        cursor.again_at = now_s
        known.cursor = cursor.to_json()
        now = await app.database.now(tx)
        for number, letter in enumerate(letters):
            await post(
                tx,
                letter,
                now,
                opens_with_answer=number == 0,
                after=news.BETWEEN_FILES * number,
            )
    line = Line("export-sending-again")
    shown = pages.answer(asked.language, (line,))
    return Answer(shown.page, asked.language, shown.steps, letter_id=letters[0].letter_id)


async def _again(
    asked: Asked, row: ExportRow, parts: tuple[StoredPart, ...], part: StoredPart
) -> Draft:
    app, to = asked.app, asked.ask.reply_to
    return await draft(
        app,
        letter_id_of(app, row.id, f"again {asked.ask.key} {part.number}"),
        account_id=AccountId(row.account_id),
        about=row.id,
        reply_to=ReplyTo(to.surface, to.address),
        answer=pages.with_file(app, row, parts, part),
        file=file_of(row, part),
        is_last=True,
    )


async def finished(asked: Asked, person: Person) -> tuple[ExportRow, tuple[StoredPart, ...]] | None:
    """Return the export that is still there, with its parts."""
    row = await newest(asked.app, person.account_id, "ready")
    if row is None:
        return None
    parts = await parts_of(asked.app, row.id)
    return (row, parts) if parts else None
