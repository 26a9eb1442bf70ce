"""Where the subjects stand, how tall they are, and how they sit in the light and on the ground."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501, PLR2004

from dataclasses import dataclass, replace

from core.providers.illustrator.colour import mix
from core.providers.illustrator.drawings import art, place_art
from core.providers.illustrator.frame import Frame, num
from core.providers.illustrator.lexicon import SubjectFacts, lexicon
from core.providers.illustrator.rooms import INDOORS
from core.providers.illustrator.scene import Subject
from core.providers.illustrator.water import WATER_GROUNDS

HERO = 400.0
"""Height of a subject of size 1 that stands alone, in drawing units."""
_SEATS = {"rock": 0.84, "mushroom": 0.9, "piano": 0.6, "sofa": 0.3, "bed": 0.42, "chair": 0.46}
"""How high one sits on these, as a share of their height."""
_SIZES = {"": 1.0, "large": 1.35, "small": 0.62}


@dataclass(frozen=True, slots=True)
class Figure:
    """One drawing of one subject, placed."""

    facts: SubjectFacts
    colour: str
    x: float
    foot: float
    height: float
    flipped: bool
    layer: int
    """0 far behind, 1 middle, 2 in front; drawn in this order, then by ``foot``."""
    is_grounded: bool
    is_afloat: bool = False
    order: float = 0.0
    """Replaces ``foot`` in the order of drawing, unless 0."""


def is_flying(subject: Subject) -> bool:
    """Whether the subject has no ground under it."""
    facts = lexicon().subjects[subject.id]
    return facts.kind in {"air", "sky"} or (subject.relation == "over" and facts.kind != "tall")


def _height(frame: Frame, subject: Subject, crowd: int) -> float:
    facts = lexicon().subjects[subject.id]
    # A mouse is smaller than an elephant, but never too small to be the hero of its picture.
    natural = (
        0.45 * facts.height + 0.55
        if facts.kind in {"ground", "item", "float", "deep"}
        else facts.height
    )
    tall = HERO * natural * _SIZES[subject.size]
    room = frame.height - frame.horizon
    if facts.kind == "tall":
        tall = 235 * facts.height * _SIZES[subject.size]
        tall = min(tall, frame.horizon * 0.72 + room * 0.2)
    elif is_flying(subject):
        tall = min(165 + 160 * facts.height, 340) * _SIZES[subject.size]
    wide_limit = frame.width * 0.86 / max(1, crowd) * (1.15 if crowd > 1 else 0.72)
    shrink = 1.0 if crowd == 1 else max(0.36, 1 - 0.09 * crowd)
    tall *= shrink
    return min(tall, wide_limit / art(facts.art).aspect, frame.height * 0.62)


def _slots(
    frame: Frame, count: int, salt: str, centre: float, wide: float
) -> list[tuple[float, float]]:
    """Places side by side around ``centre``: x as a share of the width, and depth (0 near, 1 far)."""
    dice = frame.dice(f"slots{salt}")
    if count == 1:
        return [(centre, 0.0)]
    spread = min(0.84, 0.22 * count, (count - 1) * 1.5 * wide / frame.width)
    step = spread / (count - 1)
    start = min(max(centre - spread / 2, 0.08), 0.92 - spread)
    slots = []
    for at in range(count):
        depth = (at % 2) * dice.uniform(0.4, 0.75) if count > 2 else at * 0.25
        slots.append((start + at * step + dice.uniform(-0.18, 0.18) * step, depth))
    return slots


def _centre(frame: Frame, index: int, total: int) -> float:
    light = frame.body_at[0] / frame.width
    hero = 0.42 if light > 0.5 else 0.58
    hero += frame.dice("hero").uniform(-0.05, 0.05)
    if index == 0:
        return hero if total == 1 else (0.36 if light > 0.5 else 0.64)
    places = (0.7, 0.2, 0.86, 0.5, 0.1) if light > 0.5 else (0.3, 0.8, 0.14, 0.5, 0.9)
    return places[(index - 1) % len(places)]


def _flying_foot(frame: Frame, tall: float, at: int, salt: str) -> float:
    dice = frame.dice(f"fly{salt}{at}")
    if frame.scene.place in {"space", "sky", "underwater"}:
        return frame.height * dice.uniform(0.42, 0.66) + tall / 2
    return max(tall + 30, frame.horizon * dice.uniform(0.52, 0.78) + tall * 0.3)


def _foot(frame: Frame, facts: SubjectFacts, depth: float, tall: float) -> tuple[float, bool, bool]:
    """Lowest point, whether it stands on ground, whether it lies in water."""
    room, ground = frame.height - frame.horizon, lexicon().places[frame.scene.place].ground
    in_water = ground in WATER_GROUNDS and ground != "seabed"
    if ground == "void":
        return frame.height * 0.62 + tall / 2 - depth * 130, False, False
    if ground == "seabed":
        swims = facts.kind in {"deep", "float"}
        if swims:
            return frame.height * (0.66 - 0.3 * depth) + tall * 0.1, False, False
        return frame.height * 0.93, True, False
    if facts.kind in {"float", "deep"} and in_water:
        return (
            frame.horizon + room * (0.36 if ground == "shore" else 0.46) - depth * room * 0.2,
            False,
            True,
        )
    if ground == "water" and facts.kind != "tall":
        return frame.horizon + room * 0.56 - depth * room * 0.2, False, True
    if facts.kind == "tall":
        return (
            frame.horizon + room * (0.3 if ground != "lake" else 0.02) - depth * room * 0.12,
            True,
            ground == "water",
        )
    near = 0.86 if ground != "lake" else 0.97
    return frame.horizon + room * (near - 0.34 * depth), True, False


def _figures(frame: Frame, subject: Subject, index: int, total: int) -> list[Figure]:
    facts = lexicon().subjects[subject.id]
    crowd = max(subject.count, 1)
    tall = _height(frame, subject, max(crowd, total if facts.kind != "tall" else 1))
    centre = _centre(frame, index, total)
    if facts.kind == "tall" and total > 1:
        centre = 0.62 if centre < 0.5 else 0.38
    figures = []
    wide = tall * art(facts.art).aspect
    flying = is_flying(subject)
    for at, (share, depth) in enumerate(_slots(frame, subject.count, f"{index}", centre, wide)):
        if flying:
            foot, grounded, afloat = _flying_foot(frame, tall, at, f"{index}"), False, False
        else:
            foot, grounded, afloat = _foot(frame, facts, depth, tall)
        scale = 1 - 0.36 * depth
        flipped = frame.dice(f"turn{index}{at}").random() < 0.5
        layer = 0 if facts.kind in {"tall", "sky"} else 1 if flying else 2
        figures.append(
            Figure(
                facts,
                subject.colour,
                share * frame.width,
                foot,
                tall * scale,
                flipped,
                layer,
                grounded,
                afloat,
            )
        )
    return figures


def _on_top(figure: Figure, anchor: Figure, shift: float) -> Figure:
    """Astride an animal or vehicle (its near side hides the legs), or on top of anything else."""
    tall = min(figure.height, anchor.height * 0.95)
    if anchor.facts.kind in {"ground", "float", "air"} and anchor.facts.id not in _SEATS:
        sunk = 0.2 if anchor.facts.height > figure.facts.height * 0.7 else 0.05
        foot, order = anchor.foot - anchor.height * 0.52 + tall * sunk, anchor.foot - 1
    else:
        foot, order = (
            anchor.foot - anchor.height * _SEATS.get(anchor.facts.id, 0.9),
            anchor.foot + 1,
        )
    return replace(
        figure,
        x=anchor.x + shift * 0.6,
        foot=foot,
        height=tall,
        is_grounded=False,
        is_afloat=False,
        layer=anchor.layer,
        order=order,
    )


def _related(
    frame: Frame, subject: Subject, mine: list[Figure], theirs: list[Figure]
) -> list[Figure]:
    """Move a subject's figures to where its relation says."""
    if not theirs or not mine:
        return mine
    anchor = theirs[0]
    anchor_wide = anchor.height * art(anchor.facts.art).aspect
    span = (len(mine) - 1) / 2
    moved = []
    for at, figure in enumerate(mine):
        wide = figure.height * art(figure.facts.art).aspect
        shift = (at - span) * wide * 1.02
        if subject.relation == "on" and anchor.facts.kind != "tall":
            moved.append(_on_top(figure, anchor, shift))
        elif subject.relation == "on":
            moved.append(
                replace(
                    figure,
                    x=anchor.x + shift,
                    foot=anchor.foot - anchor.height * 0.9,
                    height=figure.height * 0.5,
                    layer=1,
                    is_grounded=False,
                )
            )
        elif subject.relation == "under":
            moved.append(
                replace(figure, x=anchor.x + shift, foot=max(figure.foot, anchor.foot + 50))
            )
        elif subject.relation == "over":
            moved.append(
                replace(
                    figure,
                    x=anchor.x + shift,
                    foot=max(figure.height + 20, anchor.foot - anchor.height * 1.06),
                    is_grounded=False,
                    is_afloat=False,
                )
            )
        elif subject.relation in {"before", "behind"}:
            step = 70 if subject.relation == "before" else -60
            side = 0.45 if subject.relation == "behind" else 0.12
            moved.append(
                replace(
                    figure,
                    x=anchor.x + shift + side * anchor_wide,
                    foot=max(frame.horizon + 40, anchor.foot + step),
                )
            )
        elif subject.relation == "beside":
            gap = (anchor_wide + wide) * 0.56
            side = -1 if anchor.x > frame.width * 0.5 else 1
            moved.append(replace(figure, x=anchor.x + side * (gap + abs(at) * wide)))
        else:
            moved.append(figure)
    return moved


