"""The files of an export: what they are called, and what kind they are by their own bytes."""

from datetime import datetime

from core.privacy.subject.walk import Media, Record

_KINDS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpg"),
    (8, b"WEBP", "webp"),
    (0, b"GIF8", "gif"),
    (4, b"ftyp", "mp4"),
    (0, b"\x1a\x45\xdf\xa3", "webm"),
)


def suffix_of(data: bytes) -> str:
    """Return what a file's name ends with, by its first bytes; ``bin`` for an unknown kind."""
    for at, magic, suffix in _KINDS:
        if data[at : at + len(magic)] == magic:
            return suffix
    return "bin"


def path_of(record: Record, media: Media, data: bytes) -> str:
    """Return where a file lies in an export: what people sent, and what was made for them."""
    folder = "inputs" if media.field.declaration.retention == "uploads" else "outputs"
    clock = record.shelf.clock
    at = None if clock is None else record.values.get(clock.name)
    when = f"{at:%Y-%m-%dT%H%M%S}-" if isinstance(at, datetime) else ""
    several = f"-{media.field.name}" if len(record.shelf.media) > 1 else ""
    return f"media/{folder}/{when}{record.name}{several}.{suffix_of(data)}"
