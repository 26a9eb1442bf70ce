"""What an erasure does to each table, read from the declarations beside the columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, String, Table, func, select

from core.app import App
from core.kernel.ids import AccountId
from core.policy.profile import Profile
from core.privacy.erasure.rows import ErasureRow
from core.privacy.retention.plan import Deletion, declared, empty_value
from core.storage.inventory import Base

_HASH_CHARS = 64
ITSELF = ErasureRow.__tablename__
"""The erasure's own memory leads to the account until its last step, which cuts the thread."""


@dataclass(frozen=True, slots=True)
class Detachment:
    """Rows that stay, with everything that leads to the person taken out of them."""

    table: Table
    emptied: tuple[Column[Any], ...]
    hashed: tuple[Column[Any], ...]
    condition: ColumnElement[bool]

    def values(self, subject_hash: str) -> dict[str, object]:
        """Return what the columns hold afterwards."""
        empty = {column.name: empty_value(column) for column in self.emptied}
        return empty | {column.name: subject_hash for column in self.hashed}


def person_column(table: Table) -> Column[Any] | None:
    """Return the column that holds the account's id; None for a table about nobody."""
    for column in table.columns:
        declaration = declared(column)
        if declaration is None or declaration.person_path == "none":
            continue
        return column if declaration.person_path == "self" else _follow(table, column)
    return None


def _follow(table: Table, column: Column[Any]) -> Column[Any]:
    declaration = declared(column)
    assert declaration is not None
    return table.columns[declaration.person_path]


def tables_of_people(metadata: MetaData) -> Iterator[tuple[Table, Column[Any]]]:
    """Yield each table that leads to people with the column that does, children first."""
    for table in reversed(metadata.sorted_tables):
        person = person_column(table)
        if person is not None:
            yield table, person


def _stays(table: Table) -> bool:
    """Whether any column is declared to outlive the erasure, so that the row must."""
    rules = [one for column in table.columns if (one := declared(column)) is not None]
    return any(one.person_path == "none" or one.erase != "delete" for one in rules)


def _can_be_hash(column: Column[Any]) -> bool:
    is_text = isinstance(column.type, String) and (column.type.length or 0) >= _HASH_CHARS
    return is_text and not column.foreign_keys


def detachment(table: Table, person: Column[Any], account_id: AccountId) -> Detachment:
    """Return how the rows of an account are cut off from it, where they must stay."""
    emptied = []
    hashed = [person] if not person.nullable and _can_be_hash(person) else []
    for column in table.columns:
        rule = declared(column)
        assert rule is not None
        goes = rule.person_path != "none" and rule.erase == "delete"
        if column not in hashed and (goes or column is person):
            emptied.append(column)
    return Detachment(table, tuple(emptied), tuple(hashed), person == account_id)


def works_of(metadata: MetaData, account_id: AccountId) -> Iterator[Deletion | Detachment]:
    """Yield what an erasure of an account does to the tables, in an order that can be done."""
    for table, person in tables_of_people(metadata):
        if table.name == ITSELF:
            continue
        if _stays(table):
            yield detachment(table, person, account_id)
        else:
            yield Deletion(table, frozenset(), person == account_id)


def problems(metadata: MetaData, profile: Profile) -> list[str]:
    """Name what no erasure could do: declarations that promise more than a row can give."""
    found = []
    for table, person in tables_of_people(metadata):
        if _stays(table) and not person.nullable and not _can_be_hash(person):
            found.append(f"{table.name}.{person.name} must stay and can't be cut off its person")
        for column in table.columns:
            rule = declared(column)
            if rule is None or rule.person_path == "none":
                continue
            if rule.erase == "delete" and profile.at_least_days.get(rule.retention):
                found.append(
                    f"{table.name}.{column.name} is deleted with the account, although class "
                    f"{rule.retention} has a minimum"
                )
    return found


async def count_rows(app: App, account_id: AccountId) -> dict[str, int]:
    """Count what is stored about an account, by table; tables without any are left out."""
    found: dict[str, int] = {}
    async with app.transaction() as tx:
        for table, person in tables_of_people(Base.metadata):
            query = select(func.count()).select_from(table).where(person == account_id)
            count = await tx.scalar(query) or 0
            if count:
                found[table.name] = count
    return found


def category_of(table_name: str) -> str:
    """Return the category that a table's rows are counted under."""
    table = Base.metadata.tables[table_name]
    person = person_column(table)
    column = next(iter(table.primary_key.columns), person)
    assert column is not None
    rule = declared(column)
    assert rule is not None
    return rule.category
