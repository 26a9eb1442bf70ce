"""The kinds of durable work that people's rights and time need, by their name in the queue."""

from collections.abc import Callable, Mapping

from core.app import App
from core.engine.engine import Task
from core.generation.delivery_port import GONE_TASK
from core.privacy.desk.alarms import KIND as ALARMS
from core.privacy.desk.alarms import alarms_task
from core.privacy.erasure.commands import KIND as ERASURE
from core.privacy.erasure.copies import KIND as COPIES
from core.privacy.erasure.copies import copies_task
from core.privacy.erasure.operators import gone_task
from core.privacy.erasure.saga import erasure_task
from core.privacy.export.task import export_task
from core.privacy.export.values import KIND as EXPORT
from core.privacy.linking.moving import KIND as MOVES
from core.privacy.linking.moving import move_task
from core.privacy.retention.closing import KIND as CLOSING
from core.privacy.retention.closing import closing_task
from core.privacy.retention.schedule import KIND as SWEEP
from core.privacy.retention.sweep import sweep_task

TASKS: Mapping[str, Callable[[App], Task]] = {
    SWEEP: sweep_task,
    ALARMS: alarms_task,
    EXPORT: export_task,
    ERASURE: erasure_task,
    COPIES: copies_task,
    GONE_TASK: gone_task,
    CLOSING: closing_task,
    MOVES: move_task,
}
