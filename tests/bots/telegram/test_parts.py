"""The pure parts: addresses, buttons, pictures too large for a photo, words cut to size."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import InputMediaDocument, InputMediaPhoto

from bots.telegram.address import Address, AddressInvalid
from bots.telegram.keyboards import STEPS, Press, Verb, country_name, read_press, regions
from bots.telegram.media import PHOTO_BYTES, shown
from bots.telegram.wording import cut, quoted, units
from core.generation.values import PictureFile
from core.kernel.ids import new_id
from core.kernel.people import LANGUAGES, Language
from tests.emulators.telegram.markup import parse_html


def a_file(size_bytes: int = 10, width_px: int = 100, height_px: int = 100) -> PictureFile:
    return PictureFile(b"x" * size_bytes, "image/png", "limner-1.png", "", width_px, height_px)


@pytest.mark.parametrize(
    "address",
    [Address(5), Address(-100123, 7, 8, 9, 10, is_file=True), Address(5, None, 8, None, 10)],
)
def test_an_address_reads_as_it_was_written(address: Address) -> None:
    assert Address.read(address.write()) == address


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "7", "{"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressInvalid):
        Address.read(text)


@pytest.mark.parametrize("verb", sorted(set(Verb) - STEPS))
def test_every_button_fits_into_64_bytes_and_is_read_back(verb: Verb) -> None:
    press = Press(verb, new_id(), 4)

    assert read_press(press.write()) == press
    assert len(press.write().encode()) <= 64


@given(st.text(max_size=80))
def test_strange_button_data_never_fails(data: str) -> None:
    press = read_press(data)

    assert press is None or press.verb in Verb


@pytest.mark.parametrize(
    "file", [a_file(PHOTO_BYTES + 1), a_file(10, 6000, 5000), a_file(10, 2100, 100)]
)
def test_what_is_no_photo_for_the_platform_goes_as_a_document(file: PictureFile) -> None:
    assert isinstance(shown(file, "", spoiler=False), InputMediaDocument)
    assert isinstance(shown(a_file(), "", spoiler=True), InputMediaPhoto)
    assert shown(a_file(), "", spoiler=True).to_dict()["has_spoiler"] is True


@given(st.text(max_size=300), st.integers(1, 60))
def test_quoted_words_stay_literal_and_within_their_size(words: str, most: int) -> None:
    read = parse_html(quoted(words, most))

    assert read.entities == []
    assert units(read.text) <= most


@given(st.text(alphabet="a🦊é", max_size=60), st.integers(1, 40))
def test_words_are_never_cut_in_the_middle_of_a_sign(words: str, most: int) -> None:
    kept = cut(words, most)

    assert kept == words or words.startswith(kept.removesuffix("…"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_countries_are_offered_by_letter_in_both_languages(language: Language) -> None:
    rows = regions("D", language).inline_keyboard
    labels = [button.text for row in rows for button in row]

    assert f"DE {country_name('DE', language)}" in labels
    assert len(labels) < 100