def stage_cast(frame: Frame) -> list[Figure]:
    """Place every subject of the scene; far ones first."""
    subjects = frame.scene.subjects
    table = {s.id: _figures(frame, s, at, len(subjects)) for at, s in enumerate(subjects)}
    for subject in subjects:
        if subject.anchor in table:
            if table[subject.anchor][0].facts.kind == "tall":
                table[subject.anchor] = [
                    replace(f, x=frame.width * (0.5 + (f.x / frame.width - 0.5) * 0.5))
                    for f in table[subject.anchor]
                ]
            table[subject.id] = _related(frame, subject, table[subject.id], table[subject.anchor])
    everything = [_inside(frame, figure) for group in table.values() for figure in group]
    return sorted(everything, key=lambda figure: (figure.layer, figure.order or figure.foot))


def _inside(frame: Frame, figure: Figure) -> Figure:
    half = figure.height * art(figure.facts.art).aspect / 2
    margin = min(half + 14, frame.width / 2)
    x = min(max(figure.x, margin), frame.width - margin)
    return replace(figure, x=x, foot=min(figure.foot, frame.height - 18))


def shadow(frame: Frame, figure: Figure) -> str:
    """Soft contact shadow, thrown away from the light."""
    wide = figure.height * art(figure.facts.art).aspect
    rx = wide * (0.56 if figure.facts.kind != "tall" else 0.5)
    lean = (figure.x - frame.body_at[0]) / frame.width * wide * 0.5
    ry = max(10.0, min(rx * 0.2, 40))
    return f'<ellipse cx="{num(figure.x + lean)}" cy="{num(figure.foot - ry * 0.12)}" rx="{num(rx)}" ry="{num(ry)}" fill="url(#shade)"/>'


