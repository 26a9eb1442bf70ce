"""Opens pictures of unknown origin without being harmed by them."""

import struct
import zlib
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from core.moderation.errors import NotAPicture, PictureTooLarge

MAX_PICTURE_BYTES: Final = 25 * 1024 * 1024
"""Encoded size; a PNG of 4096 x 4096 px of noise is larger than any picture that we deliver."""
MAX_PICTURE_PIXELS: Final = 40_000_000
"""Width x height; 160 MB of memory when opened with four channels."""

MIME_OF_FORMAT: Final = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
"""The formats that are opened, and no others, whatever else the library can read."""

_WHITE: Final = (255, 255, 255)
_BYTE_OF_16_BITS: Final = 1 / 257
_BROKEN: Final = (
    OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError,
    struct.error, zlib.error,
)  # fmt: skip
"""What the decoders raise for damaged files (measured by feeding them cut and changed ones)."""


def open_picture(picture: bytes) -> tuple[Image.Image, str]:
    """Decode a whole picture and return it with its MIME type.

    Of a multi-picture JPEG (a phone's photo with its depth map) the first one, which is what
    people see. Pixels and size are checked before they are decoded.

    Raises:
        NotAPicture: not PNG, JPEG or WebP, damaged or cut off, or animated.
        PictureTooLarge: over ``MAX_PICTURE_BYTES`` or ``MAX_PICTURE_PIXELS``.
    """
    if len(picture) > MAX_PICTURE_BYTES:
        raise _too_large(picture, None)
    try:
        image = Image.open(BytesIO(picture), formats=tuple(MIME_OF_FORMAT))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _too_large(picture, None) from bomb
    except UnidentifiedImageError:
        raise NotAPicture(reason="unknown-format") from None
    except _BROKEN as broken:
        raise NotAPicture(reason="damaged") from broken
    pixels = image.width * image.height
    if pixels > MAX_PICTURE_PIXELS:
        raise _too_large(picture, pixels)
    is_jpeg = image.format in {"JPEG", "MPO"}
    if not is_jpeg and getattr(image, "is_animated", False):
        raise NotAPicture(reason="animated")
    mime = MIME_OF_FORMAT["JPEG" if is_jpeg else str(image.format)]
    try:
        image.load()
    except _BROKEN as broken:
        raise NotAPicture(reason="damaged") from broken
    return image, mime


def as_seen(image: Image.Image, background: tuple[int, int, int] = _WHITE) -> Image.Image:
    """Return a picture as people see it: three channels of 8 bits, clear parts on a background."""
    if image.mode.startswith(("I", "F")):
        # Plain conversion would cut 16-bit greys to white and hide what is there.
        image = image.convert("F").point(lambda grey: grey * _BYTE_OF_16_BITS + 0).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    seen = Image.new("RGBA", layer.size, background)
    seen.alpha_composite(layer)
    return seen.convert("RGB")


def _too_large(picture: bytes, pixels: int | None) -> PictureTooLarge:
    return PictureTooLarge(
        size_bytes=len(picture),
        max_bytes=MAX_PICTURE_BYTES,
        pixels=pixels,
        max_pixels=MAX_PICTURE_PIXELS,
    )
