"""Log lines for operators: codes, ids and numbers; never content, names or tokens."""

import logging
import sys
from collections.abc import Sequence
from typing import Literal

import structlog

_QUIET = ("httpx", "httpcore", "alembic", "dbos", "uvicorn")


def _without_values(
    _logger: object, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Show where an exception came from and of which class it is, never what it says.

    Messages of exceptions may quote what was being handled: a prompt, an address, a token.
    """
    failure = event.pop("exc_info", None)
    if failure is True:
        failure = sys.exc_info()
    if isinstance(failure, BaseException):
        failure = (type(failure), failure, failure.__traceback__)
    if not isinstance(failure, tuple) or failure[0] is None:
        return event
    frames = []
    step = failure[2]
    while step is not None:
        code = step.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{step.tb_lineno} {code.co_name}")
        step = step.tb_next
    event["error"] = failure[0].__name__
    event["at"] = " < ".join(reversed(frames[-6:]))
    return event


def set_up_logs(form: Literal["text", "json"], quiet: Sequence[str] = ()) -> None:
    """Send all log lines to standard error in one form.

    Libraries speak from WARNING on: ours, and the ``quiet`` ones that the surfaces bring.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_values,
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in (*_QUIET, *quiet):
        logging.getLogger(name).setLevel(logging.WARNING)
