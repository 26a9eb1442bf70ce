"""Colour arithmetic on ``#rrggbb`` strings."""

import colorsys
import re
from collections.abc import Callable
from functools import lru_cache

from core.providers.illustrator.lexicon import lexicon

HEX = re.compile(r"#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
RAINBOW = "rainbow"
_NEAR_HUE = 0.075
_GREY_SATURATION = 0.16


@lru_cache(maxsize=4096)
def channels(value: str) -> tuple[float, float, float]:
    """Red, green and blue, each 0..1."""
    digits = value[1:]
    if len(digits) == len("rgb"):
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return red, green, blue


def to_hex(red: float, green: float, blue: float) -> str:
    """The nearest ``#rrggbb``; channels outside 0..1 are clipped."""
    parts = (round(255 * min(1.0, max(0.0, part))) for part in (red, green, blue))
    return "#" + "".join(f"{part:02x}" for part in parts)


@lru_cache(maxsize=8192)
def mix(first: str, second: str, share: float) -> str:
    """``first`` with ``share`` (0..1) of ``second``."""
    one, two = channels(first), channels(second)
    red, green, blue = (a + (b - a) * share for a, b in zip(one, two, strict=True))
    return to_hex(red, green, blue)


def hls(value: str) -> tuple[float, float, float]:
    """Hue, lightness and saturation, each 0..1."""
    return colorsys.rgb_to_hls(*channels(value))


def from_hls(hue: float, lightness: float, saturation: float) -> str:
    """The colour of a hue (taken modulo 1), a lightness and a saturation (clipped to 0..1)."""
    return to_hex(
        *colorsys.hls_to_rgb(
            hue % 1.0, min(1.0, max(0.0, lightness)), min(1.0, max(0.0, saturation))
        )
    )


def lighter(value: str, by: float) -> str:
    """Towards white for positive ``by``, towards black for negative (-1..1)."""
    return mix(value, "#ffffff", by) if by >= 0 else mix(value, "#000000", -by)


def luminance(value: str) -> float:
    """Perceived brightness, 0..1."""
    red, green, blue = channels(value)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def shaded(colour: str, shade: str) -> str:
    """The value of a colour after "light", "dark" or "bright"; empty for no colour."""
    if not colour:
        return ""
    value = lexicon().colours[colour]
    if value == RAINBOW or not shade:
        return value
    hue, lightness, saturation = hls(value)
    if shade == "light":
        return mix(value, "#ffffff", 0.45)
    if shade == "dark":
        return mix(value, "#05060a", 0.42)
    return from_hls(hue, lightness, saturation * 1.25)


def is_near(first: str, second: str) -> bool:
    """Whether people would call both by one name, roughly."""
    one, two = hls(first), hls(second)
    if min(one[2], two[2]) < _GREY_SATURATION:
        return max(one[2], two[2]) < _GREY_SATURATION and abs(one[1] - two[1]) < 0.15  # noqa: PLR2004 - lightness
    apart = abs(one[0] - two[0])
    return min(apart, 1 - apart) < _NEAR_HUE and abs(one[1] - two[1]) < 0.22  # noqa: PLR2004 - lightness


def recoloured(value: str, main: str, target: str) -> str:
    """``value`` as it would be if the thing whose main colour is ``main`` were ``target``."""
    _, base_light, _ = hls(main)
    _, light, _ = hls(value)
    hue, wanted_light, saturation = hls(target)
    shift = (light - base_light) * (0.75 if wanted_light < 0.85 else 0.45)  # noqa: PLR2004 - near white
    lightness = wanted_light + shift
    lightness = min(lightness, 0.96)  # white things keep a hint of form
    return from_hls(hue, max(0.06, lightness), saturation * (0.9 if shift > 0 else 1.0))


def each_colour(markup: str, change: Callable[[str], str]) -> str:
    """The markup with every hexadecimal colour replaced by ``change`` of it."""
    return HEX.sub(lambda found: change(found.group(0)), markup)
