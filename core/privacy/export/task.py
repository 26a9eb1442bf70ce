"""The durable work of an export: part after part, then its letters; each step can be cut off."""

from functools import partial

from sqlalchemy import select

from core.app import App
from core.engine.engine import Steps, Task
from core.kernel.ids import AccountId
from core.privacy.answers import Answer
from core.privacy.export import news, pages
from core.privacy.export.build import build, name_of
from core.privacy.export.links import address_of_export
from core.privacy.export.rows import ExportRow
from core.privacy.export.store import (
    StoredPart,
    end,
    keep,
    locked_row,
    make_ready,
    parts_of,
    retire_older,
    working,
)
from core.privacy.export.values import KIND, Cursor
from core.privacy.letters.post import Draft, FileRef, post
from core.privacy.linking.moving import finish_moves
from core.storage.envelope import Unreadable

_MORE, _DONE, _OVER = "more", "done", "over"
_LOOK_AT_MOST = 100


def export_task(app: App) -> Task:
    """Return the export as the task that workers run; its id is the export's."""

    async def run(export_id: str, steps: Steps) -> None:
        await export(app, export_id, steps)

    return run


async def export(app: App, export_id: str, steps: Steps) -> None:
    """Make all parts of an export and put them on their way to the person.

    A step that is cut off is done again from the cursor: a part is there once, with the letter
    that brings it. A step that fails ends the export; ``mend_exports`` tells the person.
    """
    await steps.run("export-arrivals", partial(arrivals, app, export_id))
    number, verdict = 1, _MORE
    while verdict == _MORE:
        step = partial(make_part, app, export_id, number)
        verdict = await steps.run(f"export-part-{number}", step)
        number += 1
    if verdict == _DONE:
        verdict = await steps.run("export-finish", partial(finish, app, export_id))
    if verdict == _DONE:
        verdict = await steps.run("export-letters", partial(send_all, app, export_id))
    if verdict == _OVER:
        await steps.run("export-over", partial(call_off, app, export_id))


async def arrivals(app: App, export_id: str) -> bool:
    """Bring over first what is still on its way from an account that was joined to this one."""
    row = await working(app, export_id)
    return row is not None and await finish_moves(app, AccountId(row.account_id))


async def make_part(app: App, export_id: str, number: int) -> str:
    """Make one part and store it; a part that is there already is not made again."""
    row = await working(app, export_id)
    if row is None:
        return _OVER
    cursor = Cursor.of_json(row.cursor)
    if cursor.number < number:
        try:
            passphrase = await news.passphrase_of(app, row)
            part = await build(app, row, number, passphrase)
            await keep(app, row, number, part, name_of(row, number))
        except Unreadable:
            # The account's key was destroyed meanwhile.
            return _OVER
        row = await working(app, export_id)
        if row is None:
            return _OVER
        cursor = Cursor.of_json(row.cursor)
    if cursor.is_done:
        return _DONE
    await _tell_progress(app, row, cursor)
    return _MORE


async def _tell_progress(app: App, row: ExportRow, cursor: Cursor) -> None:
    """Change the one message, unless it was changed a moment ago."""
    now_s = app.clock.now().timestamp()
    to = await news.address_of(app, row)
    if to is None or now_s - cursor.told_at < news.EVERY_S:
        return
    letter = await news.drafted(app, row, to, news.PROGRESS, pages.under_way(row))
    async with app.transaction() as tx:
        known = await locked_row(tx, row.id, "running")
        if known is not None:
            told = Cursor.of_json(known.cursor)
            told.told_at = now_s
            known.cursor = told.to_json()
            await post(tx, letter, await app.database.now(tx))


async def finish(app: App, export_id: str) -> str:
    """Record that it is ready; earlier ones of the same account make room."""
    if not await make_ready(app, export_id):
        return _OVER
    await retire_older(app, export_id)
    return _DONE


async def send_all(app: App, export_id: str) -> str:
    """Put every part on its way, each exactly once; the first takes the progress's place."""
    async with app.transaction() as tx:
        row = await tx.get(ExportRow, export_id)
    if row is None or row.state != "ready":
        return _OVER
    to = await news.address_of(app, row)
    if to is None:
        # All letters were written, or nobody can be reached any more: the files stay on offer.
        return _DONE
    parts = await parts_of(app, export_id)
    if row.way == "link":
        answer = pages.by_link(app, row, parts, address_of_export(app, row))
        letter = await news.drafted(app, row, to, news.PROGRESS, answer, is_last=True)
        await _post_once(app, export_id, letter, len(parts), 0)
    else:
        for part in parts:
            letter = await news.drafted(
                app,
                row,
                to,
                news.letter_name(part.number),
                pages.with_file(app, row, parts, part),
                file=file_of(row, part),
                is_last=True,
            )
            await _post_once(app, export_id, letter, part.number, part.number - 1)
    async with app.transaction() as tx:
        known = await locked_row(tx, export_id, "ready")
        if known is not None:
            known.reply_to_sealed = None
    return _DONE


def file_of(row: ExportRow, part: StoredPart) -> FileRef:
    """Return a part as a letter brings it."""
    return FileRef(AccountId(row.account_id), part.blob, part.file_name, part.size_bytes)


async def _post_once(app: App, export_id: str, letter: Draft, number: int, waves: int) -> None:
    """Post a letter unless the cursor says that it was; both in one transaction."""
    async with app.transaction() as tx:
        known = await locked_row(tx, export_id, "ready")
        if known is None:
            return
        cursor = Cursor.of_json(known.cursor)
        if cursor.letters >= number:
            return
        cursor.letters = number
        known.cursor = cursor.to_json()
        now = await app.database.now(tx)
        await post(tx, letter, now, after=news.BETWEEN_FILES * waves)


async def call_off(app: App, export_id: str) -> bool:
    """End an export whose account was frozen or erased, or that was stopped; say so if possible."""
    row = await end(app, export_id, "gone", "ended")
    if row is not None:
        await tell_end(app, row, pages.frozen(row))
    return row is not None


async def tell_end(app: App, row: ExportRow, answer: Answer) -> None:
    """Say in the one message how an export ended without files; nobody may be there to read it."""
    to = await news.address_of(app, row)
    if to is None:
        return
    letter = await news.drafted(app, row, to, news.PROGRESS, answer, is_last=True)
    async with app.transaction() as tx:
        await post(tx, letter, await app.database.now(tx))


async def mend_exports(app: App) -> int:
    """End exports whose work the engine has given up, and tell their people; return how many.

    Called with every round of the reconcile loop. Nothing is tried again by itself: the person
    is told, and asks again.
    """
    query = select(ExportRow.id).where(ExportRow.state == "running").limit(_LOOK_AT_MOST)
    async with app.transaction() as tx:
        running = list(await tx.scalars(query))
    if not running:
        return 0
    ended = await app.engine.failed_tasks(KIND, running)
    for export_id in ended:
        row = await end(app, export_id, "failed", "failed")
        if row is not None:
            await tell_end(app, row, pages.failed(row))
    return len(ended)
