"""Alembic's entry: runs the migrations on a connection that core/migrations/migrate.py gives."""

from alembic import context

from core.migrations.tables import all_tables


def _is_ours(_item: object, _name: str | None, kind: str, reflected: bool, other: object) -> bool:  # noqa: FBT001 - Alembic's call
    """Leave the durable engine's tables alone: they are in the database, not in the metadata."""
    return kind != "table" or not reflected or other is not None


def _run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=all_tables(),
        render_as_batch=True,
        compare_type=True,
        include_object=_is_ours,
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
