"""Telling a person how their export goes: one message that changes, and one more for each file."""

from datetime import timedelta
from typing import cast

from core.app import App
from core.kernel.ids import AccountId
from core.kernel.people import Language, ReplyTo
from core.privacy.answers import Answer
from core.privacy.export.rows import ExportRow
from core.privacy.letters.post import Draft, FileRef, draft, letter_id_of
from core.storage.envelope import Place, Unreadable

PROGRESS = "progress"
EVERY_S = 3.0
"""Seconds between two changes of the message that shows how far it is."""
BETWEEN_FILES = timedelta(seconds=2)
"""So that somebody's hundred files do not stand before everybody else's news."""


def letter_name(number: int) -> str:
    """Return the name of a part's letter: the first file takes the place of the progress."""
    return PROGRESS if number == 1 else f"part-{number}"


def place_of(export_id: str, column: str, account_id: str) -> Place:
    """Return where a sealed value of an export lives."""
    return Place("exports", column, export_id, account_id)


async def address_of(app: App, row: ExportRow) -> ReplyTo | None:
    """Return where news of an export go; None when that can't be read any more."""
    if not row.reply_to_sealed:
        return None
    place = place_of(row.id, "reply_to_sealed", row.account_id)
    try:
        address = await app.keys.unseal(place, row.reply_to_sealed)
    except Unreadable:
        return None
    return ReplyTo(row.surface, address.decode())


async def passphrase_of(app: App, row: ExportRow) -> str | None:
    """Return the passphrase of an export that is locked; None for one that is not.

    Raises:
        Unreadable: the account's key is destroyed.
    """
    if not row.is_locked:
        return None
    if not row.passphrase_sealed:
        raise Unreadable
    place = place_of(row.id, "passphrase_sealed", row.account_id)
    return (await app.keys.unseal(place, row.passphrase_sealed)).decode()


async def drafted(
    app: App,
    row: ExportRow,
    to: ReplyTo,
    name: str,
    answer: Answer,
    *,
    file: FileRef | None = None,
    is_last: bool = False,
) -> Draft:
    """Seal one letter about an export, outside of any transaction."""
    return await draft(
        app,
        letter_id_of(app, row.id, name),
        account_id=AccountId(row.account_id),
        about=row.id,
        reply_to=to,
        answer=answer,
        file=file,
        is_last=is_last,
    )


def language_of_row(row: ExportRow) -> Language:
    """Return the language in which an export was asked for."""
    return cast("Language", row.language)
