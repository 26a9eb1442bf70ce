"""Seas, lakes, rivers, ice, and the world under the surface."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501

from core.providers.illustrator.colour import lighter, mix
from core.providers.illustrator.drawings import place_art
from core.providers.illustrator.frame import Frame, num, points
from core.providers.illustrator.land import ridge

WATER_GROUNDS = frozenset({"water", "lake", "shore", "seabed"})


def _glints(frame: Frame, top: float, bottom: float) -> str:
    """The path of light under the sun or moon, and scattered ripples."""
    dice, colours = frame.dice("glints"), frame.palette
    x, _ = frame.body_at
    has_light = frame.scene.body is not None or frame.scene.weather not in {
        "storm",
        "rain",
        "fog",
        "cloudy",
    }
    parts = []
    for at in range(46):
        y = top + (bottom - top) * (at / 46) ** 1.5 + 3
        near = (y - top) / (bottom - top)
        if has_light:
            long = (26 + 120 * near) * dice.uniform(0.5, 1.2)
            cx = x + dice.uniform(-1, 1) * (16 + 60 * near)
            parts.append(
                f'<ellipse cx="{num(cx)}" cy="{num(y)}" rx="{num(long)}" ry="{num(1.4 + 4 * near)}" fill="{colours.light}" opacity="{0.55 - 0.3 * near:.2f}"/>'
            )
        rx = dice.uniform(0, frame.width)
        parts.append(
            f'<ellipse cx="{num(rx)}" cy="{num(y)}" rx="{num((18 + 90 * near) * dice.uniform(0.5, 1.3))}" ry="{num(1 + 2.6 * near)}" fill="{lighter(colours.sky_low, 0.2)}" opacity="{dice.uniform(0.12, 0.3):.2f}"/>'
        )
    return "".join(parts)


def _surface(frame: Frame, top: float) -> str:
    colours = frame.palette
    far = mix(colours.water, colours.sky_low, 0.55)
    return (
        f'<defs><linearGradient id="sea" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{far}"/>'
        f'<stop offset=".4" stop-color="{colours.water}"/><stop offset="1" stop-color="{mix(colours.water, colours.shadow, 0.5)}"/>'
        f'</linearGradient></defs><rect y="{num(top)}" width="{num(frame.width)}" height="{num(frame.height - top)}" fill="url(#sea)"/>'
    )


def swell(frame: Frame, at: int, y: float) -> str:
    """One wave across the canvas; higher in a storm."""
    tall = 30.0 if frame.scene.weather in {"storm", "wind"} else 9.0
    dice = frame.dice(f"swell{at}")
    near = (y - frame.horizon) / (frame.height - frame.horizon)
    long, x = (60 + 130 * near), -dice.uniform(0, 120)
    d = f"M{num(x)} {num(y)}"
    while x < frame.width + long:
        d += (
            f"q{num(long * 0.5)} {num(-tall * (0.6 + near) * dice.uniform(0.7, 1.3))} {num(long)} 0"
        )
        x += long
    tone = mix(frame.palette.water, frame.palette.sky_low, 0.42 - 0.34 * near)
    edge = mix(tone, "#ffffff", 0.35)
    body = f"{d}V{num(frame.height)}H-130Z"
    return f'<path fill="{tone}" opacity=".72" d="{body}"/><path fill="none" stroke="{edge}" stroke-width="{num(1.5 + 3 * near)}" opacity=".55" d="{d}"/>'


def sea(frame: Frame) -> str:
    """Open water to the horizon with a path of light."""
    deep = frame.height - frame.horizon
    waves = "".join(
        swell(frame, at, frame.horizon + deep * share) for at, share in enumerate((0.12, 0.28, 0.5))
    )
    return _surface(frame, frame.horizon) + waves + _glints(frame, frame.horizon, frame.height)


def lake(frame: Frame) -> str:
    """Still water with the far shore mirrored in it, and a near bank."""
    colours = frame.palette
    mirrored = mix(colours.far(colours.foliage, 0.7), colours.water, 0.45)
    dip = ridge(frame, "ridge2", 0, 40)
    bank = colours.lit(
        colours.ground if frame.scene.place != "lake" else mix(colours.foliage, "#5a7a44", 0.4)
    )
    if frame.is_snowy:
        bank = colours.lit("#eaf1f8")
    near = ridge(frame, "bank", frame.height * 0.93, 18)
    return (
        _surface(frame, frame.horizon)
        + f'<g opacity=".5" transform="translate(0 {num(frame.horizon + 90)}) scale(1 -1)"><path fill="{mirrored}" d="{dip}" transform="translate(0 0)"/></g>'
        + f'<rect y="{num(frame.horizon - 3)}" width="{num(frame.width)}" height="6" fill="{mix(bank, colours.shadow, 0.4)}" opacity=".5"/>'
        + _glints(frame, frame.horizon, frame.height)
        + f'<path fill="{bank}" d="{near}"/>'
    )


def shore(frame: Frame) -> str:
    """Sea behind, a line of foam, sand in front."""
    colours = frame.palette
    edge = frame.horizon + (frame.height - frame.horizon) * 0.4
    sand = colours.lit(colours.ground)
    if frame.is_snowy:
        sand = colours.lit("#eef4fa")
    foam = colours.lit("#fbfdff")
    return (
        sea(frame)
        + f'<path fill="{foam}" opacity=".8" d="{ridge(frame, "beach", edge - 12, 20)}"/>'
        + f'<path fill="{mix(sand, colours.shadow, 0.22)}" d="{ridge(frame, "beach", edge, 20)}"/>'
        + f'<path fill="{sand}" d="{ridge(frame, "beach", edge + 16, 20)}"/>'
        + f'<path fill="{mix(sand, colours.shadow, 0.12)}" d="{ridge(frame, "beach2", frame.height * 0.9, 18)}"/>'
    )


def river(frame: Frame, ground: str) -> str:
    """A winding river through the ground."""
    colours, x, h, y = (
        frame.palette,
        frame.width * frame.dice("river").uniform(0.35, 0.65),
        frame.height,
        frame.horizon,
    )
    deep = h - y
    d = (
        f"M{num(x - 8)} {num(y + 4)}C{num(x + 150)} {num(y + deep * 0.25)} {num(x - 260)} {num(y + deep * 0.4)} {num(x - 330)} {num(h)}"
        f"H{num(x + 240)}C{num(x - 20)} {num(y + deep * 0.5)} {num(x + 230)} {num(y + deep * 0.25)} {num(x + 10)} {num(y + 4)}Z"
    )
    bank = mix(colours.lit(colours.ground), colours.shadow, 0.3)
    water = mix(colours.water, colours.sky_low, 0.4)
    return f'{ground}<path fill="{bank}" d="{d}" transform="translate(-7 3)"/><path fill="{water}" d="{d}"/><path fill="none" stroke="{lighter(water, 0.35)}" stroke-width="4" opacity=".5" d="M{num(x + 20)} {num(y + deep * 0.2)}C{num(x)} {num(y + deep * 0.4)} {num(x - 150)} {num(y + deep * 0.6)} {num(x - 120)} {num(h)}"/>'


def island(frame: Frame) -> str:
    """A far green island on the horizon."""
    x, y, colours = frame.width * 0.3, frame.horizon, frame.palette
    hill = colours.far("#4f8f5a", 0.7)
    return f'<path fill="{hill}" d="M{num(x - 210)} {num(y + 3)}Q{num(x - 90)} {num(y - 110)} {num(x)} {num(y - 96)}Q{num(x + 60)} {num(y - 40)} {num(x + 210)} {num(y + 3)}Z"/>'


def icebergs(frame: Frame) -> str:
    """Floating ice in facets."""
    dice, colours, parts = frame.dice("ice"), frame.palette, []
    for at in range(5):
        x, tall = (at + dice.uniform(0.2, 0.8)) * frame.width / 5, dice.uniform(60, 190)
        half, y = tall * dice.uniform(0.8, 1.2), frame.horizon + 4
        lit, dark = colours.far("#f4fafd", 0.35), colours.far("#9fc3dc", 0.35)
        tip = (x + dice.uniform(-0.3, 0.3) * half, y - tall)
        fold = (x + half * 0.12, y)
        parts.append(
            f'<path fill="{lit}" d="{points((x - half, y), (x - half * 0.6, y - tall * 0.5), tip, fold)}Z"/><path fill="{dark}" d="{points(tip, (x + half * 0.7, y - tall * 0.42), (x + half, y), fold)}Z"/>'
        )
    return "".join(parts)


def ice(frame: Frame) -> str:
    """Sea in front of ice bergs and floes of snow to stand on."""
    colours = frame.palette
    edge = frame.horizon + (frame.height - frame.horizon) * 0.3
    snow = colours.lit("#f1f6fb")
    return (
        sea(frame)
        + f'<path fill="{colours.lit("#8fb8d4")}" d="{ridge(frame, "floe", edge + 16, 14)}"/>'
        + f'<path fill="{snow}" d="{ridge(frame, "floe", edge, 14)}"/>'
        + f'<path fill="{mix(snow, colours.shadow, 0.1)}" d="{ridge(frame, "floe2", frame.height * 0.86, 20)}"/>'
    )


def waterfall(frame: Frame) -> str:
    """Cliffs with a white fall between them."""
    colours, x, y = frame.palette, frame.width * 0.5, frame.horizon + 20
    tall = min(430.0, frame.horizon * 0.8)
    rock, dark = colours.far("#5f7568", 0.25), colours.far("#46584f", 0.2)
    streaks = "".join(
        f'<rect x="{num(x - 58 + at * 17)}" y="{num(y - tall + 24)}" width="{5 + at % 3 * 3}" height="{num(tall - 14)}" fill="#fff" opacity=".5"/>'
        for at in range(7)
    )
    foam = "".join(
        f'<circle cx="{num(x - 90 + at * 26)}" cy="{num(y + 4 - at % 2 * 10)}" r="{22 + at % 3 * 7}" fill="#fff" opacity=".75"/>'
        for at in range(8)
    )
    fall = colours.far("#cfe9f5", 0.1)
    return (
        f'<path fill="{rock}" d="{points((0, y + 20), (0, y - tall * 0.8), (x * 0.4, y - tall * 0.95), (x - 70, y - tall), (x + 70, y - tall), (x * 1.6, y - tall * 0.9), (frame.width, y - tall * 0.7), (frame.width, y + 20))}Z"/>'
        f'<path fill="{dark}" d="{points((0, y + 20), (0, y - tall * 0.3), (x * 0.5, y - tall * 0.5), (x - 80, y - tall * 0.2), (x - 60, y + 20))}Z{points((frame.width, y + 20), (frame.width, y - tall * 0.4), (x * 1.4, y - tall * 0.55), (x + 86, y - tall * 0.1), (x + 60, y + 20))}Z"/>'
        f'<rect x="{num(x - 64)}" y="{num(y - tall + 4)}" width="128" height="{num(tall + 10)}" fill="{fall}"/>{streaks}{foam}'
    )


def underwater(frame: Frame) -> str:
    """Shafts of light from the surface."""
    dice, parts = frame.dice("rays"), []
    for _ in range(7):
        x, wide = dice.uniform(0, frame.width), dice.uniform(30, 110)
        lean = (x - frame.width / 2) * 0.5
        parts.append(
            f'<path fill="url(#ray)" d="{points((x, 0), (x + wide, 0), (x + wide * 2 + lean, frame.height * 0.85), (x - wide + lean, frame.height * 0.85))}Z"/>'
        )
    return f'<defs><linearGradient id="ray" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#e9fbff" stop-opacity=".34"/><stop offset="1" stop-color="#e9fbff" stop-opacity="0"/></linearGradient></defs>{"".join(parts)}'


def seabed(frame: Frame) -> str:
    """Sand, corals and weed."""
    dice, colours = frame.dice("seabed"), frame.palette
    top = frame.height * 0.84
    sand = colours.lit("#d8c48f")
    parts = [f'<path fill="{mix(sand, "#12688f", 0.5)}" d="{ridge(frame, "bed0", top - 60, 22)}"/>']
    for _ in range(int(14 * frame.width / 1000)):
        x, foot, tall = (
            dice.uniform(0, frame.width),
            top + dice.uniform(0, 60),
            dice.uniform(70, 230),
        )
        weed = dice.choice(("#1f8a5f", "#2fa06a", "#157a6a"))
        parts.append(
            f'<path fill="none" stroke="{weed}" stroke-width="{num(tall * 0.06)}" stroke-linecap="round" d="M{num(x)} {num(foot)}q{num(tall * 0.2)} {num(-tall * 0.25)} 0 {num(-tall * 0.5)}t0 {num(-tall * 0.5)}"/>'
        )
    parts.append(
        f'<path fill="{mix(sand, "#12688f", 0.25)}" d="{ridge(frame, "bed1", top + 10, 18)}"/>'
    )
    if frame.is_wanted("coral"):
        parts += [
            place_art(
                "noto:coral",
                x=dice.uniform(0.05, 0.95) * frame.width,
                foot=frame.height * 0.95,
                height=dice.uniform(90, 150),
                palette=colours,
                colour=dice.choice(("#f2657a", "#f59a4a", "#b36ae0")),
                mark=f"c{at}",
            )
            for at in range(4)
        ]
    return "".join(parts)
