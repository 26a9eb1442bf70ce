"""Walking a migrated database as it is: its tables, its columns, the bytes in them."""

from collections.abc import Iterator

from sqlalchemy import Connection, Engine, inspect, text

from core.engine.inventory import engine_declarations
from core.migrations.tables import all_tables
from core.policy.profile import Profile
from core.storage.inventory import Declaration, declarations

_SYSTEM = ("information_schema", "pg_catalog", "pg_toast")


def tables_of(connection: Connection) -> Iterator[tuple[str, str]]:
    """Every (schema, table or view) that is not the database's own."""
    seen = inspect(connection)
    for schema in seen.get_schema_names():
        if schema not in _SYSTEM:
            for table in (*seen.get_table_names(schema), *seen.get_view_names(schema)):
                yield schema, table


def live_columns(engine: Engine) -> set[tuple[str, str]]:
    """Every (table, column) of a live database."""
    with engine.connect() as connection:
        return {
            (table, column["name"])
            for schema, table in tables_of(connection)
            for column in inspect(connection).get_columns(table, schema)
        }


def all_cells(engine: Engine, schema: str | None = None) -> Iterator[tuple[str, bytes]]:
    """Every value of a live database, as ("table.column", bytes)."""
    with engine.connect() as connection:
        for found, table in list(tables_of(connection)):
            if schema in (None, found):
                rows = connection.execute(text(f'SELECT * FROM "{found}"."{table}"'))
                for row in rows.mappings():
                    for column, value in row.items():
                        raw = value if isinstance(value, bytes) else str(value).encode()
                        yield f"{table}.{column}", bytes(raw)


def declared() -> dict[tuple[str, str], Declaration]:
    """Every declaration: of our own tables, and of the engine's."""
    return {**declarations(all_tables()), **engine_declarations()}


def problems(
    live: set[tuple[str, str]],
    known: dict[tuple[str, str], Declaration],
    profiles: list[Profile],
) -> list[str]:
    """What is wrong with the inventory of a live database."""
    found = [f"{table}.{column} is undeclared" for table, column in sorted(live - set(known))]
    for (table, column), one in known.items():
        name = f"{table}.{column}"
        found += [
            f"{name}: {profile.name} gives {one.retention} no period"
            for profile in profiles
            if one.retention not in profile.retention_days
        ]
        if (one.export == "omit" or one.erase == "keep") and not one.reason.strip():
            found.append(f"{name} is left out or kept without a reason")
        if (one.export == "opened") != (one.encryption == "sealed"):
            found.append(f"{name}: what is sealed is exported opened, and nothing else is")
        if one.person_path != "none" and one.erase == "keep":
            found.append(f"{name} leads to a person and would outlive their erasure")
        on_a_person = one.person_path not in ("none", "self")
        if on_a_person and (table, one.person_path) not in known:
            found.append(f"{name}: its path to the person, {one.person_path}, is no column")
    return found
