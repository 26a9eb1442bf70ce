"""Deleting single things at once: a picture, a request, a span, or everything of one kind.

Bytes first, then rows; then the chat's messages and the providers' copies; then the database's log.
Pressing twice deletes nothing twice: what has gone is not there any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, exists, false, func, or_, select, true, update

from core.app import App
from core.generation.rows import CopyRow, PictureRow, RequestRow
from core.kernel.ids import AccountId, new_id
from core.kernel.people import Language
from core.policy.retention import Item, floor_of, refuse_early
from core.privacy.erasure import copies
from core.privacy.erasure.messages import (
    Messages,
    copies_of,
    copies_with,
    forget,
    messages_of,
    take_back,
)
from core.privacy.erasure.plan import tables_of_people
from core.privacy.retention.batches import destroy_all
from core.privacy.retention.plan import Blanking, Deletion, by_class, clock_of
from core.storage.inventory import Base

KINDS: Mapping[str, frozenset[str]] = {
    "pictures": frozenset({"generated_pictures", "uploads"}),
    "prompts": frozenset({"prompts"}),
    "talks": frozenset({"support"}),
    "exports": frozenset({"exports"}),
    "usage": frozenset({"usage_raw"}),
}
"""What can be deleted by kind, and the retention classes that are meant."""
EVERYTHING = frozenset[str]().union(*KINDS.values())
_NO_SWEEP = ""
_REQUESTS, _PICTURES = Base.metadata.tables["requests"], Base.metadata.tables["pictures"]
_DECIDED = RequestRow.outcome_kind.is_not(None)
_WORDS = ("prompt_sealed", "negative_sealed", "unknown_words_sealed")


@dataclass(frozen=True, slots=True)
class Span:
    """From when until when, by the time that things were made."""

    until: datetime
    """What came after the question was asked is not meant by the answer."""
    since: datetime | None = None

    def holds(self, clock: ColumnElement[Any]) -> ColumnElement[bool]:
        """Return the condition that a time lies within."""
        earlier = clock <= self.until
        return earlier if self.since is None else earlier & (clock >= self.since)


@dataclass(frozen=True, slots=True)
class DeletedItems:
    """What is gone, and what is not for us to remove."""

    counts: Mapping[str, int]
    """Rows by table."""
    removable: int = 0
    """Messages in the chat whose removal is on its way."""
    left: int = 0
    """Messages in the chat that only the person can remove."""
    providers: int = 0
    """Jobs whose provider has not answered yet; it is asked again."""
    kept: int = 0
    """Rows that a minimum still protects."""
    kept_until: datetime | None = None
    is_log_empty: bool = True
    """Else the overwritten bytes leave the log with the next sweep, within hours."""

    @property
    def is_nothing(self) -> bool:
        """Whether there was nothing to delete."""
        return not any(self.counts.values()) and not self.kept


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose things are deleted."""

    account_id: AccountId
    language: Language


async def delete_kind(app: App, owner: Owner, kind: str, span: Span) -> DeletedItems:
    """Delete everything of one kind within a span.

    Raises:
        RetentionFloor: all of it must still be kept; nothing was deleted.
        KeyError: no such kind; a bug.
    """
    if kind == "prompts":
        return await _delete_prompts(app, owner, span)
    chosen = _with_pictures(owner.account_id, span)
    is_pictures = kind == "pictures"
    about = new_id()
    messages = await _prepare(app, owner, about, chosen) if is_pictures else Messages((), 0)
    done = await _destroy(app, owner.account_id, KINDS[kind], span)
    if is_pictures:
        await _redraw(app, owner.account_id)
    return await _finished(app, about, done, messages)


async def delete_span(app: App, owner: Owner, span: Span) -> DeletedItems:
    """Delete everything that was made or written within a span; what runs then is left alone."""
    chosen = (
        (RequestRow.account_id == owner.account_id) & span.holds(_REQUESTS.c.created_at) & _DECIDED
    )
    about = new_id()
    messages = await _prepare(app, owner, about, chosen)
    done = await _destroy(app, owner.account_id, EVERYTHING, span)
    return await _finished(app, about, done, messages)


