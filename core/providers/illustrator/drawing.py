"""Draws one picture from a prompt: read, compose, rasterise, finish, encode."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import resvg_py
from PIL import Image

from core.providers.illustrator.colour import each_colour
from core.providers.illustrator.finish import FINISHES
from core.providers.illustrator.frame import Frame
from core.providers.illustrator.picture import Layer, compose, frame_of, settle, svg
from core.providers.illustrator.reading import read
from core.providers.illustrator.scene import Scene

MIN_SIDE_PX = 256
MAX_SIDE_PX = 2048
PREVIEW_SIDE_PX = 288
STYLES: tuple[str, ...] = tuple(FINISHES)
DEFAULT_STYLE = "natural"
_MIMES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}
_PREVIEW_STEPS = 4
_LIFTED_LAYERS = frozenset({"body", "clouds", "backdrop", "behind", "flying", "frame", "subjects"})


@dataclass(frozen=True, slots=True)
class DrawOrder:
    """What to draw. Sides from 256 to 2048 pixels.

    The style is a name or a word for one; an unknown style is drawn as ``natural``, and said.
    """

    prompt: str
    negative: str
    seed: int
    width_px: int
    height_px: int
    style: str
    image_format: Literal["png", "jpeg", "webp"]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture and what became of the prompt's words."""

    data: bytes
    width_px: int
    height_px: int
    mime: str
    drawn_words: tuple[str, ...]
    unknown_words: tuple[str, ...]


def _plan(scene: Scene, order: DrawOrder) -> Frame:
    seed = f"{order.seed}/{scene}"
    chance = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:4]) / 2**32
    settled = settle(scene, seed, chance)
    return frame_of(settled, order.width_px, order.height_px, seed)


def _with_paper_shadows(layers: list[Layer]) -> list[Layer]:
    """Lift each layer off the one behind it, as cut paper lies."""
    lifted = []
    for layer in layers:
        if layer.name not in _LIFTED_LAYERS:
            lifted.append(layer)
            continue
        dark = (
            each_colour(layer.markup, lambda _: "#0a0c1c")
            .replace('id="', 'id="z')
            .replace("url(#", "url(#z")
        )
        dark = dark.replace('href="#', 'href="#z')
        fall = f'<g opacity=".3" transform="translate(8 11)">{dark}</g>'
        lifted.append(Layer(layer.name, f"{fall}<g>{layer.markup}</g>"))
    return lifted


def _raster(document: str) -> Image.Image:
    return Image.open(
        io.BytesIO(resvg_py.svg_to_bytes(svg_string=document, skip_system_fonts=True))
    ).convert("RGB")


def _preview_size(order: DrawOrder) -> tuple[int, int]:
    scale = PREVIEW_SIDE_PX / max(order.width_px, order.height_px)
    return max(1, round(order.width_px * scale)), max(1, round(order.height_px * scale))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=70)
    return out.getvalue()


def _encode(picture: Image.Image, image_format: str) -> bytes:
    out = io.BytesIO()
    if image_format == "png":
        picture.save(out, "PNG", compress_level=3)
    elif image_format == "jpeg":
        picture.save(out, "JPEG", quality=92, subsampling=0)
    else:
        picture.save(out, "WEBP", quality=90, method=2)
    return out.getvalue()


def _style_of(name: str) -> str:
    """Return the style that a name, a part of it ("night-neon") or a word for it means, or ""."""
    if name in FINISHES:
        return name
    parts = (part for part in name.lower().replace("_", "-").split("-") if part in FINISHES)
    return next(parts, "") or read(name, "").style


def draw(order: DrawOrder, on_preview: Callable[[int, bytes], None] | None = None) -> Drawing:
    """Draw a picture; the same order gives the same bytes.

    Args:
        order: the words, the seed and the shape of the picture. Any text is fine.
        on_preview: called with percent (0..100) and a small JPEG of the layers drawn so far.

    Raises:
        ValueError: a side is not between 256 and 2048 pixels; nothing was drawn.
    """
    if not all(MIN_SIDE_PX <= side <= MAX_SIDE_PX for side in (order.width_px, order.height_px)):
        raise ValueError("a side is out of range")
    reading = read(order.prompt, order.negative)
    wished = _style_of(order.style)
    strange = (order.style,) if order.style and not wished else ()
    style = wished or DEFAULT_STYLE
    if style == DEFAULT_STYLE and reading.style:
        style = reading.style
    frame = _plan(reading.scene, order)
    layers = compose(frame)
    if on_preview:
        size = _preview_size(order)
        for step in range(1, _PREVIEW_STEPS):
            reach = max(1, len(layers) * step // _PREVIEW_STEPS)
            small = _raster(svg(frame, layers[:reach], *size))
            on_preview(80 * step // _PREVIEW_STEPS, _jpeg(small))
    if style == "paper-cut":
        layers = _with_paper_shadows(layers)
    picture = _raster(svg(frame, layers, order.width_px, order.height_px))
    if on_preview:
        on_preview(80, _jpeg(picture.resize(_preview_size(order), Image.Resampling.BOX)))
    finished = FINISHES[style](picture, order.seed % 2**31)
    return Drawing(
        data=_encode(finished, order.image_format),
        width_px=order.width_px,
        height_px=order.height_px,
        mime=_MIMES[order.image_format],
        drawn_words=reading.drawn_words,
        unknown_words=reading.unknown_words + strange,
    )
