"""What the illustrator understands of a prompt."""

from pathlib import Path

import pytest

from core.providers.illustrator import STYLES
from core.providers.illustrator.lexicon import lexicon
from core.providers.illustrator.reading import read
from core.providers.illustrator.scene import Scene, Subject


def scene_of(prompt: str, negative: str = "") -> Scene:
    return read(prompt, negative).scene


def only(prompt: str) -> Subject:
    (subject,) = scene_of(prompt).subjects
    return subject


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("a red fox under a blue moon in a snowy forest", "雪林里蓝色月亮下的一只红狐狸"),
        ("a red fox under a blue moon in a snowy forest", "雪林裡藍色月亮下的一隻紅狐狸"),
        ("three purple cats in a neon city at night", "霓虹城市夜晚的三只紫猫"),
        ("white sailboat at sunset", "日落时的白色帆船"),
        ("a golden dragon over a desert with a red sun", "沙漠上空的金龙和红色的太阳"),
        ("an astronaut riding a horse on mars", "在火星上骑马的宇航员"),
        ("two white cats sitting under a cherry tree", "两只白猫坐在樱花树下"),
        ("two white cats under a cherry tree", "樱花树下的两只白猫"),
        ("a quiet library", "安静的图书馆"),
        ("a lighthouse in a storm", "暴风雨中的灯塔"),
        ("five pink flamingos on a lake at dawn", "黎明湖面上的五只粉色火烈鸟"),
        ("happiness", "幸福"),
        ("a forest without snow", "没有雪的森林"),
    ],
)
def test_the_same_meaning_gives_the_same_scene_in_both_languages(
    english: str, chinese: str
) -> None:
    assert scene_of(english) == scene_of(chinese)


def test_the_fox_of_the_first_promise_is_understood_whole() -> None:
    reading = read("a red fox under a blue moon in a snowy forest")
    assert reading.scene.subjects == (Subject("fox", colour=lexicon().colours["red"]),)
    assert reading.scene.body is not None
    assert reading.scene.body.kind == "moon"
    assert reading.scene.body.colour == lexicon().colours["blue"]
    assert (reading.scene.place, reading.scene.weather) == ("forest", "snow")
    assert reading.unknown_words == ()


@pytest.mark.parametrize(
    ("prompt", "count"),
    [
        ("a cat", 1),
        ("two cats", 2),
        ("三只猫", 3),
        ("7 cats", 7),
        ("a pair of cats", 2),
        ("999 cats", 12),
        ("cats", 3),
    ],
)
def test_counts_are_read(prompt: str, count: int) -> None:
    assert only(prompt).count == count


@pytest.mark.parametrize("colour", sorted(lexicon().colours))
def test_every_colour_word_colours_a_cat(colour: str) -> None:
    known = lexicon()
    words = [
        w
        for table in (known.english, known.chinese)
        for w, e in table.items()
        if (e.kind, e.id) == ("colour", colour)
    ]
    assert len(words) >= 2
    for word in words:
        prompt = f"a {word} cat" if word.isascii() else f"{word}猫"
        subject = only(prompt)
        is_special = subject.id == "black_cat"
        assert is_special or subject.colour == known.colours[colour]


def test_colours_after_the_noun_and_shades_are_read() -> None:
    assert only("the cat is blue").colour == lexicon().colours["blue"]
    assert only("a dark blue cat").colour != only("a light blue cat").colour


@pytest.mark.parametrize(
    ("prompt", "relation"),
    [
        ("a cat on a car", "on"),
        ("a cat beside a dog", "beside"),
        ("a cat in front of a house", "before"),
        ("a cat behind a tree", "behind"),
        ("a cat under an umbrella", "under"),
        ("汽车上的猫", "on"),
        ("房子前的猫", "before"),
    ],
)
def test_relations_are_read(prompt: str, relation: str) -> None:
    first, second = scene_of(prompt).subjects
    assert first.id == "cat"
    assert (first.relation, first.anchor) == (relation, second.id)


def test_what_is_unwanted_is_taken_out() -> None:
    assert scene_of("a cat in the snow, no snow").weather == ""
    assert scene_of("a cat and a dog", "dog").subjects == (Subject("cat"),)
    assert scene_of("一只猫，不要月亮和星星").without == ("moon", "stars")
    assert scene_of("a forest without trees and clouds").without == ("cloudy", "tree")


def test_words_that_cannot_be_drawn_are_named() -> None:
    assert read("a flurbish and a wozzle by the sea").unknown_words == ("flurbish", "wozzle")
    assert read("海边的魑魅").unknown_words == ("魑魅",)
    assert read("a beautiful, highly detailed cat, 4k masterpiece").unknown_words == ()


def test_there_is_plenty_to_draw() -> None:
    known = lexicon()
    named = {
        e.id
        for table in (known.english, known.chinese)
        for e in table.values()
        if e.kind == "subject"
    }
    both = {e.id for e in known.english.values() if e.kind == "subject"} & {
        e.id for e in known.chinese.values() if e.kind == "subject"
    }
    assert len(both) >= 150
    assert len(known.places) >= 25
    assert named <= set(known.subjects)
    for facts in known.subjects.values():
        assert facts.home in known.places, facts.id
    for mood in known.moods.values():
        assert mood.place in known.places
        assert set(mood.subjects) - {"moon", "rainbow"} <= set(known.subjects), mood.id


@pytest.mark.parametrize("style", ["watercolor", "ink", "pixel"])
def test_a_style_in_the_prompt_is_read(style: str) -> None:
    words = {"watercolor": "a watercolor fox", "ink": "水墨狐狸", "pixel": "pixel art fox"}
    assert read(words[style]).style == style


def test_the_handbook_counts_right() -> None:
    known = lexicon()
    text = (Path(__file__).parents[3] / "docs" / "illustrator.md").read_text("utf-8")
    counts = (
        f"{len(known.subjects)} subjects, {len(known.places)} places, "
        f"{len(known.colours)} colours, {len(known.moods)} abstract words"
    )
    assert counts in " ".join(text.split())
    assert all(style in text for style in STYLES)


def test_a_colour_of_something_unknown_does_not_paint_its_neighbour() -> None:
    reading = read("a girl with red hair")
    assert [subject.colour for subject in reading.scene.subjects] == [""]
    assert reading.unknown_words == ("hair",)


def test_an_orange_is_a_fruit_when_nothing_else_is_orange() -> None:
    assert only("an orange on a table").id == "orange_fruit"
    assert only("an orange cat").colour == lexicon().colours["orange"]