async def delete_request(app: App, owner: Owner, request_id: str) -> DeletedItems:
    """Delete one request with its words and all of its pictures; nothing if it is not theirs."""
    mine = (RequestRow.account_id == owner.account_id) & (RequestRow.id == request_id) & _DECIDED
    about = new_id()
    messages = await _prepare(app, owner, about, mine)
    pictures = exists().where(mine, PictureRow.request_id == RequestRow.id)
    counts = {
        "pictures": await _purge(app, _PICTURES, pictures),
        "requests": await _purge(app, _REQUESTS, mine),
    }
    return await _finished(app, about, DeletedItems(counts), messages)


async def delete_one_picture(app: App, owner: Owner, request_id: str, index: int) -> DeletedItems:
    """Delete one picture of a request; the last one takes the request along.

    Copies that show it are taken back. The request's own message shows the others too, so only
    the person can remove it.
    """
    mine = (PictureRow.account_id == owner.account_id) & (PictureRow.request_id == request_id)
    query = select(PictureRow.index, PictureRow.id).where(mine)
    async with app.transaction() as tx:
        found = {int(one[0]): str(one[1]) for one in await tx.execute(query)}
    if set(found) == {index}:
        return await delete_request(app, owner, request_id)
    about = new_id()
    shown = copies_with(request_id, found[index]) if index in found else false()
    messages = await _take_back(app, owner, about, false(), shown)
    count = await _purge(app, _PICTURES, mine & (PictureRow.index == index))
    async with app.transaction() as tx:
        await tx.execute(
            update(RequestRow)
            .where(RequestRow.id == request_id, RequestRow.account_id == owner.account_id)
            .values(revision=RequestRow.revision + 1)
        )
    left = messages.left + (1 if count else 0)
    done = DeletedItems({"pictures": count})
    return await _finished(app, about, done, Messages(messages.removable, left))


async def count_kind(app: App, account_id: AccountId, kind: str, span: Span) -> int:
    """Count what ``delete_kind`` would delete, in things that people count."""
    if kind == "prompts":
        return await _count(
            app,
            _REQUESTS,
            (RequestRow.account_id == account_id)
            & span.holds(_REQUESTS.c.created_at)
            & _DECIDED
            & (func.length(RequestRow.prompt_sealed) > 0),
        )
    main = {"pictures": "pictures", "talks": "talks", "exports": "exports"}.get(kind)
    total = 0
    for table, condition in _chosen(account_id, KINDS[kind], span):
        if main in (None, table.name):
            total += await _count(app, table, condition)
    return total


async def _count(app: App, table: Table, condition: ColumnElement[bool]) -> int:
    async with app.transaction() as tx:
        return await tx.scalar(select(func.count()).select_from(table).where(condition)) or 0


def _with_pictures(account_id: AccountId, span: Span) -> ColumnElement[bool]:
    return (RequestRow.account_id == account_id) & exists().where(
        PictureRow.request_id == RequestRow.id, span.holds(_PICTURES.c.created_at)
    )


async def _delete_prompts(app: App, owner: Owner, span: Span) -> DeletedItems:
    """Empty the words of requests whose pictures stay; delete those that have none.

    Copies that show the words are taken back; results that do are the person's to remove.
    """
    mine = (
        (RequestRow.account_id == owner.account_id) & span.holds(_REQUESTS.c.created_at) & _DECIDED
    )
    shown = exists().where(PictureRow.request_id == RequestRow.id)
    about = new_id()
    captions = await messages_of(app, mine & shown, false())
    spoken = copies_of(mine & ~shown) | (copies_of(mine) & CopyRow.shows_words)
    messages = await _take_back(app, owner, about, mine & ~shown, spoken)
    await copies.gather(app, about, mine)
    full = or_(*(func.length(_REQUESTS.c[name]) > 0 for name in _WORDS))
    columns = tuple(_REQUESTS.c[name] for name in _WORDS)
    emptied = await destroy_all(
        app, Blanking(_REQUESTS, "prompts", columns, mine & shown & full), _NO_SWEEP
    )
    gone = await _purge(app, _REQUESTS, mine & ~shown)
    left = Messages(messages.removable, messages.left + captions.left + len(captions.removable))
    return await _finished(app, about, DeletedItems({"requests": emptied + gone}), left)


