"""/export in chat: offered, begun once, joined, stopped, offered again; and honest when it ends."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.people import Actor
from core.messages.speech import day
from core.privacy.answers import STEP_CHARS, Answer, of_json, to_json
from core.privacy.desk.rows import RightsRequestRow
from core.privacy.export.command import EXPORT
from core.privacy.export.rows import ExportPartRow, ExportRow
from core.privacy.export.store import expires_at
from core.privacy.export.task import mend_exports
from core.privacy.letters.loop import LetterLoop
from core.worker import working
from tests.core.privacy.export.reading import (
    SMALL,
    asked_for,
    letters_of,
    made,
    raw_parts,
    the_export,
)
from tests.core.privacy.retention.things import an_aging_app, swept
from tests.core.privacy.subject.people import also_known_on, asked, said_by, somebody
from tests.factories import an_actor, an_app
from tests.fakes import FakeLetters


def words_of(told: Answer) -> list[str]:
    return [f"{one.command} {one.words}".strip() for one in told.steps]


async def blobs_of(app: App, row: ExportRow) -> int:
    """How many parts there are in the vault beside the pictures."""
    async with app.transaction() as tx:
        known = set(
            await tx.scalars(select(ExportPartRow.blob).where(ExportPartRow.export_id == row.id))
        )
    stored = await app.vault.blobs_of(row.account_id)  # type: ignore[arg-type]
    return len(known & set(stored))


@pytest.mark.promise("LW-9")
@pytest.mark.parametrize("hint", ["en", "zh-CN"])
@pytest.mark.parametrize("words", ["", "send", "nonsense"])
async def test_somebody_unknown_is_told_that_no_data_is_held(hint: str, words: str) -> None:
    async with an_app() as app:
        told = await asked_for(app, words, actor=an_actor("nobody", language_hint=hint))
        assert said_by(told).startswith("No data held" if hint == "en" else "没有您的数据")
        async with app.transaction() as tx:
            assert await tx.scalar(select(func.count()).select_from(ExportRow)) == 0
            assert await tx.scalar(select(func.count()).select_from(AccountRow)) == 0


async def test_nothing_more_than_the_word_offers_the_size_and_the_ways() -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=2)
        told = await asked_for(app, "", actor=actor)
        assert "in one file" in said_by(told)
        assert words_of(told) == ["export send", "export protect"]
        (protect,) = [one for one in told.steps if one.asks is not None]
        assert protect.is_secret
        async with app.transaction() as tx:
            assert await tx.scalar(select(func.count()).select_from(ExportRow)) == 0

    async with an_app(LIMNER_PUBLIC_URL="https://pictures.example") as app:
        actor, _ = await somebody(app, pictures=2)
        told = await asked_for(app, "", actor=actor)
        assert "export link" in words_of(told)
        assert all(len(one) <= STEP_CHARS for one in words_of(told))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("nonsense", "I don't know that word"),
        ("  SEND-ME everything ", "I don't know that word"),
        ("link", "no download links here"),
        ("protect-link a long passphrase", "no download links here"),
        ("protect", "A passphrase of 8 characters"),
        ("protect   ", "A passphrase of 8 characters"),
        ("protect short", "too short"),
        ("again", "No finished copy"),
        ("stop", "nothing was stopped"),
    ],
)
async def test_whatever_is_typed_gets_a_clear_answer_and_starts_nothing(
    words: str, says: str
) -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=0)
        told = await asked_for(app, words, actor=actor)
        assert says in said_by(told)
        assert told.steps
        async with app.transaction() as tx:
            assert await tx.scalar(select(func.count()).select_from(ExportRow)) == 0


async def test_one_runs_at_a_time_and_is_joined_from_everywhere(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor, mine = await somebody(app, pictures=1)
        other = await also_known_on(app, mine, "elsewhere", "9")

        first = await asked_for(app, " Send ", actor=actor)
        told = await asyncio.gather(
            *(asked_for(app, words, actor=who) for who in (actor, other) for words in ("send", ""))
        )

        assert first.letter_id
        for one in told:
            assert "under way already" in said_by(one)
            assert words_of(one) == ["export stop"]
        async with app.transaction() as tx:
            assert await tx.scalar(select(func.count()).select_from(ExportRow)) == 1


async def test_many_at_once_begin_one_and_the_same_update_twice_too(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor, _ = await somebody(app, pictures=1)
        told = await asyncio.gather(
            *(asked(app, "export", "send", actor=actor, key=f"{n % 2}") for n in range(6))
        )
        assert sum(1 for one in told if one.letter_id) == 1
        async with app.transaction() as tx:
            assert await tx.scalar(select(func.count()).select_from(ExportRow)) == 1
            query = select(func.count()).select_from(RightsRequestRow)
            assert await tx.scalar(query) == 1


async def test_the_request_about_the_right_is_opened_and_closed(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor, _ = await somebody(app, pictures=1)
        await asked_for(app, "send", actor=actor)
        async with app.transaction() as tx:
            (request,) = list(await tx.scalars(select(RightsRequestRow)))
        assert (request.kind, request.state) == ("export", "open")
        await made(app)
        async with app.transaction() as tx:
            (request,) = list(await tx.scalars(select(RightsRequestRow)))
        assert (request.state, request.outcome) == ("done", "files")


async def test_stopping_removes_what_was_made_and_says_so() -> None:
    async with an_app() as app:
        actor, mine = await somebody(app, pictures=3)
        await asked_for(app, "send", actor=actor)
        row = await the_export(app)

        told = await asked_for(app, "stop", actor=actor)

        assert "Stopped" in said_by(told)
        await made(app, row.id)
        after = await the_export(app)
        assert (after.state, after.passphrase_sealed) == ("gone", None)
        assert await blobs_of(app, after) == 0
        assert len(await app.vault.blobs_of(mine)) == 3, "the pictures themselves stay"
        again = await asked_for(app, "send", actor=actor)
        assert again.letter_id


async def test_a_finished_one_is_offered_again_and_a_newer_one_takes_its_place() -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=1)
        await asked_for(app, "send", actor=actor)
        await made(app)
        first = await the_export(app)

        told = await asked_for(app, "", actor=actor)
        assert f"A copy from {day(first.created_at, 'en')} is still here" in said_by(told)
        assert words_of(told) == ["export again", "export new"]
        sent = await asked_for(app, "again", actor=actor)
        assert sent.letter_id
        assert "A moment ago" in said_by(await asked_for(app, "again", actor=actor)).replace(
            "a moment", "A moment"
        )
        await asked_for(app, "send", actor=actor)
        second = await the_export(app)
        await made(app)

        async with app.transaction() as tx:
            states = {one.id: one.state for one in await tx.scalars(select(ExportRow))}
        assert states == {first.id: "gone", second.id: "ready"}
        assert await blobs_of(app, first) == 0
        assert await blobs_of(app, second) == 1


async def test_files_for_a_roomier_surface_are_not_sent_where_they_do_not_fit() -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=1)
        await asked_for(app, "send", actor=actor)
        await made(app)
        async with app.transaction() as tx:
            await tx.execute(update(ExportPartRow).values(size_bytes=600_000))
        told = await asked_for(app, "again", actor=actor, traits=SMALL)
        assert "too large for here" in said_by(told)
        overview = await asked_for(app, "", actor=actor, traits=SMALL)
        assert words_of(overview) == ["export new"]


@pytest.mark.parametrize("change", ["erasing", "epoch", "deleted"])
async def test_an_account_that_is_frozen_or_gone_ends_its_export(
    change: str, database_url: str
) -> None:
    async with an_app(database_url=database_url) as app:
        actor, mine = await somebody(app, pictures=1)
        await asked_for(app, "send", actor=actor)
        row = await the_export(app)
        async with app.transaction() as tx:
            account = await tx.get_one(AccountRow, mine)
            if change == "deleted":
                await tx.delete(account)
            elif change == "epoch":
                account.epoch += 1
            else:
                account.standing = "erasing"

        await made(app, row.id)

        assert len(await app.vault.blobs_of(mine)) == 1, "no part was made"
        if change == "deleted":
            return
        assert (await the_export(app)).state == "gone"
        (letter,) = await letters_of(app, row)
        assert (letter.kind, letter.is_last) == ("page", True)
        if change == "erasing":
            told = await asked_for(app, "send", actor=actor)
            assert "frozen" in said_by(told)


async def test_a_key_that_is_destroyed_meanwhile_ends_it_without_a_trace() -> None:
    async with an_app() as app:
        actor, mine = await somebody(app, pictures=1)
        await asked_for(app, "protect correct horse battery", actor=actor)
        row = await the_export(app)
        await app.keys.destroy(mine)
        await made(app, row.id)
        assert (await the_export(app)).state == "gone"


@pytest.mark.slow
async def test_a_failure_is_told_and_nothing_is_tried_for_ever(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor, _ = await somebody(app, pictures=1)
        surface = FakeLetters()
        await asked_for(app, "send", actor=actor)
        row = await the_export(app)
        async with app.transaction() as tx:
            # A step fails as it would by a bug.
            cursor = {**row.cursor, "table": "no_such_table", "key": ["x"]}
            await tx.execute(update(ExportRow).values(cursor=cursor))
        loop = asyncio.create_task(LetterLoop(app, surface).run())
        try:
            async with working(app), asyncio.timeout(30):
                while (await the_export(app)).state == "running":
                    await asyncio.sleep(0.05)
                assert await mend_exports(app) == 0
                assert (await asked_for(app, "send", actor=actor)).letter_id
            await surface.until(
                lambda: any("could not" in said_by(o.answer) for o in surface.brought), 30
            )
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

        async with app.transaction() as tx:
            failed = await tx.get_one(ExportRow, row.id)
            request = await tx.get_one(RightsRequestRow, row.request_id)
        assert (failed.state, request.outcome) == ("failed", "failed")
        assert await blobs_of(app, failed) == 0


async def test_parts_leave_on_time_with_their_bytes(database_url: str) -> None:
    async with an_aging_app(database_url, "flux-art") as (app, clock):
        actor, mine = await somebody(app, pictures=1)
        await asked_for(app, "send", actor=actor)
        await made(app)
        row = await the_export(app)
        assert row.expires_at == expires_at(app.profile, row.created_at)
        assert await blobs_of(app, row) == 1

        clock.at = row.expires_at + timedelta(seconds=1)
        told = await asked_for(app, "", actor=actor)
        assert "still here" not in said_by(told), "hidden at once"
        await swept(app)

        async with app.transaction() as tx:
            assert list(await tx.scalars(select(ExportRow))) == []
            assert list(await tx.scalars(select(ExportPartRow))) == []
        assert len(await app.vault.blobs_of(mine)) == 1, "the picture stays, the part is gone"


async def test_an_answer_with_a_day_in_it_survives_a_letter() -> None:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=1)
        await asked_for(app, "send", actor=actor)
        await made(app)
        told = await asked_for(app, "", actor=actor)
        assert said_by(of_json(to_json(told))) == said_by(told)


@pytest.mark.slow
async def test_the_first_file_takes_the_place_of_the_progress(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        actor, _ = await somebody(app, pictures=3)
        shown = await asked_for(app, "send", actor=actor, traits=SMALL)
        surface = FakeLetters()
        loop = asyncio.create_task(LetterLoop(app, surface).run())
        try:
            async with working(app):
                await surface.until(
                    lambda: any(one.attachment is not None for one in surface.brought), 40
                )
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)
        row = await the_export(app)
        first = next(one for one in surface.brought if one.attachment is not None)
        assert first.letter_id == shown.letter_id == row.letter_id
        assert first.attachment is not None
        assert first.attachment.data == (await raw_parts(app, row))[0]
        assert first.attachment.mime == "application/zip"
        assert "Complete: 3 pictures" in said_by(first.answer)
        assert row.reply_to_sealed is None


def test_the_command_is_described_for_surfaces_with_typed_options() -> None:
    assert EXPORT.name == "export"
    assert {one.value for one in EXPORT.options[0].choices} >= {"send", "protect", "link", "stop"}


@pytest.mark.parametrize("standing", ["restricted", "closed", "banned"])
async def test_whoever_may_make_nothing_still_gets_a_copy(standing: str) -> None:
    async with an_app() as app:
        actor: Actor
        actor, mine = await somebody(app, pictures=1)
        now = app.clock.now()
        values: dict[str, object] = {"standing": standing, "closed_at": now}
        if standing == "banned":
            values = {"banned_at": now}
        async with app.transaction() as tx:
            chosen = update(AccountRow).where(AccountRow.id == mine)
            await tx.execute(chosen.values(**values))
        await asked_for(app, "send", actor=actor)
        await made(app)
        assert (await the_export(app)).state == "ready"
