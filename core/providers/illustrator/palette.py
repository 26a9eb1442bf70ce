"""The colours of a picture, from its time, weather, season, place, and sun or moon."""

# One line of the table is one time of day.
# ruff: noqa: E501

from dataclasses import dataclass, replace

from core.providers.illustrator.colour import RAINBOW, channels, from_hls, hls, mix, to_hex
from core.providers.illustrator.lexicon import lexicon
from core.providers.illustrator.scene import Scene


@dataclass(frozen=True, slots=True)
class Palette:
    """Every colour that layers draw with."""

    sky_top: str
    sky_mid: str
    sky_low: str
    light: str
    """Colour of the sun, the moon or the lamp."""
    ambient: str
    ambient_share: float
    """How much of ``ambient`` lies on everything that is lit."""
    cloud: str
    ground: str
    foliage: str
    water: str
    shadow: str
    dark: float
    """0 for full day, 1 for deep night."""

    def lit(self, colour: str) -> str:
        """The colour of a near thing in this light."""
        red, green, blue = channels(colour)
        a_red, a_green, a_blue = channels(self.ambient)
        dyed = to_hex(red * a_red, green * a_green, blue * a_blue)
        return mix(colour, dyed, self.ambient_share)

    def far(self, colour: str, depth: float) -> str:
        """The colour of a thing at ``depth`` (0 near, 1 at the horizon) through the air."""
        return mix(self.lit(colour), self.sky_low, 0.12 + 0.62 * depth if depth > 0 else 0.0)


_TIMES = {
    "day": Palette("#2f86d6", "#7dbfee", "#e2f3f8", "#fff4cf", "#fffdf4", 0.0, "#ffffff", "", "", "#3a8fbd", "#1f3a4a", 0.0),
    "dawn": Palette("#4f6bb4", "#eaa3ae", "#ffe3b8", "#ffe9b8", "#ffd9c4", 0.45, "#ffd7d2", "", "", "#6f8fc0", "#3a3358", 0.15),
    "sunset": Palette("#352c6d", "#d2506e", "#ffb55e", "#ffd37a", "#ffb88a", 0.62, "#ff9c86", "", "", "#8a4a78", "#2c1c40", 0.3),
    "dusk": Palette("#161d4c", "#56468c", "#d98c9f", "#ffdcae", "#8f86cc", 0.72, "#7e6aa8", "", "", "#3f4480", "#14122e", 0.6),
    "night": Palette("#050a22", "#11225a", "#3562ab", "#f3ecd0", "#8aa6e4", 0.62, "#5a74b4", "", "", "#173a72", "#050818", 1.0),
}  # fmt: skip
_WEATHER = {
    "cloudy": ("#9aa7b4", 0.5),
    "rain": ("#6f7f8f", 0.6),
    "storm": ("#3d4656", 0.74),
    "snow": ("#c3cfdc", 0.34),
    "fog": ("#c9d2d6", 0.85),
    "wind": ("#b9cbd8", 0.15),
}
_FOLIAGE = {"spring": "#7fb35a", "summer": "#3f8a45", "autumn": "#d07a2c", "winter": "#5c7566"}
_SPECIAL_SKIES = {
    "space": ("#05061a", "#141038", "#2a1a55"),
    "moon_land": ("#030410", "#070a1e", "#10142e"),
    "mars": ("#5a2a2c", "#c0714a", "#f0b98a"),
    "neon_city": ("#0a0622", "#2b1060", "#c0307f"),
    "underwater": ("#2fa8c4", "#12688f", "#0a3a5e"),
    "cave": ("#17141f", "#2a2633", "#453e4c"),
    "volcano": ("#2a1420", "#70242a", "#e8662e"),
}
_NIGHT_PLACES = frozenset({"space", "moon_land", "neon_city"})


def default_time(scene: Scene, chance: float) -> str:
    """The time of day when the prompt names none; ``chance`` is 0..1."""
    if scene.place in _NIGHT_PLACES or {"stars", "aurora", "fireworks", "fireflies"} & set(
        scene.features
    ):
        return "night"
    if scene.body:
        red, _, blue = (
            channels(scene.body.colour) if scene.body.colour.startswith("#") else (0, 0, 1)
        )
        if scene.body.kind == "sun":
            return "sunset" if red > blue + 0.35 else "day"
        return "night"
    if scene.weather == "storm":
        return "dusk"
    if scene.weather in {"rain", "fog", "cloudy"}:
        return "day"
    if chance > 0.82:  # noqa: PLR2004 - one picture in five or so
        return "sunset"
    return "dawn" if chance > 0.66 else "day"  # noqa: PLR2004 - as above


def _weathered(base: Palette, weather: str) -> Palette:
    if weather not in _WEATHER:
        return base
    grey, share = _WEATHER[weather]
    grey = mix(grey, base.sky_mid, 0.35 + 0.4 * base.dark)
    share *= 1 - 0.35 * base.dark
    return replace(
        base,
        sky_top=mix(base.sky_top, mix(grey, "#000000", 0.15), share),
        sky_mid=mix(base.sky_mid, grey, share),
        sky_low=mix(base.sky_low, mix(grey, "#ffffff", 0.2), share * 0.9),
        cloud=mix(base.cloud, grey, share),
        water=mix(base.water, grey, share * 0.7),
        ambient=mix(base.ambient, grey, 0.6),
        ambient_share=min(0.8, base.ambient_share + share * 0.3),
    )


def _moonlit(base: Palette, scene: Scene) -> Palette:
    colour = scene.body.colour if scene.body else ""
    if not colour or colour == RAINBOW:
        return base
    hue, _, saturation = hls(colour)
    tint = from_hls(hue, 0.5, min(saturation, 0.75))
    return replace(
        base,
        light=mix(colour, "#ffffff", 0.12),
        sky_mid=mix(base.sky_mid, tint, 0.24),
        sky_low=mix(base.sky_low, tint, 0.3),
        ambient=mix(base.ambient, tint, 0.22),
        cloud=mix(base.cloud, tint, 0.25),
        water=mix(base.water, tint, 0.2),
    )


def palette_of(scene: Scene, time: str) -> Palette:
    """All colours for a scene at a time of day."""
    base = _TIMES[time]
    if scene.place in _SPECIAL_SKIES and not (scene.place == "neon_city" and time == "day"):
        top, middle, low = _SPECIAL_SKIES[scene.place]
        base = replace(base, sky_top=top, sky_mid=middle, sky_low=low)
        if scene.place == "neon_city":
            base = replace(base, ambient="#b08cf0", cloud="#7a3fa8")
    if scene.place == "underwater":
        base = replace(base, ambient="#7fd4ea", ambient_share=0.35, dark=max(0.2, base.dark))
    base = _moonlit(_weathered(base, scene.weather), scene)
    place = lexicon().places[scene.place]
    ground = place.colour
    foliage = _FOLIAGE.get(scene.season, "#3f8147")
    grassy = place.ground in {"grass", "lake", "river", "railway", "road"}
    if grassy and scene.season in _FOLIAGE:
        ground = mix(ground, _FOLIAGE[scene.season], 0.45)
    if scene.place_colour.startswith("#"):
        ground = mix(ground, scene.place_colour, 0.8)
        foliage = mix(foliage, scene.place_colour, 0.75)
        base = replace(base, water=mix(base.water, scene.place_colour, 0.6))
    return replace(base, ground=ground, foliage=foliage)