async def _purge(app: App, table: Table, condition: ColumnElement[bool]) -> int:
    return await destroy_all(app, Deletion(table, frozenset(), condition), _NO_SWEEP)


def _chosen(
    account_id: AccountId, classes: frozenset[str], span: Span
) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return the tables of these classes alone, children first, with the rows meant."""
    found: list[tuple[Table, ColumnElement[bool]]] = []
    for table, person in tables_of_people(Base.metadata):
        clock = clock_of(table)
        if clock is None or not set(by_class(table)) <= classes:
            continue
        condition = (person == account_id) & span.holds(clock)
        if table.name == RequestRow.__tablename__:
            condition &= _DECIDED
        found.append((table, condition))
    return found


async def _destroy(
    app: App, account_id: AccountId, classes: frozenset[str], span: Span
) -> DeletedItems:
    now = app.clock.now()
    counts: dict[str, int] = {}
    kept = 0
    held: list[Item] = []
    for table, condition in _chosen(account_id, classes, span):
        free = _free(app, table, now)
        kept += await _count(app, table, condition & ~free)
        held += await _held(app, table, condition & ~free)
        counts[table.name] = await _purge(app, table, condition & free)
    if held and not any(counts.values()):
        refuse_early(held[0], app.profile, now)
    until = max((floor_of(one, app.profile) for one in held), default=None)
    return DeletedItems(counts, kept=kept, kept_until=until)


def _free(app: App, table: Table, now: datetime) -> ColumnElement[bool]:
    """Return which rows no minimum protects."""
    clock = clock_of(table)
    assert clock is not None
    least = max(app.profile.at_least(name) for name in by_class(table))
    free: ColumnElement[bool] = clock <= now - least if least else true()
    if (name := table.info.get("floor")) is not None:
        floor = table.columns[name]
        free &= floor.is_(None) | (floor <= now)
    return free


async def _held(app: App, table: Table, condition: ColumnElement[bool]) -> list[Item]:
    """Return the one that must stay longest, among those that must."""
    clock = clock_of(table)
    assert clock is not None
    floor = table.info.get("floor")
    columns = [clock, table.columns[floor]] if floor else [clock]
    query = (
        select(*columns)
        .where(condition)
        .order_by(*(one.desc().nulls_last() for one in reversed(columns)))
    )
    async with app.transaction() as tx:
        row = (await tx.execute(query.limit(1))).first()
    if row is None:
        return []
    strictest = max(by_class(table), key=app.profile.at_least)
    return [Item(strictest, row[0], row[1] if floor else None)]


async def _redraw(app: App, account_id: AccountId) -> None:
    """Let pages that show the requests see that something is gone."""
    async with app.transaction() as tx:
        await tx.execute(
            update(RequestRow)
            .where(RequestRow.account_id == account_id, _DECIDED)
            .values(revision=RequestRow.revision + 1)
        )


async def _prepare(app: App, owner: Owner, about: str, chosen: ColumnElement[bool]) -> Messages:
    """While the rows still say where: note the providers' jobs, and have messages taken back."""
    await copies.gather(app, about, chosen)
    return await _take_back(app, owner, about, chosen, copies_of(chosen))


async def _take_back(
    app: App,
    owner: Owner,
    about: str,
    results: ColumnElement[bool],
    shown_in: ColumnElement[bool],
) -> Messages:
    messages = await messages_of(app, results, shown_in)
    await take_back(app, about, messages.removable, owner.language)
    await forget(app, messages)
    return messages


async def _finished(app: App, about: str, done: DeletedItems, messages: Messages) -> DeletedItems:
    providers = await copies.purge(app, about)
    try:
        await app.database.checkpoint(patience_s=5)
        is_empty = True
    except TimeoutError:
        is_empty = False
    return DeletedItems(
        counts=done.counts,
        removable=len(messages.removable),
        left=messages.left,
        providers=providers,
        kept=done.kept,
        kept_until=done.kept_until,
        is_log_empty=is_empty,
    )
