"""What each column of the durable engine's own tables is for; none of them holds content.

The engine gets ids and small verdicts from us, never words, pictures or names. Its rows lead to a
person only through the id of a request, and through the account's id, which keeps a queue fair.
"""

from core.storage.inventory import Declaration

_RETENTION = "operations"
_UNUSED = "a feature of the engine that Limner does not use; it stays empty"


def _machine(reason: str) -> Declaration:
    """A column that says nothing of a person, with the reason why."""
    return Declaration(
        category="operations",
        person_path="none",
        purposes=frozenset({"operation"}),
        basis="none",
        retention=_RETENTION,
        export="omit",
        erase="keep",
        encryption="none",
        third_party="none",
        recipients=frozenset(),
        reason=reason,
    )


def _of_a_job(reason: str, path: str = "workflow_uuid") -> Declaration:
    """A column of one job's row; the row is deleted with the request that it belongs to."""
    return Declaration(
        category="usage",
        person_path=path,
        purposes=frozenset({"service"}),
        basis="contract",
        retention=_RETENTION,
        export="omit",
        erase="delete",
        encryption="none",
        third_party="none",
        recipients=frozenset(),
        reason=reason,
    )


_JOB = _of_a_job("the request's id, which is exported with the request")
_WHEN = _of_a_job("when the engine handled the request, whose own times are exported")
_STATE = _of_a_job("how far the engine has come with the request, whose own state is exported")
_HOW = _machine("how the engine runs a job; the same for everybody")
_EMPTY = _machine(_UNUSED)
_FORMAT = _machine("how the engine writes values: portable JSON")
_OURS = _machine("the name of this application in a shared engine; says nothing")
_VERDICT = _of_a_job("a step's verdict in a word; the request's outcome is exported")

_STATUS: dict[str, Declaration] = {
    "workflow_uuid": _JOB,
    "status": _STATE,
    "name": _HOW,
    "authenticated_user": _EMPTY,
    "assumed_role": _EMPTY,
    "authenticated_roles": _EMPTY,
    "request": _EMPTY,
    "output": _VERDICT,
    "error": _of_a_job("the kind of a failure; the request's outcome is exported"),
    "executor_id": _machine("which process runs the job"),
    "created_at": _WHEN,
    "updated_at": _WHEN,
    "application_version": _HOW,
    "application_id": _OURS,
    "class_name": _EMPTY,
    "config_name": _EMPTY,
    "recovery_attempts": _STATE,
    "queue_name": _of_a_job("which queue the request waited in: its plan's lane"),
    "workflow_timeout_ms": _HOW,
    "workflow_deadline_epoch_ms": _WHEN,
    "inputs": _JOB,
    "started_at_epoch_ms": _WHEN,
    "deduplication_id": _EMPTY,
    "priority": _HOW,
    "queue_partition_key": _of_a_job(
        "the account's id, so that nobody's requests crowd out another's", path="self"
    ),
    "forked_from": _EMPTY,
    "owner_xid": _machine("which run of a job may still write"),
    "parent_workflow_id": _EMPTY,
    "serialization": _FORMAT,
    "delay_until_epoch_ms": _EMPTY,
    "was_forked_from": _EMPTY,
    "rate_limited": _EMPTY,
    "completed_at": _WHEN,
    "attributes": _EMPTY,
    "schedule_name": _EMPTY,
    "debounce_deadline_epoch_ms": _EMPTY,
    "is_debounced": _EMPTY,
    "application_name": _OURS,
    "creator_xid": _machine("which call made the job's row"),
}

_OUTPUTS: dict[str, Declaration] = {
    "workflow_uuid": _JOB,
    "function_id": _HOW,
    "function_name": _HOW,
    "output": _VERDICT,
    "error": _of_a_job("the kind of a step's failure; the request's outcome is exported"),
    "child_workflow_id": _EMPTY,
    "started_at_epoch_ms": _WHEN,
    "completed_at_epoch_ms": _WHEN,
    "serialization": _FORMAT,
    "application_name": _OURS,
    "retention_timestamp": _WHEN,
}

_QUEUE = _machine("how a queue is set up; the same for everybody")
_SETTINGS_OF_QUEUES = (
    "queue_id",
    "name",
    "concurrency",
    "worker_concurrency",
    "rate_limit_max",
    "rate_limit_period_sec",
    "priority_enabled",
    "partition_queue",
    "polling_interval_sec",
    "created_at",
    "updated_at",
    "application_name",
    "partition_concurrency",
    "partition_worker_concurrency",
    "partition_rate_limit_max",
    "partition_rate_limit_period_sec",
)

UNUSED: dict[str, tuple[str, ...]] = {
    "event_dispatch_kv": (
        "service_name",
        "workflow_fn_name",
        "key",
        "value",
        "update_seq",
        "update_time",
    ),
    "notifications": (
        "message_uuid",
        "destination_uuid",
        "topic",
        "message",
        "created_at_epoch_ms",
        "serialization",
        "consumed",
        "consumed_by_function_id",
    ),
    "streams": ("workflow_uuid", "key", "value", "offset", "function_id", "serialization"),
    "workflow_events": ("workflow_uuid", "key", "value", "serialization"),
    "workflow_events_history": ("workflow_uuid", "function_id", "key", "value", "serialization"),
    "workflow_schedules": (
        "schedule_id",
        "schedule_name",
        "workflow_name",
        "workflow_class_name",
        "schedule",
        "status",
        "context",
        "last_fired_at",
        "automatic_backfill",
        "cron_timezone",
        "queue_name",
        "application_name",
    ),
}
"""Tables of the engine that stay empty, with their columns; a test sees to it that they do."""

_RELEASES = ("version_id", "version_name", "version_timestamp", "created_at", "application_name")

ENGINE_TABLES: dict[str, dict[str, Declaration]] = {
    "workflow_status": _STATUS,
    "operation_outputs": _OUTPUTS,
    "workflow_input": {"workflow_uuid": _JOB, "inputs": _JOB, "retention_timestamp": _WHEN},
    "workflow_output": {
        "workflow_uuid": _JOB,
        "output": _VERDICT,
        "error": _of_a_job("the kind of a failure; the request's outcome is exported"),
        "retention_timestamp": _WHEN,
    },
    "queues": dict.fromkeys(_SETTINGS_OF_QUEUES, _QUEUE),
    "application_versions": dict.fromkeys(_RELEASES, _machine("which releases have run here")),
    "dbos_migrations": {"version": _machine("the version of the engine's tables")},
    "alembic_version": {"version_num": _machine("the version of our own tables")},
    **{table: dict.fromkeys(columns, _EMPTY) for table, columns in UNUSED.items()},
}
"""Table to column to declaration. On PostgreSQL all but ``alembic_version`` are in a schema."""


def engine_declarations() -> dict[tuple[str, str], Declaration]:
    """Return the declaration of every (table, column) that the engine and the migrations keep."""
    return {
        (table, column): declaration
        for table, columns in ENGINE_TABLES.items()
        for column, declaration in columns.items()
    }
