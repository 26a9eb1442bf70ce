"""Ridges, mountains, dunes and the ground with its texture."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501, PLR2004

import math
import random
from collections.abc import Callable

from core.providers.illustrator.colour import lighter, mix
from core.providers.illustrator.frame import Frame, num, points

SNOW = "#eef4fa"


def _wave(dice: random.Random) -> Callable[[float], float]:
    waves = [(dice.uniform(0.6, 1.3) * k, dice.uniform(0, 6.3), 1 / k) for k in (1, 2.3, 4.1)]
    return lambda x: sum(math.sin(x * k / 260 + p) * a for k, p, a in waves) / 1.7


def ridge(frame: Frame, purpose: str, top: float, swing: float) -> str:
    """Path of a rolling edge that reaches down to the bottom of the canvas."""
    curve = _wave(frame.dice(purpose))
    steps = 28
    xs = [frame.width * at / steps for at in range(steps + 1)]
    line = [(x, top + swing * curve(x)) for x in xs]
    return points(*line, (frame.width, frame.height), (0, frame.height)) + "Z"


def ground_colour(frame: Frame) -> str:
    """The ground's own colour, before the light."""
    if frame.is_snowy:
        return SNOW
    return frame.palette.ground


def ridges(frame: Frame) -> str:
    """Three wooded ranges that fade with distance."""
    colours = frame.palette
    base = mix(colours.foliage, "#3a5a78", 0.35)
    if frame.is_snowy:
        base = mix(base, "#c8d6e6", 0.5)
    parts = []
    for at, depth in enumerate((1.0, 0.75, 0.5)):
        top = frame.horizon - 120 + at * 46
        d = ridge(frame, f"ridge{at}", top, 58 - at * 12)
        parts.append(f'<path fill="{colours.far(base, depth)}" d="{d}"/>')
    return "".join(parts)


def hills(frame: Frame) -> str:
    """Soft rolling hills."""
    colours = frame.palette
    base = ground_colour(frame)
    parts = []
    for at, depth in enumerate((1.0, 0.7, 0.4)):
        tint = mix(base, "#4f86a8", 0.45 - at * 0.16)
        d = ridge(frame, f"hill{at}", frame.horizon - 66 + at * 34, 40 - at * 6)
        parts.append(f'<path fill="{colours.far(tint, depth)}" d="{d}"/>')
    return "".join(parts)


def _peak(frame: Frame, dice: random.Random, x: float, tall: float, depth: float) -> str:
    colours = frame.palette
    foot, top = frame.horizon + 30, frame.horizon - tall
    half = tall * dice.uniform(0.75, 1.05)
    rock = colours.far("#6c7890", depth)
    shade = mix(rock, colours.shadow, 0.36)
    snow, snow_shade = colours.far("#f7fafd", depth * 0.6), colours.far("#b9c9de", depth * 0.6)
    lean = dice.uniform(-0.12, 0.12) * half
    spine = [
        (x, top),
        (x + lean * 0.6, top + tall * 0.3),
        (x - lean, top + tall * 0.62),
        (x + lean, foot),
    ]
    cap = 0.34
    left = [(x - half * cap * share, top + tall * cap * share) for share in (1.0, 0.66, 0.33)]
    right = [(x + half * cap * share, top + tall * cap * share) for share in (0.3, 0.62, 1.0)]
    middle = (x + lean * 0.6, top + tall * 0.3)
    zig_left = [(x - half * 0.2, top + tall * 0.27), (x - half * 0.12, top + tall * 0.37)]
    zig_right = [(x + half * 0.14, top + tall * 0.38), (x + half * 0.22, top + tall * 0.26)]
    return (
        f'<path fill="{rock}" d="{points((x - half, foot), (x, top), *spine[1:])}Z"/>'
        f'<path fill="{shade}" d="{points(*spine, (x + half, foot))}Z"/>'
        f'<path fill="{snow}" d="{points(left[0], *left[1:], (x, top), middle, *reversed(zig_left))}Z"/>'
        f'<path fill="{snow_shade}" d="{points((x, top), *right, zig_right[1], zig_right[0], middle)}Z"/>'
    )


def peaks(frame: Frame) -> str:
    """Snow-capped mountains with a lit and a shaded side, and foothills."""
    dice = frame.dice("peaks")
    parts = []
    for depth, amount, tall in ((0.85, 5, 250), (0.5, 4, 360)):
        for at in range(int(amount * max(1.0, frame.width / 1300))):
            spread = frame.width / amount
            x = (at + 0.5) * spread * 1.0 + dice.uniform(-0.3, 0.3) * spread
            high = min(tall * dice.uniform(0.6, 1.1), frame.horizon * 0.86)
            parts.append(_peak(frame, dice, x, high, depth))
    base = SNOW if frame.is_snowy else mix(frame.palette.foliage, "#3a5a6a", 0.3)
    d = ridge(frame, "foothill", frame.horizon - 8, 26)
    parts.append(f'<path fill="{frame.palette.far(base, 0.42)}" d="{d}"/>')
    return "".join(parts)


