"""What a picture says of itself after it was delivered, re-encoded, changed or forged."""

import re
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from core.generation.provenance.inspection import inspect
from core.generation.provenance.likeness import MATCH_BITS, distance, hash_of
from core.generation.provenance.manifest import SignatureState
from core.generation.provenance.signer import Signer
from core.generation.provenance.stamping import StampedPicture, StampFailed, stamp
from core.moderation.errors import NotAPicture, PictureTooLarge
from tests.core.moderation.pictures import a_bomb, a_scene, encode

FORMATS = ("PNG", "JPEG", "WEBP")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "CANARY a prompt of Ada Lovelace"


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    return Signer.open(tmp_path_factory.mktemp("keys"))


async def stamped(
    signer: Signer,
    name: str = "PNG",
    image: Image.Image | None = None,
    made_by: Literal["ai", "illustrator"] = "ai",
) -> StampedPicture:
    picture = encode(image or a_scene(), name)
    return await stamp(picture, f"image/{name.lower()}", made_by, NOON, signer)


def pixels(picture: bytes) -> bytes:
    return Image.open(BytesIO(picture)).convert("RGBA").tobytes()


@pytest.mark.promise("LW-2")
@pytest.mark.parametrize("name", FORMATS)
async def test_a_stamped_picture_proves_that_it_is_ours(signer: Signer, name: str) -> None:
    picture = await stamped(signer, name)
    found = await inspect(picture.data, signer)

    assert found.state is SignatureState.OURS
    assert found.manifest_id == picture.manifest_id != ""
    assert found.digital_source_type == "trainedAlgorithmicMedia"
    assert found.perceptual_hash == picture.perceptual_hash


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
async def test_the_pixels_stay_and_the_file_grows_little(
    signer: Signer, name: str, mode: str
) -> None:
    if (name, mode) == ("JPEG", "RGBA"):
        mode = "CMYK"
    before = encode(a_scene().convert(mode), name, **({"lossless": True} if mode == "L" else {}))
    after = await stamp(before, f"image/{name.lower()}", "ai", NOON, signer)

    assert pixels(after.data) == pixels(before)
    assert len(after.data) - len(before) < 5_000


@pytest.mark.promise("LW-2")
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("made_by", "term"), [("ai", "trainedAlgorithmicMedia"), ("illustrator", "algorithmicMedia")]
)
async def test_xmp_says_how_it_was_made_to_any_reader(
    signer: Signer, name: str, made_by: Literal["ai", "illustrator"], term: str
) -> None:
    picture = await stamped(signer, name, made_by=made_by)
    xmp = Image.open(BytesIO(picture.data)).info["xmp"]
    text = xmp.decode() if isinstance(xmp, bytes) else xmp

    uri = f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}"
    assert f'Iptc4xmpExt:DigitalSourceType="{uri}"' in text
    assert 'xmp:CreateDate="2026-11-22T12:00:00Z"' in text
    assert (await inspect(picture.data, signer)).digital_source_type == term


