"""The counter serves everybody, makes no account by being asked, and can't be shut by its pace."""

import pytest
from sqlalchemy import select, update

from core.accounts.commands import meet
from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.people import Actor, ReplyTo
from core.privacy.answers import STEP_CHARS, Answer
from core.privacy.counter.counter import COMMANDS, answer
from core.privacy.counter.errors import TooManyQuestions
from core.privacy.counter.values import Ask, Traits
from core.privacy.notice.pages import TOPICS
from core.privacy.notice.wording import paragraphs
from tests.factories import an_actor, an_app

TRAITS = Traits(part_limit_bytes=9_000_000, allows_training=True, allows_advertising=True)


async def told(app: App, command: str, words: str = "", *, actor: Actor | None = None) -> Answer:
    who = actor or an_actor()
    return await answer(app, Ask(who, command, words, ReplyTo("test", "private"), "key", TRAITS))


async def test_somebody_unknown_is_answered_in_their_language_and_stays_unknown() -> None:
    async with an_app() as app:
        stranger = an_actor("never seen", language_hint="zh-CN")
        seen = [await told(app, one.name, actor=stranger) for one in COMMANDS]

        assert {one.language for one in seen} == {"zh_Hans"}
        async with app.transaction() as tx:
            assert list(await tx.scalars(select(AccountRow))) == []


@pytest.mark.parametrize("topic", ["", *TOPICS, "table", "history", "nonsense"])
async def test_every_page_of_the_notice_is_a_step_away_in_both_languages(topic: str) -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        shown = await told(app, "privacy", topic)

        for language in ("en", "zh_Hans"):
            assert all(paragraphs(shown.page, language))
        assert all(len(f"{one.command} {one.words}") <= STEP_CHARS for one in shown.steps)


async def test_too_quick_is_told_with_a_time_and_works_again_afterwards() -> None:
    async with an_app() as app:
        for _ in range(30):
            await told(app, "privacy")
        with pytest.raises(TooManyQuestions) as refused:
            await told(app, "privacy")
        assert 1 <= int(str(refused.value.facts["retry_after_s"])) <= 61
        await told(app, "privacy", actor=an_actor("somebody else"))


@pytest.mark.parametrize("standing", ["restricted", "closed", "erasing", "banned"])
async def test_whoever_may_make_nothing_is_answered_like_everybody(standing: str) -> None:
    async with an_app() as app:
        person = await meet(app, an_actor())
        now = app.clock.now()
        values: dict[str, object] = {"standing": standing}
        if standing == "banned":
            values = {"banned_at": now}
        async with app.transaction() as tx:
            await tx.execute(
                update(AccountRow)
                .where(AccountRow.id == person.account_id)
                .values(closed_at=now, **values)
            )
        for command in COMMANDS:
            assert (await told(app, command.name)).page.lines
