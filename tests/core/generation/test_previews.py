"""A preview is a picture too: it is judged before anybody sees it."""

import asyncio
from dataclasses import replace

import pytest

from core.generation.commands import remember_message
from tests.factories import a_request, a_service, accepted, an_adult, an_app, until
from tests.fakes import FakeProvider, RecordingSurface, a_picture


class NoPreviews:
    """A screen that refuses the one small picture and lets everything else pass."""

    def __init__(self, preview: bytes) -> None:
        self._preview = preview

    async def prepare(self) -> None:
        return

    async def refuse_text(self, text: str, *, adult_room: bool) -> str | None:
        return None

    async def refuse_picture(self, picture: bytes, *, adult_room: bool) -> str | None:
        return "nudity" if picture == self._preview else None


@pytest.mark.parametrize("is_refused", [True, False])
async def test_a_preview_is_shown_only_when_it_passes_the_check(*, is_refused: bool) -> None:
    preview = a_picture(3, 32, 32, "JPEG")
    provider, surface = FakeProvider(), RecordingSurface()
    provider.gate.clear()
    async with an_app(providers=[provider]) as made:
        app = replace(made, screen=NoPreviews(preview if is_refused else b""))
        async with a_service(app, surface):
            person = await an_adult(app)
            asked = await accepted(app, a_request(person))
            await remember_message(app, person, asked.request_id, "message")
            async with asyncio.timeout(20):
                while not any(note.status.percent == 50 for note in surface.notes):
                    await asyncio.sleep(0.05)
            provider.gate.set()
            await until(app, person, asked.request_id)

    shown = [note.preview for note in surface.notes if note.preview is not None]
    assert shown == ([] if is_refused else [preview])
    assert len(surface.parcels) == 1, "the finished picture passed and was delivered"
