"""Small real pictures, different for every prompt and seed."""

import hashlib
import io
from random import Random

from PIL import Image, ImageDraw


def draw(prompt: str, seed: int, width: int, height: int, fmt: str = "png") -> bytes:
    """Return a picture of the asked size; large sizes are kept cheap by flat shapes."""
    digest = hashlib.sha256(f"{seed}\n{prompt}".encode()).digest()
    random = Random(digest)
    picture = Image.new("RGB", (width, height), _colour(random))
    pen = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y = random.randrange(width), random.randrange(height)
        side = random.randrange(8, max(9, min(width, height) // 2))
        pen.ellipse((x - side, y - side, x + side, y + side), fill=_colour(random))
    return encoded(picture, fmt)


def black(width: int, height: int) -> bytes:
    """Return what a safety checker leaves of a picture."""
    return encoded(Image.new("RGB", (width, height)), "png")


def encoded(picture: Image.Image, fmt: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, fmt.upper())
    return out.getvalue()


def _colour(random: Random) -> tuple[int, int, int]:
    return random.randrange(40, 256), random.randrange(40, 256), random.randrange(40, 256)
