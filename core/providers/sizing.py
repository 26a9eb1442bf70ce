"""Turns a wished aspect or size into the nearest one that an offering makes."""

import math
import re

from core.providers.port import Limits

_WISH = re.compile(r"(\d{1,5})\s*([:x×])\s*(\d{1,5})")
_STANDARD_PIXELS = 1024 * 1024
_RATIO_TOLERANCE = 1.4
"""A picture whose shape is further off than this is not what was asked for."""


def parse_wish(text: str) -> tuple[int, int, bool] | None:
    """Read ``16:9`` or ``1024x768``.

    Returns:
        Width, height and whether they are pixels; None when the text is neither.
    """
    found = _WISH.fullmatch(text.strip().lower())
    if found is None:
        return None
    width, height = int(found[1]), int(found[3])
    if width == 0 or height == 0:
        return None
    return width, height, found[2] != ":"


def choose_size(wished: str, limits: Limits) -> tuple[int, int] | None:
    """Return the nearest (width, height) in pixels that the offering allows.

    An empty wish is a square. An aspect gives about one megapixel; a size in pixels is kept as
    near as the limits let it. None: the text is neither, or no allowed size comes near its shape.
    """
    wish = parse_wish(wished) if wished.strip() else (1, 1, False)
    if wish is None:
        return None
    width, height, is_pixels = wish
    ratio = width / height
    pixels = width * height if is_pixels else min(_STANDARD_PIXELS, limits.max_pixels)
    best = _from_list(ratio, pixels, limits) if limits.sizes_px else _free(ratio, pixels, limits)
    if best is None or _apart(best[0] / best[1], ratio) > _RATIO_TOLERANCE:
        return None
    return best


def is_allowed(width_px: int, height_px: int, limits: Limits) -> bool:
    """Say whether the offering makes exactly this size."""
    if limits.sizes_px:
        return (width_px, height_px) in limits.sizes_px
    return (
        limits.min_side_px <= min(width_px, height_px)
        and max(width_px, height_px) <= limits.max_side_px
        and width_px * height_px <= limits.max_pixels
        and width_px % limits.step_px == 0
        and height_px % limits.step_px == 0
    )


def _apart(one: float, other: float) -> float:
    return max(one / other, other / one)


def _from_list(ratio: float, pixels: int, limits: Limits) -> tuple[int, int]:
    return min(
        limits.sizes_px,
        key=lambda size: (
            round(_apart(size[0] / size[1], ratio), 3),
            _apart(size[0] * size[1], pixels),
        ),
    )


def _free(ratio: float, pixels: int, limits: Limits) -> tuple[int, int] | None:
    area = min(pixels, limits.max_pixels)
    step = limits.step_px
    low = math.ceil(limits.min_side_px / step) * step
    high = limits.max_side_px // step * step
    width = min(max(math.sqrt(area * ratio), low), high)
    height = min(max(width / ratio, low), high)
    width = min(max(height * ratio, low), high)

    def near(side: float) -> list[int]:
        floor = int(side // step) * step
        return [s for s in (floor - step, floor, floor + step) if low <= s <= high]

    candidates = [(w, h) for w in near(width) for h in near(height) if is_allowed(w, h, limits)]
    # The shape counts twice as much as the amount of pixels.
    return min(
        candidates,
        key=lambda size: (
            2 * math.log(_apart(size[0] / size[1], ratio))
            + math.log(_apart(size[0] * size[1], area))
        ),
        default=None,
    )
