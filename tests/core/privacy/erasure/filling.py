"""Fills every column that leads to a person with something unique, read from the inventory.

A new table or column is filled without a line here, as long as its constraints can be met: values
that a CHECK names are taken from it, everything else is made to be found again.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
    update,
)

from core.accounts.commands import meet
from core.app import App
from core.kernel.ids import AccountId, BlobId, RequestId
from core.kernel.people import Actor
from core.migrations.tables import all_tables
from core.privacy.erasure.plan import person_column, tables_of_people
from core.privacy.retention.plan import declared
from core.storage.database import UtcDateTime
from core.storage.envelope import Place

_IN = re.compile(r"(\w+) IN \('([^']*)'")
_FINDABLE_CHARS = 20
_GIVEN: dict[tuple[str, str], object] = {
    ("accounts", "standing"): "active",
    ("erasures", "state"): "undone",
    ("requests", "state"): "delivered",
    ("letters", "state"): "done",
    ("outbox", "state"): "done",
    ("requests", "surface"): "test",
    ("chat_copies", "surface"): "test",
    ("rights_requests", "fee_cents"): 0,
    ("rights_requests", "fee_reason"): "",
    ("rights_requests", "jurisdiction"): "default",
}
"""What no rule above can know."""


@dataclass
class Canary:
    """One person with something unique in every column, and where to look for it."""

    name: str
    actor: Actor
    account_id: AccountId
    plain: dict[str, bytes] = field(default_factory=dict)
    """What stands in the clear, by place."""
    sealed: dict[str, tuple[Place, bytes, bytes]] = field(default_factory=dict)
    """Place, envelope and content of what is sealed, by place."""
    blobs: dict[BlobId, bytes] = field(default_factory=dict)
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    count: int = 0

    def word(self, where: str, chars: int) -> str:
        """Return a text that is nowhere else; noted, if it is long enough to be found."""
        self.count += 1
        text = f"canary{self.name}{self.count:04d}"[:chars].ljust(min(chars, 26), "x")
        if chars >= _FINDABLE_CHARS:
            self.plain[where] = text.encode()
        return text

    def all_bytes(self) -> dict[str, bytes]:
        """Return everything that must be found nowhere, by where it was."""
        found = dict(self.plain)
        for where, (_, envelope, content) in self.sealed.items():
            found[f"{where} (sealed)"] = envelope
            found[f"{where} (opened)"] = content
        found["the account's id"] = self.account_id.encode()
        found["the native id"] = self.actor.native_id.encode()
        return found


def _checked(table: Table) -> dict[str, str]:
    """Return the first value that a CHECK allows, by column."""
    found: dict[str, str] = {}
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            for name, value in _IN.findall(str(constraint.sqltext)):
                found.setdefault(name, value)
    return found


def _moment(canary: Canary, where: str) -> datetime:
    """Return a time that is nowhere else, each later than the one before."""
    canary.count += 1
    base = datetime(2026, 3, 1, ord(canary.name) % 24, tzinfo=UTC)
    moment = base + timedelta(seconds=canary.count, microseconds=123_457 + canary.count)
    canary.plain[where] = moment.strftime("%H:%M:%S.%f").encode()
    return moment


async def _value(app: App, canary: Canary, table: Table, column: Column[Any], pk: str) -> object:
    where = f"{table.name}.{column.name}"
    if (table.name, column.name) in _GIVEN:
        return _GIVEN[table.name, column.name]
    if column.name in (allowed := _checked(table)):
        return allowed[column.name]
    kind = column.type
    if isinstance(kind, UtcDateTime):
        moment = _moment(canary, where)
        # What can be taken back is.
        return moment.replace(year=2100) if column.name.endswith("removable_until") else moment
    if isinstance(kind, LargeBinary):
        return await _sealed(app, canary, table, column, pk)
    if isinstance(kind, String):
        return canary.word(where, kind.length or 64)
    if isinstance(kind, JSON):
        return {"canary": canary.word(where, 40)}
    if isinstance(kind, Boolean):
        return True
    assert isinstance(kind, Integer | BigInteger), where
    return 1


async def _sealed(app: App, canary: Canary, table: Table, column: Column[Any], pk: str) -> bytes:
    where = f"{table.name}.{column.name}"
    owner = AccountId(pk) if table.info.get("sealed_by") else canary.account_id
    await app.keys.make(owner)
    place = Place(table.name, column.name, pk, owner)
    canary.count += 1
    content = f"canary{canary.name}{canary.count:04d}secret".encode()
    envelope = await app.keys.seal(place, content)
    canary.sealed[where] = (place, envelope, content)
    return envelope


def _is_personal(column: Column[Any]) -> bool:
    rule = declared(column)
    assert rule is not None
    return rule.person_path != "none"


async def _row(app: App, canary: Canary, table: Table, person: Column[Any]) -> dict[str, Any]:
    (key, *_) = table.primary_key.columns
    row: dict[str, Any] = {}
    if not key.foreign_keys and key is not person:
        length = getattr(key.type, "length", 26)
        is_ours = _is_personal(key)
        pk = canary.word(f"{table.name}.{key.name}", length)
        if not is_ours:
            del canary.plain[f"{table.name}.{key.name}"]
        row[key.name] = pk
    for column in table.columns:
        if column.name in row:
            continue
        if column is person:
            row[column.name] = canary.account_id
        elif column.foreign_keys:
            (reference,) = column.foreign_keys
            row[column.name] = canary.rows[reference.column.table.name][reference.column.name]
        else:
            pk = str(row.get(key.name, canary.account_id))
            row[column.name] = await _value(app, canary, table, column, pk)
            if not _is_personal(column):
                canary.plain.pop(f"{table.name}.{column.name}", None)
    return row


async def a_canary(app: App, name: str) -> Canary:
    """Make a person and fill every table, blob and engine row with unique things of theirs."""
    actor = Actor("test", f"canarynative{name}77120934", "en")
    owner = (await meet(app, actor)).account_id
    canary = Canary(name, actor, owner)
    people = {table.name: person for table, person in tables_of_people(all_tables())}
    for table in all_tables().sorted_tables:
        if table.name not in people:
            continue
        if table.name == "accounts":
            await _fill_account(app, canary, table)
            continue
        row = await _row(app, canary, table, people[table.name])
        canary.rows[table.name] = row
        async with app.transaction() as tx:
            await tx.execute(insert(table).values(row))
        for column in table.info.get("blobs", ()):
            blob = BlobId(row[column])
            content = f"canary{name}-bytes-of-{table.name}-{column}".encode()
            canary.blobs[blob] = content
            await app.vault.put(owner, blob, content)
    await _fill_engine(app, canary)
    return canary


async def _fill_account(app: App, canary: Canary, table: Table) -> None:
    values = {
        column.name: await _value(app, canary, table, column, canary.account_id)
        for column in table.columns
        if column.name not in ("id", "plan")
    }
    async with app.transaction() as tx:
        await tx.execute(update(table).where(table.c.id == canary.account_id).values(values))
    canary.rows[table.name] = {"id": canary.account_id}


async def _fill_engine(app: App, canary: Canary) -> None:
    """Leave a job and a task in the durable engine, ended without anybody having run them."""
    request_id = RequestId(canary.rows["requests"]["id"])
    export_id = str(canary.rows["exports"]["id"])
    async with app.transaction() as tx:
        await app.engine.enqueue(tx, request_id, lane="standard", person=canary.account_id)
        await app.engine.enqueue_task(tx, "export", export_id)
    await app.engine.cancel(request_id)
    await app.engine.cancel(RequestId(f"export:{export_id}"))


async def everything_of(app: App, account_id: AccountId) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of a person, by table."""
    found = {}
    for table, person in tables_of_people(all_tables()):
        async with app.transaction() as tx:
            rows = await tx.execute(select(table).where(person == account_id))
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found


def uncovered() -> list[str]:
    """Return tables that lead to people and yet have no column that says how; none may."""
    return [
        table.name
        for table in all_tables().sorted_tables
        if person_column(table) is None and any(_is_personal(one) for one in table.columns)
    ]
