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
from core.privacy.retention.schedule import KIND as SWEEP
from core.privacy.retention.sweep import sweep_task

TASKS: Mapping[str, Callable[[App], Task]] = {
    SWEEP: sweep_task,
    ALARMS: alarms_task,
    ERASURE: erasure_task,
    COPIES: copies_task,
    GONE_TASK: gone_task,
}
