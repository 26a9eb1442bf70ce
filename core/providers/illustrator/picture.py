"""Composes a scene into layers, from the sky to the falling snow, and joins them to one SVG."""

# A path reads best in one piece, and the shares of a drawing are their own names.
# ruff: noqa: E501, PLR2004

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.providers.illustrator import built, flora, land, rooms, sky, water, weather
from core.providers.illustrator.cast import Figure, draw_figure, is_flying, stage_cast
from core.providers.illustrator.colour import mix
from core.providers.illustrator.drawings import place_art
from core.providers.illustrator.frame import SHORT_SIDE, Frame, num
from core.providers.illustrator.lexicon import PlaceFacts, lexicon
from core.providers.illustrator.palette import default_time, palette_of
from core.providers.illustrator.scene import Scene

_OPEN_PLACES = ("hills", "lake", "mountains", "meadow", "seashore", "forest", "field")
_NO_SKY = frozenset({*rooms.INDOORS, "underwater", "cave"})


@dataclass(frozen=True, slots=True)
class Layer:
    """One sheet of the picture."""

    name: str
    markup: str


def settle(scene: Scene, frame_seed: str, chance: float) -> Scene:
    """Choose what the prompt left open: place, time, bloom and birds."""
    places = lexicon().places
    place = scene.place
    if not place and scene.subjects:
        subject = next((s for s in scene.subjects if s.relation != "under"), scene.subjects[0])
        anchor = next((s for s in scene.subjects if s.id == subject.anchor), None)
        subject = anchor or subject
        place = lexicon().subjects[subject.id].home
        if place in scene.without or (scene.body and place in rooms.INDOORS):
            place = "hills"
        if scene.weather == "snow" and place in {"meadow", "garden", "field", "savanna", "park"}:
            place = "snowfield"
    if not place:
        index = sum(ord(char) for char in frame_seed) % len(_OPEN_PLACES)
        place = _OPEN_PLACES[index]
    scene = replace(scene, place=place if place in places else "hills")
    return replace(scene, time=scene.time or default_time(scene, chance))


def frame_of(scene: Scene, width_px: int, height_px: int, seed: str) -> Frame:
    """The canvas for a settled scene."""
    short = min(width_px, height_px)
    width, height = SHORT_SIDE * width_px / short, SHORT_SIDE * height_px / short
    plain = Frame(width, height, 0, scene, palette_of(scene, scene.time), seed)
    share = plain.dice("horizon").uniform(0.56, 0.63)
    ground = lexicon().places[scene.place].ground
    if ground in {"tabletop", "wood", "tiles", "stage"}:
        share = 0.66
    if height > width * 1.3:
        share += 0.05
    return replace(plain, horizon=height * share)


def _empty(frame: Frame) -> str:
    del frame
    return ""


_BACKDROPS: dict[str, Callable[[Frame], str]] = {
    "ridges": land.ridges,
    "hills": land.hills,
    "peaks": land.peaks,
    "dunes": land.dunes,
    "canyon": land.canyon,
    "volcano": land.volcano,
    "island": water.island,
    "icebergs": water.icebergs,
    "waterfall": water.waterfall,
    "underwater": water.underwater,
    "city": lambda frame: built.skyline(frame, neon=False),
    "neon_city": lambda frame: built.skyline(frame, neon=True),
    "houses": built.houses,
    "village": land.hills,
    "farm": land.hills,
    "park": land.hills,
    "temple": land.ridges,
    "graves": land.ridges,
    "ruins": land.hills,
    "harbour": built.harbour,
    "library": rooms.library,
    "room": lambda frame: rooms.room(frame, "#9fb4b0"),
    "kitchen": lambda frame: rooms.room(frame, "#c9bfa0", shelves=True),
    "cafe": lambda frame: rooms.room(frame, "#8f6a50", shelves=True),
    "wall": rooms.still_wall,
    "curtain": rooms.curtain,
    "gallery": lambda frame: rooms.gallery(frame, throne=False),
    "hall": lambda frame: rooms.gallery(frame, throne=True),
    "cave": rooms.cave,
    "space": rooms.space,
    "mars": land.dunes,
    "clouds": _empty,
    "sea": _empty,
}


_STANDING: dict[str, Callable[[Frame], str]] = {
    "village": built.village,
    "farm": built.farm,
    "park": built.fairground,
    "temple": built.temple,
    "graves": built.graves,
    "cave": rooms.crystals,
    "ruins": built.ruins,
}
"""What stands on the ground of a place, in front of its backdrop."""


