"""What people type after /imagine, in English and in Chinese, and what is answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.generation.errors import FlagInvalid, FlagUnknown, PromptEmpty, PromptTooLong
from core.generation.flags import (
    FLAGS,
    MAX_PROMPT_CHARS,
    MAX_SEED,
    apply_flags,
    checked,
    parse_wish,
)
from core.generation.values import ImageWish


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("a fox", ImageWish("a fox")),
        ("a fox --ar 16:9", ImageWish("a fox", aspect="16:9")),
        ("a fox —ar 16:9", ImageWish("a fox", aspect="16:9")),
        ("a fox –ar 16:9", ImageWish("a fox", aspect="16:9")),
        ("一只狐狸 ——ar 16：9", ImageWish("一只狐狸", aspect="16:9")),
        ("一只狐狸－－ar １６：９", ImageWish("一只狐狸", aspect="16:9")),
        ("一只狐狸--n 4，在雪里", ImageWish("一只狐狸 在雪里", count=4)),
        ("狐狸，--n ４。", ImageWish("狐狸，", count=4)),
        ("a fox --ar=3:2", ImageWish("a fox", aspect="3:2")),
        ("a fox --ar：3:2", ImageWish("a fox", aspect="3:2")),
        ("a fox --ar:3:2", ImageWish("a fox", aspect="3:2")),
        ("a fox --AR 3/2", ImageWish("a fox", aspect="3:2")),
        ("a fox --n4", ImageWish("a fox", count=4)),
        ("a fox --ar16:9 --seed7", ImageWish("a fox", aspect="16:9", seed=7)),
        ("a fox --size 800x600", ImageWish("a fox", aspect="800x600")),
        ("a fox --size 800×600", ImageWish("a fox", aspect="800x600")),
        ("a fox --ar 16:9\nin the snow", ImageWish("a fox in the snow", aspect="16:9")),
        ("a fox --n 2\tin the snow", ImageWish("a fox in the snow", count=2)),
        ("a fox --n 2 in the snow --seed 7", ImageWish("a fox in the snow", count=2, seed=7)),
        ("--n 2 a fox", ImageWish("a fox", count=2)),
        ("a fox --no snow and rain", ImageWish("a fox", negative="snow and rain")),
        ("a fox --no snow, rain --n 3", ImageWish("a fox", negative="snow, rain", count=3)),
        ("狐狸 --no 雪，雨", ImageWish("狐狸", negative="雪，雨")),
        ("a fox --style Paper-Cut", ImageWish("a fox", style="paper-cut")),
        ("狐狸 --style 水墨", ImageWish("狐狸", style="水墨")),
        ("a fox --format JPG", ImageWish("a fox", image_format="jpeg")),
        ("a fox --spoiler in snow", ImageWish("a fox in snow", spoiler=True)),
        (
            "a fox --model builtin/illustrator",
            ImageWish("a fox", offering_id="builtin/illustrator"),
        ),
        (f"a fox --seed {MAX_SEED}", ImageWish("a fox", seed=MAX_SEED)),
        ("a fox --seed 0 --n 1", ImageWish("a fox", seed=0)),
        ("a fox --n 2 --n 3", ImageWish("a fox", count=3)),
        ("a well--known fox", ImageWish("a well--known fox")),
        ("a fox -- running", ImageWish("a fox -- running")),
        ("a castle — dark, in fog", ImageWish("a castle — dark, in fog")),
        ("the years 1914—18", ImageWish("the years 1914—18")),
        ("🦊🌙", ImageWish("🦊🌙")),
        ("❤️", ImageWish("❤️")),
        ("  a\n\n fox\t", ImageWish("a fox")),
    ],
)
def test_what_people_type_becomes_what_they_mean(typed: str, wish: ImageWish) -> None:
    assert parse_wish(typed) == wish


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "\n",
        "...",
        "--ar 16:9",
        "--n 4 --seed 3",
        "--no snow",
        "\x00\x1b",
        "—",
        "。。。！",
    ],
)
def test_nothing_to_draw_is_said(typed: str) -> None:
    with pytest.raises(PromptEmpty):
        parse_wish(typed)


@pytest.mark.parametrize(
    ("typed", "flag", "given_back"),
    [
        ("a fox --ar 99", "--ar", "99"),
        ("a fox --ar", "--ar", ""),
        ("a fox --ar 0:0", "--ar", "0:0"),
        ("a fox --ar 1:1000", "--ar", "1:1000"),
        ("a fox --size 9999x9999", "--size", "9999x9999"),
        ("a fox --size 100x100", "--size", "100x100"),
        ("a fox --n 0", "--n", "0"),
        ("a fox --n 5", "--n", "5"),
        ("a fox --n -1", "--n", "-1"),
        ("a fox --n four", "--n", "four"),
        ("a fox --n 2²", "--n", "22"),
        ("a fox --n 99999999999999999999999999", "--n", "9" * 20),
        ("a fox --seed -7", "--seed", "-7"),
        (f"a fox --seed {MAX_SEED + 1}", "--seed", str(MAX_SEED + 1)),
        ("a fox --seed 1e3", "--seed", "1e3"),
        ("a fox --format gif", "--format", "gif"),
        ("a fox --format ../../etc/passwd", "--format", "../../etc/passwd"),
        ("a fox --style ';DROP", "--style", "';DROP"),
        (f"a fox --style {'x' * 33}", "--style", "x" * 20),
        ("a fox --model <script>", "--model", "<script>"),
        ("a fox --no", "--no", ""),
    ],
)
def test_a_value_that_cannot_be_is_named_with_what_can(
    typed: str, flag: str, given_back: str
) -> None:
    with pytest.raises(FlagInvalid) as refused:
        parse_wish(typed)

    assert refused.value.facts["flag"] == flag
    assert refused.value.facts["given"] == given_back
    assert refused.value.facts["allowed"]


@pytest.mark.parametrize("typed", ["a fox --stlye ink", "a fox --help", "狐狸--比例 --x 1"])
def test_a_flag_that_does_not_exist_is_answered_with_those_that_do(typed: str) -> None:
    with pytest.raises(FlagUnknown) as refused:
        parse_wish(typed)

    assert refused.value.facts["known"] == " ".join(f"--{flag}" for flag in FLAGS)


def test_the_longest_prompt_is_accepted_and_one_letter_more_is_not() -> None:
    assert len(parse_wish("x" * MAX_PROMPT_CHARS).prompt) == MAX_PROMPT_CHARS

    with pytest.raises(PromptTooLong) as refused:
        parse_wish("x" * (MAX_PROMPT_CHARS + 1))
    assert dict(refused.value.facts) == {"length_chars": 2001, "max_chars": 2000}

    with pytest.raises(PromptTooLong):
        parse_wish("a fox --no " + "y" * (MAX_PROMPT_CHARS + 1))


def test_letters_that_cannot_be_stored_are_left_out() -> None:
    wish = checked(ImageWish("a\x00 fox\ud83d \x1b[31mred", negative="s\udc00now"))

    assert wish.prompt == "a fox [31mred"
    assert wish.negative == "snow"


@pytest.mark.parametrize(
    ("option", "flag"),
    [
        (ImageWish("a fox", aspect="99"), "--ar"),
        (ImageWish("a fox", count=5), "--n"),
        (ImageWish("a fox", count=0), "--n"),
        (ImageWish("a fox", seed=-1), "--seed"),
        (ImageWish("a fox", style="x" * 5000), "--style"),
        (ImageWish("a fox", offering_id="y" * 5000), "--model"),
        (ImageWish("a fox", image_format="gif"), "--format"),  # type: ignore[arg-type]
    ],
)
def test_typed_options_are_held_to_the_same_rules(option: ImageWish, flag: str) -> None:
    with pytest.raises(FlagInvalid) as refused:
        checked(option)

    assert refused.value.facts["flag"] == flag


def test_a_typed_shape_is_understood_in_every_spelling() -> None:
    assert checked(ImageWish("a fox", aspect="16：9")).aspect == "16:9"
    assert checked(ImageWish("a fox", aspect="1024X768")).aspect == "1024x768"


def test_other_words_keep_what_they_do_not_name() -> None:
    start = ImageWish("a fox", negative="snow", aspect="16:9", count=2, seed=7, style="ink")

    assert apply_flags(start, "a wolf --n 3") == ImageWish(
        "a wolf", negative="snow", aspect="16:9", count=3, seed=7, style="ink"
    )
    assert apply_flags(start, "--ar 1:1") == ImageWish(
        "a fox", negative="snow", aspect="1:1", count=2, seed=7, style="ink"
    )
    with pytest.raises(PromptEmpty):
        apply_flags(start, "  ")


_TYPED = st.text(
    st.one_of(st.sampled_from("-—–－:：=x ,，\n0149nars"), st.characters()), max_size=60
)
_PIECES = st.lists(
    st.one_of(_TYPED, st.sampled_from([f"--{flag}" for flag in FLAGS])), max_size=6
).map(" ".join)


@given(_PIECES)
def test_no_text_breaks_the_reader(typed: str) -> None:
    try:
        wish = parse_wish(typed)
    except (PromptEmpty, PromptTooLong, FlagUnknown, FlagInvalid):
        return
    assert checked(wish) == wish
    wish.prompt.encode()


_WORDS = st.lists(
    st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8), min_size=1, max_size=8
).map(" ".join)


@given(_WORDS, st.sampled_from(["--n 3", "--ar 16:9", "—seed 5", "--format webp", "--style ink"]))
def test_the_words_around_a_flag_survive(words: str, flag: str) -> None:
    assert parse_wish(words).prompt == words
    assert parse_wish(f"{words} {flag}").prompt == words
    assert parse_wish(f"{flag} {words}").prompt == words
    assert parse_wish(f"{words} {flag} {words}").prompt == f"{words} {words}"
