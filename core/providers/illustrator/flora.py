"""Trees and plants, drawn for the season, with snow where it lies."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501, PLR2004

import random
from collections.abc import Callable

from core.providers.illustrator.colour import lighter, mix
from core.providers.illustrator.drawings import place_art
from core.providers.illustrator.frame import Frame, num, points

_AUTUMN = ("#d9652a", "#e39a2f", "#b8432c", "#c98a2a")
_PINK = "#f4a9c4"


def pine(
    frame: Frame, dice: random.Random, x: float, foot: float, tall: float, depth: float
) -> str:
    """A spruce of ragged tiers; half of each tier is shaded, and snow lies on top in winter."""
    colours = frame.palette
    green = mix("#2f6b4a", colours.foliage, 0.3) if frame.scene.season != "autumn" else "#3f6b45"
    body = colours.far(mix(green, "#0d2a3a", 0.35 * colours.dark), depth)
    shade = mix(body, colours.shadow, 0.42)
    snow = colours.far("#f2f7fc", depth)
    trunk = colours.far("#5a4030", depth)
    parts = [
        f'<path fill="{trunk}" d="{points((x - tall * 0.03, foot), (x - tall * 0.025, foot - tall * 0.16), (x + tall * 0.025, foot - tall * 0.16), (x + tall * 0.03, foot))}Z"/>'
    ]
    tiers = 5
    for at in range(tiers):
        low = foot - tall * (0.1 + 0.17 * at)
        high = low - tall * (0.36 - 0.02 * at)
        half = tall * (0.27 - 0.044 * at) * dice.uniform(0.92, 1.08)
        sag = tall * 0.045
        left = [
            (x - half, low + sag),
            (x - half * 0.62, low - sag * 0.2),
            (x - half * 0.4, low + sag * 0.7),
        ]
        right = [
            (x + half * 0.4, low + sag * 0.7),
            (x + half * 0.62, low - sag * 0.2),
            (x + half, low + sag),
        ]
        parts.append(f'<path fill="{body}" d="{points((x, high), *left, (x, low), *right)}Z"/>')
        parts.append(
            f'<path fill="{shade}" d="{points((x, high), (x + half * 0.1, low), *right)}Z"/>'
        )
        if frame.is_snowy:
            cover = 0.62
            parts.append(
                f'<path fill="{snow}" d="{points((x, high), (x - half * cover, low - (low - high) * (1 - cover) + sag), (x - half * 0.34, low - (low - high) * 0.36), (x - half * 0.16, low - (low - high) * 0.22), (x + half * 0.08, low - (low - high) * 0.42), (x + half * 0.3, low - (low - high) * 0.5))}Z"/>'
            )
    return "".join(parts)


def leafy(
    frame: Frame, dice: random.Random, x: float, foot: float, tall: float, depth: float
) -> str:
    """A round broad-leaved tree."""
    colours = frame.palette
    if frame.scene.season == "autumn":
        crown = dice.choice(_AUTUMN)
    elif frame.scene.season == "spring" and dice.random() < 0.4:
        crown = _PINK
    else:
        crown = mix(colours.foliage, "#2f6b3a", dice.uniform(0, 0.5))
    if frame.is_snowy:
        crown = mix(crown, "#eef4fa", 0.75)
    return _round_tree(frame, dice, (x, foot), tall, colours.far(crown, depth))


def _round_tree(
    frame: Frame, dice: random.Random, at: tuple[float, float], tall: float, body: str
) -> str:
    x, foot = at
    light, shade = lighter(body, 0.18), mix(body, frame.palette.shadow, 0.34)
    trunk = mix(body, "#3a2620", 0.75)
    puffs = [(0, -0.72, 0.26), (-0.19, -0.56, 0.2), (0.19, -0.56, 0.2), (0, -0.48, 0.22)]
    parts = [
        f'<path fill="{trunk}" d="{points((x - tall * 0.045, foot), (x - tall * 0.022, foot - tall * 0.5), (x + tall * 0.022, foot - tall * 0.5), (x + tall * 0.045, foot))}Z"/>'
    ]
    for shift, tone in ((0.035, shade), (0.0, body)):
        parts += [
            f'<circle cx="{num(x + (px + shift) * tall)}" cy="{num(foot + (py + shift) * tall)}" r="{num(r * tall)}" fill="{tone}"/>'
            for px, py, r in puffs
        ]
    for px, py, r in puffs[:3]:
        size = r * tall * 0.52
        parts.append(
            f'<circle cx="{num(x + (px - 0.06) * tall)}" cy="{num(foot + (py - 0.06) * tall)}" r="{num(size * dice.uniform(0.8, 1.1))}" fill="{light}" opacity=".8"/>'
        )
    return "".join(parts)


def cherry(
    frame: Frame, dice: random.Random, x: float, foot: float, tall: float, depth: float
) -> str:
    """A tree in pink bloom."""
    pink = frame.palette.far(mix(_PINK, "#fbe3ec", dice.uniform(0, 0.5)), depth)
    return _round_tree(frame, dice, (x, foot), tall, pink)


def bare(
    frame: Frame, dice: random.Random, x: float, foot: float, tall: float, depth: float
) -> str:
    """A leafless, crooked tree."""
    colour = frame.palette.far("#3b3038", depth)
    strokes: list[str] = []

    def grow(sx: float, sy: float, lean: float, long: float, wide: float) -> None:
        ex, ey = sx + lean * long, sy - long
        strokes.append(
            f'<path stroke-width="{wide:.1f}" d="M{num(sx)} {num(sy)}Q{num(sx)} {num(sy - long * 0.5)} {num(ex)} {num(ey)}"/>'
        )
        if wide > tall * 0.012:
            for side in (-1, 1):
                grow(
                    ex,
                    ey,
                    lean * 0.5 + side * dice.uniform(0.35, 0.9),
                    long * dice.uniform(0.5, 0.7),
                    wide * 0.55,
                )

    grow(x, foot, dice.uniform(-0.15, 0.15), tall * 0.4, tall * 0.07)
    return f'<g fill="none" stroke="{colour}" stroke-linecap="round">{"".join(strokes)}</g>'


def acacia(
    frame: Frame, dice: random.Random, x: float, foot: float, tall: float, depth: float
) -> str:
    """A flat-topped savanna tree."""
    crown = frame.palette.far("#5f7a34", depth)
    shade, trunk = mix(crown, frame.palette.shadow, 0.35), frame.palette.far("#5a4030", depth)
    flat = "".join(
        f'<ellipse cx="{num(x + dx * tall)}" cy="{num(foot - dy * tall)}" rx="{num(rx * tall)}" ry="{num(tall * 0.09)}" fill="{tone}"/>'
        for dx, dy, rx, tone in (
            (0, 0.74, 0.5, shade),
            (-0.1, 0.8, 0.42, crown),
            (0.18, 0.84, 0.3, crown),
        )
    )
    lean = dice.uniform(-0.05, 0.05) * tall
    return f'<path fill="none" stroke="{trunk}" stroke-width="{num(tall * 0.05)}" d="M{num(x)} {num(foot)}L{num(x + lean)} {num(foot - tall * 0.4)}L{num(x - tall * 0.2)} {num(foot - tall * 0.75)}M{num(x + lean)} {num(foot - tall * 0.4)}L{num(x + tall * 0.22)} {num(foot - tall * 0.76)}"/>{flat}'


def culms(
    frame: Frame, dice: random.Random, x: float, foot: float, tall: float, depth: float
) -> str:
    """Bamboo: tall jointed culms with leaves."""
    green = frame.palette.far(mix("#6fae4e", "#a8c860", dice.random()), depth)
    dark = mix(green, frame.palette.shadow, 0.4)
    wide, tall = tall * 0.035, tall * 2.2
    parts = [
        f'<rect x="{num(x - wide / 2)}" y="{num(foot - tall)}" width="{num(wide)}" height="{num(tall)}" fill="{green}"/><rect x="{num(x + wide * 0.15)}" y="{num(foot - tall)}" width="{num(wide * 0.35)}" height="{num(tall)}" fill="{dark}" opacity=".5"/>'
    ]
    for at in range(9):
        y = foot - tall * (at + 0.6) / 9
        parts.append(
            f'<rect x="{num(x - wide * 0.6)}" y="{num(y)}" width="{num(wide * 1.2)}" height="{num(wide * 0.16)}" fill="{dark}"/>'
        )
        if dice.random() < 0.5:
            side, long = dice.choice((-1, 1)), wide * dice.uniform(3, 5)
            parts.append(
                f'<path fill="{green}" d="M{num(x)} {num(y)}q{num(side * long * 0.5)} {num(-wide * 1.4)} {num(side * long)} {num(wide * 0.6)}q{num(-side * long * 0.5)} {num(wide * 0.6)} {num(-side * long)} {num(-wide * 0.6)}z"/>'
            )
    return "".join(parts)


def _art(name: str, scale: float) -> "Plant":
    def draw(
        frame: Frame, dice: random.Random, x: float, foot: float, tall: float, depth: float
    ) -> str:
        del depth
        return place_art(
            name,
            x=x,
            foot=foot,
            height=tall * scale * dice.uniform(0.85, 1.15),
            palette=frame.palette,
            flipped=dice.random() < 0.5,
            mark="p",
        )

    return draw


Plant = Callable[[Frame, random.Random, float, float, float, float], str]
_PLANTS: dict[str, tuple[Plant, int]] = {
    "pines": (pine, 26),
    "pines_few": (pine, 9),
    "trees_few": (leafy, 6),
    "cherries": (cherry, 9),
    "trees_bare": (bare, 5),
    "acacias": (acacia, 4),
    "bamboo": (culms, 26),
    "palms": (_art("noto:palm-tree", 1.1), 4),
    "cacti": (_art("noto:cactus", 0.5), 5),
    "jungle": (leafy, 22),
    "flowers": (leafy, 4),
}


def row(frame: Frame, kind: str, *, front: bool) -> str:
    """The trees of a place: a far row behind everything, or the near ones that frame the picture."""
    if kind not in _PLANTS or not frame.is_wanted("tree", "pine", "forest"):
        return ""
    plant, amount = _PLANTS[kind]
    dice = frame.dice(f"row{front}")
    wide = max(1.0, frame.width / 1000)
    if front:
        return _frame_trees(frame, dice, plant, amount)
    spots = sorted(
        (
            frame.horizon + dice.random() ** 1.6 * (frame.height - frame.horizon) * 0.2,
            dice.uniform(0, frame.width),
        )
        for _ in range(int(amount * wide))
    )
    parts = []
    for foot, x in spots:
        near = (foot - frame.horizon) / (frame.height - frame.horizon)
        tall = (130 + 560 * near) * dice.uniform(0.8, 1.25)
        parts.append(plant(frame, dice, x, foot + 6, tall, max(0.1, 0.75 - 2.6 * near)))
    return "".join(parts)


def _frame_trees(frame: Frame, dice: random.Random, plant: Plant, amount: int) -> str:
    if amount < 9:
        return ""
    parts = []
    tall = min(780.0, frame.height * 0.72)
    sides = (
        ((-0.02, 1.0), (1.02, 0.92), (0.11, 0.62), (0.9, 0.66))
        if amount > 20
        else ((0.02, 0.8), (0.98, 0.72))
    )
    for share, scale in reversed(sides):
        foot = frame.height * (0.9 if scale < 0.7 else 1.03)
        x = share * frame.width + dice.uniform(-26, 26)
        parts.append(plant(frame, dice, x, foot, tall * scale, 0.0))
    return "".join(parts)


def meadow_flowers(frame: Frame) -> str:
    """Small flowers, larger towards the front."""
    if not frame.is_wanted("flower") or frame.is_snowy:
        return ""
    dice, parts = frame.dice("flowers"), []
    for y in sorted(
        frame.horizon + 30 + dice.random() * (frame.height - frame.horizon)
        for _ in range(int(90 * frame.width / 1000))
    ):
        near = (y - frame.horizon) / (frame.height - frame.horizon)
        x, size = dice.uniform(0, frame.width), 2 + 7 * near
        colour = frame.palette.lit(
            dice.choice(("#ffffff", "#ffd84a", "#f27ea6", "#b48cf0", "#ff7a5a"))
        )
        stem = frame.palette.lit("#3f7f3a")
        parts.append(
            f'<path stroke="{stem}" stroke-width="{num(size * 0.3)}" d="M{num(x)} {num(y)}v{num(size * 2.4)}"/>'
            f'<circle cx="{num(x - size * 0.5)}" cy="{num(y)}" r="{num(size * 0.6)}" fill="{colour}"/><circle cx="{num(x + size * 0.5)}" cy="{num(y)}" r="{num(size * 0.6)}" fill="{colour}"/>'
            f'<circle cx="{num(x)}" cy="{num(y - size * 0.5)}" r="{num(size * 0.6)}" fill="{colour}"/><circle cx="{num(x)}" cy="{num(y)}" r="{num(size * 0.42)}" fill="#f6b73c"/>'
        )
    return "".join(parts)


def tufts(frame: Frame) -> str:
    """Blades of grass, or bumps of snow."""
    dice = frame.dice("tufts")
    dark = frame.palette.lit(mix(frame.palette.ground, frame.palette.shadow, 0.4))
    strokes = []
    for _ in range(int(70 * frame.width / 1000)):
        y = frame.horizon + 40 + dice.random() * (frame.height - frame.horizon - 40)
        near, x = (y - frame.horizon) / (frame.height - frame.horizon), dice.uniform(0, frame.width)
        size = 6 + 20 * near
        strokes.append(
            f"M{num(x)} {num(y)}q{num(-size * 0.2)} {num(-size * 0.6)} {num(-size * 0.5)} {num(-size)}M{num(x)} {num(y)}v{num(-size * 1.2)}M{num(x)} {num(y)}q{num(size * 0.2)} {num(-size * 0.6)} {num(size * 0.5)} {num(-size * 0.9)}"
        )
    return f'<path fill="none" stroke="{dark}" stroke-width="2.4" stroke-linecap="round" opacity=".55" d="{"".join(strokes)}"/>'
