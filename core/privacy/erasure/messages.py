"""Messages in the chat that show what is deleted: taken back where the platform allows it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, or_, select, update

from core.app import App
from core.generation.rows import CopyRow, RequestRow
from core.kernel.ids import AccountId
from core.kernel.people import Language
from core.privacy.letters.post import draft_takeback, letter_id_of, post
from core.privacy.letters.rows import LetterRow
from core.storage.envelope import Place
from core.storage.inventory import Base

_BATCH = 2000
_POSTED_AT_ONCE = 50
_MARGIN = timedelta(minutes=5)
"""A message that is this close to the platform's limit may be too old when its turn comes."""
AT_MOST = 2000
"""So many messages, the newest, are taken back; who has more would wait for hours."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a chat, by the address that its surface gave."""

    surface: str
    address: str


@dataclass(frozen=True, slots=True)
class Messages:
    """What can be taken back, and how many messages only the person can remove."""

    removable: tuple[Message, ...]
    left: int
    results: tuple[str, ...] = ()
    """The requests whose own message is among the removable ones, by id."""
    copies: tuple[str, ...] = ()
    """The copies that are among them, by id, and those that their surface changes by itself."""

    def written(self) -> bytes:
        """Return the removable ones as bytes, to be sealed."""
        return json.dumps([asdict(one) for one in self.removable]).encode()


Passes = Callable[[Message], bool]


def nothing_passes(_message: Message) -> bool:
    """Say of every message that it is to be taken back."""
    return False


def read_messages(written: bytes) -> tuple[Message, ...]:
    """Return what ``Messages.written`` wrote."""
    return tuple(Message(**one) for one in json.loads(written))


@dataclass(frozen=True, slots=True)
class _Shelf:
    """A table whose rows say where a message is."""

    table: Table
    sealed: str
    until: str


_RESULTS = _Shelf(
    Base.metadata.tables[RequestRow.__tablename__], "message_sealed", "message_removable_until"
)
_COPIES = _Shelf(Base.metadata.tables[CopyRow.__tablename__], "address_sealed", "removable_until")


@dataclass(slots=True)
class _Found:
    """What was found so far; one that must be removed soon stands before others."""

    now: datetime
    soon: list[tuple[datetime, Message]] = field(default_factory=list)
    any_time: list[Message] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)
    left: int = 0

    def note(self, message: Message | None, until: datetime | None) -> bool:
        """Add a message; False when nobody but the person can remove it."""
        too_late = until is not None and until <= self.now + _MARGIN
        if message is None or too_late or len(self.soon) + len(self.any_time) >= AT_MOST:
            self.left += 1
            return False
        if until is None:
            self.any_time.append(message)
        else:
            self.soon.append((until, message))
        return True


def copies_of(chosen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition for the copies of the chosen requests' pictures."""
    return CopyRow.request_id.in_(select(RequestRow.id).where(chosen))


def copies_with(request_id: str, picture_id: str) -> ColumnElement[bool]:
    """Return the condition for the copies that show one picture, alone or among others."""
    alone_or_among = or_(CopyRow.picture_id == picture_id, CopyRow.picture_id.is_(None))
    return (CopyRow.request_id == request_id) & alone_or_among


async def messages_of(
    app: App,
    results: ColumnElement[bool],
    copies: ColumnElement[bool],
    passes: Passes = nothing_passes,
) -> Messages:
    """Open the addresses of messages: the chosen requests' own, and the chosen copies.

    ``passes`` says of a message that it is left out: its surface is changing it right now.
    """
    found = _Found(app.clock.now())
    await _look(app, _RESULTS, results, passes, found)
    await _look(app, _COPIES, copies, passes, found)
    soon = [message for _, message in sorted(found.soon, key=lambda one: one[0])]
    return Messages(
        (*soon, *found.any_time),
        found.left,
        tuple(found.ids[_RESULTS.table.name]),
        tuple(found.ids[_COPIES.table.name]),
    )


async def _look(
    app: App, shelf: _Shelf, chosen: ColumnElement[bool], passes: Passes, found: _Found
) -> None:
    table = shelf.table.c
    sealed, until = table[shelf.sealed], table[shelf.until]
    ids = found.ids[shelf.table.name] = []
    last = None
    while True:
        query = (
            select(table.id, table.account_id, table.surface, sealed, until)
            .where(chosen, sealed.is_not(None))
            .order_by(table.id.desc())
            .limit(_BATCH)
        )
        if last is not None:
            query = query.where(table.id < last)
        async with app.transaction() as tx:
            rows = (await tx.execute(query)).all()
        if not rows:
            return
        places = [
            (Place(shelf.table.name, shelf.sealed, one[0], AccountId(one[1])), one[3])
            for one in rows
        ]
        opened = await app.keys.unseal_many(places)
        for (row_id, _, surface, _, ends), address in zip(rows, opened, strict=True):
            message = Message(surface, address.decode()) if address is not None else None
            if (message is not None and passes(message)) or found.note(message, ends):
                ids.append(row_id)
        last = rows[-1][0]


async def take_back(app: App, about: str, messages: Sequence[Message], language: Language) -> None:
    """Post the orders to remove messages; a repeated step posts none twice."""
    numbered = {
        letter_id_of(app, about, f"takeback-{number}"): one for number, one in enumerate(messages)
    }
    for start in range(0, len(numbered), _POSTED_AT_ONCE):
        ids = list(numbered)[start : start + _POSTED_AT_ONCE]
        async with app.transaction() as tx:
            known = set(await tx.scalars(select(LetterRow.id).where(LetterRow.id.in_(ids))))
        drafts = [
            await draft_takeback(
                app,
                letter_id,
                about=about,
                surface=numbered[letter_id].surface,
                message_address=numbered[letter_id].address,
                language=language,
            )
            for letter_id in ids
            if letter_id not in known
        ]
        async with app.transaction() as tx:
            now = await app.database.now(tx)
            for letter in drafts:
                await post(tx, letter, now)


async def forget(app: App, messages: Messages) -> None:
    """Forget where messages are whose removal is on its way, so that none is counted again."""
    for start in range(0, len(messages.results), _POSTED_AT_ONCE):
        ids = messages.results[start : start + _POSTED_AT_ONCE]
        async with app.transaction() as tx:
            await tx.execute(
                update(RequestRow)
                .where(RequestRow.id.in_(ids))
                .values(message_sealed=None, message_removable_until=None)
            )
    for start in range(0, len(messages.copies), _POSTED_AT_ONCE):
        ids = messages.copies[start : start + _POSTED_AT_ONCE]
        async with app.transaction() as tx:
            await tx.execute(delete(CopyRow).where(CopyRow.id.in_(ids)))
