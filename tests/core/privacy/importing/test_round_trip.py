"""What somebody takes along arrives whole, once, under their own key, and lives like their own."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core.accounts.commands import choose_language, choose_region, known_person, meet
from core.accounts.consents import consents_of
from core.accounts.rows import AccountRow
from core.accounts.usage import forget_use
from core.app import App
from core.generation.queries import history, picture_file, verify
from core.generation.rows import OutboxRow, PictureRow, RequestRow
from core.kernel.ids import BlobId
from core.privacy.erasure.commands import begin_erasure
from core.privacy.importing.parts import CopyRefused
from core.privacy.importing.store import AccountNotInUse
from core.privacy.subject.holdings import holdings
from core.quotas.rows import LedgerRow
from core.storage.envelope import Unreadable
from core.storage.inventory import Base
from tests.core.privacy.erasure.stage import an_order, erased
from tests.core.privacy.export.reading import exported
from tests.core.privacy.importing.copies import (
    a_copy,
    a_past,
    account_of,
    brought,
    from_elsewhere,
    gallery,
    gallery_of,
)
from tests.core.privacy.subject.people import asked, said_by
from tests.factories import an_actor, an_app, balance_of

PASSPHRASE = "a good passphrase"


async def rows(app: App) -> dict[str, int]:
    """How many rows of people there are, by table."""
    async with app.transaction() as tx:
        return {
            table.name: await tx.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


@pytest.mark.slow
@pytest.mark.promise("FA-14.g")
@pytest.mark.parametrize("words", ["send", f"protect {PASSPHRASE}"])
async def test_preferences_and_gallery_arrive_as_they_were(
    words: str, database_url: str, tmp_path: Path
) -> None:
    files, before = await from_elsewhere(tmp_path, words, is_large=True)
    assert len(files) > 1, "more than one part"
    async with an_app(database_url=database_url) as app:
        done = await brought(app, [*reversed(files)], passphrase=PASSPHRASE)
        assert (done.is_new_person, done.language, done.region, done.noes) == (
            True, True, True, 2,
        )  # fmt: skip
        assert (done.pictures, done.already_here) == (len(before.pictures), 0)
        assert (done.over, done.blocked, done.unusable, done.missing) == (0, 0, 0, 0)

        after = await gallery_of(app, an_actor("77"))
        assert after == before
        shown = await history(app, an_actor("77"))
        assert [one.wish.prompt for one in shown] == [
            one["prompt"] for one in reversed(before.requests)
        ]


async def test_the_same_copy_again_changes_nothing(database_url: str, tmp_path: Path) -> None:
    files, before = await from_elsewhere(tmp_path)
    async with an_app(database_url=database_url) as app:
        await brought(app, files)
        held, kept = await rows(app), await app.vault.blobs_of(await account_of(app))
        again = await brought(app, files)
        assert (again.pictures, again.already_here) == (0, len(before.pictures))
        assert (again.is_new_person, again.language, again.region, again.noes) == (
            False, False, False, 0,
        )  # fmt: skip
        assert await rows(app) == held
        assert sorted(await app.vault.blobs_of(await account_of(app))) == sorted(kept)


async def test_nothing_but_preferences_and_gallery_travels(tmp_path: Path) -> None:
    files, _ = await from_elsewhere(tmp_path)
    async with an_app() as app:
        fresh = await balance_of(app, an_actor("78"))
        await brought(app, files)
        person = await known_person(app, an_actor("77"))
        assert person is not None
        assert (person.age, person.age_declared_at, person.is_new) == ("unknown", None, True)
        assert await balance_of(app, an_actor("77")) == fresh
        async with app.transaction() as tx:
            assert await consents_of(tx, person.account_id) == ()
            for table in (LedgerRow, OutboxRow):
                assert await tx.scalar(select(func.count()).select_from(table)) == 0
            for row in await tx.scalars(select(RequestRow)):
                assert (row.credits, row.credits_charged, row.provider_job_id) == (0, 0, None)
                assert (row.route_receipt, row.submit_intent_at) == (None, None)
            assert await forget_use(tx, person.account_id) == 0, "no event of use"
        told = said_by(await asked(app, "mydata", actor=an_actor("77")))
        assert "squares" not in told.lower(), "this instance sent nothing to anybody"


async def test_what_was_chosen_here_is_not_replaced(tmp_path: Path) -> None:
    files, _ = await from_elsewhere(tmp_path)
    async with an_app() as app:
        await choose_language(app, an_actor("77"), "en")
        await choose_region(app, an_actor("77"), "DE")
        done = await brought(app, files)
        person = await known_person(app, an_actor("77"))
        assert person is not None
        assert (person.language, person.region) == ("en", "DE")
        assert (done.language, done.region, done.noes) == (False, False, 2)


async def test_a_copy_of_one_s_own_makes_no_second_gallery(tmp_path: Path) -> None:
    async with an_app() as app:
        actor = await a_past(app)
        files = await a_copy(app, actor, tmp_path)
        held = await rows(app)
        done = await brought(app, files, actor)
        assert (done.pictures, done.already_here) == (0, 5)
        assert await rows(app) == held


async def test_pictures_are_sealed_for_their_new_owner_alone(tmp_path: Path) -> None:
    files, before = await from_elsewhere(tmp_path)
    async with an_app() as app:
        await brought(app, files)
        owner = await account_of(app)
        blobs = await app.vault.blobs_of(owner)
        assert sorted([await app.vault.get(owner, one) for one in blobs]) == before.media
        await app.keys.destroy(owner)
        with pytest.raises(Unreadable):
            await app.vault.get(owner, blobs[0])


async def test_what_was_brought_along_leaves_with_delete(tmp_path: Path) -> None:
    files, before = await from_elsewhere(tmp_path)
    async with an_app() as app:
        await brought(app, files)
        owner = await account_of(app)
        held = await holdings(app, owner)
        assert held.count("generated_pictures") == len(before.pictures)
        page = await asked(app, "delete", "pictures", actor=an_actor("77"))
        (step,) = [one for one in page.steps if one.command == "delete"][:1]
        await asked(app, step.command, step.words, actor=an_actor("77"))
        assert await app.vault.blobs_of(owner) == ()
        assert (await holdings(app, owner)).count("generated_pictures") == 0
        assert (await brought(app, files)).pictures == len(before.pictures), "and can come again"


async def test_what_was_brought_along_is_erased_with_the_account(
    database_url: str, tmp_path: Path
) -> None:
    files, _ = await from_elsewhere(tmp_path)
    async with an_app(database_url=database_url) as app:
        await brought(app, files)
        owner = await account_of(app)
        erasure = await begin_erasure(app, an_order(owner))
        with pytest.raises(AccountNotInUse):
            await brought(app, files)
        assert await erased(app, erasure.erasure_id) == "done"
        assert await app.vault.blobs_of(owner) == ()
        held = await rows(app)
        assert (held["requests"], held["pictures"], held["holds"]) == (0, 0, 0)


async def test_a_picture_from_elsewhere_is_not_called_one_of_ours(tmp_path: Path) -> None:
    files, _ = await from_elsewhere(tmp_path)
    async with an_app() as app:
        await brought(app, files)
        async with app.transaction() as tx:
            picture = (await tx.scalars(select(PictureRow).limit(1))).one()
        data = await app.vault.get(await account_of(app), BlobId(picture.blob))
        assert (await verify(app, data)).source == "other-signed"
        shown = await history(app, an_actor("77"))
        assert shown[0].outcome is not None
        file = await picture_file(app, an_actor("77"), shown[0].outcome.pictures[0].picture_id)
        assert file.mime == "image/png"


@pytest.mark.parametrize("standing", [{"standing": "restricted"}, {"standing": "erasing"}], ids=str)
async def test_an_account_that_is_not_in_use_takes_nothing(
    standing: dict[str, Any], tmp_path: Path
) -> None:
    files, _ = await from_elsewhere(tmp_path)
    async with an_app() as app:
        owner = (await meet(app, an_actor("77"))).account_id
        async with app.transaction() as tx:
            await tx.execute(update(AccountRow).values(**standing))
        with pytest.raises(AccountNotInUse):
            await brought(app, files)
        assert await app.vault.blobs_of(owner) == ()


@pytest.mark.slow
async def test_a_killed_import_is_simply_run_again(database_url: str, tmp_path: Path) -> None:
    """Killed at every third write: the next run goes on, and the end is the same."""

    class Killed(BaseException):
        pass

    files, before = await from_elsewhere(tmp_path)
    async with an_app(database_url=database_url) as app:
        owner = (await meet(app, an_actor("77"))).account_id
        put, runs = app.vault.put, 0
        while True:
            left = 2

            async def dying(*args: Any) -> None:
                nonlocal left
                await put(*args)
                left -= 1
                if left == 0:
                    raise Killed

            app.vault.put = dying  # type: ignore[method-assign, assignment]
            try:
                await brought(app, files)
            except Killed:
                runs += 1
                continue
            break
        app.vault.put = put  # type: ignore[method-assign]
        assert runs >= 2
        after = await gallery_of(app, an_actor("77"))
        assert (after.requests, after.pictures, after.media) == (
            before.requests, before.pictures, before.media,
        )  # fmt: skip
        async with app.transaction() as tx:
            known = set(await tx.scalars(select(PictureRow.blob)))
        assert known <= set(await app.vault.blobs_of(owner))


@pytest.mark.slow
async def test_two_imports_at_once_are_one(database_url: str, tmp_path: Path) -> None:
    files, before = await from_elsewhere(tmp_path)
    async with an_app(database_url=database_url) as app:
        done = await asyncio.gather(*(brought(app, files) for _ in range(3)))
        assert sum(one.pictures for one in done) == len(before.pictures)
        assert {one.pictures + one.already_here for one in done} == {len(before.pictures)}
        after = await gallery_of(app, an_actor("77"))
        assert after == before


async def test_what_was_brought_travels_on(tmp_path: Path) -> None:
    """A third instance gets the same from the second as from the first."""
    files, before = await from_elsewhere(tmp_path)
    async with an_app() as second:
        await brought(second, files)
        onward = await a_copy(second, an_actor("77"), tmp_path)
    async with an_app() as third:
        await brought(third, onward, an_actor("5"))
        assert gallery(await exported(third, actor=an_actor("5"))) == before


async def test_a_part_that_is_missing_makes_no_account(tmp_path: Path) -> None:
    files, _ = await from_elsewhere(tmp_path, is_large=True)
    async with an_app() as app:
        with pytest.raises(CopyRefused, match="missing: give all parts at once"):
            await brought(app, files[:-1])
        assert await known_person(app, an_actor("77")) is None
