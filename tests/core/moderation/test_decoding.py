"""Whatever is sent as a picture gets an answer, never a crash."""

from contextlib import suppress
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.moderation.decoding import MAX_PICTURE_BYTES, as_seen, open_picture
from core.moderation.errors import NotAPicture, PictureTooLarge
from tests.core.moderation.pictures import a_bomb, a_scene, encode

SMALL = {name: encode(a_scene(size_px=(64, 48)), name) for name in ("PNG", "JPEG", "WEBP")}


@pytest.mark.parametrize("name", SMALL)
def test_the_three_formats_open(name: str) -> None:
    image, mime = open_picture(SMALL[name])

    assert image.size == (64, 48)
    assert mime == f"image/{name.lower()}"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(50),
        b"%PDF-1.7 not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"PK\x03\x04" + bytes(100),
        encode(a_scene(size_px=(8, 8)), "GIF"),
        encode(a_scene(size_px=(8, 8)), "TIFF"),
        encode(a_scene(size_px=(8, 8)), "BMP"),
    ],
)
def test_anything_else_is_named_as_no_picture(data: bytes) -> None:
    with pytest.raises(NotAPicture) as refusal:
        open_picture(data)

    assert refusal.value.facts == {"reason": "unknown-format"}


@pytest.mark.parametrize("name", SMALL)
def test_a_cut_off_picture_is_damaged(name: str) -> None:
    with pytest.raises(NotAPicture) as refusal:
        open_picture(SMALL[name][: len(SMALL[name]) // 2])

    assert refusal.value.facts == {"reason": "damaged"}


def test_fifty_megabytes_are_not_even_opened() -> None:
    with pytest.raises(PictureTooLarge) as refusal:
        open_picture(SMALL["PNG"] + bytes(50 * 1024 * 1024))

    assert refusal.value.facts["max_bytes"] == MAX_PICTURE_BYTES


@pytest.mark.parametrize("size_px", [(60_000, 60_000), (12_000, 10_000), (7_000, 7_000)])
def test_a_bomb_is_not_unpacked(size_px: tuple[int, int]) -> None:
    with pytest.raises(PictureTooLarge):
        open_picture(a_bomb(*size_px))


@pytest.mark.parametrize("name", ["PNG", "WEBP"])
def test_an_animation_could_hide_frames_and_is_refused(name: str) -> None:
    frames = [a_scene(seed, (32, 32)) for seed in range(3)]
    data = encode(frames[0], name, save_all=True, append_images=frames[1:], duration=100)

    with pytest.raises(NotAPicture) as refusal:
        open_picture(data)

    assert refusal.value.facts == {"reason": "animated"}


@given(st.sampled_from(sorted(SMALL)), st.data())
def test_changed_bytes_open_or_are_refused_but_never_crash(name: str, data: st.DataObject) -> None:
    changed = bytearray(SMALL[name])
    for _ in range(data.draw(st.integers(1, 20))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(changed[: data.draw(st.integers(1, len(changed)))])

    with suppress(NotAPicture, PictureTooLarge):
        image, _ = open_picture(cut)
        assert as_seen(image).mode == "RGB"


def test_clear_parts_show_the_background() -> None:
    clear = Image.new("RGBA", (4, 4), (255, 0, 0, 0))

    assert as_seen(clear).getpixel((0, 0)) == (255, 255, 255)
    assert as_seen(clear, (0, 0, 0)).getpixel((0, 0)) == (0, 0, 0)


def test_greys_of_16_bits_are_not_cut_to_white() -> None:
    target = BytesIO()
    Image.new("I;16", (4, 4), 0x8080).save(target, "PNG")
    image, _ = open_picture(target.getvalue())

    assert as_seen(image).getpixel((0, 0)) == (128, 128, 128)
