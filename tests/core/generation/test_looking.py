"""What people see of their requests and pictures, and what strangers do not."""

from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageStat

from core.accounts.commands import meet
from core.app import App
from core.generation.commands import delete_picture, delete_request, remember_message
from core.generation.errors import NotFound, NotYours
from core.generation.grid import GRID_SIDE_PX, compose_grid
from core.generation.queries import (
    grid,
    history,
    offerings,
    picture_file,
    preview,
    status,
    style_names,
)
from core.generation.rows import PictureRow
from core.generation.values import PictureFile, RequestState, RequestStatus
from core.kernel.ids import BlobId, PictureId, RequestId, new_id
from core.kernel.people import Actor
from core.storage.vault import BlobMissing
from tests.core.generation.sight import a_provider, blobs_of, count_of, ledger_of
from tests.factories import a_request, a_worker, accepted, an_actor, an_adult, an_app, until
from tests.fakes import a_picture

NONSENSE = ("nonsense", "", "\x00", "\ud800", "x" * 5000, "'; DROP TABLE requests; --")


async def _made(app: App, person: Actor, **wish: object) -> RequestStatus:
    done = await accepted(app, a_request(person, **wish))  # type: ignore[arg-type]
    return await until(app, person, done.request_id, RequestState.ENDED)


def _views(made: RequestStatus) -> list[PictureId]:
    assert made.outcome is not None
    return [view.picture_id for view in made.outcome.pictures]


async def test_history_is_newest_first_in_pages_and_one_s_own() -> None:
    async with an_app(providers=[a_provider(credits_each=1)]) as app:
        person, other = await an_adult(app, "1"), await an_adult(app, "2")
        mine = [
            (await accepted(app, a_request(person, prompt=f"fox {number}"))).request_id
            for number in range(5)
        ]
        await accepted(app, a_request(other))
        newest_first = sorted(mine, reverse=True)

        first = await history(app, person, limit=2)
        second = await history(app, person, limit=2, before=first[-1].request_id)
        last = await history(app, person, limit=2, before=second[-1].request_id)

        assert [one.request_id for one in (*first, *second, *last)] == newest_first
        assert await history(app, person, before=last[-1].request_id) == ()
        assert await history(app, an_actor("3")) == ()
        assert len(await history(app, person)) == 5


async def test_strangers_and_nonsense_are_told_nothing(database_url: str) -> None:
    async with (
        an_app(database_url=database_url, providers=[a_provider()]) as app,
        a_worker(app),
    ):
        person, stranger = await an_adult(app, "1"), await an_adult(app, "2")
        made = await _made(app, person)
        (picture_id,) = _views(made)

        for actor in (stranger, an_actor("nobody yet")):
            with pytest.raises(NotYours):
                await status(app, actor, made.request_id)
            with pytest.raises(NotYours):
                await grid(app, actor, made.request_id)
            with pytest.raises(NotYours):
                await preview(app, actor, made.request_id)
            with pytest.raises(NotYours):
                await picture_file(app, actor, picture_id)
            with pytest.raises(NotYours):
                await delete_picture(app, actor, picture_id)
            with pytest.raises(NotYours):
                await delete_request(app, actor, made.request_id)
            with pytest.raises(NotYours):
                await remember_message(app, actor, made.request_id, "elsewhere")
        for nonsense in (*NONSENSE, new_id()):
            with pytest.raises(NotFound):
                await status(app, person, RequestId(nonsense))
            with pytest.raises(NotFound):
                await picture_file(app, person, PictureId(nonsense))
            with pytest.raises(NotFound):
                await delete_picture(app, person, PictureId(nonsense))
            with pytest.raises(NotFound):
                await delete_request(app, person, RequestId(nonsense))
            with pytest.raises(NotFound):
                await remember_message(app, person, RequestId(nonsense), "elsewhere")

        assert await status(app, person, made.request_id) == made


async def test_the_original_is_named_without_its_words_and_described_by_them() -> None:
    async with an_app(providers=[a_provider()]) as app, a_worker(app):
        person = await an_adult(app)
        made = await _made(
            app, person, prompt="a heron " + "very " * 60 + "blue", image_format="jpeg"
        )
        (picture_id,) = _views(made)

        file = await picture_file(app, person, picture_id)

        assert file.mime == "image/jpeg"
        assert file.file_name == f"limner-{picture_id[:8]}.jpg"
        assert file.alt_text.startswith("a heron very")
        assert len(file.alt_text) == 200
        assert await grid(app, person, made.request_id) is None


