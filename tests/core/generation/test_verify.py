"""/verify: our own picture, a copy of it, a changed one, somebody else's."""

import random
from io import BytesIO

import pytest
from PIL import Image, ImageDraw

from core.generation.commands import delete_request
from core.generation.queries import picture_file, verify
from core.generation.values import PictureFile, RequestState
from core.moderation.errors import NotAPicture
from core.providers.port import Asset, Failure, JobRef
from tests.core.generation.sight import a_provider
from tests.factories import a_request, a_worker, accepted, an_adult, an_app, until
from tests.fakes import FakeProvider


def _scene(seed: int, side_px: int = 256) -> bytes:
    """A picture with enough in it to be told from others."""
    chance = random.Random(seed)
    picture = Image.new("RGB", (side_px, side_px), "white")
    draw = ImageDraw.Draw(picture)
    for _ in range(40):
        left, top = chance.randrange(side_px), chance.randrange(side_px)
        size = chance.randrange(10, side_px // 2)
        colour = tuple(chance.randrange(256) for _ in range(3))
        draw.ellipse((left, top, left + size, top + size), fill=colour)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


class _Painter(FakeProvider):
    async def fetch(self, ref: JobRef) -> tuple[Asset, ...] | Failure:
        order = self.orders[ref.job_id]
        return tuple(
            Asset(_scene(order.seed + number), "image/png") for number in range(order.count)
        )


def _copy(data: bytes, kind: str, scale: float = 1) -> bytes:
    out = BytesIO()
    with Image.open(BytesIO(data)) as opened:
        picture = opened.convert("RGB")
    size = (int(picture.width * scale), int(picture.height * scale))
    picture.resize(size).save(out, kind)
    return out.getvalue()


@pytest.mark.promise("LW-3")
async def test_a_picture_says_where_it_came_from() -> None:
    provider = _Painter(offering=a_provider().offering)
    async with an_app(providers=[provider]) as app, a_worker(app):
        person = await an_adult(app)
        done = await accepted(app, a_request(person, seed=11))
        made = await until(app, person, done.request_id, RequestState.ENDED)
        assert made.outcome is not None
        (view,) = made.outcome.pictures
        original: PictureFile = await picture_file(app, person, view.picture_id)

        own = await verify(app, original.data)
        assert own.source == "ours-signed"
        assert own.digital_source_type.endswith("trainedAlgorithmicMedia")
        assert own.made_at is not None

        for copy in (
            _copy(original.data, "PNG"),
            _copy(original.data, "JPEG"),
            _copy(original.data, "WEBP", 0.6),
        ):
            seen = await verify(app, copy)
            assert (seen.source, seen.made_at) == ("ours-recognised", own.made_at)

        for foreign in (99, 100, 101):
            assert (await verify(app, _scene(foreign))).source == "unknown"

        # Other pixels under our signature: painted over, the signature left in place.
        forged = await verify(app, _painted_over(original.data))
        assert forged.source == "damaged"
        assert forged.made_at is None

        for nothing in (b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", original.data[:200], b"x" * 100_000):
            with pytest.raises(NotAPicture):
                await verify(app, nothing)

        await delete_request(app, person, done.request_id)
        kept = await verify(app, original.data)
        assert (kept.source, kept.made_at) == ("ours-signed", None)
        assert (await verify(app, _copy(original.data, "JPEG"))).source == "unknown"


def _painted_over(data: bytes) -> bytes:
    """Replace the pixels of a PNG and keep every other chunk of it."""
    foreign = _chunks(_scene(500))
    kept = _chunks(data)
    out = [data[:8]]
    pixels = [chunk for name, chunk in foreign if name == b"IDAT"]
    for name, chunk in kept:
        if name != b"IDAT":
            out.append(chunk)
        elif pixels:
            out.extend(pixels)
            pixels = []
    return b"".join(out)


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    at = 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4])
        found.append((data[at + 4 : at + 8], data[at : at + 12 + length]))
        at += 12 + length
    return found
