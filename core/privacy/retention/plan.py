"""What a sweep does to each table, read from the declarations beside the columns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    MetaData,
    String,
    Table,
    exists,
    or_,
    true,
)

from core.engine.inventory import engine_declarations
from core.policy.profile import Profile
from core.policy.retention import BY_CLOSURE, purge_cutoff
from core.storage.inventory import INFO, Declaration

ENGINE_CLASS = "operations"
"""The one class of the durable engine's own rows, which the engine deletes for us."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """Rows of a table that go whole."""

    table: Table
    retentions: frozenset[str]
    condition: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Blanking:
    """Columns that are emptied in rows that stay."""

    table: Table
    retention: str
    columns: tuple[Column[object], ...]
    condition: ColumnElement[bool]

    def empty(self) -> dict[str, object]:
        """Return the value that each of the columns gets."""
        return {column.name: empty_value(column) for column in self.columns}


Work = Deletion | Blanking
Limits = Mapping[str, datetime | None]
"""For each class, the start at or before which things must be gone; None for never."""


def declared(column: Column[object]) -> Declaration | None:
    """Return what a column is for."""
    found: Declaration | None = column.info.get(INFO)
    return found


def by_class(table: Table) -> dict[str, tuple[Column[object], ...]]:
    """Return a table's columns by their retention class."""
    found: dict[str, tuple[Column[object], ...]] = {}
    for column in table.columns:
        declaration = declared(column)
        if declaration is not None:
            found[declaration.retention] = (*found.get(declaration.retention, ()), column)
    return found


def clock_of(table: Table) -> Column[object] | None:
    """Return the column from which a row's age counts."""
    return table.columns.get(str(table.info.get("clock")))


def ends_of(table: Table) -> Column[object] | None:
    """Return the column that holds each row's own end, for what is good for minutes only."""
    return table.columns.get(str(table.info.get("ends")))


def empty_value(column: Column[object]) -> object:
    """Return what an emptied column holds.

    Raises:
        ValueError: the column has no empty value, so only its whole row can go.
    """
    if column.nullable:
        return None
    if isinstance(column.type, LargeBinary):
        return b""
    if isinstance(column.type, String):
        return ""
    raise ValueError(column.name)


def _is_structure(column: Column[object]) -> bool:
    """Keys and clocks go with the row: alone they say nothing more than that it exists."""
    table = column.table
    kept = (table.info.get("clock"), table.info.get("floor"))
    return column.primary_key or bool(column.foreign_keys) or column.name in kept


def limits_for(profile: Profile, now: datetime, horizons: Mapping[str, datetime]) -> Limits:
    """Return for each class where the sweep's line is."""
    return {
        name: purge_cutoff(profile, name, now, horizons.get(name))
        for name in profile.retention_days
    }


def promised_limits(profile: Profile, now: datetime) -> Limits:
    """Return for each class the start before which the promise itself would be broken."""
    found: dict[str, datetime | None] = {}
    for name in profile.retention_days:
        period = None if name in BY_CLOSURE else profile.keeps_for(name)
        found[name] = None if period is None else now - max(period, profile.at_least(name))
    return found


def work_of(metadata: MetaData, limits: Limits, now: datetime) -> Iterator[Work]:
    """Yield all that a sweep has to do, children before the rows that they belong to."""
    for table in reversed(metadata.sorted_tables):
        yield from _work_of_table(table, limits, now)


def _work_of_table(table: Table, limits: Limits, now: datetime) -> Iterator[Work]:
    classes = by_class(table)
    ends = ends_of(table)
    if ends is not None:
        yield Deletion(table, frozenset(classes), ends <= now)
        return
    timed = {name: one for name in classes if (one := limits.get(name)) is not None}
    clock = clock_of(table)
    if not timed or clock is None:
        return
    free = is_free(table, now)
    children = children_of(table)
    stays: ColumnElement[bool] = true()
    if len(timed) == len(classes):
        whole = (clock <= min(timed.values())) & free
        if children is not None:
            whole &= ~children
        yield Deletion(table, frozenset(timed), whole)
        if children is None and len(classes) == 1:
            return
        stays = ~whole
    for name, limit in timed.items():
        columns = _emptied(classes[name], is_whole=len(classes) == 1)
        if columns:
            full = or_(*(_is_full(column) for column in columns))
            yield Blanking(table, name, columns, (clock <= limit) & free & stays & full)


def _emptied(columns: tuple[Column[object], ...], *, is_whole: bool) -> tuple[Column[object], ...]:
    """Return the columns that are emptied where the row has to stay.

    In a table of several classes all that have expired; in a row that only waits for its children,
    what is sealed: the person's words and addresses.
    """
    found = []
    for column in columns:
        declaration = declared(column)
        is_sealed = declaration is not None and declaration.encryption == "sealed"
        if (is_sealed or not is_whole) and not _is_structure(column) and _can_be_empty(column):
            found.append(column)
    return tuple(found)


def _can_be_empty(column: Column[object]) -> bool:
    return column.nullable or isinstance(column.type, LargeBinary | String)


def _is_full(column: Column[object]) -> ColumnElement[bool]:
    empty = empty_value(column)
    return column.is_not(None) if empty is None else column != empty


def is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """No row's own minimum forbids to touch it."""
    name = table.info.get("floor")
    if name is None:
        return true()
    floor = table.columns[name]
    return floor.is_(None) | (floor <= now)


def children_of(table: Table) -> ColumnElement[bool] | None:
    """Rows of other tables that still stand on a row."""
    found = [
        exists().where(key.parent == key.column)
        for other in table.metadata.sorted_tables
        if other is not table
        for key in other.foreign_keys
        if key.column.table is table
    ]
    return or_(*found) if found else None


def problems(metadata: MetaData, profile: Profile) -> list[str]:
    """Name what no sweep would reach: a promise of a period that nobody keeps."""
    found = []
    for table in metadata.sorted_tables:
        classes = by_class(table)
        timed = {
            name
            for name in classes
            if name not in BY_CLOSURE and profile.keeps_for(name) is not None
        }
        if timed and clock_of(table) is None:
            found.append(
                f"{table.name} has no clock, so nothing ends its {', '.join(sorted(timed))}"
            )
        if len(classes) > 1:
            found += [
                f"{table.name}.{column.name} can't be emptied while its row stays"
                for name in sorted(timed)
                for column in classes[name]
                if not _is_structure(column) and not _can_be_empty(column)
            ]
    found += [
        f"{table} of the engine has class {one.retention}, which only tables of ours may have"
        for (table, _), one in engine_declarations().items()
        if one.retention != ENGINE_CLASS
    ]
    return found