@pytest.mark.parametrize("name", FORMATS)
async def test_what_the_provider_wrote_is_taken_out(signer: Signer, name: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = SECRET
    options: dict[str, object] = {"exif": exif}
    if name == "PNG":
        texts = PngInfo()
        texts.add_text("parameters", SECRET)
        texts.add_itxt("prompt", SECRET, zip=False)
        options["pnginfo"] = texts
    if name == "JPEG":
        options["comment"] = SECRET
    picture = encode(a_scene(), name, **options) + b"\r\n<!-- " + SECRET.encode()
    assert SECRET.encode() in picture

    after = await stamp(picture, f"image/{name.lower()}", "ai", NOON, signer)

    assert b"CANARY" not in after.data
    assert b"Ada" not in after.data


@pytest.mark.parametrize("name", FORMATS)
async def test_a_colour_profile_stays(signer: Signer, name: str) -> None:
    profile = bytes(128) + b"a profile" * 20
    picture = encode(a_scene(), name, icc_profile=profile)

    after = await stamp(picture, f"image/{name.lower()}", "ai", NOON, signer)

    assert Image.open(BytesIO(after.data)).info["icc_profile"] == profile


async def test_a_progressive_jpeg_is_stamped(signer: Signer) -> None:
    picture = encode(a_scene(), "JPEG", progressive=True)

    after = await stamp(picture, "image/jpeg", "ai", NOON, signer)

    assert pixels(after.data) == pixels(picture)


@pytest.mark.parametrize("name", FORMATS)
async def test_one_changed_pixel_is_noticed(signer: Signer, name: str) -> None:
    original = (await stamped(signer, name)).data
    changed = a_scene()
    changed.putpixel((5, 5), (1, 2, 3))
    other = (await stamped(signer, name, changed)).data
    start = next(i for i, (a, b) in enumerate(zip(original, other, strict=False)) if a != b)

    # The manifest of one picture on the pixels of another: cut both where the manifest ends.
    forged = graft(original, other, name)

    assert start >= 0
    assert (await inspect(forged, signer)).state is SignatureState.BROKEN


def graft(source: bytes, pixels_of: bytes, name: str) -> bytes:
    """Put the manifest of one stamped picture into the file of another."""
    manifest, replaced = (manifest_block(data, name) for data in (source, pixels_of))
    return pixels_of.replace(replaced, manifest)


def manifest_block(data: bytes, name: str) -> bytes:
    if name == "PNG":
        place = data.index(b"caBX") - 4
        return data[place : place + 12 + int.from_bytes(data[place : place + 4], "big")]
    if name == "JPEG":
        place = data.index(b"\xff\xeb")
        return data[place : place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")]
    place = data.index(b"C2PA")
    return data[place : place + 8 + int.from_bytes(data[place + 4 : place + 8], "little")]


async def test_a_flipped_bit_in_a_jpeg_is_noticed(signer: Signer) -> None:
    data = bytearray((await stamped(signer, "JPEG")).data)
    data[-200] ^= 0x01

    assert (await inspect(bytes(data), signer)).state is SignatureState.BROKEN


async def test_a_garbled_manifest_is_broken_not_absent(signer: Signer) -> None:
    data = (await stamped(signer, "WEBP")).data
    place = data.index(b"C2PA") + 60

    found = await inspect(data[:place] + bytes(40) + data[place + 40 :], signer)

    assert found.state is SignatureState.BROKEN


async def test_another_deployment_s_picture_is_somebody_else_s(
    signer: Signer, tmp_path: Path
) -> None:
    stranger = Signer.open(tmp_path)
    picture = await stamped(stranger)

    assert (await inspect(picture.data, signer)).state is SignatureState.OTHER
    assert (await inspect(picture.data, stranger)).state is SignatureState.OURS


async def test_stamping_again_replaces_what_was_there(signer: Signer, tmp_path: Path) -> None:
    foreign = await stamped(Signer.open(tmp_path), "JPEG")

    ours = await stamp(foreign.data, "image/jpeg", "illustrator", NOON, signer)
    found = await inspect(ours.data, signer)

    assert found.state is SignatureState.OURS
    assert found.digital_source_type == "algorithmicMedia"
    assert ours.data.count(b"DigitalSourceType=") == 1


async def test_a_picture_without_anything_says_nothing(signer: Signer) -> None:
    found = await inspect(encode(a_scene()), signer)

    assert found.state is SignatureState.NONE
    assert found.manifest_id == found.digital_source_type == ""


@pytest.mark.promise("LW-3")
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("quality", [40, 70])
async def test_a_chat_s_re_encoding_loses_the_manifest_but_not_the_likeness(
    signer: Signer, name: str, quality: int
) -> None:
    picture = await stamped(signer, name)
    sent = Image.open(BytesIO(picture.data)).convert("RGB")
    sent.thumbnail((800, 800))
    found = await inspect(encode(sent, "JPEG", quality=quality), signer)

    assert found.state is SignatureState.NONE
    assert distance(found.perceptual_hash, picture.perceptual_hash) <= MATCH_BITS


def test_different_pictures_are_not_taken_for_each_other() -> None:
    hashes = [hash_of(encode(a_scene(seed), "JPEG")) for seed in range(30)]
    pairs = [distance(a, b) for place, a in enumerate(hashes) for b in hashes[:place]]

    assert min(pairs) > MATCH_BITS
    assert all(0 <= each < 2**64 for each in hashes)


async def test_manifests_hold_no_thumbnail_and_name_only_limner(signer: Signer) -> None:
    picture = (await stamped(signer)).data

    assert b"thumbnail" not in picture
    assert b"Limner" in picture
    assert not re.search(
        rb"https?://(?!cv\.iptc\.org|ns\.adobe\.com|iptc\.org|www\.w3\.org)", picture
    )


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04zip", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
async def test_what_is_no_picture_is_said_to_be_none(signer: Signer, data: bytes) -> None:
    with pytest.raises(NotAPicture):
        await inspect(data, signer)
    with pytest.raises(NotAPicture):
        await stamp(data, "image/png", "ai", NOON, signer)


@pytest.mark.parametrize("data", [a_bomb(), bytes(50 * 1024 * 1024)])
async def test_what_is_too_large_is_not_opened(signer: Signer, data: bytes) -> None:
    with pytest.raises(PictureTooLarge):
        await inspect(data, signer)


async def test_a_picture_of_another_type_than_said_is_refused(signer: Signer) -> None:
    with pytest.raises(NotAPicture):
        await stamp(encode(a_scene(), "JPEG"), "image/png", "ai", NOON, signer)


async def test_a_picture_that_is_also_an_archive_loses_the_archive(signer: Signer) -> None:
    polyglot = encode(a_scene(), "JPEG") + b"PK\x03\x04" + b"hidden" * 50

    after = await stamp(polyglot, "image/jpeg", "ai", NOON, signer)

    assert b"hidden" not in after.data
    assert (await inspect(polyglot, signer)).state is SignatureState.NONE


SMALL = {name: encode(a_scene(size_px=(48, 32)), name) for name in FORMATS}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(name=st.sampled_from(FORMATS), data=st.data())
async def test_damaged_files_are_refused_or_handled_but_never_crash(
    signer: Signer, name: str, data: st.DataObject
) -> None:
    original = SMALL[name]
    if data.draw(st.booleans()):
        original = (await stamp(original, f"image/{name.lower()}", "ai", NOON, signer)).data
    changed = bytearray(original)
    for _ in range(data.draw(st.integers(1, 10))):
        changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
    found = None

    with suppress(NotAPicture, PictureTooLarge):
        found = await inspect(bytes(changed), signer)
    with suppress(NotAPicture, PictureTooLarge, StampFailed):
        again = await stamp(bytes(changed), f"image/{name.lower()}", "ai", NOON, signer)
        assert (await inspect(again.data, signer)).state is SignatureState.OURS

    # The padding of the manifest is not signed; everything that people see and read is.
    if found is not None and found.state is SignatureState.OURS:
        assert pixels(bytes(changed)) == pixels(original)
        assert found.digital_source_type == "trainedAlgorithmicMedia"
