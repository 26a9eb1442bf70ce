"""Single things go at once: bytes, rows, the chat's messages, the providers' copies, the log."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.app import App
from core.generation.rows import PictureRow, RequestRow
from core.kernel.ids import AccountId, BlobId, RequestId, new_id
from core.privacy.desk.rows import RightsRequestRow, TalkRow
from core.privacy.erasure.copies import purge_due
from core.privacy.erasure.rows import ProviderCopyRow
from core.storage.envelope import Place
from core.storage.vault import BlobMissing
from tests.core.privacy.erasure.stage import (
    a_letter_loop,
    a_person_with_pictures,
    says,
    told,
    words_of,
)
from tests.core.privacy.retention.things import MARK, an_aging_app, count_of
from tests.factories import an_actor, an_app
from tests.fakes import FakeLetters, FakeProvider, an_offering


async def is_gone(app: App, owner: AccountId, blob: str) -> bool:
    try:
        await app.vault.get(owner, BlobId(blob))
    except BlobMissing:
        return True
    return False


@pytest.mark.promise("AX-40")
async def test_one_picture_goes_at_once_from_the_store_the_chat_and_the_provider(
    database_url: str,
) -> None:
    provider = FakeProvider(offering=an_offering(id="builtin/illustrator"))
    surface = FakeLetters()
    async with (
        an_app(database_url=database_url, providers=[provider]) as app,
        a_letter_loop(app, surface),
    ):
        _, owner, made = await a_person_with_pictures(app, 2)
        (request_id, picture_id), (kept, _) = made
        shown = await told(app, "", about=request_id)
        done = await told(app, words_of(shown, "this"))

        assert done.page.title.code == "delete-gone-title"
        assert await is_gone(app, owner, picture_id)
        async with app.transaction() as tx:
            assert [row.id for row in await tx.scalars(select(RequestRow))] == [kept]
            assert list(await tx.scalars(select(ProviderCopyRow.state))) == ["nothing_stored"]
        assert provider.purged == [f"{MARK}-{request_id}"]
        await surface.until(lambda: surface.taken == ["message 1-0"])

        again = await told(app, words_of(shown, "this"))
        assert "delete-nothing" in [line.code for line in again.page.lines]
        assert await count_of(app, PictureRow) == 1


async def test_a_strangers_picture_stays_and_says_nothing_of_itself() -> None:
    async with an_app() as app:
        _, owner, made = await a_person_with_pictures(app, 1)
        await a_person_with_pictures(app, 0, native_id="2")
        done = await told(app, f"this {made[0][0]}", actor=an_actor("2"))
        never = await told(app, f"this {RequestId('0' * 26)}", actor=an_actor("2"))
        assert says(done) == says(never)
        assert not await is_gone(app, owner, made[0][1])


async def test_one_picture_of_several_goes_and_the_others_stay() -> None:
    async with an_app() as app:
        _, owner, made = await a_person_with_pictures(app, 1)
        request_id, first = made[0]
        async with app.transaction() as tx:
            like = await tx.get_one(PictureRow, first)
            values = {column.name: getattr(like, column.name) for column in PictureRow.__table__.c}
            second = "second" + first[6:]
            tx.add(PictureRow(**(values | {"id": second, "blob": second, "index": 2})))
        await app.vault.put(owner, BlobId(second), b"other")

        done = await told(app, f"this {request_id} 2")
        assert await is_gone(app, owner, second)
        assert not await is_gone(app, owner, first)
        assert "delete-chat-left" in [line.code for line in done.page.lines]
        await told(app, f"this {request_id} 1")
        assert await count_of(app, RequestRow) == 0, "the last one takes the request along"


@pytest.mark.promise("AX-40")
async def test_all_pictures_go_and_only_those_that_were_counted(database_url: str) -> None:
    async with an_aging_app(database_url, "flux-art") as (app, clock):
        _, owner, made = await a_person_with_pictures(app, 3)
        _, other, theirs = await a_person_with_pictures(app, 1, native_id="2")
        clock.move(hours=1)
        shown = await told(app, "pictures")
        assert "3" in says(shown)
        clock.move(minutes=5)
        _, _, later = await a_person_with_pictures(app, 1)

        await told(app, words_of(shown, "pictures yes"))
        for _, picture_id in made:
            assert await is_gone(app, owner, picture_id)
        assert not await is_gone(app, owner, later[0][1]), "it came after the question"
        assert not await is_gone(app, other, theirs[0][1])

        clock.move(hours=2)
        old = await told(app, words_of(shown, "pictures yes"))
        assert old.page.title.code == "delete-kind-pictures", "an old button asks again"
        assert not await is_gone(app, owner, later[0][1])


@pytest.mark.promise("AX-40")
async def test_everything_since_a_day_goes_and_what_was_before_stays() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        old_at = datetime(2026, 2, 1, tzinfo=UTC)
        _, owner, old = await a_person_with_pictures(app, 1, at=old_at)
        _, _, new = await a_person_with_pictures(app, 2)
        clock.move(minutes=1)
        shown = await told(app, "since 2026年2月20日")
        await told(app, words_of(shown, "since 2026-02-20 yes"))

        assert not await is_gone(app, owner, old[0][1])
        for _, picture_id in new:
            assert await is_gone(app, owner, picture_id)
        assert await count_of(app, RequestRow) == 1


async def test_all_prompts_go_and_pictures_stay() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        _, owner, made = await a_person_with_pictures(app, 2)
        async with app.transaction() as tx:
            row = await tx.get_one(PictureRow, made[1][1])
            await tx.delete(row)
        clock.move(minutes=1)
        shown = await told(app, "prompts")
        done = await told(app, words_of(shown, "prompts yes"))

        assert "delete-gone-requests" in [line.code for line in done.page.lines]
        async with app.transaction() as tx:
            rows = list(await tx.scalars(select(RequestRow)))
        assert [one.id for one in rows] == [made[0][0]], "one without a picture goes whole"
        assert (rows[0].prompt_sealed, rows[0].negative_sealed) == (b"", b"")
        assert not await is_gone(app, owner, made[0][1])


async def test_deleted_words_are_in_no_file_of_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    async with an_app(folder=folder, LIMNER_POLICY="flux-art") as app:
        _, _, made = await a_person_with_pictures(app, 1)
        async with app.transaction() as tx:
            row = await tx.get_one(RequestRow, made[0][0])
            sealed = row.prompt_sealed
        files = [path for path in (folder / "data").iterdir() if path.is_file()]
        await app.database.checkpoint()
        assert any(sealed in path.read_bytes() for path in files)
        await told(app, f"this {made[0][0]}")
        files = [path for path in (folder / "data").iterdir() if path.is_file()]
        assert not any(sealed in path.read_bytes() for path in files)


async def test_what_the_platform_does_not_let_us_remove_is_counted() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        soon = clock.now() + timedelta(hours=48)
        await a_person_with_pictures(app, 2, removable_until=soon)
        clock.move(hours=49)
        await a_person_with_pictures(app, 1)
        clock.move(minutes=1)
        shown = await told(app, "pictures")
        done = await told(app, words_of(shown, "pictures yes"))
        facts = {line.code: line.facts.get("n") for line in done.page.lines}
        assert facts["delete-chat-removing"] == 1
        assert facts["delete-chat-left"] == 2


async def test_a_provider_that_is_silent_is_asked_again_later() -> None:
    class Silent(FakeProvider):
        is_down = True

        async def purge(self, ref):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            if self.is_down:
                raise ConnectionError
            return await super().purge(ref)

    plain = an_offering(id="builtin/illustrator")
    privacy = replace(plain.privacy, retention_s=int(timedelta(days=30).total_seconds()))
    provider = Silent(offering=replace(plain, privacy=privacy))
    async with an_app(providers=[provider]) as app:
        _, _, made = await a_person_with_pictures(app, 1)
        done = await told(app, f"this {made[0][0]}")
        assert "delete-providers-asked" in [line.code for line in done.page.lines]
        provider.is_down = False
        async with app.transaction() as tx:
            row = (await tx.scalars(select(ProviderCopyRow))).one()
            row.try_at = app.clock.now()
        assert await purge_due(app) == 0
        assert await count_of(app, ProviderCopyRow) == 0, "nothing is kept of it"


async def a_talk(app: App, owner: AccountId, at: datetime) -> None:
    talk_id = new_id()
    sealed = await app.keys.seal(Place("talks", "words_sealed", talk_id, owner), b"words")
    async with app.transaction() as tx:
        tx.add(
            TalkRow(
                id=talk_id,
                account_id=owner,
                kind="support",
                state="open",
                surface="test",
                words_sealed=sealed,
                answer_sealed=None,
                reply_to_sealed=sealed,
                created_at=at,
                last_at=at,
            )
        )


async def test_what_a_minimum_protects_is_refused_with_its_date_and_the_rest_goes() -> None:
    async with an_aging_app(policy="flux-art") as (plain, clock):
        app = replace(plain, profile=replace(plain.profile, at_least_days={"support": 366}))
        _, owner, _ = await a_person_with_pictures(app, 0)
        await a_talk(app, owner, clock.now())
        clock.move(days=2)
        shown = await told(app, "talks")
        refused = await told(app, words_of(shown, "talks yes"))
        (line,) = refused.page.lines
        assert (line.code, line.facts["until"]) == ("delete-held", "March 2, 2027")
        assert await count_of(app, TalkRow) == 1

        await a_talk(app, owner, clock.now() - timedelta(days=400))
        clock.move(minutes=1)
        shown = await told(app, "talks")
        done = await told(app, words_of(shown, "talks yes"))
        facts = {one.code: one.facts for one in done.page.lines}
        assert facts["delete-gone-others"]["n"] == 1
        assert facts["delete-kept"]["n"] == 1
        assert await count_of(app, TalkRow) == 1
        async with app.transaction() as tx:
            asked = await tx.scalars(
                select(RightsRequestRow).order_by(RightsRequestRow.received_at)
            )
            outcomes = [(one.kind, one.state, one.outcome) for one in asked]
        assert outcomes == [("delete", "refused", "held"), ("delete", "done", "deleted")]
