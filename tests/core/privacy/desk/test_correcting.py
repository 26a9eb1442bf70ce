"""Everybody can correct what they said of themselves; the old value is gone."""

import pytest
from sqlalchemy import select

from core.accounts.commands import choose_region, meet, set_age
from core.accounts.rows import AccountRow
from core.app import App
from core.generation.commands import request_images
from core.generation.errors import AgeDeclined
from core.generation.values import Accepted
from core.privacy.desk.rows import RightsRequestRow
from tests.core.privacy.desk.people import ask, person_of, read, told
from tests.core.privacy.retention.clock import MovingClock
from tests.factories import a_request, an_actor, an_adult, an_app


async def everything(app: App) -> str:
    """All values of the account and of the requests, as they stand in the database."""
    async with app.transaction() as tx:
        rows = [*await tx.scalars(select(AccountRow)), *await tx.scalars(select(RightsRequestRow))]
        return " ".join(
            f"{name}={getattr(row, name)!r}"
            for row in rows
            for name in type(row).__table__.columns.keys()  # noqa: SIM118 - a collection of columns
        )


@pytest.mark.promise("AX-36")
@pytest.mark.promise("FA-14.b")
async def test_what_is_corrected_is_new_at_once_and_old_nowhere(database_url: str) -> None:
    async with an_app(database_url=database_url) as app:
        await choose_region(app, an_actor(), "FR")
        assert "'FR'" in await everything(app)

        shown = await told(app, "correct", "region DE")

        assert "Germany (DE)" in shown
        assert (await person_of(app)).region == "DE"
        held = await everything(app)
        assert "'FR'" not in held
        assert "'DE'" in held
        async with app.transaction() as tx:
            record = (await tx.scalars(select(RightsRequestRow))).one()
        assert (record.kind, record.state, record.outcome) == ("correct", "done", "corrected")
        assert record.words_sealed is None
        assert "Germany (DE)" in await told(app, "correct")


@pytest.mark.promise("FA-14.b")
@pytest.mark.parametrize(
    ("words", "because"),
    [
        ("name Ada", "no name, no e-mail address"),
        ("email a@example.org", "no name, no e-mail address"),
        ("prompt nicer", "can't be rewritten"),
        ("bill wrong-sum", "the law wants kept"),
    ],
)
async def test_what_cant_be_corrected_is_told_with_its_reason(words: str, because: str) -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        assert because in await told(app, "correct", words)
        assert "not something that is kept here" in await told(app, "requests")
        assert words.split()[1] not in await everything(app)


@pytest.mark.parametrize(
    "words", ["", "language", "language klingon", "region Atlantis", "x y", "age 7"]
)
async def test_nonsense_changes_nothing_and_says_what_to_type(words: str) -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        await told(app, "requests")  # the day of use is noted
        before = await everything(app)
        assert "/" in await told(app, "correct", words)
        assert await everything(app) == before


@pytest.mark.promise("AX-11")
async def test_every_preference_is_listed_and_can_be_taken_back() -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        await ask(app, "correct", "language 中文")
        await ask(app, "correct", "region Hongkong")
        await ask(app, "correct", "region 法国")
        await ask(app, "correct", "age adult")
        listed = await told(app, "correct")
        assert "简体中文" in listed
        assert "法国 (FR)" in listed
        assert "已达到年龄要求" in listed

        for field in ("language", "region", "age"):
            await ask(app, "correct", f"{field} none")
        person = await person_of(app)
        assert (person.language, person.region, person.age) == ("en", "", "unknown")
        assert person.age_declared_at is None
        async with app.transaction() as tx:
            assert not (await tx.scalars(select(AccountRow.language_chosen))).one()


@pytest.mark.parametrize(
    ("words", "region", "subdivision"),
    [
        ("de", "DE", ""),
        ("Germany", "DE", ""),
        ("  united   states ", "US", ""),
        ("us-ca", "US", "CA"),
        ("California", "US", "CA"),
        ("US-NY", "US", ""),
        ("uk", "GB", ""),
        ("香港", "", ""),
        ("中国香港特别行政区", "HK", ""),
        ("none", "", ""),
        ("zz", "", ""),
        ("DE-", "", ""),
    ],
)
async def test_a_country_is_understood_by_letters_or_name(
    words: str, region: str, subdivision: str
) -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        await ask(app, "region", words)
        person = await person_of(app)
        assert (person.region, person.subdivision) == (region, subdivision)


async def test_one_letter_lists_its_countries() -> None:
    async with an_app() as app:
        await meet(app, an_actor())
        shown = await told(app, "region", "d")
        assert "DE Germany · DG Diego Garcia · DJ Djibouti · DK Denmark" in shown


async def test_saying_to_be_younger_ends_what_is_made_and_offers_erasure() -> None:
    async with an_app(clock=MovingClock()) as app:
        actor = await an_adult(app)
        queued = await request_images(app, a_request(actor))
        assert isinstance(queued, Accepted)

        shown = await ask(app, "age", "younger")

        assert "1 picture request that was under way was ended" in read(shown)
        assert shown.steps[0].command == "delete"
        with pytest.raises(AgeDeclined):
            await request_images(app, a_request(actor))
        assert "old enough" in await told(app, "age", "adult")
        assert (await person_of(app)).age == "adult"


async def test_the_declaration_of_age_is_shown_and_nonsense_leaves_it() -> None:
    async with an_app() as app:
        await set_age(app, an_actor(), is_adult=True)
        for words in ("", "maybe", "17"):
            assert "old enough" in await told(app, "age", words)
        assert (await person_of(app)).age == "adult"
