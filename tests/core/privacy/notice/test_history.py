"""A change of the policy is told to each person once, with what changed; knowing is no consent."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.accounts.commands import meet
from core.app import App
from core.kernel.people import LANGUAGES, Language
from core.messages.catalogue import text
from core.policy.profile import load_profile
from core.policy.values import values_of
from core.policy.versions import Change, changes_between, version_of
from core.privacy.notice.history import (
    PolicyNews,
    policy_history,
    policy_news,
    policy_seen,
    publish_policy,
)
from core.privacy.notice.news import about, history_page, news_page
from core.privacy.notice.wording import paragraphs, said
from tests.factories import an_actor, an_app
from tests.fakes import MovingClock


def with_shorter_support(app: App) -> App:
    periods = {**app.profile.retention_days, "support": 365}
    return replace(app, profile=replace(app.profile, retention_days=periods))


@pytest.mark.promise("AX-44", "FA-19.1")
async def test_a_change_is_told_once_to_who_knew_the_version_before(database_url: str) -> None:
    clock = MovingClock()
    async with an_app(database_url=database_url, clock=clock) as app:
        await publish_policy(app)
        old = (await meet(app, an_actor("1"))).account_id
        assert await policy_news(app, old) is None
        assert await policy_seen(app, old)
        assert await policy_news(app, old) is None

        clock.move(days=30)
        later = with_shorter_support(app)
        await publish_policy(later)
        new = (await meet(later, an_actor("2"))).account_id

        news = await policy_news(later, old)
        assert news is not None
        assert news.changes == (Change("retention_days.support", "changed", 1095, 365),)
        assert news.published_at == clock.now()
        assert await policy_seen(later, old)
        assert await policy_news(later, old) is None
        assert not await policy_seen(later, old)
        assert await policy_news(later, new) is None, "for a new person nothing has changed"


@pytest.mark.promise("AX-45")
async def test_earlier_versions_can_be_looked_up_with_what_changed() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        await publish_policy(app)
        clock.move(days=1)
        later = with_shorter_support(app)
        await publish_policy(later)
        history = await policy_history(later)

    assert [one.version for one in history] == [version_of(later.profile), version_of(app.profile)]
    assert [len(one.changes) for one in history] == [1, 0]
    lines = paragraphs(history_page(history), "en")
    assert "messages to support: was 3 years, is now 1 year" in lines


async def test_starting_again_makes_no_new_version_and_going_back_makes_the_old_one_hold() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        first = await publish_policy(app)
        begun = (await policy_history(app))[0].published_at
        clock.move(days=1)
        await publish_policy(app)
        assert [one.published_at for one in await policy_history(app)] == [begun]

        later = with_shorter_support(app)
        second = await publish_policy(later)
        clock.move(days=1)
        assert await publish_policy(app) == first
        assert [one.version for one in await policy_history(app)] == [first, second]


async def test_who_saw_a_version_that_came_back_is_told_that_it_did() -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        person = (await meet(app, an_actor("1"))).account_id
        later = with_shorter_support(app)
        for one in (app, later):
            await publish_policy(one)
            await policy_seen(one, person)
            clock.move(days=1)
        await publish_policy(app)
        news = await policy_news(app, person)
        assert news is not None
        assert news.changes == (Change("retention_days.support", "changed", 365, 1095),)
        await policy_seen(app, person)
        assert await policy_news(app, person) is None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_news_are_said_in_the_persons_language(language: Language) -> None:
    clock = MovingClock()
    async with an_app(clock=clock) as app:
        await publish_policy(app)
        person = (await meet(app, an_actor("1"))).account_id
        await policy_seen(app, person)
        clock.move(days=1)
        later = with_shorter_support(app)
        await publish_policy(later)
        news = await policy_news(later, person)
    assert news is not None
    words = "\n".join(paragraphs(news_page(news), language))
    assert text("policy-period-years", language, n=3) in words
    assert text("policy-period-years", language, n=1) in words
    assert "{" not in words


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_value_that_can_change_has_words(language: Language) -> None:
    values = values_of(load_profile("flux-art"))
    for name in values:
        assert said(about(name), language)
    for change in changes_between({}, values):
        assert change.kind == "added"


@pytest.mark.parametrize("language", LANGUAGES)
def test_going_from_one_policy_to_the_other_can_be_said(language: Language) -> None:
    before, after = (values_of(load_profile(name)) for name in ("flux-art", "artiflux"))
    changes = changes_between(before, after)
    assert len(changes) > 8
    news = PolicyNews("0" * 64, "", datetime(2026, 11, 22, tzinfo=UTC), changes)
    words = paragraphs(news_page(news), language)
    assert len(words) == len(changes) + 3
    assert not any("{" in line for line in words)
