"""A picture that somebody sends in is looked at and kept nowhere."""

import random
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from core.privacy.erasure.verify import verify_anything
from tests.core.storage.live_schema import all_cells
from tests.factories import an_app

CHUNK = 48
"""Bytes of a picture that stand nowhere by chance."""


def noise(side_px: int) -> bytes:
    """A picture that no other picture shares a piece with."""
    drawn = random.Random(side_px).randbytes(side_px * side_px * 3)
    out = BytesIO()
    Image.frombytes("RGB", (side_px, side_px), drawn).save(out, "PNG")
    return out.getvalue()


def files_with(folder: Path, piece: bytes) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if piece in path.read_bytes()]


@pytest.mark.promise("AX-17")
async def test_a_picture_that_is_sent_in_is_gone_with_its_answer(tmp_path: Path) -> None:
    sent = noise(96)
    piece = sent[len(sent) // 2 :][:CHUNK]
    assert len(piece) == CHUNK
    async with an_app(folder=tmp_path) as app:
        assert (await verify_anything(app, sent)) is not None
        engine = app.database.sync_engine()
        try:
            assert [place for place, cell in all_cells(engine) if piece in cell] == []
        finally:
            engine.dispose()
    assert files_with(tmp_path, piece) == []
    # The search itself finds what is there.
    (tmp_path / "kept").write_bytes(sent)
    assert files_with(tmp_path, piece) == [tmp_path / "kept"]
