"""/delete account: nothing by accident; frozen, undone, confirmed once, whatever is pressed."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from core.accounts.commands import find_person, meet, set_age
from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.ids import AccountId, BlobId
from core.kernel.people import Actor
from core.privacy.answers import STEP_CHARS, Answer
from core.privacy.desk.rows import RightsRequestRow
from core.privacy.erasure.codes import CodeGone, CodeWrong
from core.privacy.erasure.commands import NothingToUndo
from core.privacy.erasure.plan import count_rows
from core.privacy.erasure.rows import ConfirmationRow, ErasureRow
from core.privacy.notice.wording import paragraphs
from tests.core.privacy.erasure.stage import (
    a_person_with_pictures,
    code_of,
    confirmed,
    erased,
    erasure_row,
    says,
    told,
    words_of,
)
from tests.core.privacy.retention.things import an_aging_app
from tests.factories import an_actor, an_app


async def standing_of(app: App, actor: Actor) -> str:
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
    assert person is not None
    return person.standing


async def held(app: App, owner: AccountId) -> dict[str, int]:
    """What is held of somebody, but for the record that they asked something."""
    found = await count_rows(app, owner)
    return {name: n for name, n in found.items() if name not in ("usage_events", "confirmations")}


async def erasures(app: App) -> int:
    async with app.transaction() as tx:
        return await tx.scalar(select(func.count()).select_from(ErasureRow)) or 0


async def test_the_page_says_what_goes_what_stays_and_offers_the_export_first() -> None:
    async with an_app() as app:
        await a_person_with_pictures(app, 2)
        shown = await told(app, "account")

        codes = [line.code for line in shown.page.lines]
        assert {"delete-account-goes", "delete-account-stays", "delete-account-backups"} <= set(
            codes
        )
        assert shown.steps[0].command == "export"
        assert await erasures(app) == 0


async def test_without_the_right_code_nothing_happens() -> None:
    async with an_app() as app:
        actor, owner, _ = await a_person_with_pictures(app, 1)
        before = await held(app, owner)
        with pytest.raises(CodeGone):
            await told(app, "account now 123456")
        code = code_of(await told(app, "account now"))
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"
        for left in (4, 3, 2, 1):
            with pytest.raises(CodeWrong) as refused:
                await told(app, f"account now {wrong}")
            assert refused.value.facts["tries_left"] == left
        with pytest.raises(CodeGone):
            await told(app, f"account now {wrong}")
        with pytest.raises(CodeGone):
            await told(app, f"account now {code}")

        assert await standing_of(app, actor) == "active"
        assert await erasures(app) == 0
        assert await held(app, owner) == before


async def test_a_code_is_for_one_action_and_one_person_and_for_minutes() -> None:
    async with an_aging_app() as (app, clock):
        actor, _, _ = await a_person_with_pictures(app, 1)
        await meet(app, an_actor("2"))
        code = code_of(await told(app, "account later"))
        with pytest.raises(CodeGone):
            await told(app, f"account now {code}")
        with pytest.raises(CodeGone):
            await told(app, f"account later {code}", actor=an_actor("2"))
        clock.move(minutes=16)
        with pytest.raises(CodeGone):
            await told(app, f"account later {code}")
        assert await standing_of(app, actor) == "active"


async def test_only_a_keyed_hash_of_the_code_is_stored() -> None:
    async with an_app() as app:
        await a_person_with_pictures(app, 1)
        code = code_of(await told(app, "account now"))
        async with app.transaction() as tx:
            row = (await tx.scalars(select(ConfirmationRow))).one()
        assert code not in (row.code_hash, row.action)
        assert len(row.code_hash) == 64


@pytest.mark.parametrize("typed", ["{0}", "{1} {2}", "{1}-{2}", "{wide}"])
async def test_the_code_is_read_as_people_type_it(typed: str) -> None:
    async with an_app() as app:
        actor, _, _ = await a_person_with_pictures(app, 1)
        code = code_of(await told(app, "ACCOUNT  Later"))
        wide = "".join(chr(ord("\N{FULLWIDTH DIGIT ZERO}") + int(digit)) for digit in code)
        words = typed.format(code, code[:3], code[3:], wide=wide)
        await told(app, f"account later {words}")
        assert await standing_of(app, actor) == "erasing"


@pytest.mark.promise("AX-37")
async def test_the_grace_freezes_at_once_and_undoing_gives_everything_back() -> None:
    async with an_aging_app() as (app, clock):
        actor, owner, made = await a_person_with_pictures(app)
        await set_age(app, actor, is_adult=True)
        before = await held(app, owner)
        frozen = await confirmed(app, "later")
        assert await standing_of(app, actor) == "erasing"
        assert await erased(app, (await erasure_row(app)).id) == "stop", "its time has not come"

        clock.move(hours=47)
        assert "Undone" in says(await told(app, words_of(frozen, "undo")))

        clock.move(hours=2)
        assert await erased(app, (await erasure_row(app)).id) == "stop", "it was undone"
        assert await standing_of(app, actor) == "active"
        after = await held(app, owner)
        assert {name: after[name] for name in before} == before
        assert await app.vault.get(owner, BlobId(made[0][1]))
        async with app.transaction() as tx:
            asked = (await tx.scalars(select(RightsRequestRow))).one()
        assert (asked.kind, asked.state, asked.outcome) == ("delete", "done", "undone")


async def test_undoing_puts_a_restricted_account_back_where_it_was() -> None:
    async with an_app() as app:
        actor, owner, _ = await a_person_with_pictures(app)
        async with app.transaction() as tx:
            row = await tx.get_one(AccountRow, owner)
            row.standing = "restricted"
        await confirmed(app, "later")
        await told(app, "undo")
        assert await standing_of(app, actor) == "restricted"


async def test_pressing_again_in_any_order_does_nothing_twice() -> None:
    async with an_app() as app:
        actor, _, _ = await a_person_with_pictures(app)
        shown = await told(app, "account later")
        words = f"account later {code_of(shown)}"
        pressed = await asyncio.gather(*(told(app, words) for _ in range(4)))
        assert {one.page.title.code for one in pressed} == {"delete-frozen-title"}
        assert await erasures(app) == 1

        await told(app, "undo")
        with pytest.raises(NothingToUndo):
            await told(app, "undo")
        with pytest.raises(CodeGone):
            await told(app, words)
        assert await standing_of(app, actor) == "active"
        assert (await told(app, "account")).page.title.code == "delete-account-title"


async def test_now_ends_the_grace_and_then_nothing_can_be_undone() -> None:
    async with an_app() as app:
        await a_person_with_pictures(app)
        await confirmed(app, "later")
        shown = await told(app)
        assert shown.page.title.code == "delete-frozen-title"
        running = await confirmed(app, "now")
        assert running.page.title.code == "delete-running-title"
        with pytest.raises(NothingToUndo):
            await told(app, "undo")
        row = await erasure_row(app)
        assert row.state == "running"
        assert await erased(app, row.id) == "done"
        assert (await told(app)).page.title.code == "delete-unknown-title"
        assert (await told(app, "account now 123456")).page.title.code == "delete-unknown-title"


async def test_whoever_says_they_are_younger_erases_as_a_minor() -> None:
    async with an_app() as app:
        actor, _, _ = await a_person_with_pictures(app, 0)
        await set_age(app, actor, is_adult=False)
        await confirmed(app, "now")
        assert (await erasure_row(app)).requester == "minor"


@pytest.mark.promise("AX-31")
@pytest.mark.parametrize("policy", ["artiflux", "flux-art"])
async def test_closing_is_not_erasing_and_says_what_follows(policy: str) -> None:
    async with an_aging_app(policy=policy) as (app, _clock):
        actor, owner, _ = await a_person_with_pictures(app)
        shown = await told(app, "close")
        assert await standing_of(app, actor) == "active", "looking closes nothing"
        tail = "delete-close-tail" if policy == "flux-art" else "delete-close-no-tail"
        assert tail in [line.code for line in shown.page.lines]

        await told(app, words_of(shown, "close"))
        assert await standing_of(app, actor) == "closed"
        async with app.transaction() as tx:
            row = await tx.get_one(AccountRow, owner)
        assert row.closed_at is not None
        assert await count_rows(app, owner), "nothing is gone"
        again = await told(app, "close yes")
        assert "delete-closed-already" in [line.code for line in again.page.lines]


NONSENSE = (
    "",
    "wat",
    "account maybe",
    "since yesterday",
    "since 2026-13-45",
    "pictures no",
    "undo",
)


@pytest.mark.parametrize("words", NONSENSE)
async def test_nonsense_gets_a_clear_answer_and_nothing_happens(words: str) -> None:
    async with an_app() as app:
        _, owner, _ = await a_person_with_pictures(app)
        before = await held(app, owner)
        try:
            shown: Answer | None = await told(app, words)
        except NothingToUndo:
            shown = None
        assert await held(app, owner) == before
        if shown is not None:
            for language in ("en", "zh_Hans"):
                assert all(paragraphs(replace(shown.page), language))
            for step in shown.steps:
                assert len(f"{step.command} {step.words}") <= STEP_CHARS
                assert step.words.isascii()
