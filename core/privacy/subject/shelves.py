"""What the inventory says of each table: whose a row is, what of it is shown, what is left out."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Column, MetaData, Table

from core.storage.inventory import INFO, Base, Category, Declaration

_SEALED = "_sealed"


@dataclass(frozen=True, slots=True)
class Field:
    """One column that is about a person, or stands in a row that is."""

    column: Column[object]
    declaration: Declaration

    @property
    def name(self) -> str:
        """Return what people know the value by: the column's name, without how it is stored."""
        return self.column.name.removesuffix(_SEALED)

    @property
    def is_sealed(self) -> bool:
        """Say whether the value has to be opened first."""
        return self.declaration.export == "opened"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One table whose rows lead to people."""

    table: Table
    owner: Column[object]
    """The column that names the person."""
    shown: tuple[Field, ...]
    left_out: tuple[Field, ...]

    @property
    def name(self) -> str:
        """Return the table's name, which is also that of its file in an export."""
        return self.table.name

    @property
    def is_left_out(self) -> bool:
        """Say whether nothing of the table is shown: its rows are only counted."""
        return not self.shown

    @property
    def category(self) -> Category:
        """Return the category that the rows as a whole belong to."""
        found: Declaration = self.owner.info[INFO]
        return found.category

    @property
    def retention(self) -> str:
        """Return the retention class of the rows as a whole."""
        found: Declaration = self.owner.info[INFO]
        return found.retention

    @property
    def clock(self) -> Column[object] | None:
        """Return the column from which a row's age counts, if there is one."""
        return self.table.columns.get(str(self.table.info.get("clock")))

    @property
    def media(self) -> tuple[Field, ...]:
        """Return the columns that name bytes which are part of the person's content."""
        named = self.table.info.get("blobs", ())
        return tuple(
            one
            for one in self.shown
            if one.column.name in named and one.declaration.category == "content"
        )

    @property
    def key_owner(self) -> Column[object]:
        """Return the column that names whose key the row is sealed with."""
        return self.table.columns[self.table.info.get("sealed_by", self.owner.name)]


def _owner_of(table: Table, declared: Mapping[str, Declaration]) -> Column[object] | None:
    names = {
        name if one.person_path == "self" else one.person_path
        for name, one in declared.items()
        if one.person_path != "none"
    }
    if not names:
        return None
    (name,) = names
    return table.columns[name]


def _shelf(table: Table) -> Shelf | None:
    declared = {column.name: column.info[INFO] for column in table.columns if INFO in column.info}
    owner = _owner_of(table, declared)
    if owner is None:
        return None
    fields = [Field(table.columns[name], one) for name, one in declared.items()]
    return Shelf(
        table=table,
        owner=owner,
        shown=tuple(one for one in fields if one.declaration.export != "omit"),
        left_out=tuple(one for one in fields if one.declaration.export == "omit"),
    )


def shelves(metadata: MetaData = Base.metadata) -> tuple[Shelf, ...]:
    """Return every table whose rows lead to people, those that others stand on first.

    Raises:
        ValueError: the columns of one table lead to people in two ways.
    """
    found = (_shelf(table) for table in metadata.sorted_tables)
    return tuple(one for one in found if one is not None)