def draw_figure(frame: Frame, figure: Figure, mark: str) -> str:
    """The figure with what ties it to the ground or the water."""
    tone = 0.75 if figure.layer < 2 else 0.5
    body = place_art(
        figure.facts.art,
        x=figure.x,
        foot=figure.foot,
        height=figure.height,
        palette=frame.palette,
        colour=figure.colour,
        flipped=figure.flipped,
        tone=tone,
        mark=mark,
    )
    parts = []
    if figure.is_grounded:
        parts.append(shadow(frame, figure))
    if figure.is_afloat:
        mirror = f'<g opacity=".26" transform="translate(0 {num(2 * figure.foot - 6)}) scale(1 -1)">{body}</g>'
        parts.append(mirror)
    if figure.facts.id == "lighthouse" and (
        frame.palette.dark > 0.25 or frame.scene.weather == "storm"
    ):
        parts.append(_beam(frame, figure))
    parts.append(body)
    wide = figure.height * art(figure.facts.art).aspect
    if figure.is_afloat:
        parts.append(_waterline(frame, figure, wide))
    elif (
        figure.is_grounded
        and frame.is_snowy
        and figure.facts.kind != "tall"
        and frame.scene.place not in INDOORS
    ):
        parts.append(_drift(frame, figure, wide))
    return "".join(parts)


def _beam(frame: Frame, figure: Figure) -> str:
    """The light of a lighthouse, to both sides."""
    y, reach = figure.foot - figure.height * 0.83, frame.width * 0.75
    beams = "".join(
        f'<path fill="url(#beam)" d="M{num(figure.x)} {num(y)}L{num(figure.x + side * reach)} {num(y - 70)}V{num(y + 50)}Z"/>'
        for side in (-1, 1)
    )
    return (
        f'<defs><radialGradient id="beam" gradientUnits="userSpaceOnUse" cx="{num(figure.x)}" cy="{num(y)}" r="{num(reach)}">'
        '<stop offset="0" stop-color="#fff3b8" stop-opacity=".75"/><stop offset="1" stop-color="#fff3b8" stop-opacity="0"/>'
        f"</radialGradient></defs>{beams}"
    )


def _waterline(frame: Frame, figure: Figure, wide: float) -> str:
    foam = mix(frame.palette.water, "#ffffff", 0.55)
    water = mix(frame.palette.water, frame.palette.sky_low, 0.25)
    y, left, right = figure.foot, figure.x - wide * 0.62, figure.x + wide * 0.62
    step = (right - left) / 6
    line = "".join(f"q{num(step / 2)} {-9 if at % 2 else 7} {num(step)} 0" for at in range(6))
    return (
        f'<path fill="{water}" opacity=".85" d="M{num(left)} {num(y - 5)}{line}q{num(-wide * 0.6)} 26 {num(left - right)} 0z"/>'
        f'<path fill="none" stroke="{foam}" stroke-width="4" stroke-linecap="round" opacity=".8" d="M{num(left)} {num(y - 5)}{line}"/>'
    )


def _drift(frame: Frame, figure: Figure, wide: float) -> str:
    snow = frame.palette.lit("#f4f8fc")
    y = figure.foot + 4
    return f'<path fill="{snow}" d="M{num(figure.x - wide * 0.6)} {num(y)}q{num(wide * 0.14)} -13 {num(wide * 0.3)} -7q{num(wide * 0.2)} -9 {num(wide * 0.36)} -1q{num(wide * 0.2)} -10 {num(wide * 0.54)} 8q{num(-wide * 0.5)} 15 {num(-wide * 1.2)} 0z"/>'
