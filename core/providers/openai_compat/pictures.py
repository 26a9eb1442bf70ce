"""Turns the bytes that came into a picture that is safe to hand on, or says why it is none."""

import base64
import binascii
import io
from typing import Literal

from PIL import Image

from core.providers.port import Failure, FailureKind, ImageFormat

MAX_PICTURE_BYTES = 32 * 1024 * 1024
_MAX_PIXELS = 24_000_000
_PREVIEW_SIDE_PX = 512
_BLACK_LEVEL = 2
"""Highest value, of 255, that still counts as black."""
_QUALITY = 92

Flaw = Literal["not-a-picture", "too-large", "black"]


class UnusablePictureError(Exception):
    """What came can't be shown; ``flaw`` says why."""

    def __init__(self, flaw: Flaw) -> None:
        self.flaw: Flaw = flaw
        super().__init__(flaw)


def decode(text: str) -> bytes:
    """Decode base64, as itself or as a data address.

    Raises:
        UnusablePictureError: not base64, or more than ``MAX_PICTURE_BYTES``.
    """
    if text.startswith("data:"):
        text = text.partition(",")[2]
    if len(text) > MAX_PICTURE_BYTES * 4 // 3 + 4:
        raise UnusablePictureError("too-large")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnusablePictureError("not-a-picture") from error


def checked(data: bytes, wanted: ImageFormat, *, refuse_black: bool) -> bytes:
    """Return the picture in the wanted format, written anew from its pixels.

    Writing it anew drops whatever the server hid in it: some write the prompt into the file.
    CPU-bound: call it in a thread.

    Raises:
        UnusablePictureError: not a PNG, JPEG or WebP, damaged, too large, or black where black
            is how the service says that it refused.
    """
    picture = _opened(data)
    if refuse_black and all(high <= _BLACK_LEVEL for _, high in _extremes(picture)):
        raise UnusablePictureError("black")
    return _written(picture, wanted)


def preview(data: bytes) -> bytes:
    """Return a JPEG of at most 512 pixels a side. CPU-bound: call it in a thread.

    Raises:
        UnusablePictureError: as ``checked``.
    """
    picture = _opened(data).convert("RGB")
    picture.thumbnail((_PREVIEW_SIDE_PX, _PREVIEW_SIDE_PX))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def failure_for(flaw: Flaw, *, was_charged: bool) -> Failure:
    """Say in the shared words that nothing usable came."""
    if flaw == "black":
        return Failure(
            FailureKind.BLOCKED, stage="output", provider_code=flaw, was_charged=was_charged
        )
    return Failure(FailureKind.EMPTY, provider_code=flaw, was_charged=was_charged)


def _opened(data: bytes) -> Image.Image:
    if len(data) > MAX_PICTURE_BYTES:
        raise UnusablePictureError("too-large")
    try:
        picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
    except Image.DecompressionBombError as error:
        raise UnusablePictureError("too-large") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise UnusablePictureError("not-a-picture") from error
    if picture.width * picture.height > _MAX_PIXELS:
        raise UnusablePictureError("too-large")
    try:
        picture.load()
    except (OSError, SyntaxError, ValueError) as error:
        raise UnusablePictureError("not-a-picture") from error
    return picture.convert("RGBA" if _has_alpha(picture) else "RGB")


def _has_alpha(picture: Image.Image) -> bool:
    return "A" in picture.getbands() or "transparency" in picture.info


def _extremes(picture: Image.Image) -> list[tuple[int, int]]:
    bands = picture.convert("RGB").split()
    return [(int(low), int(high)) for low, high in (_range(band) for band in bands)]


def _range(band: Image.Image) -> tuple[float, float]:
    histogram = band.histogram()
    levels = [level for level, count in enumerate(histogram) if count]
    return levels[0], levels[-1]


def _written(picture: Image.Image, wanted: ImageFormat) -> bytes:
    plain = Image.new(picture.mode, picture.size)
    plain.paste(picture)
    out = io.BytesIO()
    match wanted:
        case "png":
            plain.save(out, "PNG", compress_level=4)
        case "jpeg":
            plain.convert("RGB").save(out, "JPEG", quality=_QUALITY, subsampling=0)
        case "webp":
            plain.save(out, "WEBP", quality=_QUALITY, method=3)
    return out.getvalue()
