"""Reading for one purpose: what a column is not for can't be read for it, whoever asks."""

import logging
from collections.abc import Iterator

from sqlalchemy import Column, ColumnElement, Select, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ClauseElement

from core.storage.inventory import INFO, Declaration

log = logging.getLogger("limner.purposes")


class PurposeError(Exception):
    """A statement touches columns that are not for its purpose; it was not run."""

    def __init__(self, purpose: str, columns: tuple[str, ...]) -> None:
        super().__init__(f"not for {purpose}: {', '.join(columns)}")


def _columns(statement: ClauseElement) -> Iterator[Column[object]]:
    """Yield every column that a statement reads, compares or returns, subqueries included."""
    for part in visitors.iterate(statement):
        named = part.selected_columns if isinstance(part, Select) else (part,)
        for one in named:
            if isinstance(one, ColumnElement):
                # Of an alias or a subquery: the columns of the table that it stands for.
                yield from (base for base in one.base_columns if isinstance(base, Column))


def strange_columns(statement: ClauseElement, purpose: str) -> tuple[str, ...]:
    """Return the columns that lead to a person and are not for the purpose, by name."""
    found = set()
    for column in _columns(statement):
        declared: Declaration | None = column.info.get(INFO)
        if declared and declared.person_path != "none" and purpose not in declared.purposes:
            found.add(f"{column.table.name}.{column.name}")
    return tuple(sorted(found))


def read_for(tx: AsyncSession, purpose: str) -> None:
    """Let a transaction touch nothing of people but what is for one purpose (AX-03, AX-09).

    A statement that would raises ``PurposeError`` before it is run, and is written to the log by
    its columns' names.
    """

    def check(state: ORMExecuteState) -> None:
        assert isinstance(state.statement, ClauseElement)
        if strange := strange_columns(state.statement, purpose):
            log.warning("a read for %s was refused: %s", purpose, ", ".join(strange))
            raise PurposeError(purpose, strange)

    event.listen(tx.sync_session, "do_orm_execute", check)
