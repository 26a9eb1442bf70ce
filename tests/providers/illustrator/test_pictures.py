"""What a person would notice in the illustrator's pictures."""

import json
from dataclasses import replace
from importlib.resources import files
from io import BytesIO

import numpy as np
import pytest
import resvg_py
from PIL import Image

from core.providers.illustrator import STYLES, draw
from core.providers.illustrator.cast import draw_figure, stage_cast
from core.providers.illustrator.colour import HEX
from core.providers.illustrator.drawings import art
from core.providers.illustrator.frame import Frame
from core.providers.illustrator.lexicon import lexicon
from core.providers.illustrator.picture import Layer, compose, frame_of, settle, svg
from core.providers.illustrator.reading import read
from tests.providers.illustrator.drawings import an_order, drawn, pixels_of, share_of

FOX = "a red fox under a blue moon in a snowy forest"


def frame_for(prompt: str, seed: str = "5", width_px: int = 512, height_px: int = 512) -> Frame:
    return frame_of(settle(read(prompt).scene, seed, 0.3), width_px, height_px, seed)


@pytest.mark.parametrize("prompt", [FOX, "雪林里蓝色月亮下的一只红狐狸"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_fox_is_red_and_the_moon_blue(prompt: str, seed: int) -> None:
    picture = pixels_of(drawn(prompt, seed=seed))
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    is_fox = (red > 130) & (red > green * 1.7) & (red > blue * 1.9)
    assert share_of(is_fox[160:]) > 0.02, "red-orange fur in the lower half"
    assert share_of(is_fox[:100]) < 0.002, "and none in the sky"
    is_moon = (blue > 170) & (blue > red * 1.3)
    assert share_of(is_moon[:190]) > 0.02, "a blue disc in the sky"
    snow = picture[290:].mean(axis=(0, 1))
    assert snow.mean() > 85, "bright snow on the ground, even at night"


def test_the_fox_stands_among_trees_and_falling_snow() -> None:
    names = {layer.name for layer in compose(frame_for(FOX))}
    assert {"body", "trees", "frame", "subjects", "weather", "stars"} <= names


def test_no_snow_means_no_snow() -> None:
    assert not frame_for("a snowy forest, no snow").is_snowy
    assert "weather" not in {layer.name for layer in compose(frame_for("a snowy forest, no snow"))}
    dark = pixels_of(drawn(FOX, negative="snow"))
    assert dark[290:].mean() < pixels_of(drawn(FOX))[290:].mean()


@pytest.mark.parametrize("name", ["moon", "sun"])
def test_an_unwanted_moon_or_sun_is_not_there(name: str) -> None:
    time = "night" if name == "moon" else "day"
    frame = frame_for(f"a {time} on a lake, no {name}")
    assert not any(layer.name == "body" for layer in compose(frame))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 12])
@pytest.mark.parametrize("size", [(512, 512), (1024, 440), (440, 1024)])
def test_as_many_cats_as_asked_stand_inside_the_picture(count: int, size: tuple[int, int]) -> None:
    frame = frame_for(f"{count} purple cats in a meadow", width_px=size[0], height_px=size[1])
    cast = stage_cast(frame)
    assert len(cast) == count
    for figure in cast:
        half = figure.height * art(figure.facts.art).aspect / 2
        assert figure.x - half >= -1
        assert figure.x + half <= frame.width + 1
        assert figure.foot <= frame.height
        assert figure.foot - figure.height >= 0