def _ground(frame: Frame, place: PlaceFacts) -> str:
    kind = place.ground
    if kind == "void":
        return sky.cloud_sea(frame) if place.id == "sky" else ""
    if kind in {"wood", "tiles", "stage", "tabletop", "court"}:
        return rooms.floor(frame, kind)
    waters = {
        "water": water.sea,
        "lake": water.lake,
        "shore": water.shore,
        "ice": water.ice,
        "seabed": water.seabed,
    }
    if kind in waters:
        return waters[kind](frame)
    ground = land.earth(frame)
    if kind == "river":
        return water.river(frame, ground)
    if kind in {"street", "road", "railway"}:
        return ground + _way(frame, kind)
    if kind == "craters":
        return ground + rooms.craters(frame)
    if kind in {"crop", "lavender", "terraces"}:
        return ground + _rows_of_crop(frame, kind)
    if kind == "grass" and place.flora == "flowers":
        return ground + flora.tufts(frame) + flora.meadow_flowers(frame)
    return ground + (flora.tufts(frame) if kind == "grass" and not frame.is_snowy else "")


def _way(frame: Frame, kind: str) -> str:
    x, y, h = frame.width * 0.5, frame.horizon + 14, frame.height
    asphalt = frame.palette.lit("#4d525c" if kind != "railway" else "#8a7d6c")
    if frame.is_snowy:
        asphalt = mix(asphalt, "#dfe8f0", 0.35)
    if kind == "street":
        kerb = frame.palette.lit("#b3aea6")
        stripes = "".join(
            f'<rect x="{num(frame.width * at / 7)}" y="{num(y + (h - y) * 0.52)}" width="{num(frame.width / 13)}" height="12" fill="#f3efe2" opacity=".7"/>'
            for at in range(8)
        )
        if frame.scene.place == "neon_city":
            stripes += _wet_lights(frame, y + 60)
        return f'<rect y="{num(y + 10)}" width="{num(frame.width)}" height="{num(h - y)}" fill="{kerb}"/><rect y="{num(y + 46)}" width="{num(frame.width)}" height="{num(h - y)}" fill="{asphalt}"/>{stripes}'
    edge = f"M{num(x - 16)} {num(y)}L{num(x - 330)} {num(h)}H{num(x + 330)}L{num(x + 16)} {num(y)}Z"
    if kind == "road":
        dashes = "".join(
            f'<rect x="{num(x - 3 - at * 1.6)}" y="{num(y + (h - y) * (at / 7) ** 1.6)}" width="{num(6 + at * 3.2)}" height="{num(10 + at * 9)}" fill="#f6e9b8"/>'
            for at in range(7)
        )
        return f'<path fill="{asphalt}" d="{edge}"/>{dashes}'
    ties = "".join(
        f'<rect x="{num(x - 20 - at * 30)}" y="{num(y + (h - y) * (at / 11) ** 1.6)}" width="{num(40 + at * 60)}" height="{num(4 + at * 2.2)}" fill="#5a4030"/>'
        for at in range(11)
    )
    rails = f"M{num(x - 10)} {num(y)}L{num(x - 210)} {num(h)}M{num(x + 10)} {num(y)}L{num(x + 210)} {num(h)}"
    return f'<path fill="{asphalt}" d="{edge}"/>{ties}<path stroke="#b9c0c8" stroke-width="9" d="{rails}"/>'


def _wet_lights(frame: Frame, top: float) -> str:
    """Signs mirrored on a wet street."""
    dice, parts = frame.dice("wet"), []
    for at in range(int(16 * frame.width / 1000)):
        colour = ("#ff3fa4", "#3ff0ff", "#ffd23f", "#8a5cff")[at % 4]
        x, wide, long = dice.uniform(0, frame.width), dice.uniform(14, 46), dice.uniform(120, 330)
        parts.append(
            f'<ellipse cx="{num(x)}" cy="{num(top + long / 2)}" rx="{num(wide)}" ry="{num(long / 2)}" fill="{colour}" opacity=".13"/><ellipse cx="{num(x)}" cy="{num(top + long / 2)}" rx="{num(wide * 0.35)}" ry="{num(long * 0.42)}" fill="{colour}" opacity=".2"/>'
        )
    return "".join(parts)