def dunes(frame: Frame) -> str:
    """Sand waves with a sharp lit crest."""
    dice, colours = frame.dice("dunes"), frame.palette
    base = ground_colour(frame)
    parts = []
    for at, depth in enumerate((0.9, 0.6, 0.32)):
        top = frame.horizon - 62 + at * 44
        crest = dice.uniform(0.15, 0.85) * frame.width
        tall, half = dice.uniform(50, 100), frame.width * dice.uniform(0.5, 0.75)
        lit = colours.far(lighter(base, 0.08), depth)
        dark = mix(lit, colours.shadow, 0.24)
        edge = ridge(frame, f"dune{at}", top + 34, 14)
        arch = (
            f"M{num(crest - half)} {num(top + 60)}Q{num(crest - half * 0.3)} {num(top + 30)} {num(crest)} {num(top - tall)}"
            f"Q{num(crest + half * 0.25)} {num(top + 20)} {num(crest + half)} {num(top + 60)}Z"
        )
        fall = (
            f"M{num(crest)} {num(top - tall)}Q{num(crest + half * 0.25)} {num(top + 20)} {num(crest + half)} {num(top + 60)}"
            f"L{num(crest - half * 0.1)} {num(top + 60)}Q{num(crest + half * 0.1)} {num(top)} {num(crest)} {num(top - tall)}Z"
        )
        parts.append(
            f'<path fill="{lit}" d="{edge}"/><path fill="{lit}" d="{arch}"/><path fill="{dark}" d="{fall}"/>'
        )
    return "".join(parts)


def canyon(frame: Frame) -> str:
    """Layered table mountains on both sides."""
    dice, colours = frame.dice("canyon"), frame.palette
    parts = [dunes(frame)]
    for depth, centre in ((0.7, 0.5), (0.6, 0.08), (0.5, 0.94), (0.35, 0.0), (0.35, 1.0)):
        x, half = centre * frame.width, dice.uniform(110, 210)
        tall = dice.uniform(170, 330) * (0.6 if depth > 0.65 else 1.0)
        tall = min(tall, frame.horizon * 0.8)
        for at in range(5):
            low = frame.horizon + 40 - tall * at / 5
            shade = colours.far(("#b5522f", "#cf7040", "#a8452a", "#dd8850", "#c4613a")[at], depth)
            grow = half * (1.12 - at * 0.06)
            parts.append(
                f'<path fill="{shade}" d="{points((x - grow, low), (x - grow * 0.97, low - tall / 5 - 1), (x + grow * 0.97, low - tall / 5 - 1), (x + grow, low))}Z"/>'
                f'<path fill="{colours.shadow}" opacity=".16" d="{points((x + grow * 0.35, low), (x + grow * 0.4, low - tall / 5 - 1), (x + grow * 0.97, low - tall / 5 - 1), (x + grow, low))}Z"/>'
            )
    return "".join(parts)


def volcano(frame: Frame) -> str:
    """A cone with lava and a plume of smoke."""
    colours = frame.palette
    x, tall = frame.width * 0.5, min(360.0, frame.horizon * 0.7)
    top, foot, half = frame.horizon - tall, frame.horizon + 50, tall * 1.25
    smoke = "".join(
        f'<circle cx="{num(x + at * 22 - 12)}" cy="{num(top - 20 - at * 44)}" r="{44 + at * 14}" fill="#3a2a30" opacity=".5"/>'
        for at in range(5)
    )
    rock = colours.far("#4a3436", 0.3)
    return (
        f'<circle cx="{num(x)}" cy="{num(top)}" r="130" fill="#ff8a3a" opacity=".3"/>{smoke}'
        f'<path fill="{rock}" d="M{num(x - half)} {num(foot)}Q{num(x - 90)} {num(top + 130)} {num(x - 52)} {num(top)}'
        f'L{num(x + 52)} {num(top)}Q{num(x + 90)} {num(top + 130)} {num(x + half)} {num(foot)}Z"/>'
        f'<path fill="#ff7a2e" d="{points((x - 46, top), (x + 46, top), (x + 34, top + 60), (x + 52, top + 150), (x + 22, top + 100), (x + 8, top + 240), (x - 10, top + 110), (x - 30, top + 180), (x - 34, top + 60))}Z"/>'
        f'<path fill="#ffd25a" d="{points((x - 30, top), (x + 30, top), (x + 14, top + 70), (x + 4, top + 130), (x - 8, top + 60))}Z"/>'
    )


def earth(frame: Frame) -> str:
    """The ground from the horizon to the lower edge, with rolling bands and light."""
    colours = frame.palette
    base = ground_colour(frame)
    parts = []
    bands = 5
    for at in range(bands):
        share = at / (bands - 1)
        tone = mix(
            lighter(base, 0.1),
            mix(base, colours.shadow, 0.3 if not frame.is_snowy else 0.16),
            share,
        )
        top = frame.horizon + (frame.height - frame.horizon) * (share**1.5) * 0.82
        d = ridge(frame, f"earth{at}", top, 10 + 16 * share)
        parts.append(f'<path fill="{colours.far(tone, 0.3 * (1 - share) ** 2)}" d="{d}"/>')
    return "".join(parts)
