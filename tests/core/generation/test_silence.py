"""No log line says what was asked, by whom, or where the answer went."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, redirect_stderr
from typing import Literal

import pytest

from core.generation.commands import cancel_request, request_images
from core.generation.delivery_port import DeliveryResult, Parcel, ProgressNote
from core.generation.errors import ModelUnknown
from core.generation.values import RequestState
from core.logs import set_up_logs
from core.moderation.errors import PromptRejected
from core.providers.port import Event, JobRef
from tests.core.generation.sight import a_provider, shown, soon
from tests.factories import a_request, a_service, accepted, an_adult, an_app, until
from tests.fakes import FakeProvider, RecordingSurface

NATIVE_ID = "native-person-4711"
WORDS = "ultramarine walrus"
ADDRESS = "chat-8155/message-23"
_OURS = ("limner", "core", "limner.job", "limner.delivery", "limner.engine")
SECRETS = (NATIVE_ID, "ultramarine", "walrus", ADDRESS, "somewhere", "nude")


class _Clumsy(RecordingSurface):
    """Fails once each way, quoting what it was given."""

    faults: int = 2

    def _fail(self, words: str) -> None:
        if self.faults:
            self.faults -= 1
            raise ValueError(f"could not send {words} to {ADDRESS}")

    async def show_progress(self, note: ProgressNote) -> None:
        self._fail(note.status.wish.prompt)
        await super().show_progress(note)

    async def deliver(self, parcel: Parcel) -> DeliveryResult:
        self._fail(parcel.status.wish.prompt)
        return await super().deliver(parcel)


class _Broken(FakeProvider):
    """Has a bug for every second order, and quotes the prompt in it."""

    async def watch(self, ref: JobRef) -> AsyncIterator[Event]:
        async for event in super().watch(ref):
            yield event
            if len(self.submits) == 2:
                raise RuntimeError(f"bug at {self.orders[ref.job_id].prompt}")


@contextmanager
def _an_operator_reads(form: Literal["json", "text"]) -> Iterator[io.StringIO]:
    """Every line that goes to standard error meanwhile, ours at every level, the engine's too."""
    root, engine = logging.getLogger(), logging.getLogger("dbos")
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in _OURS}
    root_level, engine_level = root.level, engine.level
    page = io.StringIO()
    own = [one for one in engine.handlers if isinstance(one, logging.StreamHandler)]
    streams = [one.setStream(page) for one in own]
    try:
        with redirect_stderr(page):
            set_up_logs(form)
        for name in _OURS:
            logging.getLogger(name).setLevel(logging.DEBUG)
        yield page
    finally:
        root.handlers[:] = handlers
        root.setLevel(root_level)
        engine.setLevel(engine_level)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        for handler, stream in zip(own, streams, strict=True):
            if stream is not None:
                handler.setStream(stream)


@pytest.mark.slow
async def test_no_line_of_a_whole_day_tells_what_was_asked() -> None:
    with _an_operator_reads("json") as log_lines:
        await _a_day(log_lines)

    written = log_lines.getvalue()
    assert "ValueError" in written
    assert "RuntimeError" in written
    for secret in SECRETS:
        assert secret not in written


async def _a_day(log_lines: io.StringIO) -> None:
    """All goes well, and then everything goes wrong in turn."""
    surface = _Clumsy()
    provider = _Broken(offering=a_provider().offering)
    async with an_app(providers=[provider]) as app, a_service(app, surface):
        person = await an_adult(app, NATIVE_ID)
        good = await shown(app, a_request(person, prompt=WORDS), ADDRESS)
        await until(app, person, good.request_id, RequestState.DELIVERED)
        broken = await shown(app, a_request(person, prompt=WORDS), ADDRESS)
        await until(app, person, broken.request_id, RequestState.DELIVERED, timeout_s=30)
        stopped = await accepted(app, a_request(person, prompt=WORDS))
        await cancel_request(app, person, stopped.request_id)
        with pytest.raises(PromptRejected):
            await request_images(app, a_request(person, prompt=f"a nude woman, {WORDS}"))
        with pytest.raises(ModelUnknown):
            await request_images(app, a_request(person, prompt=WORDS, offering_id="walrus/1"))

        await soon(lambda: "delivery failed" in log_lines.getvalue())


def _explode() -> None:
    raise ValueError(f"cannot draw {WORDS}") from KeyError(WORDS)


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_is_logged_by_its_kind_and_place_never_by_its_words(
    form: Literal["json", "text"],
) -> None:
    log = logging.getLogger("limner.test")
    with _an_operator_reads(form) as log_lines:
        try:
            _explode()
        except ValueError:
            log.exception("something failed")

    written = log_lines.getvalue()
    assert "something failed" in written
    assert "ValueError" in written
    assert "_explode" in written
    assert "walrus" not in written
    if form == "json":
        assert json.loads(written.strip())["error"] == "ValueError"
