"""Pictures for tests of whatever opens pictures, good and bad ones."""

import random
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter


def encode(image: Image.Image, image_format: str = "PNG", **options: object) -> bytes:
    target = BytesIO()
    image.save(target, image_format, **options)
    return target.getvalue()


def a_scene(seed: int = 1, size_px: tuple[int, int] = (640, 480)) -> Image.Image:
    """Draw a gradient with shapes, another one for each seed."""
    dice = random.Random(seed)
    width, height = size_px
    image = Image.new("RGB", size_px)
    draw = ImageDraw.Draw(image)
    top = [dice.randint(0, 255) for _ in range(3)]
    bottom = [dice.randint(0, 255) for _ in range(3)]
    for y in range(height):
        mixed = [round(a + (b - a) * y / height) for a, b in zip(top, bottom, strict=True)]
        draw.line((0, y, width, y), fill=(mixed[0], mixed[1], mixed[2]))
    for _ in range(dice.randint(4, 12)):
        x, y = dice.randint(0, width), dice.randint(0, height)
        reach = dice.randint(20, 160)
        colour = (dice.randint(0, 255), dice.randint(0, 255), dice.randint(0, 255))
        box = (x - reach, y - reach, x + reach, y + reach)
        if dice.random() < 0.5:
            draw.ellipse(box, fill=colour)
        else:
            draw.rectangle(box, fill=colour)
    return image


def skin_tones(seed: int = 32) -> Image.Image:
    """Draw blurred ellipses in the colours of skin: nothing, but a classifier grows wary."""
    dice = random.Random(seed)
    image = Image.new("RGB", (512, 512), (200, 150, 120))
    draw = ImageDraw.Draw(image)
    for _ in range(dice.choice([12, 25, 40])):
        x, y, reach = dice.randint(0, 512), dice.randint(0, 512), dice.randint(30, 160)
        colour = (dice.randint(200, 240), dice.randint(140, 190), dice.randint(110, 160))
        draw.ellipse((x - reach, y - reach * 1.4, x + reach, y + reach * 1.4), fill=colour)
    return image.filter(ImageFilter.GaussianBlur(14))


def a_bomb(width_px: int = 60_000, height_px: int = 60_000) -> bytes:
    """Return a tiny PNG that says it is huge."""
    header = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\x00" * 1000)
    chunks = [(b"IHDR", header), (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(png_chunk, *zip(*chunks, strict=True)))


def png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
