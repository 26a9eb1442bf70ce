"""What falls or drifts through the air in front of the scene."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501

import math

from core.providers.illustrator.colour import mix
from core.providers.illustrator.frame import Frame, num


def snow(frame: Frame) -> str:
    """Flakes of three sizes."""
    dice = frame.dice("snow")
    parts: list[str] = []
    area = frame.width * frame.height / 1e6
    for amount, low, high, alpha in ((120, 1.4, 2.6, 0.75), (60, 2.6, 4.4, 0.85), (18, 5, 8, 0.6)):
        parts += [
            f'<circle cx="{dice.uniform(0, frame.width):.0f}" cy="{dice.uniform(0, frame.height):.0f}" r="{dice.uniform(low, high):.1f}" opacity="{alpha}"/>'
            for _ in range(int(amount * area))
        ]
    return f'<g fill="#ffffff">{"".join(parts)}</g>'


def rain(frame: Frame) -> str:
    """Slanting streaks, denser in a storm."""
    dice, strokes = frame.dice("rain"), []
    slant = 0.34 if frame.scene.weather == "storm" else 0.14
    amount = 260 if frame.scene.weather == "storm" else 170
    for _ in range(int(amount * frame.width * frame.height / 1e6)):
        long = dice.uniform(22, 60)
        strokes.append(
            f"M{dice.uniform(0, frame.width * 1.1):.0f} {dice.uniform(-30, frame.height):.0f}l{-long * slant:.1f} {long:.1f}"
        )
    return f'<path fill="none" stroke="#dfeaf5" stroke-width="1.8" stroke-linecap="round" opacity=".5" d="{"".join(strokes)}"/>'


def fog(frame: Frame, purpose: str, top: float) -> str:
    """A bank of mist that thickens downwards to ``top`` and thins again."""
    colour = mix(frame.palette.sky_low, "#ffffff", 0.25)
    ident = f"fog{purpose}"
    return (
        f'<defs><linearGradient id="{ident}" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{colour}" stop-opacity="0"/>'
        f'<stop offset=".5" stop-color="{colour}" stop-opacity=".78"/><stop offset="1" stop-color="{colour}" stop-opacity="0"/></linearGradient></defs>'
        f'<rect y="{num(top - 140)}" width="{num(frame.width)}" height="280" fill="url(#{ident})"/>'
    )


def petals(frame: Frame) -> str:
    """Blossom petals on the wind."""
    return _drift(frame, ("#f9c6d8", "#fbe0ea", "#f4a6c2"), 46)


def leaves(frame: Frame) -> str:
    """Falling autumn leaves."""
    return _drift(frame, ("#d9652a", "#e8a92f", "#b8432c"), 38)


def _drift(frame: Frame, tints: tuple[str, ...], amount: int) -> str:
    dice, parts = frame.dice("drift"), []
    for _ in range(int(amount * frame.width * frame.height / 1e6)):
        x, y, size = (
            dice.uniform(0, frame.width),
            dice.uniform(0, frame.height),
            dice.uniform(5, 13),
        )
        parts.append(
            f'<ellipse cx="{num(x)}" cy="{num(y)}" rx="{num(size)}" ry="{num(size * 0.5)}" transform="rotate({dice.uniform(0, 180):.0f} {num(x)} {num(y)})" fill="{frame.palette.lit(dice.choice(tints))}"/>'
        )
    return "".join(parts)


def fireflies(frame: Frame) -> str:
    """Warm points of light near the ground."""
    dice, parts = frame.dice("fireflies"), []
    for _ in range(int(34 * frame.width / 1000)):
        x, y = dice.uniform(0, frame.width), dice.uniform(frame.horizon * 0.8, frame.height * 0.95)
        parts.append(
            f'<circle cx="{num(x)}" cy="{num(y)}" r="13" fill="#f6e27a" opacity=".2"/><circle cx="{num(x)}" cy="{num(y)}" r="4" fill="#fff6b8"/>'
        )
    return "".join(parts)


def bubbles(frame: Frame) -> str:
    """Columns of rising air under water."""
    dice, parts = frame.dice("bubbles"), []
    for _ in range(int(30 * frame.width / 1000)):
        x, y, r = (
            dice.uniform(0, frame.width),
            dice.uniform(0, frame.height * 0.9),
            dice.uniform(4, 15),
        )
        parts.append(
            f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(r)}" fill="#d8f6ff" opacity=".22"/><circle cx="{num(x - r * 0.3)}" cy="{num(y - r * 0.3)}" r="{num(r * 0.28)}" fill="#fff" opacity=".7"/>'
        )
    return "".join(parts)


def wind(frame: Frame) -> str:
    """Curling strokes of wind."""
    dice, strokes = frame.dice("wind"), []
    for _ in range(9):
        x, y, long = (
            dice.uniform(0, frame.width * 0.8),
            dice.uniform(0.1, 0.8) * frame.height,
            dice.uniform(120, 300),
        )
        curl = 26 * math.copysign(1, dice.random() - 0.5)
        strokes.append(
            f"M{num(x)} {num(y)}q{num(long * 0.5)} {num(-curl)} {num(long)} 0q{num(40)} {num(curl)} 0 {num(curl)}"
        )
    return f'<path fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" opacity=".4" d="{"".join(strokes)}"/>'
