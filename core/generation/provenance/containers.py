"""Rewrites the container of a picture: its pixels stay byte for byte, metadata is ours alone."""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

from core.moderation.errors import NotAPicture

# --- PNG (W3C PNG, third edition, section 5) ----------------------------------------------------
_PNG_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP"}
    | {b"sBIT", b"bKGD", b"pHYs", b"mDCV", b"cLLI"}
)
"""Chunks without which a picture looks different; texts (often prompts) and times go."""
_PNG_XMP_KEYWORD: Final = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00"

# --- JPEG (ITU-T T.81, annex B) -----------------------------------------------------------------
_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14, _APP15, _COM = 0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE
_JPEG_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_JPEG_KEPT_APPS: Final = {_APP0: b"JFIF\x00", _APP2: b"ICC_PROFILE\x00", _APP14: b"Adobe"}
_STUFFED: Final = frozenset({0x00, *range(0xD0, 0xD8)})
"""What follows 0xFF inside picture data: a stuffed zero or a restart marker."""

# --- WebP (RFC 9649) ----------------------------------------------------------------------------
_WEBP_KEPT: Final = frozenset({b"VP8 ", b"VP8L", b"ALPH", b"ICCP"})
_WEBP_HAS_XMP, _WEBP_HAS_ALPHA, _WEBP_HAS_ICC = 0x04, 0x10, 0x20


def with_xmp(picture: bytes, mime: str, xmp: bytes, size_px: tuple[int, int]) -> bytes:
    """Return the picture with this XMP packet and no other metadata.

    Everything that a provider or a camera wrote goes: prompts, EXIF with its place and turn,
    comments, manifests, bytes after the end. Colour profiles stay. ``size_px`` is width and
    height, as decoded.

    Raises:
        NotAPicture: the container is damaged.
    """
    try:
        if mime == "image/png":
            return _png(picture, xmp)
        if mime == "image/jpeg":
            return _jpeg(picture, xmp)
        if mime == "image/webp":
            return _webp(picture, xmp, size_px)
    except (struct.error, IndexError) as broken:
        raise NotAPicture(reason="damaged") from broken
    raise NotAPicture(reason="unknown-format")


def _png(picture: bytes, xmp: bytes) -> bytes:
    parts = [_PNG_SIGNATURE]
    place = len(_PNG_SIGNATURE)
    name = b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", picture, place)
        end = place + 12 + length
        if end > len(picture):
            raise NotAPicture(reason="damaged")
        if name in _PNG_KEPT:
            parts.append(picture[place:end])
        if name == b"IHDR":
            parts.append(_png_chunk(b"iTXt", _PNG_XMP_KEYWORD + xmp))
        place = end
    return b"".join(parts)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _jpeg(picture: bytes, xmp: bytes) -> bytes:
    ours = struct.pack(">BBH", 0xFF, _APP1, len(_JPEG_XMP) + len(xmp) + 2) + _JPEG_XMP + xmp
    head: list[bytes] = []
    body: list[bytes] = []
    for marker, segment in _jpeg_segments(picture):
        if marker == _APP0 and not body:
            head.append(segment)  # JFIF must come first
        else:
            body.append(segment)
    return b"".join([b"\xff\xd8", *head, ours, *body, b"\xff\xd9"])


def _jpeg_segments(picture: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the segments that are kept, each scan with its data, up to the end of the picture."""
    place = 2
    while True:
        if picture[place] != 0xFF:  # noqa: PLR2004 - the marker byte of T.81
            raise NotAPicture(reason="damaged")
        marker = picture[place + 1]
        if marker == 0xFF:  # noqa: PLR2004 - fill bytes may come before any marker
            place += 1
            continue
        if marker == _EOI:
            return
        (length,) = struct.unpack_from(">H", picture, place + 2)
        end = place + 2 + length
        if marker == _SOS:
            end = _jpeg_scan_end(picture, end)
        if end > len(picture):
            raise NotAPicture(reason="damaged")
        if _jpeg_keeps(marker, picture[place + 4 : place + 18]):
            yield marker, picture[place:end]
        place = end


def _jpeg_keeps(marker: int, start: bytes) -> bool:
    if _APP0 <= marker <= _APP15:
        wanted = _JPEG_KEPT_APPS.get(marker)
        return wanted is not None and start.startswith(wanted)
    return marker != _COM


def _jpeg_scan_end(picture: bytes, place: int) -> int:
    while True:
        place = picture.find(b"\xff", place)
        if place < 0 or place + 1 >= len(picture):
            raise NotAPicture(reason="damaged")
        if picture[place + 1] not in _STUFFED:
            return place
        place += 2


def _webp(picture: bytes, xmp: bytes, size_px: tuple[int, int]) -> bytes:
    kept = [(name, data) for name, data in _webp_chunks(picture) if name in _WEBP_KEPT]
    names = {name for name, _ in kept}
    flags = _WEBP_HAS_XMP
    if b"ICCP" in names:
        flags |= _WEBP_HAS_ICC
    lossless = next((data for name, data in kept if name == b"VP8L"), None)
    if b"ALPH" in names or (lossless is not None and lossless[4] & _WEBP_HAS_ALPHA):
        flags |= _WEBP_HAS_ALPHA
    width_px, height_px = size_px
    extended = (
        struct.pack("<I", flags)
        + (width_px - 1).to_bytes(3, "little")
        + (height_px - 1).to_bytes(3, "little")
    )
    chunks = [(b"VP8X", extended), *kept, (b"XMP ", xmp)]
    body = b"WEBP" + b"".join(_webp_chunk(name, data) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    (size,) = struct.unpack_from("<I", picture, 4)
    stop = min(len(picture), size + 8)
    place = 12
    while place + 8 <= stop:
        name, length = struct.unpack_from("<4sI", picture, place)
        yield name, picture[place + 8 : place + 8 + length]
        place += 8 + length + length % 2


def _webp_chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)
