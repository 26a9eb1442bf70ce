"""The address text, the words made harmless, and pictures made to fit."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bots.discord.address import Address, AddressInvalid
from bots.discord.components import NOTHING, PressButton, Verb, button
from bots.discord.modals import flags_of
from bots.discord.pictures import fitting
from bots.discord.wording import kept, plain, quoted
from core.generation.flags import parse_wish
from core.generation.values import ImageWish, PictureFile
from core.kernel.ids import new_id

AN_ADDRESS = Address(
    application_id=1,
    token="secret",
    expires_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    channel_id=2,
    message_id=3,
    guild_id=4,
    user_id=5,
    locale="zh-CN",
    size_limit_bytes=6,
    is_adult=True,
)


def test_an_address_is_read_as_it_was_written() -> None:
    assert Address.read(AN_ADDRESS.write()) == AN_ADDRESS


def test_an_address_says_until_when_its_message_can_be_removed() -> None:
    ends = AN_ADDRESS.expires_at
    assert AN_ADDRESS.removable_until is None
    assert replace(AN_ADDRESS, is_member=False).removable_until == ends
    hidden = Address.read(replace(AN_ADDRESS, is_hidden=True).write())
    assert hidden.removable_until == ends
    assert hidden.at(channel_id=7, message_id=8).removable_until is None, "the bot's own message"


@pytest.mark.parametrize("broken", ["", "{}", "[]", '{"a":1}', "null"])
def test_what_is_no_address_is_refused(broken: str) -> None:
    with pytest.raises(AddressInvalid):
        Address.read(broken)


@given(st.text())
def test_no_words_can_break_out_of_their_line(words: str) -> None:
    shown = quoted(words, 80)
    assert "\n" not in shown
    assert len(plain(words, 80)) <= 80
    assert not set("\u202e\u2066\u200f") & set(shown)
    assert kept(words).count("```") == 2


@given(st.sampled_from(list(Verb)), st.integers(0, 4))
def test_every_button_can_be_read_again_and_fits(verb: Verb, index: int) -> None:
    for target in (new_id(), NOTHING, "zh_Hans"):
        made = button(verb, target, "x", index=index)
        assert len(made.custom_id) <= 100
        match = PressButton.__discord_ui_compiled_template__.fullmatch(made.custom_id)
        assert match is not None
        assert (match["verb"], match["target"], int(match["index"] or 0)) == (verb, target, index)


def test_options_survive_the_form() -> None:
    wish = ImageWish(
        prompt="a fox",
        negative="snow and ice",
        aspect="16:9",
        count=3,
        seed=0,
        style="ink",
        offering_id="fake/squares",
        image_format="webp",
        spoiler=True,
    )
    assert parse_wish(f"a fox {flags_of(wish)}") == wish


async def test_a_smaller_copy_still_says_how_it_was_made() -> None:
    out = io.BytesIO()
    noise = Image.effect_noise((900, 900), 90).convert("RGB")
    noise.save(out, "PNG")
    whole = out.getvalue()
    marked = io.BytesIO()
    noise.save(marked, "WEBP", lossless=True, xmp=b"<x:xmpmeta>trainedAlgorithmicMedia</x:xmpmeta>")
    for data, has_marks in ((whole, False), (marked.getvalue(), True)):
        picture = PictureFile(data, "image/png", "limner-1.png", "noise", 900, 900)
        untouched = await fitting(picture, len(data), is_veiled=False)
        assert untouched.is_original
        assert untouched.data == data
        small = await fitting(picture, len(data) // 3, is_veiled=True)
        assert not small.is_original
        assert len(small.data) <= len(data) // 3
        assert small.uri == "attachment://SPOILER_limner-1-small.jpg"
        with Image.open(io.BytesIO(small.data)) as opened:
            assert (b"trainedAlgorithmicMedia" in opened.info.get("xmp", b"")) is has_marks
