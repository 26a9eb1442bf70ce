"""What people may ask for, and what is refused, in both languages and in disguise."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.moderation.normalise import normalise
from core.moderation.rules import judge_text
from core.moderation.verdicts import Category, Level, TextVerdict

HERE = Path(__file__).parent
NEVER_ALLOWED = {category for category in Category if category.is_refused_at(Level.ADULT)}


def lines_of(name: str) -> list[str]:
    lines = (HERE / name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


REFUSED = [tuple(line.split(" | ", 1)) for line in lines_of("refused.txt")]
ALLOWED = lines_of("allowed.txt")


def test_the_tables_are_long_enough_to_mean_something() -> None:
    assert len(REFUSED) >= 250
    assert len(ALLOWED) >= 250
    assert {name for name, _ in REFUSED} == set(Category)


@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_a_safe_room_refuses_and_names_the_category(name: str, text: str) -> None:
    verdict = judge_text(text, Level.SAFE)

    assert verdict.category == name
    assert verdict.span_count >= 1


@pytest.mark.parametrize(("name", "text"), REFUSED)
def test_an_adult_room_still_refuses_what_is_never_allowed(name: str, text: str) -> None:
    category = judge_text(text, Level.ADULT).category

    assert category == (name if Category(name) in NEVER_ALLOWED else None)


@pytest.mark.parametrize("text", ALLOWED)
def test_ordinary_words_pass_even_when_they_hold_others(text: str) -> None:
    assert judge_text(text, Level.SAFE) == TextVerdict(category=None)


def test_children_and_sex_are_refused_however_far_apart() -> None:
    text = "a nude figure " + "in a long corridor with doors " * 40 + "and a child"

    assert judge_text(text, Level.ADULT).category is Category.SEXUAL_MINORS


@pytest.mark.parametrize("age", ["17", "9", "1"])
def test_an_age_under_18_with_something_suggestive_is_refused(age: str) -> None:
    for text in (f"sexy {age} year old", f"{age}yo in lingerie", f"{age}岁 性感"):
        assert judge_text(text, Level.ADULT).category is Category.SEXUAL_MINORS


@pytest.mark.parametrize("age", ["18", "21", "45", "116"])
def test_grown_up_ages_are_no_reason(age: str) -> None:
    for text in (f"sexy {age} year old", f"{age}yo in lingerie", f"{age}岁 性感"):
        assert judge_text(text, Level.SAFE).category is None


def test_a_verdict_never_carries_the_words() -> None:
    assert "porn" not in repr(judge_text("porn", Level.SAFE))


@pytest.mark.parametrize(
    "unit", ["s ", "!", "1 ", "*", "e!3|", "a.", "色 ", "@$", "sex ", "al gore ", "ﷺ", "🅽 ", "12 "]
)
def test_no_text_keeps_the_judge_busy(unit: str) -> None:
    started_s = time.process_time()

    judge_text(unit * (4000 // len(unit)), Level.SAFE)

    assert time.process_time() - started_s < 2


# --- disguises ----------------------------------------------------------------------------------

WORDS = ["nude", "hentai", "swastika", "genitals", "masturbate", "beheading", "lolicon"]
HAN_WORDS = ["色情", "裸体", "自杀", "强奸", "恐怖袭击", "血肉模糊"]
INVISIBLE = st.sampled_from(["\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e"])
SEPARATORS = st.sampled_from([" ", ".", "-", "_", "  ", "·", "/", "~", "\u3000", " . "])
LOOKALIKES = {
    "a": "аαａ𝐚ⓐ4@ɑ", "b": "ƀｂ𝒃8", "c": "сϲｃ𝐜", "d": "ԁｄ𝐝", "e": "еεｅ3é", "f": "ｆ𝐟",
    "g": "ɡｇ9", "h": "һｈ𝐡", "i": "іιｉ1!ı", "j": "јｊ", "k": "кκｋ", "l": "ⅼｌ1|ł", "m": "мｍ",
    "n": "ηｎñ", "o": "оοｏ0ö", "p": "рρｐ", "r": "ｒ𝐫", "s": "ѕｓ5$", "t": "тτｔ7", "u": "υｕü",
    "w": "ԝｗ",
}  # fmt: skip


@given(st.text())
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once


@given(st.text(max_size=300))
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(judge_text(text, Level.SAFE), TextVerdict)


@given(st.data(), st.sampled_from(WORDS + HAN_WORDS))
def test_invisible_signs_do_not_hide_a_word(data: st.DataObject, word: str) -> None:
    spread = "".join(letter + data.draw(st.text(INVISIBLE, max_size=3)) for letter in word)

    assert judge_text(f"a {spread}, detailed", Level.SAFE).category is not None


@given(st.data(), st.sampled_from(WORDS))
def test_signs_between_the_letters_do_not_hide_a_word(data: st.DataObject, word: str) -> None:
    spread = "".join(letter + data.draw(SEPARATORS) for letter in word)

    assert judge_text(f"this {spread}, detailed", Level.SAFE).category is not None


@given(st.sampled_from(HAN_WORDS), SEPARATORS)
def test_signs_between_characters_do_not_hide_a_word(word: str, separator: str) -> None:
    assert judge_text(f"一张, {separator.join(word)}, 照片", Level.SAFE).category is not None


@given(st.data(), st.sampled_from([word for word in WORDS if word != "nude"]))
def test_a_gap_anywhere_does_not_hide_a_word(data: st.DataObject, word: str) -> None:
    place = data.draw(st.integers(1, len(word) - 1))
    text = f"the {word[:place]} {word[place:]} picture"

    assert judge_text(text, Level.SAFE).category is not None


@given(st.data(), st.sampled_from(WORDS))
def test_lookalike_letters_do_not_hide_a_word(data: st.DataObject, word: str) -> None:
    disguised = "".join(
        data.draw(st.sampled_from(letter + LOOKALIKES.get(letter, ""))) for letter in word
    )
    if not any(letter.isalpha() for letter in normalise(disguised)):
        return  # nothing but digits is a number

    assert judge_text(f"the {disguised} picture", Level.SAFE).category is not None


@given(st.data(), st.sampled_from(WORDS))
def test_repeated_and_capital_letters_do_not_hide_a_word(data: st.DataObject, word: str) -> None:
    stretched = "".join(
        data.draw(st.sampled_from([letter, letter.upper()])) * data.draw(st.integers(1, 4))
        for letter in word
    )

    assert judge_text(f"the {stretched} picture", Level.SAFE).category is not None


# --- ordinary prompts ---------------------------------------------------------------------------

THINGS = [
    "fox",
    "cat",
    "lighthouse",
    "castle",
    "bicycle",
    "teapot",
    "whale",
    "violin",
    "robot",
    "orchid",
    "train",
    "dragon",
]
PLACES = [
    "in a forest",
    "on a mountain",
    "by the sea",
    "in Sussex",
    "on Mars",
    "in a grocery shop",
    "at night",
]
STYLES = [
    "oil painting",
    "pixel art",
    "paper-cut",
    "studio photo",
    "4k highly detailed",
    "ink sketch",
]
HAN_THINGS = [
    "狐狸",
    "灯塔",
    "城堡",
    "自行车",
    "茶壶",
    "鲸鱼",
    "小提琴",
    "机器人",
    "兰花",
    "火车",
    "龙",
    "熊猫",
]
HAN_PLACES = ["在森林里", "在山上", "在海边", "在火星上", "在超市里", "在夜色中", "在雪地里"]


def ordinary_prompts() -> list[str]:
    english = [f"a {a} and a {b} {place}, {style}"
               for a, b in zip(THINGS, THINGS[3:] + THINGS[:3], strict=True)
               for place in PLACES for style in STYLES]  # fmt: skip
    chinese = [
        f"一只红色的{a}和蓝色的{b}{place}"
        for a in HAN_THINGS
        for b in HAN_THINGS[:4]
        for place in HAN_PLACES
    ]
    return english + chinese


def test_hundreds_of_ordinary_prompts_are_never_refused() -> None:
    prompts = ordinary_prompts()
    refused = [prompt for prompt in prompts if judge_text(prompt, Level.SAFE).category]

    assert len(prompts) >= 500
    assert refused == []
