"""Pictures as files for one place: the untouched original where it fits, a smaller copy if not."""

import io
from dataclasses import dataclass

import discord
from PIL import Image

from core.generation.values import PictureFile
from core.kernel.offloop import heavy

DEFAULT_LIMIT_BYTES = 10 * 1024 * 1024
"""What every place takes (Discord, "Uploading files"); more only where a server is boosted."""
_SIDES_PX = (2048, 1536, 1024, 512)
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Attached:
    """One file to send. A ``discord.File`` is used up by a send; this can be sent again."""

    name: str
    data: bytes
    description: str
    is_veiled: bool
    """Shown only after a press: the name gets the prefix ``SPOILER_``."""
    is_original: bool = True

    def file(self) -> discord.File:
        """Return the file for one send."""
        return discord.File(
            io.BytesIO(self.data),
            self.name,
            spoiler=self.is_veiled,
            description=self.description or None,
        )

    @property
    def uri(self) -> str:
        """How the components of the same message name the file."""
        return f"attachment://{'SPOILER_' if self.is_veiled else ''}{self.name}"


def original(picture: PictureFile, *, is_veiled: bool) -> Attached:
    """Return a picture's own bytes as a file."""
    return Attached(picture.file_name, picture.data, picture.alt_text, is_veiled)


async def fitting(picture: PictureFile, limit_bytes: int, *, is_veiled: bool) -> Attached:
    """Return the original if it fits, else a smaller JPEG that still says how it was made."""
    if len(picture.data) <= limit_bytes:
        return original(picture, is_veiled=is_veiled)
    data = await heavy(_smaller, picture.data, limit_bytes)
    name = picture.file_name.rsplit(".", 1)[0] + "-small.jpg"
    return Attached(name, data, picture.alt_text, is_veiled, is_original=False)


def _smaller(data: bytes, limit_bytes: int) -> bytes:
    with Image.open(io.BytesIO(data)) as opened:
        marks = opened.info.get("xmp")
        picture = opened.convert("RGB")
    smaller = data
    for side_px in _SIDES_PX:
        picture.thumbnail((side_px, side_px))
        out = io.BytesIO()
        if isinstance(marks, bytes):
            picture.save(out, "JPEG", quality=_QUALITY, xmp=marks)
        else:
            picture.save(out, "JPEG", quality=_QUALITY)
        smaller = out.getvalue()
        if len(smaller) <= limit_bytes:
            break
    return smaller