def test_a_recoloured_cat_is_purple_and_keeps_its_shades() -> None:
    picture = pixels_of(drawn("a purple cat in a meadow"))
    red, green, blue = picture[..., 0], picture[..., 1], picture[..., 2]
    purple = (blue > green + 45) & (red > green + 15) & (blue > red)
    assert share_of(purple) > 0.02
    shades = {int(value) // 16 for value in picture[purple].sum(axis=1) // 3}
    assert len(shades) >= 4


def test_the_rider_sits_on_the_horse() -> None:
    cast = {f.facts.id: f for f in stage_cast(frame_for("an astronaut riding a horse on mars"))}
    rider, horse = cast["astronaut"], cast["horse"]
    assert abs(rider.x - horse.x) < 1
    assert horse.foot - horse.height < rider.foot < horse.foot
    assert rider.foot - rider.height < horse.foot - horse.height


def test_cats_sit_in_front_of_their_cherry_tree() -> None:
    cast = stage_cast(frame_for("两只白猫坐在樱花树下"))
    assert [figure.facts.id for figure in cast] == ["cherry_tree", "cat", "cat"]
    tree, *cats = cast
    assert all(cat.foot > tree.foot for cat in cats)
    assert tree.height > max(cat.height for cat in cats)


def test_flyers_are_in_the_sky_and_boats_on_the_water() -> None:
    sky = frame_for("a golden dragon over a desert")
    assert all(f.foot < sky.horizon + 40 for f in stage_cast(sky))
    sea = frame_for("a white sailboat at sunset")
    (boat,) = stage_cast(sea)
    assert sea.scene.place == "sea"
    assert boat.is_afloat
    assert boat.foot > sea.horizon


@pytest.mark.parametrize("ident", sorted(lexicon().subjects))
def test_each_subject_draws_something(ident: str) -> None:
    known = lexicon()
    word = (
        next(w for w, e in known.chinese.items() if e.id == ident)
        if ident != "black_cat"
        else "黑猫"
    )
    frame = frame_for(word)
    assert [s.id for s in frame.scene.subjects] == [ident]
    cast = stage_cast(frame)
    assert len(cast) == 1
    assert cast[0].height > 60
    alone = svg(frame, [Layer("alone", draw_figure(frame, cast[0], "a"))], 96, 96)
    with Image.open(
        BytesIO(resvg_py.svg_to_bytes(svg_string=alone, skip_system_fonts=True))
    ) as seen:
        alpha = np.asarray(seen.convert("RGBA"))[..., 3]
    assert float((alpha > 200).mean()) > 0.012


@pytest.mark.parametrize("place", sorted(lexicon().places))
def test_each_place_is_a_picture_of_its_own(place: str) -> None:
    known = lexicon()
    word = next(w for w, e in known.english.items() if (e.kind, e.id) == ("place", place))
    drawing = drawn(word, width_px=256, height_px=256)
    picture = pixels_of(drawing)
    assert drawing.unknown_words == ()
    assert float(picture.std()) > 12, "not a blank sheet"


def test_places_differ() -> None:
    known = lexicon()
    words = {e.id: w for w, e in reversed(known.english.items()) if e.kind == "place"}
    tiny = [
        pixels_of(drawn(word, width_px=256, height_px=256))[::16, ::16] for word in words.values()
    ]
    for at, one in enumerate(tiny):
        for other in tiny[at + 1 :]:
            assert float(np.abs(one - other).mean()) > 2


def test_each_style_looks_different() -> None:
    assert len(STYLES) >= 8
    looks = [pixels_of(drawn(FOX, style=style)) for style in STYLES]
    for at, one in enumerate(looks):
        for other in looks[at + 1 :]:
            assert float(np.abs(one - other).mean()) > 6


@pytest.mark.parametrize(
    ("named", "style"),
    [
        ("水墨", "ink"),
        ("Watercolour", "watercolor"),
        ("night-neon", "neon"),
        ("papercut", "paper-cut"),
    ],
)
def test_a_style_is_known_by_its_other_names(named: str, style: str) -> None:
    other = drawn(FOX, style=named)
    assert other.data == drawn(FOX, style=style).data
    assert other.unknown_words == ()


def test_an_unknown_style_is_drawn_plainly_and_a_style_in_the_words_is_used() -> None:
    plain = drawn(FOX, style="baroque")
    assert plain.data == drawn(FOX).data
    assert plain.unknown_words == (*drawn(FOX).unknown_words, "baroque")
    assert drawn("a watercolor fox").data != drawn("a fox").data


@pytest.mark.parametrize("style", STYLES)
def test_the_same_order_gives_the_same_bytes(style: str) -> None:
    assert drawn(FOX, style=style).data == drawn(FOX, style=style).data


def test_another_seed_gives_another_composition() -> None:
    one, two = pixels_of(drawn(FOX, seed=1)), pixels_of(drawn(FOX, seed=2))
    assert float(np.abs(one - two).mean()) > 6
    assert stage_cast(frame_for(FOX, "1"))[-1].x != stage_cast(frame_for(FOX, "2"))[-1].x


@pytest.mark.parametrize(
    "size",
    [
        (512, 512),
        (912, 512),
        (512, 912),
        (640, 480),
        (480, 640),
        (600, 400),
        (400, 600),
        (1176, 504),
        (256, 2048),
        (2048, 256),
        (333, 777),
    ],
)
@pytest.mark.parametrize("image_format", ["png", "jpeg", "webp"])
def test_every_shape_and_format_comes_out_as_ordered(
    size: tuple[int, int], image_format: str
) -> None:
    drawing = drawn(FOX, width_px=size[0], height_px=size[1], image_format=image_format)
    assert pixels_of(drawing).shape == (size[1], size[0], 3)
    assert drawing.mime == f"image/{image_format}"
    assert (drawing.width_px, drawing.height_px) == size


def test_previews_show_more_and_more_of_the_picture() -> None:
    seen: list[tuple[int, bytes]] = []
    draw(an_order(FOX), lambda percent, data: seen.append((percent, data)))
    percents = [percent for percent, _ in seen]
    assert percents == sorted(percents)
    assert len({data for _, data in seen}) >= 4
    assert all(len(data) < 60_000 for _, data in seen)


def test_previews_do_not_change_the_picture() -> None:
    assert draw(an_order(FOX), lambda _percent, _data: None).data == drawn(FOX).data


@pytest.mark.parametrize(
    "prompt", ["happiness", "孤独", "time", "chaos", "wxyzzy", "", "   ", "!!!", "the of and"]
)
def test_words_without_a_thing_still_give_a_composed_picture(prompt: str) -> None:
    picture = pixels_of(drawn(prompt))
    assert float(picture.std()) > 20


@pytest.mark.parametrize("side", [(255, 512), (512, 2049), (0, 512)])
def test_a_side_out_of_range_is_refused(side: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="side"):
        draw(replace(an_order(FOX), width_px=side[0], height_px=side[1]))


def test_the_art_is_complete_and_holds_nothing_but_shapes() -> None:
    for facts in lexicon().subjects.values():
        text = json.dumps(art(facts.art).body)
        assert not any(
            word in text
            for word in ("<script", "<image", "<text", "http", "<style", "<foreignObject")
        )


def test_the_data_file_holds_the_own_drawings_as_they_are_now() -> None:
    own = files("core.providers.illustrator.art").joinpath("own")
    names = {f.art for f in lexicon().subjects.values() if f.art.startswith("own:")}
    assert {f"own:{entry.name.removesuffix('.svg')}" for entry in own.iterdir()} == names
    for name in names:
        text = own.joinpath(f"{name.removeprefix('own:')}.svg").read_text("utf-8")
        assert HEX.findall(text) == HEX.findall(art(name).body), name
