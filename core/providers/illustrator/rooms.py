"""Indoors, underground and beyond the air: backdrops without a landscape."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501, PLR2004

from core.providers.illustrator.colour import from_hls, lighter, mix
from core.providers.illustrator.drawings import place_art
from core.providers.illustrator.frame import Frame, num, points

INDOORS = frozenset(
    {"library", "bedroom", "kitchen", "cafe", "table", "stage", "museum", "castle_hall"}
)
_BOOKS = ("#a63d3d", "#3f5f8f", "#4f7f5a", "#c9a04a", "#6b4a7f", "#8a5a3a", "#2f4a4f", "#d8c9a6")


def _wall(frame: Frame, colour: str) -> str:
    base = mix(colour, "#181428", 0.45 * frame.palette.dark)
    return (
        f'<defs><radialGradient id="wall" cx=".5" cy=".38" r=".8"><stop offset="0" stop-color="{lighter(base, 0.22)}"/>'
        f'<stop offset="1" stop-color="{mix(base, "#120c14", 0.42)}"/></radialGradient></defs>'
        f'<rect width="{num(frame.width)}" height="{num(frame.horizon + 4)}" fill="url(#wall)"/>'
    )


def _window(frame: Frame, x: float, y: float, wide: float, tall: float) -> str:
    colours = frame.palette
    bars = f'<path stroke="#f4ead8" stroke-width="9" fill="none" d="M{num(x)} {num(y)}h{num(wide)}v{num(tall)}h{num(-wide)}zM{num(x + wide / 2)} {num(y)}v{num(tall)}M{num(x)} {num(y + tall * 0.45)}h{num(wide)}"/>'
    orb = f'<circle cx="{num(x + wide * 0.7)}" cy="{num(y + tall * 0.25)}" r="{num(wide * 0.09)}" fill="{colours.light}"/>'
    hill = f'<path fill="{colours.far(colours.foliage, 0.5)}" d="M{num(x)} {num(y + tall)}v{num(-tall * 0.25)}q{num(wide * 0.3)} {num(-tall * 0.16)} {num(wide * 0.55)} {num(-tall * 0.02)}t{num(wide * 0.45)} 0v{num(tall * 0.27)}z"/>'
    return f'<rect x="{num(x)}" y="{num(y)}" width="{num(wide)}" height="{num(tall)}" fill="url(#sky)"/>{orb}{hill}{bars}'


def library(frame: Frame) -> str:
    """Shelves full of books around a tall window."""
    dice, w, h = frame.dice("library"), frame.width, frame.horizon
    parts = [_wall(frame, "#6a4630"), _window(frame, w * 0.5 - 95, h * 0.12, 190, h * 0.62)]
    shelf = frame.palette.lit("#5a3822")
    spans = ((0.0, w * 0.5 - 135), (w * 0.5 + 135, w))
    for left, right in spans:
        parts.append(
            f'<rect x="{num(left)}" y="0" width="{num(right - left)}" height="{num(h)}" fill="{mix(shelf, "#120a08", 0.45)}"/>'
        )
        rows = 6
        for row in range(rows):
            base = h * (row + 1) / rows - 10
            x = left + 8
            while x < right - 26:
                wide, tall = dice.uniform(11, 26), h / rows * dice.uniform(0.55, 0.8)
                if dice.random() < 0.08:
                    x += 26
                    continue
                tone = frame.palette.lit(dice.choice(_BOOKS))
                parts.append(
                    f'<rect x="{num(x)}" y="{num(base - tall)}" width="{num(wide)}" height="{num(tall)}" rx="2" fill="{tone}"/><rect x="{num(x + 2)}" y="{num(base - tall * 0.8)}" width="{num(wide - 4)}" height="4" fill="#f0dca0" opacity=".55"/>'
                )
                x += wide + 1.5
            parts.append(
                f'<rect x="{num(left)}" y="{num(base)}" width="{num(right - left)}" height="11" fill="{lighter(shelf, 0.1)}"/>'
            )
    lamp_x = w * 0.5
    parts.append(
        f'<defs><radialGradient id="lamp"><stop offset="0" stop-color="#ffdf9a" stop-opacity=".6"/><stop offset="1" stop-color="#ffdf9a" stop-opacity="0"/></radialGradient></defs><circle cx="{num(lamp_x)}" cy="{num(h * 0.9)}" r="330" fill="url(#lamp)"/>'
    )
    return "".join(parts)


def library_front(frame: Frame) -> str:
    """A reading table with a lamp, books and a chair."""
    foot, x, colours = frame.height * 0.93, frame.width * 0.5, frame.palette
    top = frame.height * 0.74
    wood = colours.lit("#8a5a34")
    return (
        f'<ellipse cx="{num(x)}" cy="{num(foot)}" rx="330" ry="26" fill="#000" opacity=".25"/>'
        + place_art("noto:chair", x=x - 210, foot=foot - 8, height=250, palette=colours, mark="lc")
        + f'<rect x="{num(x - 250)}" y="{num(top)}" width="22" height="{num(foot - top)}" fill="{mix(wood, "#1a0e08", 0.35)}"/><rect x="{num(x + 228)}" y="{num(top)}" width="22" height="{num(foot - top)}" fill="{mix(wood, "#1a0e08", 0.35)}"/>'
        + f'<rect x="{num(x - 290)}" y="{num(top - 18)}" width="580" height="30" rx="6" fill="{wood}"/><rect x="{num(x - 290)}" y="{num(top + 6)}" width="580" height="8" fill="#000" opacity=".2"/>'
        + place_art("noto:books", x=x + 160, foot=top - 16, height=96, palette=colours, mark="lb")
        + place_art(
            "noto:open-book", x=x - 20, foot=top - 14, height=84, palette=colours, mark="lo"
        )
        + place_art("noto:candle", x=x - 190, foot=top - 16, height=120, palette=colours, mark="ld")
    )


def room(frame: Frame, colour: str, *, shelves: bool = False) -> str:
    """A wall with a window, a picture and a lamp; shelves with pots in a kitchen or café."""
    w, h, dice = frame.width, frame.horizon, frame.dice("room")
    side = dice.choice((0.12, 0.58))
    parts = [_wall(frame, colour), _window(frame, w * side, h * 0.16, min(w * 0.3, 330), h * 0.5)]
    other = w * (0.56 if side < 0.5 else 0.1)
    if shelves:
        for row in (0.3, 0.56):
            parts.append(
                f'<rect x="{num(other)}" y="{num(h * row)}" width="{num(w * 0.32)}" height="12" fill="{mix(colour, "#3a2418", 0.6)}"/>'
            )
            parts += [
                place_art(
                    dice.choice(
                        (
                            "noto:teapot",
                            "noto:teacup-without-handle",
                            "noto:potted-plant",
                            "noto:hot-beverage",
                            "noto:bread",
                        )
                    ),
                    x=other + 40 + at * w * 0.1,
                    foot=h * row,
                    height=66,
                    palette=frame.palette,
                    mark=f"r{row}{at}".replace(".", ""),
                )
                for at in range(3)
            ]
    else:
        frame_colour = mix(colour, "#5a3a20", 0.7)
        parts.append(
            f'<rect x="{num(other)}" y="{num(h * 0.2)}" width="190" height="140" fill="{frame_colour}"/><rect x="{num(other + 12)}" y="{num(h * 0.2 + 12)}" width="166" height="116" fill="#dfe9e6"/><path fill="#7fa58f" d="M{num(other + 12)} {num(h * 0.2 + 128)}l50 -62l40 40l30 -26l46 48z"/><circle cx="{num(other + 136)}" cy="{num(h * 0.2 + 44)}" r="14" fill="#f2b84a"/>'
        )
        parts.append(
            place_art(
                "noto:potted-plant",
                x=w * 0.93,
                foot=h + 30,
                height=190,
                palette=frame.palette,
                mark="pp",
            )
        )
    return "".join(parts)


def floor(frame: Frame, kind: str) -> str:
    """Boards, tiles, a table top or a stage, in perspective."""
    w, h, y = frame.width, frame.height, frame.horizon
    base = frame.palette.lit(frame.palette.ground)
    dark = mix(base, "#140a08", 0.4)
    parts = [
        f'<defs><linearGradient id="floor" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{mix(base, "#140a08", 0.3)}"/><stop offset="1" stop-color="{lighter(base, 0.08)}"/></linearGradient></defs><rect y="{num(y)}" width="{num(w)}" height="{num(h - y)}" fill="url(#floor)"/>'
    ]
    if kind in {"wood", "tiles", "stage", "court"}:
        rays = "".join(
            points((w / 2 + at * w * 0.06, y), (w / 2 + at * w * 0.3, h)) for at in range(-9, 10)
        )
        parts.append(f'<path stroke="{dark}" stroke-width="2.5" opacity=".5" d="{rays}"/>')
    if kind in {"tiles", "court"}:
        lines = "".join(
            points((0, y + (h - y) * share), (w, y + (h - y) * share))
            for share in (0.06, 0.16, 0.3, 0.5, 0.75)
        )
        parts.append(f'<path stroke="{dark}" stroke-width="2.5" opacity=".5" d="{lines}"/>')
    if kind == "tabletop":
        grain = "".join(
            f"M{num(w * at / 5 - 200)} {num(y + 30 + at * 37)}q{num(w * 0.4)} 14 {num(w * 0.7)} -4"
            for at in range(6)
        )
        parts.append(
            f'<path fill="none" stroke="{dark}" stroke-width="3" opacity=".35" d="{grain}"/>'
        )
    if kind == "stage":
        parts.append(
            f'<ellipse cx="{num(w / 2)}" cy="{num(y + (h - y) * 0.6)}" rx="{num(w * 0.42)}" ry="{num((h - y) * 0.32)}" fill="#fff3cf" opacity=".3"/>'
        )
    parts.append(f'<rect y="{num(y - 7)}" width="{num(w)}" height="9" fill="{dark}" opacity=".6"/>')
    return "".join(parts)


def still_wall(frame: Frame) -> str:
    """A calm wall with light falling in, for still lifes."""
    hue = frame.dice("wall").choice((0.55, 0.08, 0.62, 0.42, 0.95))
    wall = _wall(frame, from_hls(hue, 0.55, 0.28))
    w, h = frame.width, frame.horizon
    light = "".join(
        f'<path fill="#fff6d8" opacity=".13" d="{points((w * at, h * 0.08), (w * (at + 0.13), h * 0.06), (w * (at + 0.25), h * 0.8), (w * (at + 0.12), h * 0.84))}Z"/>'
        for at in (0.16, 0.32, 0.48)
    )
    return wall + light


def curtain(frame: Frame) -> str:
    """Red folds and two spotlights."""
    w, h, parts = frame.width, frame.horizon, []
    folds = int(w / 46)
    for at in range(folds + 1):
        tone = ("#7a1426", "#9c1f34", "#b52a40", "#8a182c")[at % 4]
        parts.append(
            f'<rect x="{num(at * w / folds)}" y="0" width="{num(w / folds + 1)}" height="{num(h + 4)}" fill="{tone}"/>'
        )
    beams = "".join(
        f'<path fill="#fff6d8" opacity=".16" d="{points((x - 14, 0), (x + 14, 0), (w * 0.5 + 240, frame.height * 0.86), (w * 0.5 - 240, frame.height * 0.86))}Z"/>'
        for x in (w * 0.2, w * 0.8)
    )
    return "".join(parts) + beams


def gallery(frame: Frame, *, throne: bool) -> str:
    """Paintings, or banners and pillars."""
    w, h, parts = frame.width, frame.horizon, [_wall(frame, "#8a7f70" if throne else "#c8c2b8")]
    tints = ("#a62f3f", "#2f5f9f", "#d8a53f", "#3f7f5f")
    for at in range(4):
        x = w * (at + 0.5) / 4
        if throne:
            parts.append(
                f'<rect x="{num(x + w / 8 - 20)}" y="0" width="40" height="{num(h)}" fill="{frame.palette.lit("#b5ab9a")}"/><path fill="{tints[at]}" d="{points((x - 36, h * 0.1), (x + 36, h * 0.1), (x + 36, h * 0.62), (x, h * 0.74), (x - 36, h * 0.62))}Z"/><circle cx="{num(x)}" cy="{num(h * 0.35)}" r="20" fill="#f0cf6a"/>'
            )
        else:
            parts.append(
                f'<rect x="{num(x - 74)}" y="{num(h * 0.2)}" width="148" height="{num(h * 0.42)}" fill="#b58a3f"/><rect x="{num(x - 62)}" y="{num(h * 0.2 + 12)}" width="124" height="{num(h * 0.42 - 24)}" fill="{lighter(tints[at], 0.5)}"/><circle cx="{num(x)}" cy="{num(h * 0.38)}" r="34" fill="{tints[at]}"/>'
            )
    return "".join(parts)


def cave(frame: Frame) -> str:
    """Stalactites around a lit opening, with crystals."""
    dice, w, y = frame.dice("cave"), frame.width, frame.horizon
    parts = [
        f'<defs><radialGradient id="mouth"><stop offset="0" stop-color="#9fd4e8" stop-opacity=".8"/><stop offset="1" stop-color="#9fd4e8" stop-opacity="0"/></radialGradient></defs><circle cx="{num(w * 0.5)}" cy="{num(y * 0.75)}" r="380" fill="url(#mouth)"/>'
    ]
    for tone, reach in (("#3a3540", 1.0), ("#26222c", 0.7)):
        teeth: list[tuple[float, float]] = [(0.0, 0.0)]
        x = 0.0
        while x < w:
            wide = dice.uniform(50, 120)
            edge = 0.2 + 0.8 * abs(x / w - 0.5) * 2
            teeth += [
                (x, 40 * reach),
                (x + wide / 2, y * dice.uniform(0.3, 0.8) * edge * reach),
                (x + wide, 40 * reach),
            ]
            x += wide
        parts.append(f'<path fill="{tone}" d="{points(*teeth, (w, 0))}Z"/>')
    return "".join(parts)


def crystals(frame: Frame) -> str:
    """Clusters of coloured crystal on the floor of a cave."""
    dice, w, h, y = frame.dice("crystals"), frame.width, frame.height, frame.horizon
    parts: list[str] = []
    for _ in range(9):
        x, foot, tall = dice.uniform(0, w), y + dice.uniform(10, h * 0.2), dice.uniform(50, 130)
        hue = dice.choice((0.5, 0.6, 0.78))
        parts.append(
            f'<path fill="{from_hls(hue, 0.55, 0.7)}" d="{points((x - tall * 0.2, foot), (x - tall * 0.16, foot - tall * 0.7), (x, foot - tall))}Z"/><path fill="{from_hls(hue, 0.75, 0.7)}" d="{points((x, foot - tall), (x + tall * 0.18, foot - tall * 0.6), (x + tall * 0.16, foot), (x - tall * 0.2, foot))}Z"/>'
        )
    return "".join(parts)


def space(frame: Frame) -> str:
    """Nebula clouds and far planets."""
    dice, w, h, parts = frame.dice("space"), frame.width, frame.height, []
    for at in range(6):
        hue = dice.choice((0.55, 0.68, 0.8, 0.9))
        parts.append(
            f'<defs><radialGradient id="neb{at}"><stop offset="0" stop-color="{from_hls(hue, 0.55, 0.7)}" stop-opacity=".42"/><stop offset="1" stop-color="{from_hls(hue, 0.4, 0.7)}" stop-opacity="0"/></radialGradient></defs><ellipse cx="{num(dice.uniform(0, w))}" cy="{num(dice.uniform(0, h))}" rx="{num(dice.uniform(220, 480))}" ry="{num(dice.uniform(160, 320))}" fill="url(#neb{at})"/>'
        )
    if frame.is_wanted("planet"):
        for at, (x, y, r) in enumerate(
            (
                (dice.uniform(0.08, 0.25), dice.uniform(0.1, 0.3), dice.uniform(34, 60)),
                (dice.uniform(0.78, 0.95), dice.uniform(0.35, 0.6), dice.uniform(22, 44)),
            )
        ):
            hue = dice.random()
            parts.append(
                f'<defs><radialGradient id="pl{at}" cx=".3" cy=".3" r=".9"><stop offset="0" stop-color="{from_hls(hue, 0.7, 0.6)}"/><stop offset="1" stop-color="{from_hls(hue, 0.16, 0.6)}"/></radialGradient></defs><circle cx="{num(x * w)}" cy="{num(y * h)}" r="{num(r)}" fill="url(#pl{at})"/>'
            )
    return "".join(parts)


def craters(frame: Frame) -> str:
    """Pits on a moon or a red planet."""
    dice, parts = frame.dice("pits"), []
    base = frame.palette.lit(frame.palette.ground)
    for y in sorted(
        frame.horizon + 14 + dice.random() ** 1.3 * (frame.height - frame.horizon)
        for _ in range(18)
    ):
        near = (y - frame.horizon) / (frame.height - frame.horizon)
        x, r = dice.uniform(0, frame.width), (14 + 70 * near) * dice.uniform(0.5, 1.2)
        parts.append(
            f'<ellipse cx="{num(x)}" cy="{num(y)}" rx="{num(r)}" ry="{num(r * 0.3)}" fill="{lighter(base, 0.2)}"/><ellipse cx="{num(x + r * 0.05)}" cy="{num(y + r * 0.05)}" rx="{num(r * 0.86)}" ry="{num(r * 0.22)}" fill="{mix(base, "#100810", 0.4)}"/>'
        )
    return "".join(parts)