def _rows_of_crop(frame: Frame, kind: str) -> str:
    dark = frame.palette.lit(mix(frame.palette.ground, frame.palette.shadow, 0.28))
    y, h, w = frame.horizon + 26, frame.height, frame.width
    if kind == "terraces":
        return "".join(
            f'<path fill="{mix(frame.palette.water, frame.palette.sky_low, 0.6)}" opacity=".8" d="{land.ridge(frame, f"pool{at}", y + (h - y) * at / 5, 16)}"/><path fill="{frame.palette.lit(frame.palette.ground)}" d="{land.ridge(frame, f"pool{at}", y + 22 + (h - y) * at / 5, 16)}"/>'
            for at in range(5)
        )
    rows = "".join(
        f"M{num(w / 2 + at * w * 0.05)} {num(y)}L{num(w / 2 + at * w * 0.22)} {num(h)}"
        for at in range(-14, 15)
    )
    return f'<path stroke="{dark}" stroke-width="{14 if kind == "lavender" else 7}" opacity=".5" d="{rows}"/>'


def _sky_layers(frame: Frame) -> list[Layer]:
    scene, dark, layers = frame.scene, frame.palette.dark, [Layer("sky", sky.backdrop(frame))]
    if scene.place in _NO_SKY:
        return layers
    starry = dark > 0.5 or "stars" in scene.features or scene.place in {"space", "moon_land"}
    if starry and frame.is_wanted("stars") and scene.weather not in {"storm", "rain", "fog"}:
        layers.append(
            Layer(
                "stars",
                sky.stars(
                    frame, 2.2 if "stars" in scene.features or scene.place == "space" else 1.0
                ),
            )
        )
    if "aurora" in scene.features:
        layers.append(Layer("aurora", sky.aurora(frame)))
    if scene.place not in {"space", "moon_land"} or scene.body:
        layers.append(Layer("body", sky.body(frame)))
    if scene.place not in {"space", "moon_land", "mars"}:
        layers.append(Layer("clouds", sky.clouds(frame)))
    extras = {
        "rainbow": sky.rainbow,
        "shooting_star": sky.shooting_stars,
        "fireworks": sky.fireworks,
        "birds": sky.birds,
    }
    layers += [
        Layer(name, paint(frame)) for name, paint in extras.items() if name in scene.features
    ]
    if scene.weather == "storm":
        layers.append(Layer("lightning", sky.lightning(frame)))
    daytime = dark < 0.5 and scene.weather in {"", "clear"}
    if (
        daytime
        and "birds" not in scene.features
        and frame.is_wanted("bird", "birds")
        and scene.place not in {"mars", "moon_land", "space"}
    ):
        layers.append(Layer("birds", sky.birds(frame)))
    return layers


def _air_layers(frame: Frame) -> list[Layer]:
    scene = frame.scene
    layers: list[Layer] = []
    if scene.place in rooms.INDOORS:
        return layers
    falls = {
        "snow": weather.snow,
        "rain": weather.rain,
        "storm": weather.rain,
        "wind": weather.wind,
    }
    if scene.weather in falls:
        layers.append(Layer("weather", falls[scene.weather](frame)))
    if scene.weather == "fog":
        layers.append(Layer("fog", weather.fog(frame, "near", frame.horizon + 190)))
    blooms = scene.place in {"cherry_grove", "temple_yard"} or any(
        s.id == "cherry_tree" for s in scene.subjects
    )
    if "petals" in scene.features or (blooms and scene.weather != "snow"):
        layers.append(Layer("petals", weather.petals(frame)))
    if "leaves" in scene.features or (
        scene.season == "autumn" and scene.place not in {"sea", "space"}
    ):
        layers.append(Layer("leaves", weather.leaves(frame)))
    if "fireflies" in scene.features:
        layers.append(Layer("fireflies", weather.fireflies(frame)))
    if scene.place == "underwater":
        layers.append(Layer("bubbles", weather.bubbles(frame)))
    return layers


def _figures(frame: Frame, cast: list[Figure], layers: frozenset[int], name: str) -> Layer:
    return Layer(
        name,
        "".join(
            draw_figure(frame, f, f"{name}{at}") for at, f in enumerate(cast) if f.layer in layers
        ),
    )


