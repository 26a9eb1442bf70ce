"""The drawings of single subjects: own ones and licensed icons, recoloured on demand."""

import gzip
import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from core.providers.illustrator.colour import (
    HEX,
    RAINBOW,
    each_colour,
    from_hls,
    hls,
    is_near,
    luminance,
    mix,
    recoloured,
)
from core.providers.illustrator.palette import Palette

_REFERENCE = re.compile(r'(\bid="|url\(#|href="#)')
_FAMILY_HUE = 0.13
_GREY = 0.16
_DEEP = 0.13


@dataclass(frozen=True, slots=True)
class Art:
    """One drawing: SVG content, its tight box (left, top, width, height) and its main colour."""

    body: str
    box: tuple[float, float, float, float]
    main: str

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.box[2] / self.box[3]


@cache
def _table() -> dict[str, dict[str, object]]:
    packed = files("core.providers.illustrator.art").joinpath("art.json.gz").read_bytes()
    table: dict[str, dict[str, object]] = json.loads(gzip.decompress(packed))
    return table


@cache
def art(name: str) -> Art:
    """The drawing of that name (``own:fox``); a name outside the pack is a bug (KeyError)."""
    entry = _table()[name]
    box = entry["box"]
    assert isinstance(box, list)
    left, top, width, height = (float(part) for part in box)
    return Art(str(entry["body"]), (left, top, width, height), str(entry["main"]))


def _belongs(value: str, main: str) -> bool:
    hue, light, saturation = hls(value)
    main_hue, main_light, main_saturation = hls(main)
    if luminance(value) < _DEEP and luminance(main) > 2 * _DEEP:
        return False
    if main_saturation < _GREY or main_light > 0.9:  # noqa: PLR2004 - white and grey things
        return saturation < 2 * _GREY or light > 0.88  # noqa: PLR2004 - as above
    apart = abs(hue - main_hue)
    return min(apart, 1 - apart) < _FAMILY_HUE and saturation > _GREY


@cache
def _coloured(name: str, colour: str) -> str:
    drawing = art(name)
    if not colour or (colour != RAINBOW and is_near(drawing.main, colour)):
        return drawing.body
    if colour == RAINBOW:
        order = sorted(
            {found.group(0).lower() for found in HEX.finditer(drawing.body)}, key=luminance
        )
        step = {value: at / max(1, len(order)) for at, value in enumerate(order)}

        def rotate(value: str) -> str:
            light = hls(value)[1]
            spread = from_hls(step[value.lower()] * 2, 0.35 + 0.4 * light, 0.85)
            return spread if _DEEP < light < 1 - _DEEP else value

        return each_colour(drawing.body, rotate)
    return each_colour(
        drawing.body,
        lambda value: (
            recoloured(value, drawing.main, colour) if _belongs(value, drawing.main) else value
        ),
    )


@cache
def _toned(name: str, colour: str, palette: Palette, share: float) -> str:
    soft = palette.ambient_share * share

    def tone(value: str) -> str:
        lit = palette.lit(value)
        return named_light(value, lit, soft)

    return each_colour(_coloured(name, colour), tone)


def named_light(value: str, lit: str, share: float) -> str:
    """A lit colour that keeps enough of its own to be named."""
    hue, light, saturation = hls(value)
    _, lit_light, _ = hls(lit)
    own = from_hls(hue, light + (lit_light - light) * share, saturation)
    return own if share <= 0 else mix(own, lit, share * 0.6)


def place_art(
    name: str,
    *,
    x: float,
    foot: float,
    height: float,
    palette: Palette,
    colour: str = "",
    flipped: bool = False,
    tone: float = 1.0,
    mark: str = "",
) -> str:
    """The drawing, ``height`` units tall, its lowest point at ``foot``, its middle at ``x``."""
    drawing = art(name)
    left, top, wide, tall = drawing.box
    scale = height / tall
    turn = -scale if flipped else scale
    shift = x + (left + wide / 2) * scale if flipped else x - (left + wide / 2) * scale
    body = _toned(name, colour, palette, tone)
    body = _REFERENCE.sub(rf"\g<1>{mark}", body) if mark else body
    lift = foot - (top + tall) * scale
    move = f"translate({shift:.2f} {lift:.2f}) scale({turn:.4f} {scale:.4f})"
    return f'<g transform="{move}">{body}</g>'
