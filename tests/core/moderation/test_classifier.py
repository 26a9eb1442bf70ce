"""The real network on drawn pictures."""

import asyncio
import time
from collections.abc import Iterator

import pytest

from core.moderation.classifier import REFUSED_FROM, PictureClassifier
from core.moderation.errors import NotAPicture
from core.moderation.verdicts import Category, Level
from tests.core.moderation.pictures import a_scene, encode, skin_tones


@pytest.fixture(scope="module")
def classifier() -> Iterator[PictureClassifier]:
    classifier = PictureClassifier()
    yield classifier
    classifier.close()


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
async def test_a_drawn_scene_passes(classifier: PictureClassifier, name: str) -> None:
    verdict = await classifier.judge(encode(a_scene(), name), Level.SAFE)

    assert verdict.category is None
    assert 0 <= verdict.score < 0.2


async def test_what_looks_like_skin_scores_higher_than_a_landscape(
    classifier: PictureClassifier,
) -> None:
    scene = await classifier.judge(encode(a_scene()), Level.SAFE)
    skin = await classifier.judge(encode(skin_tones()), Level.SAFE)

    assert skin.score > scene.score + 0.2


async def test_a_picture_over_the_limit_is_refused_in_safe_rooms_only() -> None:
    strict = PictureClassifier(refused_from={**REFUSED_FROM, Level.SAFE: 0.3})
    picture = encode(skin_tones())

    safe = await strict.judge(picture, Level.SAFE)
    adult = await strict.judge(picture, Level.ADULT)
    strict.close()

    assert safe.category is Category.NUDITY
    assert adult.category is None


async def test_see_through_pictures_are_judged_on_white_and_black(
    classifier: PictureClassifier,
) -> None:
    picture = skin_tones()
    picture.putalpha(255)
    picture.putpixel((0, 0), (0, 0, 0, 0))

    seen = await classifier.judge(encode(picture), Level.SAFE)
    plain = await classifier.judge(encode(skin_tones()), Level.SAFE)

    assert seen.score == pytest.approx(plain.score, abs=0.1)


async def test_a_file_that_is_no_picture_is_said_to_be_none(classifier: PictureClassifier) -> None:
    with pytest.raises(NotAPicture):
        await classifier.judge(b"not a picture", Level.SAFE)


async def test_the_event_loop_goes_on_while_pictures_are_judged(
    classifier: PictureClassifier,
) -> None:
    await classifier.warm_up()
    picture = encode(a_scene(size_px=(1024, 1024)))
    judged = asyncio.gather(*(classifier.judge(picture, Level.SAFE) for _ in range(5)))
    waits_s = []
    while not judged.done():
        before = time.perf_counter()
        await asyncio.sleep(0)
        waits_s.append(time.perf_counter() - before)
    await judged

    # The median is ours; the rare worst case belongs to the machine that runs the tests.
    assert sorted(waits_s)[len(waits_s) // 2] < 0.02
    assert len(waits_s) > 20