_COMPANY: dict[str, tuple[tuple[str, float, float, float], ...]] = {
    "sea": (("noto:sailboat", 0.3, 0.1, 70.0),),
    "seashore": (("own:lighthouse", 0.86, 0.02, 230.0), ("noto:spiral-shell", 0.24, 0.86, 70.0)),
    "beach": (
        ("noto:umbrella-on-ground", 0.3, 0.72, 250.0),
        ("noto:spiral-shell", 0.72, 0.9, 60.0),
    ),
    "lake": (("noto:canoe", 0.62, 0.4, 60.0),),
    "hills": (("noto:house", 0.7, 0.16, 96.0),),
    "meadow": (("own:tree", 0.28, 0.3, 300.0),),
    "field": (("own:windmill", 0.72, 0.08, 240.0),),
    "mountains": (("noto:hut", 0.68, 0.3, 110.0),),
    "city": (("noto:automobile", 0.3, 0.62, 130.0),),
    "street": (("noto:bicycle", 0.28, 0.5, 150.0),),
    "neon_city": (("noto:motorcycle", 0.3, 0.62, 140.0),),
    "space": (("noto:ringed-planet", 0.68, 0.3, 300.0),),
    "park": (("noto:fountain", 0.5, 0.5, 220.0),),
    "table": (("noto:teapot", 0.5, 0.5, 190.0),),
    "kitchen": (("noto:chair", 0.3, 0.6, 250.0),),
    "cafe": (("noto:chair", 0.3, 0.62, 260.0), ("noto:potted-plant", 0.86, 0.3, 230.0)),
    "bedroom": (("noto:couch-and-lamp", 0.42, 0.5, 300.0),),
}
"""What keeps a place from looking deserted when the prompt names nothing to stand there:
art, x as a share of the width, y as a share of the ground, height in drawing units."""


def _company(frame: Frame) -> str:
    if frame.scene.subjects:
        return ""
    room = frame.height - frame.horizon
    turn = frame.dice("company").random() < 0.5
    parts = []
    for at, (name, share, low, tall) in enumerate(_COMPANY.get(frame.scene.place, ())):
        if not frame.is_wanted(
            *(facts.id for facts in lexicon().subjects.values() if facts.art == name)
        ):
            continue
        x, foot = frame.width * (1 - share if turn else share), frame.horizon + room * low + 12
        wide = tall * 0.5
        shade = f'<ellipse cx="{num(x)}" cy="{num(foot)}" rx="{num(wide)}" ry="{num(wide * 0.14)}" fill="url(#shade)"/>'
        figure = place_art(
            name, x=x, foot=foot, height=tall, palette=frame.palette, flipped=turn, mark=f"co{at}"
        )
        parts.append(
            (
                ""
                if lexicon().places[frame.scene.place].ground in {"water", "lake", "void"}
                else shade
            )
            + figure
        )
    return "".join(parts)


def compose(frame: Frame) -> list[Layer]:
    """All layers in drawing order; empty ones are left out."""
    place = lexicon().places[frame.scene.place]
    cast = stage_cast(frame)
    layers = _sky_layers(frame)
    heavenly = [f for f in cast if f.facts.kind == "sky"]
    layers.append(
        Layer("heaven", "".join(draw_figure(frame, f, f"s{at}") for at, f in enumerate(heavenly)))
    )
    cast = [f for f in cast if f.facts.kind != "sky"]
    layers.append(Layer("backdrop", _BACKDROPS[place.backdrop](frame)))
    if frame.scene.weather == "fog":
        layers.append(Layer("fog-far", weather.fog(frame, "far", frame.horizon - 10)))
    layers.append(Layer("ground", _ground(frame, place)))
    trees = Layer("trees", flora.row(frame, place.flora, front=False))
    standing = _STANDING.get(place.backdrop, _empty)
    built_first = place.backdrop == "park"
    layers += [] if built_first else [trees]
    layers.append(Layer("standing", standing(frame)))
    layers += [trees] if built_first else []
    layers.append(Layer("company", _company(frame)))
    layers.append(_figures(frame, cast, frozenset({0}), "behind"))
    layers.append(_figures(frame, cast, frozenset({1}), "flying"))
    layers.append(Layer("frame", flora.row(frame, place.flora, front=True)))
    if place.id == "library" and not any(not is_flying(s) for s in frame.scene.subjects):
        layers.append(Layer("furniture", rooms.library_front(frame)))
    layers.append(_figures(frame, cast, frozenset({2}), "subjects"))
    layers += _air_layers(frame)
    return [layer for layer in layers if layer.markup]


def svg(frame: Frame, layers: list[Layer], width_px: int, height_px: int) -> str:
    """One SVG document of these layers."""
    shade = frame.palette.shadow
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width_px}" height="{height_px}" viewBox="0 0 {num(frame.width)} {num(frame.height)}">'
        f'<defs><radialGradient id="shade"><stop offset="0" stop-color="{shade}" stop-opacity=".6"/>'
        f'<stop offset=".6" stop-color="{shade}" stop-opacity=".36"/><stop offset="1" stop-color="{shade}" stop-opacity="0"/></radialGradient></defs>'
        + "".join(f"<g>{layer.markup}</g>" for layer in layers)
        + "</svg>"
    )
