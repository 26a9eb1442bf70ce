"""What becomes of each table when accounts are joined or split, read from the inventory.

Rows that hold nothing sealed and no blobs change their account in one statement. Those that do are
sealed anew for the other account, one by one. Tables in which an account has one row, or one of a
kind, are merged by a rule of their own in ``joining`` and ``splitting``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    select,
)

from core.privacy.retention.plan import declared

OWNER = "account_id"
BY_RULE = frozenset(
    {
        "accounts",
        "identities",
        "balances",
        "choices",
        "policy_seen",
        "link_codes",
        "confirmations",
        "account_moves",
    }
)
"""Tables that ``joining`` and ``splitting`` treat by name."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One table with rows of people that move."""

    table: Table
    owner: Column[Any]
    sealed: tuple[Column[Any], ...]
    """Sealed with the account's key, so sealed anew."""
    blobs: tuple[Column[Any], ...]
    """Name bytes in the vault, under the account."""

    @property
    def is_plain(self) -> bool:
        """Say whether rows move by changing their account alone."""
        return not self.sealed and not self.blobs

    @property
    def key(self) -> Column[Any]:
        """Return the one column that names a row; sealed values are bound to it."""
        (column,) = self.table.primary_key.columns
        return column


def shelves(metadata: MetaData) -> Iterator[Shelf]:
    """Yield every table whose rows move, children before the rows that they belong to."""
    for table in reversed(metadata.sorted_tables):
        owner = table.columns.get(OWNER)
        if owner is None or table.name in BY_RULE:
            continue
        sealed = () if table.info.get("sealed_by") else _sealed(table)
        blobs = tuple(table.columns[name] for name in table.info.get("blobs", ()))
        yield Shelf(table, owner, sealed, blobs)


def _sealed(table: Table) -> tuple[Column[Any], ...]:
    found = []
    for column in table.columns:
        declaration = declared(column)
        if declaration is not None and declaration.encryption == "sealed":
            found.append(column)
    return tuple(found)


def made_on(table: Table, surface: str) -> ColumnElement[bool] | None:
    """Return which rows were made on a surface: by their own word, or their parents'; else None."""
    if "surface" in table.columns:
        return table.columns["surface"] == surface
    for key in sorted(table.foreign_keys, key=lambda one: one.parent.name):
        parent = key.column.table
        if parent is table or parent.name in BY_RULE:
            continue
        of_parent = made_on(parent, surface)
        if of_parent is not None:
            return key.parent.in_(select(key.column).where(of_parent))
    return None


def problems(metadata: MetaData) -> list[str]:
    """Name tables that could not be moved: each needs a rule, or another shape."""
    found = []
    for table in metadata.sorted_tables:
        leads = any(
            one is not None and one.person_path != "none"
            for one in (declared(column) for column in table.columns)
        )
        if leads and OWNER not in table.columns and table.name not in BY_RULE:
            found.append(f"{table.name} leads to a person by another way than {OWNER}")
    for shelf in shelves(metadata):
        table = shelf.table
        collides = [
            one
            for one in table.constraints
            if isinstance(one, UniqueConstraint | PrimaryKeyConstraint) and OWNER in one.columns
        ]
        if collides:
            found.append(f"{table.name}: rows of two accounts would collide")
        if not shelf.is_plain and len(table.primary_key.columns) != 1:
            found.append(f"{table.name}: sealed rows need a key of one column")
    return found