async def test_several_pictures_come_as_one_grid_with_a_number_in_each() -> None:
    async with an_app(providers=[a_provider()]) as app, a_worker(app):
        person = await an_adult(app)
        made = await _made(app, person, count=4, seed=3)

        whole = await grid(app, person, made.request_id)

        assert whole is not None
        assert (whole.width_px, whole.height_px) == (256 * 2 + 8, 256 * 2 + 8)
        with Image.open(BytesIO(whole.data)) as picture:
            assert picture.size == (whole.width_px, whole.height_px)


def _file(seed: int, width_px: int, height_px: int) -> PictureFile:
    data = a_picture(seed, width_px, height_px)
    return PictureFile(data, "image/png", "limner.png", "", width_px, height_px)


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize(
    ("width_px", "height_px"), [(256, 256), (1024, 1024), (2048, 256), (256, 2048)]
)
async def test_a_grid_shows_each_picture_with_its_number_and_fits(
    count: int, width_px: int, height_px: int
) -> None:
    files = tuple(_file(seed, width_px, height_px) for seed in range(1, count + 1))

    whole = await compose_grid(files)

    assert whole is not None
    assert max(whole.width_px, whole.height_px) <= GRID_SIDE_PX + 8
    with Image.open(BytesIO(whole.data)) as opened:
        picture = opened.convert("RGB")
    cell = (
        (whole.width_px - 8) // 2,
        (whole.height_px - 8 * ((count + 1) // 2 - 1)) // ((count + 1) // 2),
    )
    for number, file in enumerate(files):
        left = number % 2 * (cell[0] + 8)
        if count == 3 and number == 2:
            left = (whole.width_px - cell[0]) // 2
        top = number // 2 * (cell[1] + 8)
        shown = picture.crop((left, top, left + cell[0], top + cell[1]))
        with Image.open(BytesIO(file.data)) as original:
            plain = original.convert("RGB").resize(cell)
        side = min(cell)
        badge = (0, 0, max(24, side // 6), max(24, side // 6))
        changed = ImageStat.Stat(ImageChops.difference(shown.crop(badge), plain.crop(badge)))
        assert max(high for _, high in changed.extrema) > 60, "a number stands in the corner"
        far = (cell[0] // 2, cell[1] // 2, cell[0], cell[1])
        same = ImageStat.Stat(ImageChops.difference(shown.crop(far), plain.crop(far)))
        assert max(same.mean) < 12, "and the picture itself is all there"


async def test_a_deleted_picture_is_gone_with_its_bytes(database_url: str) -> None:
    async with (
        an_app(database_url=database_url, providers=[a_provider()]) as app,
        a_worker(app),
    ):
        person = await an_adult(app)
        made = await _made(app, person, count=3)
        first, second, third = _views(made)
        await remember_message(app, person, made.request_id, "the message")
        owner = (await meet(app, person)).account_id

        gone = await delete_picture(app, person, second)

        assert (gone.picture_ids, gone.message_address) == ((second,), "the message")
        with pytest.raises(NotFound):
            await picture_file(app, person, second)
        with pytest.raises(NotFound):
            await delete_picture(app, person, second)
        with pytest.raises(BlobMissing):
            await app.vault.get(owner, BlobId(second))
        seen = await status(app, person, made.request_id)
        assert _views(seen) == [first, third]
        assert seen.revision > made.revision
        assert (await picture_file(app, person, first)).data

        rest = await delete_request(app, person, made.request_id)
        again = await delete_request(app, person, made.request_id)

        assert rest.picture_ids == (first, third)
        assert again.picture_ids == ()
        assert await blobs_of(app, person) == 0
        assert await count_of(app, PictureRow) == 0
        assert await grid(app, person, made.request_id) is None
        assert ("release", 6) not in await ledger_of(app)


async def test_choices_are_what_is_configured() -> None:
    async with an_app(providers=[a_provider()]) as app:
        assert [one.id for one in offerings(app)] == ["fake/squares"]
        assert style_names(app) == style_names(app, "fake/squares") == ("plain", "poster", "ink")
        assert style_names(app, "fake/nothing") == ()
