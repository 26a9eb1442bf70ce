"""The sweep on both databases: what a promise names is gone, bytes included; the rest stays."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.generation.errors import NotFound
from core.generation.queries import history, picture_file, status
from core.generation.rows import OutboxRow, PictureRow, RequestRow
from core.kernel.ids import BlobId, new_id
from core.privacy.retention.queries import dry_run, last_sweep, usage_days
from core.privacy.retention.rows import SweepRow, UsageDayRow
from core.privacy.retention.sweep import overdue_s
from core.quotas.rows import HoldRow
from tests.core.privacy.retention.clock import START
from tests.core.privacy.retention.things import (
    MARK,
    a_person,
    a_request_with_a_picture,
    an_aging_app,
    count_of,
    swept,
    with_periods,
)
from tests.core.storage.live_schema import all_cells

DAY = timedelta(days=1)


def files_with(needle: bytes, *folders: Path) -> list[str]:
    """Every file, logs and key files included, in which some bytes stand."""
    return [
        file.name
        for folder in folders
        for file in folder.rglob("*")
        if file.is_file() and needle in file.read_bytes()
    ]


@pytest.mark.promise("AX-32")
async def test_a_picture_opens_for_29_days_and_is_gone_before_the_30th_ends(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "app"
    async with an_aging_app(database_url, "artiflux", folder) as (app, clock):
        actor, owner = await a_person(app)
        request_id, picture_id = await a_request_with_a_picture(app, owner, START)
        clock.move(days=28, hours=23)
        await swept(app)
        assert (await picture_file(app, actor, picture_id)).data == f"{MARK} picture".encode()

        clock.move(hours=1)
        with pytest.raises(NotFound):
            await picture_file(app, actor, picture_id)
        with pytest.raises(NotFound):
            await status(app, actor, request_id)
        assert await history(app, actor) == ()

        clock.move(hours=6)
        await swept(app)
        assert await app.vault.blobs_of(owner) == ()
        assert [await count_of(app, row) for row in (RequestRow, PictureRow, OutboxRow)] == [0] * 3
        assert await count_of(app, HoldRow) == 1, "credits stay until the person deletes them"
        if app.database.is_sqlite:
            files = [folder, Path(database_url.removeprefix("sqlite:///")).parent]
            assert files_with(MARK.encode(), *files) == []
            assert files_with(picture_id.encode(), *files) == []
            assert files_with(request_id.encode(), *files) == []


def test_the_byte_scan_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "x.db-wal").write_bytes(b"..canarymark..")
    assert files_with(MARK.encode(), tmp_path) == ["x.db-wal"]


@pytest.mark.promise("AX-16")
async def test_prompts_are_gone_after_30_days_and_the_daily_numbers_are_unchanged(
    database_url: str,
) -> None:
    async with an_aging_app(database_url, "artiflux") as (app, clock):
        for number in range(10):
            _, owner = await a_person(app, str(number))
            await a_request_with_a_picture(app, owner, START)
        clock.move(days=2)
        await swept(app)
        before = await usage_days(app, START - DAY)
        clock.move(days=28)
        await swept(app)

        assert await count_of(app, RequestRow) == 0
        assert [(one.day.date(), one.outcome, one.requests) for one in before] == [
            (START.date(), "pictures", 10)
        ]
        assert await usage_days(app, START - DAY) == before


@pytest.mark.promise("AX-33")
async def test_use_stays_two_years_as_daily_numbers_only(database_url: str) -> None:
    async with an_aging_app(database_url, "artiflux") as (app, clock):
        for number in range(10):
            _, owner = await a_person(app, str(number))
            await a_request_with_a_picture(app, owner, START)
        clock.move(days=31)
        await swept(app)
        assert await count_of(app, RequestRow) == 0
        clock.at = START + 728 * DAY
        await swept(app)
        assert await count_of(app, UsageDayRow) == 1
        clock.at = START + 730 * DAY
        await swept(app)
        assert await count_of(app, UsageDayRow) == 0


@pytest.mark.parametrize(("people", "stored"), [(9, 0), (10, 1)])
async def test_a_number_about_few_people_is_not_stored(people: int, stored: int) -> None:
    async with an_aging_app(policy="artiflux") as (app, clock):
        for number in range(people):
            _, owner = await a_person(app, str(number))
            await a_request_with_a_picture(app, owner, START)
            await a_request_with_a_picture(app, owner, START, outcome="failed" if number else "x")
        clock.move(days=2)
        await swept(app)
        await swept(app)
        async with app.transaction() as tx:
            rows = list(await tx.scalars(select(UsageDayRow)))
        assert len(rows) == stored, "nine who failed, and the one other, are not told of"


@pytest.mark.promise("FA-10.3")
async def test_a_picture_of_two_years_ago_still_opens_where_people_decide(
    database_url: str,
) -> None:
    async with an_aging_app(database_url, "flux-art") as (app, clock):
        actor, owner = await a_person(app)
        request_id, picture_id = await a_request_with_a_picture(app, owner, START)
        for _ in range(4):
            clock.move(days=183)
            await swept(app)
        assert (await picture_file(app, actor, picture_id)).alt_text == f"{MARK} a heron"
        assert [one.request_id for one in await history(app, actor)] == [request_id]


async def test_a_dry_run_says_what_the_sweep_then_does_and_changes_nothing(
    database_url: str,
) -> None:
    async with an_aging_app(database_url, "artiflux") as (app, clock):
        _, owner = await a_person(app)
        await a_request_with_a_picture(app, owner, START)
        await a_request_with_a_picture(app, owner, START + 20 * DAY)
        clock.move(days=30)
        engine = app.database.sync_engine()
        before = sorted(all_cells(engine))
        told = await dry_run(app)
        assert sorted(all_cells(engine)) == before
        engine.dispose()
        assert len(await app.vault.blobs_of(owner)) == 2

        await swept(app, "one")
        async with app.transaction() as tx:
            row = await tx.get_one(SweepRow, "one")
        # The request waits for its picture and its outbox row, which the sweep takes first.
        assert told == {"pictures": 1, "outbox": 1, "requests": 1, "usage_events": 1}
        assert row.counts == told | {"engine": 0, "leftovers": 0}


async def test_words_go_on_time_even_when_their_picture_stays(database_url: str) -> None:
    async with an_aging_app(database_url, "artiflux") as (short, clock):
        app = with_periods(short, generated_pictures=-1)
        actor, owner = await a_person(app)
        request_id, picture_id = await a_request_with_a_picture(app, owner, START)
        clock.move(days=30)
        await swept(app, "one")
        async with app.transaction() as tx:
            row = await tx.get_one(RequestRow, request_id)
            sweep = await tx.get_one(SweepRow, "one")
        assert (row.prompt_sealed, row.negative_sealed, row.reply_to_sealed) == (b"", b"", b"")
        assert (await picture_file(app, actor, picture_id)).alt_text == ""
        assert sweep.counts["requests"] == 1
        await swept(app, "two")
        async with app.transaction() as tx:
            again = await tx.get_one(SweepRow, "two")
        assert "requests" not in again.counts, "it is emptied once"


async def test_a_longer_period_does_not_bring_back_what_a_sweep_saw_expire(
    database_url: str,
) -> None:
    async with an_aging_app(database_url, "artiflux") as (app, clock):
        _, owner = await a_person(app)
        clock.move(days=30)
        await swept(app)
        # It came in by a restored backup, after the sweep that should have met it.
        await a_request_with_a_picture(app, owner, START)
        await swept(with_periods(app, generated_pictures=-1, prompts=-1))
        assert await count_of(app, RequestRow) == 0
        assert await app.vault.blobs_of(owner) == ()


async def test_a_shorter_period_acts_with_the_next_sweep(database_url: str) -> None:
    async with an_aging_app(database_url, "flux-art") as (app, clock):
        _, owner = await a_person(app)
        await a_request_with_a_picture(app, owner, START)
        clock.move(days=10)
        await swept(app)
        assert await count_of(app, PictureRow) == 1
        await swept(with_periods(app, generated_pictures=7, prompts=7))
        assert await count_of(app, PictureRow) == 0


async def test_bytes_that_no_row_leads_to_are_removed_and_those_of_running_work_are_not(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "app"
    async with an_aging_app(policy="flux-art", folder=folder) as (app, _clock):
        _, owner = await a_person(app)
        _, picture_id = await a_request_with_a_picture(app, owner, START)
        lost, fresh = BlobId(new_id()), BlobId(new_id())
        await app.vault.put(owner, lost, b"lost")
        await app.vault.put(owner, fresh, b"a step's work")
        pictures = folder / "data/pictures" / owner
        for name, age in ((lost, 9), (picture_id, 9), (fresh, 7)):
            seconds = (START - age * DAY).timestamp()
            os.utime(pictures / name, (seconds, seconds))
        await swept(app)
        assert set(await app.vault.blobs_of(owner)) == {picture_id, fresh}


async def test_what_is_late_is_measured_before_and_after(database_url: str) -> None:
    async with an_aging_app(database_url, "artiflux") as (app, clock):
        _, owner = await a_person(app)
        await a_request_with_a_picture(app, owner, START)
        assert (await last_sweep(app)).finished_at is None
        clock.move(days=30, hours=2)
        async with app.transaction() as tx:
            assert await overdue_s(app, tx, clock.now()) == 7200
        await swept(app, "late")
        async with app.transaction() as tx:
            row = await tx.get_one(SweepRow, "late")
        assert (row.overdue_before_s, row.overdue_after_s, row.is_log_empty) == (7200, 0, True)
        seen = await last_sweep(app)
        assert (seen.finished_at, seen.oldest_overdue_s) == (clock.now(), 0)


async def test_a_sweep_s_own_account_leaves_on_time_too() -> None:
    async with an_aging_app(policy="artiflux") as (app, clock):
        await swept(app, "old")
        clock.move(days=29)
        await swept(app, "new")
        async with app.transaction() as tx:
            assert list(await tx.scalars(select(SweepRow.id))) == ["new"]
