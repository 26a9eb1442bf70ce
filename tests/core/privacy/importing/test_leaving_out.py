"""What is not brought in: what would be over here, what is refused here, what is not there."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from core.app import App
from core.generation.rows import PictureRow
from core.kernel.people import Actor
from core.moderation.errors import ScreenUnavailable
from core.policy.profile import load_profile
from core.privacy.importing.past import PastRequest
from core.privacy.importing.rules import Periods, as_kept
from tests.core.privacy.importing.copies import (
    a_copy,
    a_past,
    account_of,
    brought,
    changed,
    from_elsewhere,
    gallery_of,
    records_changed,
)
from tests.core.privacy.retention.clock import MovingClock
from tests.core.privacy.retention.things import swept
from tests.factories import an_actor, an_app

NOW = datetime.now(UTC)


async def an_old_and_a_new_request(folder: Path) -> Sequence[Path]:
    """A copy with three pictures of twenty days ago and two of today."""
    clock = MovingClock(NOW - timedelta(days=20))
    async with an_app(clock=clock) as app:
        actor = await a_past(app, counts=(3,))
        clock.move(days=20)
        await a_past(app, counts=(2,))
        return await a_copy(app, actor, folder)


async def test_what_would_be_over_here_is_not_brought_in_and_the_rest_leaves_on_its_day(
    database_url: str, tmp_path: Path
) -> None:
    files = await an_old_and_a_new_request(tmp_path)
    clock = MovingClock(NOW + timedelta(days=15))
    async with an_app(clock=clock, database_url=database_url, LIMNER_POLICY="artiflux") as app:
        done = await brought(app, files)
        assert (done.pictures, done.over) == (2, 3)
        owner = await account_of(app)
        await swept(app)
        assert len(await app.vault.blobs_of(owner)) == 2
        clock.move(days=15)
        await swept(app)
        assert await app.vault.blobs_of(owner) == ()
        async with app.transaction() as tx:
            assert (await tx.scalars(select(PictureRow))).all() == []
        assert (await brought(app, files)).over == 5


async def test_where_nothing_has_an_end_everything_is_brought_in(tmp_path: Path) -> None:
    files = await an_old_and_a_new_request(tmp_path)
    clock = MovingClock(NOW + timedelta(days=900))
    async with an_app(clock=clock, LIMNER_POLICY="flux-art") as app:
        done = await brought(app, files)
        assert (done.pictures, done.over) == (5, 0)


def test_words_go_when_their_own_time_is_over() -> None:
    request = PastRequest(
        id="a", parent_id=None, prompt="a heron", negative="fog", unknown_words="x",
        aspect="1:1", count=1, seed=1, seed_given=True, style="", wished_offering="",
        offering_id="fake/squares", image_format="png", spoiler=False,
        created_at=NOW - timedelta(days=1), queued_at=None, started_at=None, ended_at=None,
    )  # fmt: skip
    profile = load_profile("artiflux")
    assert as_kept(request, Periods(profile, {}, NOW)) == request
    kept = as_kept(request, Periods(profile, {"prompts": NOW}, NOW))
    assert kept == replace(request, prompt=None, negative=None, unknown_words=None)


@dataclass
class Strict:
    """A screen that refuses what it is told to, or is not there."""

    refused: frozenset[str] = frozenset()
    is_there: bool = True
    rooms: list[bool] = field(default_factory=list)

    async def prepare(self) -> None: ...

    async def refuse_text(self, text: str, *, adult_room: bool) -> str | None:
        del text, adult_room
        return None

    async def refuse_picture(self, picture: bytes, *, adult_room: bool) -> str | None:
        self.rooms.append(adult_room)
        if not self.is_there:
            raise ScreenUnavailable
        return "nudity" if sha256(picture).hexdigest() in self.refused else None


async def pictures_in(app: App, actor: Actor | None = None) -> set[str]:
    owner = await account_of(app, actor)
    async with app.transaction() as tx:
        query = select(PictureRow.sha256).where(PictureRow.account_id == owner)
        return set(await tx.scalars(query))


async def test_what_this_instance_refuses_is_left_out(tmp_path: Path) -> None:
    files, before = await from_elsewhere(tmp_path)
    async with an_app() as app:
        hashes = sorted(one["sha256"] for one in before.pictures)
        screen = Strict(refused=frozenset(hashes[:2]))
        done = await brought(replace(app, screen=screen), files)
        assert (done.pictures, done.blocked) == (3, 2)
        assert await pictures_in(app) == set(hashes[2:])
        assert not any(screen.rooms), "no file can claim a room for adults"


async def test_without_a_judge_nothing_passes_and_it_can_be_run_again(tmp_path: Path) -> None:
    files, _ = await from_elsewhere(tmp_path)
    async with an_app() as app:
        with pytest.raises(ScreenUnavailable):
            await brought(replace(app, screen=Strict(is_there=False)), files)
        assert await pictures_in(app) == set()
        assert (await brought(app, files)).pictures == 5


def _no_picture(record: dict[str, Any]) -> None:
    record["sha256"] = sha256(b"no picture").hexdigest()


async def test_a_file_that_is_no_picture_is_left_out(tmp_path: Path) -> None:
    (file,), before = await from_elsewhere(tmp_path)
    async with an_app() as app:
        paths: list[str] = []

        def take(record: dict[str, Any]) -> None:
            paths.append(record["blob_file"])
            _no_picture(record)

        part = changed(
            records_changed(file, "pictures", take),
            lambda files: files.update({paths[0]: b"no picture"}),
        )
        done = await brought(app, [part])
        assert (done.pictures, done.unusable) == (len(before.pictures) - 1, 1)


async def test_a_picture_without_its_file_is_left_out(tmp_path: Path) -> None:
    (file,), before = await from_elsewhere(tmp_path)
    async with an_app() as app:
        part = records_changed(file, "pictures", lambda one: one.update(blob_file=None))
        done = await brought(app, [part])
        assert (done.pictures, done.missing) == (len(before.pictures) - 1, 1)


async def test_an_opt_out_acts_at_once_and_keeps_its_day(tmp_path: Path) -> None:
    files, before = await from_elsewhere(tmp_path)
    async with an_app() as app:
        await brought(app, files)
        after = await gallery_of(app, an_actor("77"))
        assert after.choices == before.choices
        assert set(after.choices) == {"analytics", "only-here"}
