"""Consent: off until a yes to the very words, kept with date and text, taken back with one tap."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from core.accounts.consents import (
    PURPOSES,
    Consent,
    ConsentMissing,
    consents_of,
    is_living_anywhere,
    living,
    require,
)
from core.accounts.rows import ConsentRow
from core.app import App
from core.kernel.ids import AccountId
from core.policy.profile import SHIPPED, load_profile
from core.policy.versions import version_of
from core.privacy.choosing.offers import why_not_offered, words_of
from core.privacy.notice.history import policy_seen, publish_policy
from core.storage.inventory import Base, declarations
from tests.core.privacy.choosing.desk import (
    SHUT,
    a_visitor,
    codes_of,
    count,
    elsewhere,
    lines_of,
    text_of,
)
from tests.core.privacy.retention.clock import START
from tests.factories import an_app
from tests.fakes import MovingClock


async def held(app: App, owner: AccountId) -> tuple[Consent, ...]:
    async with app.transaction() as tx:
        return await consents_of(tx, owner)


@pytest.mark.promise("AX-30", "AX-41", "FA-14.f", "FA-4.3", "PL-T3")
@pytest.mark.parametrize("purpose", PURPOSES)
async def test_a_yes_is_kept_with_its_words_and_taken_back_with_one_tap(
    purpose: str, database_url: str
) -> None:
    clock = MovingClock()
    async with an_app(clock=clock, database_url=database_url, LIMNER_POLICY="artiflux") as app:
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        asked = await visitor.presses(await visitor.says("consent"), f"consent {purpose}")
        assert await held(app, owner) == (), "reading is not agreeing"
        shown = text_of(asked)
        noted = await visitor.presses(asked, f"consent {purpose} on")
        assert codes_of(noted)[0] == "consent-noted"
        async with app.transaction() as tx:
            row = (await tx.scalars(select(ConsentRow))).one()
        assert row.text in shown
        assert (row.purpose, row.state, row.language, row.surface) == (
            purpose,
            "given",
            "en",
            "test",
        )
        assert (row.policy_version, row.at) == (version_of(app.profile), clock.at)

        await visitor.presses(await visitor.says("consent"), f"consent {purpose} off")
        assert living(await held(app, owner), purpose, "test") is None  # type: ignore[arg-type]
        assert await count(app, ConsentRow) == 2, "what was agreed to is not rewritten"


@pytest.mark.promise("FA-5.1d", "AX-47", "FA-4.3")
@pytest.mark.parametrize("policy", SHIPPED)
async def test_everything_is_off_until_somebody_says_yes(policy: str) -> None:
    async with an_app(LIMNER_POLICY=policy) as app:
        visitor = await a_visitor(app)
        for line in ("privacy", "terms", "consent", "optout", "unsubscribe"):
            await visitor.says(line)
        known = await held(app, await visitor.account_id())
        assert known == ()
        for purpose in PURPOSES:
            assert not is_living_anywhere(known, purpose)
            with pytest.raises(ConsentMissing):
                require(known, purpose, "test")


@pytest.mark.promise("FA-4.3", "AX-30")
def test_only_what_asks_first_rests_on_consent() -> None:
    resting = {
        table for (table, _), one in declarations(Base.metadata).items() if one.basis == "consent"
    }
    assert resting == {"training_pool"}, "a new one needs a gate like training/pool.capture"


@pytest.mark.promise("PL-D4", "PL-T3", "AX-19")
async def test_where_a_platform_forbids_it_training_is_never_offered() -> None:
    async with an_app(LIMNER_POLICY="artiflux") as app:
        visitor = await a_visitor(app, traits=SHUT)
        for line in ("consent", "consent training", "consent training on", "consent training on x"):
            told = await visitor.says(line)
            assert "consent-not-training-platform" in codes_of(told)
            assert not [one for one in lines_of(told) if one.startswith("consent training")]
        mark = lines_of(await (await a_visitor(app, "2")).says("consent training"))[0]
        await visitor.says(mark)
        assert await count(app, ConsentRow) == 0, "not even with somebody else's button"


@pytest.mark.promise("FA-5.1a", "FA-5.1b")
async def test_where_the_policy_never_trains_there_is_nothing_to_agree_to() -> None:
    async with an_app(LIMNER_POLICY="flux-art") as app:
        visitor = await a_visitor(app)
        told = await visitor.says("consent training")
        assert "consent-not-training-profile" in codes_of(told)
        await visitor.says("consent training on 00000000")
        assert await count(app, ConsentRow) == 0
        for allows in (True, False):
            assert why_not_offered(
                "training", app.profile, allows_training=allows, allows_advertising=True
            )


async def test_a_yes_to_other_words_is_no_yes() -> None:
    async with an_app(LIMNER_POLICY="artiflux") as app:
        visitor = await a_visitor(app, language="zh-CN")
        english = await a_visitor(app, "2")
        foreign = lines_of(await english.says("consent training"))[0]
        told = await visitor.says(foreign)
        assert codes_of(told)[0] == "consent-words-changed"
        typed = await visitor.says("consent training on")
        assert words_of("training", app.profile, "zh_Hans").text in text_of(typed)
        assert await count(app, ConsentRow) == 0


@pytest.mark.parametrize("age", [None, False])
async def test_only_adults_are_asked(age: bool | None) -> None:
    async with an_app(LIMNER_POLICY="artiflux") as app:
        grown = await a_visitor(app, "2")
        mark = lines_of(await grown.says("consent training"))[0]
        visitor = await a_visitor(app, age=age)
        for line in ("consent training", mark):
            told = await visitor.says(line)
            assert codes_of(told)[0] == "consent-needs-age"
            assert lines_of(told) == ["age"]
        assert await count(app, ConsentRow) == 0


async def test_a_no_on_any_surface_ends_it_on_all() -> None:
    async with an_app(LIMNER_POLICY="artiflux") as app:
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        await visitor.says(lines_of(await visitor.says("consent training"))[0])
        known = await held(app, owner)
        assert living(known, "training", "test") is not None
        assert living(known, "training", "another") is None, "a yes holds where it was given"
        withdrawn = Consent("w", "training", False, "another", known[0].at)
        assert living((*known, withdrawn), "training", "test") is None


@pytest.mark.promise("FA-19.2", "AX-47")
async def test_a_new_version_of_the_policy_consents_to_nothing() -> None:
    async with an_app(LIMNER_POLICY="artiflux") as app:
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        await visitor.says(lines_of(await visitor.says("consent marketing"))[0])
        before = await held(app, owner)
        await publish_policy(app)
        await policy_seen(app, owner)
        await visitor.says("privacy")
        assert await held(app, owner) == before


async def test_withdrawing_what_was_never_given_says_so() -> None:
    async with an_app(LIMNER_POLICY="artiflux") as app:
        visitor = await a_visitor(app)
        told = await visitor.says("consent off")
        assert codes_of(told)[:2] == ["consent-none-training", "consent-none-marketing"]
        assert codes_of(await visitor.says("consent to nothing"))[0] == "consent-usage"
        assert await count(app, ConsentRow) == 0
        other = elsewhere(visitor, "other", "9")
        assert "consent-nobody" in codes_of(await other.says("consent"))


EVENTS = st.lists(
    st.tuples(st.sampled_from(PURPOSES), st.booleans(), st.sampled_from("ab"), st.integers(0, 5)),
    max_size=12,
)


@given(EVENTS)
def test_a_consent_lives_only_if_nothing_ended_it_since(
    events: list[tuple[str, bool, str, int]],
) -> None:
    known = tuple(
        Consent(str(number), purpose, is_given, surface, START.replace(second=second))  # type: ignore[arg-type]
        for number, (purpose, is_given, surface, second) in enumerate(events)
    )
    for purpose in PURPOSES:
        for surface in "ab":
            of_it = [one for one in known if one.purpose == purpose]
            ends = [one.at for one in of_it if not one.is_given]
            yes = [one.at for one in of_it if one.is_given and one.surface == surface]
            holds = bool(yes) and all(at < max(yes) for at in ends)
            assert (living(known, purpose, surface) is not None) == holds


@pytest.mark.promise("FA-5.1c")
def test_no_plan_makes_an_exception() -> None:
    names = set(why_not_offered.__annotations__)
    assert "plan" not in names
    profile = load_profile("flux-art")
    assert why_not_offered("training", profile, allows_training=True, allows_advertising=True)
