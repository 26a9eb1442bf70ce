"""Messages that show a picture besides the result's own: taken back with what they show."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core.app import App
from core.generation.chat_copies import ChatCopy, remember_copies
from core.generation.errors import NotYours
from core.generation.rows import CopyRow, PictureRow, RequestRow
from core.kernel.ids import BlobId, PictureId, RequestId
from core.kernel.people import Actor
from core.privacy.erasure.pressed import delete_shown_picture, delete_shown_request
from core.privacy.letters.rows import LetterRow
from tests.core.privacy.erasure.stage import (
    a_letter_loop,
    a_person_with_pictures,
    confirmed,
    erased,
    erasure_row,
    told,
    words_of,
)
from tests.core.privacy.retention.things import an_aging_app, count_of
from tests.factories import an_actor, an_app
from tests.fakes import FakeLetters, MovingClock


async def a_second_picture(app: App, first: PictureId) -> PictureId:
    """Give a request one more picture."""
    second = PictureId("second" + first[6:])
    async with app.transaction() as tx:
        like = await tx.get_one(PictureRow, first)
        values = {column.name: getattr(like, column.name) for column in PictureRow.__table__.c}
        tx.add(PictureRow(**(values | {"id": second, "blob": second, "index": 2})))
        owner = like.account_id
    await app.vault.put(owner, BlobId(second), b"other")  # type: ignore[arg-type]
    return second


async def remembered(app: App, actor: Actor, request_id: RequestId, *copies: ChatCopy) -> None:
    assert await remember_copies(app, actor, request_id, copies)


async def test_one_picture_takes_back_what_shows_it_alone_or_among_others() -> None:
    surface = FakeLetters()
    async with an_app() as app, a_letter_loop(app, surface):
        actor, _, [(request_id, first)] = await a_person_with_pictures(app, 1)
        second = await a_second_picture(app, first)
        await remembered(
            app,
            actor,
            request_id,
            ChatCopy("the first alone", first),
            ChatCopy("the second alone", second),
            ChatCopy("both", None),
        )
        done = await told(app, f"this {request_id} 2")

        facts = {line.code: line.facts.get("n") for line in done.page.lines}
        assert facts["delete-chat-removing"] == 2
        assert facts["delete-chat-left"] == 1, "the result itself shows the first one too"
        await surface.until(lambda: len(surface.taken) == 2)
        assert sorted(surface.taken) == ["both", "the second alone"]
        assert await count_of(app, CopyRow) == 1


@pytest.mark.promise("AX-40")
async def test_a_request_and_everything_take_all_copies_back(database_url: str) -> None:
    surface = FakeLetters()
    async with (
        an_aging_app(database_url, "flux-art") as (app, clock),
        a_letter_loop(app, surface),
    ):
        actor, _, made = await a_person_with_pictures(app, 3)
        other, _, theirs = await a_person_with_pictures(app, 1, native_id="2")
        for who, things in ((actor, made), (other, theirs)):
            for request_id, picture_id in things:
                await remembered(app, who, request_id, ChatCopy(f"of {picture_id}", picture_id))

        await told(app, f"this {made[0][0]}")
        await surface.until(lambda: len(surface.taken) == 2)
        assert set(surface.taken) == {"message 1-0", f"of {made[0][1]}"}
        clock.move(minutes=1)
        shown = await told(app, "pictures")
        await told(app, words_of(shown, "pictures yes"))
        await surface.until(lambda: len(surface.taken) == 6)
        assert {f"of {one}" for _, one in made} <= set(surface.taken)
        assert f"of {theirs[0][1]}" not in surface.taken
        assert await count_of(app, CopyRow) == 1, "that of the other person"

        since = await told(app, "since 2026-01-01", actor=other)
        await told(app, words_of(since, "since 2026-01-01 yes"), actor=other)
        await surface.until(lambda: f"of {theirs[0][1]}" in surface.taken)
        assert await count_of(app, CopyRow) == 0


async def test_what_could_be_taken_back_is_not_counted_a_second_time() -> None:
    async with an_aging_app(policy="flux-art") as (app, clock):
        actor, _, made = await a_person_with_pictures(app, 2)
        over = clock.now() - timedelta(hours=1)
        await remembered(
            app,
            actor,
            made[0][0],
            ChatCopy("young", made[0][1]),
            ChatCopy("old", made[0][1], removable_until=over),
        )
        clock.move(minutes=1)
        shown = await told(app, "pictures")
        done = await told(app, words_of(shown, "pictures yes"))
        facts = {line.code: line.facts.get("n") for line in done.page.lines}
        assert (facts["delete-chat-removing"], facts["delete-chat-left"]) == (3, 1)
        await confirmed(app, "now")
        await erased(app, (await erasure_row(app)).id)
        receipt = (await erasure_row(app)).receipt
        assert receipt is not None
        assert receipt["chat_messages"] == {"removal_asked": 0, "only_you_can_remove": 1}


async def test_an_account_takes_all_copies_along_and_counts_those_it_can_not(
    database_url: str,
) -> None:
    clock, surface = MovingClock(), FakeLetters()
    async with (
        an_app(clock=clock, database_url=database_url) as app,
        a_letter_loop(app, surface),
    ):
        actor, _, made = await a_person_with_pictures(app, 2)
        soon = clock.now() + timedelta(minutes=15)
        for request_id, picture_id in made:
            await remembered(
                app,
                actor,
                request_id,
                ChatCopy(f"any {picture_id}", picture_id),
                ChatCopy(f"soon {picture_id}", picture_id, removable_until=soon),
            )
        clock.move(minutes=20)
        await confirmed(app, "now")
        await erased(app, (await erasure_row(app)).id)
        receipt = (await erasure_row(app)).receipt
        assert receipt is not None
        assert receipt["chat_messages"] == {"removal_asked": 4, "only_you_can_remove": 2}
        await surface.until(lambda: len(surface.taken) == 4)
        assert {one for one in surface.taken if one.startswith("any")} == {
            f"any {picture_id}" for _, picture_id in made
        }
        assert await count_of(app, CopyRow) == 0


async def test_deleted_words_take_the_copies_along_that_show_them() -> None:
    surface = FakeLetters()
    async with (
        an_aging_app(policy="flux-art") as (app, clock),
        a_letter_loop(app, surface),
    ):
        actor, _, [(request_id, picture_id)] = await a_person_with_pictures(app, 1)
        await remembered(
            app,
            actor,
            request_id,
            ChatCopy("with words", picture_id, shows_words=True),
            ChatCopy("a file", picture_id),
        )
        clock.move(minutes=1)
        shown = await told(app, "prompts")
        done = await told(app, words_of(shown, "prompts yes"))
        facts = {line.code: line.facts.get("n") for line in done.page.lines}
        assert (facts["delete-chat-removing"], facts["delete-chat-left"]) == (1, 1)
        await surface.until(lambda: surface.taken == ["with words"])


async def test_a_button_takes_copies_back_but_not_the_one_that_was_pressed() -> None:
    surface = FakeLetters()
    async with an_app() as app, a_letter_loop(app, surface):
        actor, _, [(request_id, picture_id)] = await a_person_with_pictures(app, 1)
        await remembered(
            app,
            actor,
            request_id,
            ChatCopy("pressed", picture_id),
            ChatCopy("another", picture_id),
        )
        with pytest.raises(NotYours):
            await delete_shown_picture(app, an_actor("2"), picture_id)
        with pytest.raises(NotYours):
            await delete_shown_request(app, an_actor("2"), request_id)
        done = await delete_shown_picture(
            app, actor, picture_id, lambda shown: shown.address == "pressed"
        )
        assert done.message_address == "message 1-0", "its surface changes the result"
        await surface.until(lambda: surface.taken == ["another"])
        assert await count_of(app, CopyRow) == 0


async def test_a_button_elsewhere_has_the_result_itself_taken_back() -> None:
    surface = FakeLetters()
    async with an_app() as app, a_letter_loop(app, surface):
        actor, _, [(request_id, _)] = await a_person_with_pictures(app, 1)
        async with app.transaction() as tx:
            row = await tx.get_one(RequestRow, request_id)
            row.surface = "elsewhere"
        done = await delete_shown_request(app, actor, request_id)
        assert done.message_address == ""
        async with app.transaction() as tx:
            surfaces = list(await tx.scalars(select(LetterRow.surface)))
        assert surfaces == ["elsewhere"]


async def test_what_was_deleted_while_it_was_sent_is_not_remembered() -> None:
    async with an_app() as app:
        actor, _, [(request_id, picture_id)] = await a_person_with_pictures(app, 1)
        await delete_shown_picture(app, actor, picture_id)
        late = [ChatCopy("late", picture_id)]
        assert not await remember_copies(app, actor, request_id, late)
        assert not await remember_copies(app, actor, request_id, [ChatCopy("late", None)])
        assert not await remember_copies(app, actor, RequestId("0" * 26), late)
        with pytest.raises(NotYours):
            await remember_copies(app, an_actor("2"), request_id, late)
        assert await count_of(app, CopyRow) == 0


async def test_a_copy_keeps_nothing_longer_than_its_request() -> None:
    async with an_app() as app:
        actor, _, [(request_id, picture_id)] = await a_person_with_pictures(app, 1)
        await remembered(app, actor, request_id, ChatCopy("here", picture_id))
        async with app.transaction() as tx:
            begun = await tx.scalar(select(RequestRow.created_at))
            assert await tx.scalar(select(func.min(CopyRow.created_at))) == begun
