"""Everything above the horizon: sky, stars, sun and moon, clouds, aurora, rainbow, fireworks."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501, PLR2004

import math
import random

from core.providers.illustrator.colour import RAINBOW, lighter, luminance, mix
from core.providers.illustrator.frame import Frame, num, points

_SPECTRUM = ("#e8483f", "#f5913d", "#f8d648", "#5fbf5a", "#3f8fe0", "#5a55c8", "#9a4fc0")
_BRIGHT = ("#ffd35a", "#ff6f91", "#6fd8ff", "#b48cff", "#7df09a", "#ffffff")


def backdrop(frame: Frame) -> str:
    """The sky's gradient over the whole canvas."""
    colours = frame.palette
    reach = min(1.0, frame.horizon / frame.height + 0.02)
    return (
        f'<defs><linearGradient id="sky" x1="0" y1="0" x2="0" y2="{reach:.3f}">'
        f'<stop offset="0" stop-color="{colours.sky_top}"/><stop offset=".55" stop-color="{colours.sky_mid}"/>'
        f'<stop offset="1" stop-color="{colours.sky_low}"/></linearGradient></defs>'
        f'<rect width="{num(frame.width)}" height="{num(frame.height)}" fill="url(#sky)"/>'
    )


def stars(frame: Frame, crowd: float = 1.0) -> str:
    """Small and a few bright stars, fewer towards the horizon."""
    dice = frame.dice("stars")
    amount = int(130 * crowd * frame.width * frame.height / 1e6)
    parts = []
    for _ in range(amount):
        x, y = dice.uniform(0, frame.width), frame.horizon * dice.random() ** 1.4
        size = dice.choice((0.9, 1.1, 1.4, 1.4, 2.0))
        parts.append(
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{size}" fill="#fff" opacity="{dice.uniform(0.35, 0.95):.2f}"/>'
        )
    for _ in range(max(3, amount // 22)):
        x, y = dice.uniform(0, frame.width), dice.uniform(0, frame.horizon * 0.7)
        long = dice.uniform(5, 10)
        parts.append(
            f'<path fill="#fff" opacity=".9" d="M{x:.1f} {y - long:.1f}Q{x:.1f} {y:.1f} {x + long:.1f} {y:.1f}'
            f"Q{x:.1f} {y:.1f} {x:.1f} {y + long:.1f}Q{x:.1f} {y:.1f} {x - long:.1f} {y:.1f}"
            f'Q{x:.1f} {y:.1f} {x:.1f} {y - long:.1f}Z"/>'
        )
    return "".join(parts)


def _glow(ident: str, x: float, y: float, radius: float, colour: str, strength: float) -> str:
    return (
        f'<defs><radialGradient id="{ident}"><stop offset="0" stop-color="{colour}" stop-opacity="{strength}"/>'
        f'<stop offset=".35" stop-color="{colour}" stop-opacity="{strength * 0.45:.2f}"/>'
        f'<stop offset="1" stop-color="{colour}" stop-opacity="0"/></radialGradient></defs>'
        f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(radius)}" fill="url(#{ident})"/>'
    )


def _moon(dice: random.Random, x: float, y: float, radius: float, colour: str, ident: str) -> str:
    rim, face = mix(colour, "#0a1030", 0.22), lighter(colour, 0.35)
    craters = []
    for _ in range(9):
        angle, far = dice.uniform(0, 2 * math.pi), radius * 0.74 * math.sqrt(dice.random())
        size = radius * dice.uniform(0.07, 0.2)
        cx, cy = x + math.cos(angle) * far, y + math.sin(angle) * far
        craters.append(
            f'<circle cx="{num(cx)}" cy="{num(cy)}" r="{num(size)}" fill="{rim}" opacity=".42"/>'
        )
    return (
        f'<defs><radialGradient id="{ident}" cx=".36" cy=".32" r=".8"><stop offset="0" stop-color="{face}"/>'
        f'<stop offset=".6" stop-color="{colour}"/><stop offset="1" stop-color="{rim}"/></radialGradient></defs>'
        f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(radius)}" fill="url(#{ident})"/>{"".join(craters)}'
    )


def _crescent(x: float, y: float, radius: float, colour: str) -> str:
    return (
        f'<path fill="{colour}" transform="rotate(-24 {num(x)} {num(y)})" d="M{num(x)} {num(y - radius)}'
        f"A{num(radius)} {num(radius)} 0 1 1 {num(x)} {num(y + radius)}"
        f'A{num(radius * 1.28)} {num(radius * 1.28)} 0 0 0 {num(x)} {num(y - radius)}Z"/>'
    )


def _sun(x: float, y: float, radius: float, colour: str) -> str:
    pale = lighter(colour, 0.35 if luminance(colour) > 0.6 else 0.12)
    return (
        f'<defs><linearGradient id="disc" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{pale}"/>'
        f'<stop offset="1" stop-color="{colour}"/></linearGradient></defs>'
        f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(radius)}" fill="url(#disc)"/>'
    )


def body(frame: Frame) -> str:
    """The sun or the moon with its glow; empty when there is none to see."""
    asked, time = frame.scene.body, ("night" if frame.palette.dark > 0.8 else "day")
    kind = asked.kind if asked else ("moon" if time == "night" else "sun")
    if not frame.is_wanted("moon" if kind == "crescent" else kind):
        return ""
    if asked is None and frame.scene.weather in {"storm", "rain", "fog", "snow", "cloudy"}:
        return ""
    x, y = frame.body_at
    radius = {"": 104.0, "large": 165.0, "small": 62.0}[asked.size] if asked else 66.0
    colour = frame.palette.light
    if asked and asked.colour.startswith("#"):
        colour = asked.colour
    if asked and asked.colour == RAINBOW:
        colour = "#ff8ad0"
    parts = []
    for at in range(asked.count if asked else 1):
        spot = (x + at * 2.5 * radius) % frame.width
        high = y + (0, 46, 18)[at]
        halo = colour if kind != "sun" else mix(colour, "#ffd9a0", 0.45)
        parts.append(_glow(f"glow{at}", spot, high, radius * 4.2, halo, 0.62))
        if kind == "sun":
            parts.append(_sun(spot, high, radius, colour))
        elif kind == "crescent":
            parts.append(_crescent(spot, high, radius, colour))
        else:
            parts.append(_moon(frame.dice("craters"), spot, high, radius, colour, f"moon{at}"))
    return "".join(parts)


def _cloud(dice: random.Random, x: float, y: float, wide: float) -> str:
    puffs = []
    base = wide * 0.12
    for at in range(7):
        spot = (at - 3) / 3
        size = wide * (0.2 - 0.1 * abs(spot)) * dice.uniform(0.8, 1.25)
        puffs.append(
            f'<circle cx="{num(x + spot * wide * 0.42)}" cy="{num(y - size * 0.55)}" r="{num(size)}"/>'
        )
    puffs.append(
        f'<rect x="{num(x - wide * 0.56)}" y="{num(y - base)}" width="{num(wide * 1.12)}" '
        f'height="{num(base)}" rx="{num(base / 2)}"/>'
    )
    return "".join(puffs)


def clouds(frame: Frame) -> str:
    """Heaped clouds with a lit upper side; long veils at night."""
    if not frame.is_wanted("cloudy"):
        return ""
    dice, colours = frame.dice("clouds"), frame.palette
    heavy = frame.scene.weather in {"cloudy", "rain", "storm"} or (
        frame.scene.weather == "snow" and not frame.scene.body
    )
    amount = (9 if heavy else 4) * max(1.0, frame.width / 1400)
    parts = []
    for at in range(int(amount)):
        x, y = dice.uniform(-60, frame.width + 60), frame.horizon * dice.uniform(0.12, 0.72)
        wide = dice.uniform(140, 330) * (1.5 if heavy else 1)
        if frame.scene.body and abs(x - frame.body_at[0]) < wide * 0.6 + 150:
            continue
        if colours.dark > 0.5:
            parts.append(
                f'<ellipse cx="{num(x)}" cy="{num(y)}" rx="{num(wide * 1.2)}" ry="{num(wide * 0.07)}" '
                f'fill="{colours.cloud}" opacity="{dice.uniform(0.10, 0.24):.2f}"/>'
            )
            if not heavy:
                continue
        puffs = _cloud(dice, x, y, wide)
        near = 0.5 + 0.5 * at / amount
        under = mix(colours.cloud, colours.sky_mid, 0.55)
        parts.append(f'<g fill="{under}" opacity="{near * 0.8:.2f}">{puffs}</g>')
        parts.append(
            f'<g fill="{colours.cloud}" opacity="{near * 0.75:.2f}" '
            f'transform="translate({num(x * 0.06)} {num(y * 0.06 - 9)}) scale(.94)">{puffs}</g>'
        )
    return "".join(parts)


def cloud_sea(frame: Frame) -> str:
    """Clouds seen from above, to the lower edge."""
    dice, colours, parts = frame.dice("cloudsea"), frame.palette, []
    for at in range(4):
        top = frame.height * (0.66 + 0.09 * at)
        tone = mix(colours.cloud, colours.sky_mid, 0.5 - 0.15 * at)
        puffs = []
        x = -40.0
        while x < frame.width + 80:
            size = dice.uniform(46, 92) * (0.8 + 0.2 * at)
            puffs.append(
                f'<circle cx="{num(x)}" cy="{num(top + dice.uniform(0, 26))}" r="{num(size)}"/>'
            )
            x += size * 1.05
        rest = (
            f'<rect y="{num(top + 20)}" width="{num(frame.width)}" height="{num(frame.height)}"/>'
        )
        parts.append(f'<g fill="{tone}">{"".join(puffs)}{rest}</g>')
    return "".join(parts)


def aurora(frame: Frame) -> str:
    """Green and violet curtains."""
    dice = frame.dice("aurora")
    parts = [
        (
            '<defs><linearGradient id="au" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#8a5cff" stop-opacity="0"/>'
            '<stop offset=".5" stop-color="#4fe0b0" stop-opacity=".5"/><stop offset="1" stop-color="#7dffb0" stop-opacity="0"/>'
            "</linearGradient></defs>"
        )
    ]
    for band in range(4):
        top = frame.horizon * (0.08 + 0.13 * band)
        shift, tall = dice.uniform(0, 6), frame.horizon * dice.uniform(0.3, 0.5)
        xs = [frame.width * at / 14 for at in range(15)]
        upper = [(x, top + 60 * math.sin(x / 210 + shift)) for x in xs]
        lower = [(x, y + tall + 24 * math.sin(x / 90 + shift)) for x, y in reversed(upper)]
        parts.append(f'<path fill="url(#au)" d="{points(*upper, *lower)}Z"/>')
    return "".join(parts)


def rainbow(frame: Frame) -> str:
    """Seven bands from hill to hill."""
    x, wide = frame.width * 0.5, min(frame.width * 0.52, frame.horizon * 0.98)
    bands = (
        f'<circle cx="{num(x)}" cy="{num(frame.horizon + 70)}" r="{num(wide - at * 15)}" '
        f'stroke="{colour}" stroke-width="15.5"/>'
        for at, colour in enumerate(_SPECTRUM)
    )
    return f'<g fill="none" opacity=".72">{"".join(bands)}</g>'


def shooting_stars(frame: Frame) -> str:
    """A few bright streaks."""
    dice = frame.dice("shooting")
    parts = []
    for _ in range(5):
        x, y, long = (
            dice.uniform(0.1, 0.95) * frame.width,
            dice.uniform(0.05, 0.6) * frame.horizon,
            dice.uniform(90, 200),
        )
        parts.append(
            f'<path fill="#fff" opacity=".85" d="M{num(x)} {num(y)}l{num(long)} {num(-long * 0.45)}l{num(-long)} {num(long * 0.45 + 4)}z"/>'
            f'<circle cx="{num(x)}" cy="{num(y + 2)}" r="4" fill="#fff"/>'
        )
    return "".join(parts)


def fireworks(frame: Frame) -> str:
    """Bursts of coloured sparks."""
    dice = frame.dice("fireworks")
    parts = []
    for _ in range(6):
        x, y = dice.uniform(0.08, 0.92) * frame.width, dice.uniform(0.1, 0.62) * frame.horizon
        reach, colour = dice.uniform(60, 130), dice.choice(_BRIGHT)
        for ring in (0.45, 0.75, 1.0):
            for at in range(16):
                angle = math.pi * at / 8 + ring
                ex, ey = x + math.cos(angle) * reach * ring, y + math.sin(angle) * reach * ring
                sx, sy = (
                    x + math.cos(angle) * reach * (ring - 0.22),
                    y + math.sin(angle) * reach * (ring - 0.22),
                )
                parts.append(
                    f'<path stroke="{colour}" stroke-width="2.6" stroke-linecap="round" opacity="{ring:.2f}" '
                    f'd="{points((sx, sy), (ex, ey))}"/>'
                )
    return "".join(parts)


def lightning(frame: Frame) -> str:
    """One forked flash."""
    dice = frame.dice("lightning")
    x, y = dice.choice((0.18, 0.32, 0.7, 0.84)) * frame.width, frame.horizon * 0.06
    spine = [(x, y)]
    while y < frame.horizon * 0.92:
        x, y = x + dice.uniform(-46, 46), y + dice.uniform(34, 78)
        spine.append((x, y))
    fork = spine[len(spine) // 2]
    branch = [fork, (fork[0] + 60, fork[1] + 50), (fork[0] + 74, fork[1] + 120)]
    return "".join(
        f'<path fill="none" stroke="{colour}" stroke-width="{wide}" stroke-linejoin="round" opacity="{alpha}" '
        f'd="{points(*spine)}{points(*branch)}"/>'
        for colour, wide, alpha in (("#a9b8ff", 20, 0.16), ("#cfd8ff", 10, 0.35), ("#ffffff", 4, 1))
    )


def birds(frame: Frame) -> str:
    """A far flock as small strokes."""
    dice = frame.dice("birds")
    cx, cy = dice.uniform(0.25, 0.75) * frame.width, dice.uniform(0.3, 0.6) * frame.horizon
    colour = mix(frame.palette.sky_mid, "#101522", 0.7)
    strokes = []
    for _ in range(dice.randint(5, 9)):
        x, y, size = cx + dice.uniform(-130, 130), cy + dice.uniform(-60, 60), dice.uniform(7, 14)
        strokes.append(
            f"M{num(x - size)} {num(y - size * 0.3)}Q{num(x - size * 0.4)} {num(y - size * 0.6)} {num(x)} {num(y)}"
            f"Q{num(x + size * 0.4)} {num(y - size * 0.6)} {num(x + size)} {num(y - size * 0.3)}"
        )
    return f'<path fill="none" stroke="{colour}" stroke-width="2.6" stroke-linecap="round" d="{"".join(strokes)}"/>'
