"""What people built outdoors: skylines, streets, villages, farms, temples, ruins, graves."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501, PLR2004

import random

from core.providers.illustrator.colour import lighter, mix
from core.providers.illustrator.drawings import place_art
from core.providers.illustrator.frame import Frame, num, points

_NEON = ("#ff3fa4", "#3ff0ff", "#ffd23f", "#8a5cff", "#4dff9a", "#ff6a3f")
_WALLS = ("#e7c9a0", "#d88f6a", "#c9d3c0", "#b7c7d8", "#e9dcc0", "#cf9f9a")
_ROOFS = ("#a5482f", "#7a3b3a", "#5b5f7a", "#8a5a34")


def _windows(
    dice: random.Random, x: float, y: float, wide: float, tall: float, lit: str, share: float
) -> str:
    spots = []
    step = 19
    for row in range(int(tall // step)):
        spots += [
            f"M{x + 8 + col * 15:.0f} {y + 10 + row * step:.0f}h7v9h-7z"
            for col in range(int((wide - 10) // 15))
            if dice.random() < share
        ]
    return f'<path fill="{lit}" d="{"".join(spots)}"/>' if spots else ""


def skyline(frame: Frame, *, neon: bool) -> str:
    """Two rows of towers; windows light up with the dark, signs glow in a neon city."""
    dice, colours = frame.dice("skyline"), frame.palette
    dark = max(colours.dark, 0.9 if neon else 0.0)
    parts = []
    for depth, tall, base in ((0.8, 330, "#5b6b86"), (0.35, 460, "#46516b")):
        wall = colours.far(mix(base, "#1a1440", 0.75 * dark), depth * (0.7 if neon else 1))
        x = -30.0
        while x < frame.width:
            wide = dice.uniform(56, 118)
            high = min(tall * dice.uniform(0.4, 1.0), frame.horizon * 0.84)
            top = frame.horizon + 24 - high
            tone = mix(wall, "#000000", dice.uniform(0, 0.14))
            parts.append(
                f'<rect x="{num(x)}" y="{num(top)}" width="{num(wide)}" height="{num(high + 30)}" fill="{tone}"/><rect x="{num(x + wide * 0.72)}" y="{num(top)}" width="{num(wide * 0.28)}" height="{num(high + 30)}" fill="#000" opacity=".14"/>'
            )
            if dice.random() < 0.35:
                parts.append(
                    f'<rect x="{num(x + wide / 2 - 2)}" y="{num(top - 46)}" width="4" height="46" fill="{tone}"/><circle cx="{num(x + wide / 2)}" cy="{num(top - 46)}" r="4" fill="#ff5a4a" opacity="{dark:.2f}"/>'
                )
            lamp = (
                dice.choice(_NEON)
                if neon and dice.random() < 0.4
                else "#ffdf8f"
                if dark > 0.4
                else lighter(tone, 0.25)
            )
            parts.append(_windows(dice, x, top, wide, high - 20, lamp, 0.5 if dark > 0.4 else 0.8))
            if neon and depth < 0.5:
                parts.append(_sign(dice, x, top, wide, high))
            x += wide + dice.uniform(-6, 14)
    return "".join(parts)


def _sign(dice: random.Random, x: float, top: float, wide: float, high: float) -> str:
    colour, tall = dice.choice(_NEON), high * dice.uniform(0.2, 0.45)
    sx, sy = x + wide * dice.uniform(0.1, 0.8), top + high * 0.25
    bars = "".join(
        f'<rect x="{num(sx + 5)}" y="{num(sy + 8 + at * 20)}" width="12" height="{dice.choice((4, 10, 12))}" rx="2" fill="{colour}"/>'
        for at in range(max(1, int(tall // 20)))
    )
    return (
        f'<rect x="{num(sx - 16)}" y="{num(sy - 16)}" width="54" height="{num(tall + 32)}" rx="20" fill="{colour}" opacity=".16"/>'
        f'<rect x="{num(sx)}" y="{num(sy)}" width="22" height="{num(tall)}" rx="4" fill="#120a2a" stroke="{colour}" stroke-width="2.5"/>{bars}'
        f'<rect x="{num(x)}" y="{num(top)}" width="{num(wide)}" height="3.5" fill="{dice.choice(_NEON)}"/>'
    )


def house(
    frame: Frame, dice: random.Random, x: float, foot: float, wide: float, depth: float
) -> str:
    """A small house with a lit window in the evening and snow on its roof in winter."""
    colours = frame.palette
    wall, roof = colours.far(dice.choice(_WALLS), depth), colours.far(dice.choice(_ROOFS), depth)
    if frame.is_snowy:
        roof = colours.far("#eef4fa", depth)
    tall = wide * dice.uniform(0.55, 0.8)
    top = foot - tall
    pane = "#ffd877" if colours.dark > 0.25 else colours.far("#5f7f9a", depth)
    pane_size = wide * 0.17
    panes = "".join(
        f'<rect x="{num(x + wide * at - pane_size / 2)}" y="{num(foot - tall * 0.66)}" width="{num(pane_size)}" height="{num(pane_size * 1.2)}" fill="{pane}"/>'
        for at in (-0.26, 0.26)
    )
    return (
        f'<rect x="{num(x - wide / 2)}" y="{num(top)}" width="{num(wide)}" height="{num(tall)}" fill="{wall}"/>'
        f'<rect x="{num(x + wide * 0.2)}" y="{num(top)}" width="{num(wide * 0.3)}" height="{num(tall)}" fill="{colours.shadow}" opacity=".14"/>'
        f'<path fill="{mix(roof, colours.shadow, 0.3)}" d="{points((x + wide * 0.18, top - wide * 0.4), (x + wide * 0.34, top - wide * 0.4), (x + wide * 0.34, top), (x + wide * 0.18, top))}Z"/>'
        f'<path fill="{roof}" d="{points((x - wide * 0.6, top + 3), (x, top - wide * 0.42), (x + wide * 0.6, top + 3))}Z"/>'
        f'{panes}<rect x="{num(x - wide * 0.08)}" y="{num(foot - tall * 0.5)}" width="{num(wide * 0.16)}" height="{num(tall * 0.5)}" fill="{mix(roof, "#3a241c", 0.6)}"/>'
    )


def houses(frame: Frame) -> str:
    """A closed row of narrow town houses."""
    dice, parts, x = frame.dice("houses"), [], -40.0
    while x < frame.width + 60:
        wide = dice.uniform(110, 170)
        tall = min(dice.uniform(190, 330), frame.horizon * 0.72)
        wall = frame.palette.far(dice.choice(_WALLS), 0.12)
        top, foot = frame.horizon + 40 - tall, frame.horizon + 44
        roof = frame.palette.far("#eef4fa" if frame.is_snowy else dice.choice(_ROOFS), 0.12)
        lit = "#ffd877" if frame.palette.dark > 0.25 else mix(wall, "#3f5f7a", 0.6)
        parts.append(
            f'<rect x="{num(x)}" y="{num(top)}" width="{num(wide)}" height="{num(tall + 6)}" fill="{wall}"/><path fill="{roof}" d="{points((x - 6, top + 2), (x + wide / 2, top - wide * 0.46), (x + wide + 6, top + 2))}Z"/>'
        )
        for row in range(int(tall // 78)):
            parts += [
                f'<rect x="{num(x + wide * share - 13)}" y="{num(top + 22 + row * 74)}" width="26" height="40" rx="3" fill="{lit}"/>'
                for share in (0.27, 0.73)
            ]
        parts.append(
            f'<rect x="{num(x + wide / 2 - 14)}" y="{num(foot - 58)}" width="28" height="58" fill="{mix(wall, "#2a1a18", 0.65)}"/>'
        )
        x += wide
    return "".join(parts)


def village(frame: Frame) -> str:
    """Scattered houses along the horizon."""
    dice = frame.dice("village")
    spots = sorted(
        (frame.horizon + dice.uniform(14, 92), dice.uniform(0.03, 0.97) * frame.width)
        for _ in range(9)
    )
    return "".join(
        house(frame, dice, x, y, 74 + (y - frame.horizon) * 0.7, 0.55 - (y - frame.horizon) / 260)
        for y, x in spots
    )


def farm(frame: Frame) -> str:
    """A red barn, a fence, round hay bales."""
    colours, x, y = (
        frame.palette,
        frame.width * frame.dice("farm").choice((0.22, 0.78)),
        frame.horizon + 56,
    )
    red, white, roof = (
        colours.far("#b23a30", 0.1),
        colours.far("#f4efe4", 0.1),
        colours.far("#5b4a4a", 0.1),
    )
    fence = colours.lit("#f1e9da")
    posts = "".join(
        f'<rect x="{num(at)}" y="{num(y + 20)}" width="7" height="46" fill="{fence}"/>'
        for at in range(0, int(frame.width), 62)
    )
    bales = "".join(
        f'<ellipse cx="{num(frame.width * share)}" cy="{num(y + 40)}" rx="34" ry="30" fill="{colours.lit("#dcb85a")}"/><ellipse cx="{num(frame.width * share)}" cy="{num(y + 40)}" rx="18" ry="15" fill="{colours.lit("#c09a40")}"/>'
        for share in (0.42, 0.5)
    )
    return (
        f'<path fill="{red}" d="{points((x - 110, y + 20), (x - 110, y - 80), (x - 70, y - 136), (x, y - 170), (x + 70, y - 136), (x + 110, y - 80), (x + 110, y + 20))}Z"/>'
        f'<path fill="none" stroke="{roof}" stroke-width="14" d="{points((x - 118, y - 74), (x - 72, y - 138), (x, y - 174), (x + 72, y - 138), (x + 118, y - 74))}"/>'
        f'<path fill="{white}" d="M{num(x - 40)} {num(y + 20)}v-84h80v84z"/><path fill="none" stroke="{red}" stroke-width="7" d="M{num(x - 36)} {num(y + 17)}l72 -78M{num(x + 36)} {num(y + 17)}l-72 -78"/>'
        f'{bales}{posts}<rect y="{num(y + 28)}" width="{num(frame.width)}" height="7" fill="{fence}"/><rect y="{num(y + 46)}" width="{num(frame.width)}" height="7" fill="{fence}"/>'
    )


def temple(frame: Frame) -> str:
    """Pagoda, wide roofs and stone lanterns."""
    colours, y, w = frame.palette, frame.horizon + 40, frame.width
    wall, roof = (
        colours.far("#a5402f", 0.1),
        colours.far("#eef4fa" if frame.is_snowy else "#34505a", 0.1),
    )
    x = w * 0.5
    hall = (
        f'<rect x="{num(x - 190)}" y="{num(y - 120)}" width="380" height="130" fill="{wall}"/>'
        + "".join(
            f'<rect x="{num(x - 180 + at * 72)}" y="{num(y - 120)}" width="14" height="130" fill="{mix(wall, "#2a1010", 0.4)}"/>'
            for at in range(6)
        )
        + f'<path fill="{roof}" d="M{num(x - 270)} {num(y - 104)}Q{num(x - 190)} {num(y - 130)} {num(x - 150)} {num(y - 220)}H{num(x + 150)}Q{num(x + 190)} {num(y - 130)} {num(x + 270)} {num(y - 104)}Z"/>'
        + f'<rect x="{num(x - 162)}" y="{num(y - 230)}" width="324" height="14" rx="6" fill="{mix(roof, "#d9a441", 0.5)}"/>'
    )
    return place_art("own:pagoda", x=w * 0.14, foot=y, height=330, palette=colours, mark="t") + hall


def graves(frame: Frame) -> str:
    """Headstones and an iron fence."""
    dice, parts = frame.dice("graves"), []
    for y, x in sorted(
        (frame.horizon + dice.uniform(20, 190), dice.uniform(0.03, 0.97) * frame.width)
        for _ in range(11)
    ):
        size, tone = 34 + (y - frame.horizon) * 0.34, frame.palette.lit("#8d929c")
        parts.append(
            f'<path fill="{tone}" d="M{num(x - size / 2)} {num(y)}v{num(-size * 0.9)}a{num(size / 2)} {num(size / 2)} 0 0 1 {num(size)} 0v{num(size * 0.9)}z"/><path fill="{frame.palette.shadow}" opacity=".3" d="M{num(x + size * 0.2)} {num(y)}v{num(-size * 1.3)}a{num(size / 2)} {num(size / 2)} 0 0 1 {num(size * 0.3)} {num(size * 0.4)}v{num(size * 0.9)}z"/>'
        )
    return "".join(parts)


def ruins(frame: Frame) -> str:
    """Broken columns, some still joined by a beam."""
    dice, stone, parts = frame.dice("ruins"), frame.palette.far("#d8c9a6", 0.15), []
    for at in range(7):
        x, tall, y = (at + 0.5) * frame.width / 7, dice.uniform(70, 250), frame.horizon + 46
        parts.append(
            f'<rect x="{num(x - 22)}" y="{num(y - tall)}" width="44" height="{num(tall)}" fill="{stone}"/><rect x="{num(x + 4)}" y="{num(y - tall)}" width="18" height="{num(tall)}" fill="{frame.palette.shadow}" opacity=".2"/><rect x="{num(x - 30)}" y="{num(y - 14)}" width="60" height="18" fill="{stone}"/><rect x="{num(x - 30)}" y="{num(y - tall - 10)}" width="60" height="16" fill="{mix(stone, "#ffffff", 0.12)}"/>'
        )
    return "".join(parts)


def harbour(frame: Frame) -> str:
    """Cranes and moored boats on the horizon."""
    colours, y = frame.palette, frame.horizon + 4
    iron = colours.far("#c8553a", 0.5)
    cranes = "".join(
        f'<path fill="none" stroke="{iron}" stroke-width="9" d="M{num(x)} {num(y)}v-190M{num(x - 50)} {num(y)}L{num(x)} {num(y - 90)}L{num(x + 50)} {num(y)}M{num(x - 60)} {num(y - 150)}L{num(x + 130)} {num(y - 210)}M{num(x + 120)} {num(y - 206)}v70"/>'
        for x in (frame.width * 0.12, frame.width * 0.82)
    )
    boats = place_art(
        "noto:ship", x=frame.width * 0.5, foot=y + 14, height=110, palette=colours, mark="h"
    )
    return cranes + boats


def fairground(frame: Frame) -> str:
    """A hedge, benches' lamps and a far big wheel."""
    colours, y = frame.palette, frame.horizon + 22
    hedge = colours.far("#3f7f45", 0.25)
    bumps = "".join(
        f'<circle cx="{at}" cy="{num(y)}" r="34" fill="{hedge}"/>'
        for at in range(0, int(frame.width) + 40, 42)
    )
    lamps = "".join(
        f'<rect x="{num(x)}" y="{num(y - 130)}" width="6" height="150" fill="{colours.lit("#3a4048")}"/><circle cx="{num(x + 3)}" cy="{num(y - 138)}" r="15" fill="#ffe6a0"/><circle cx="{num(x + 3)}" cy="{num(y - 138)}" r="44" fill="#ffe6a0" opacity="{0.05 + 0.2 * colours.dark:.2f}"/>'
        for x in (frame.width * 0.16, frame.width * 0.5, frame.width * 0.84)
    )
    return (
        f'{bumps}<rect y="{num(y)}" width="{num(frame.width)}" height="46" fill="{hedge}"/>{lamps}'
    )
