"""The kinds of durable work that people's rights and time need, by their name in the queue."""

from collections.abc import Callable, Mapping

from core.app import App
from core.engine.engine import Task
from core.privacy.desk.alarms import KIND as ALARMS
from core.privacy.desk.alarms import alarms_task
from core.privacy.linking.moving import KIND as MOVES
from core.privacy.linking.moving import move_task
from core.privacy.retention.closing import KIND as CLOSING
from core.privacy.retention.closing import closing_task
from core.privacy.retention.schedule import KIND as SWEEP
from core.privacy.retention.sweep import sweep_task

TASKS: Mapping[str, Callable[[App], Task]] = {
    SWEEP: sweep_task,
    ALARMS: alarms_task,
    CLOSING: closing_task,
    MOVES: move_task,
}
