"""The training pool holds only what a consent covers, and is read by nothing."""

import ast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from core.accounts.consents import consents_of, living
from core.app import App
from core.generation.commands import delete_picture
from core.generation.rows import PictureRow, RequestRow
from core.kernel.ids import AccountId, PictureId
from core.policy.profile import load_profile
from core.privacy.choosing.decisions import give_consent, withdraw_consent
from core.privacy.choosing.offers import words_of
from core.privacy.training.pool import capture, has_pool
from core.privacy.training.rows import PoolItemRow
from tests.architecture.source import ROOT, name_of, parsed, python_files
from tests.core.privacy.choosing.desk import Visitor, a_visitor, codes_of, lines_of, text_of
from tests.core.privacy.retention.things import (
    a_request_with_a_picture,
    an_aging_app,
    swept,
)
from tests.factories import a_request, a_service, accepted, an_app, until
from tests.fakes import RecordingSurface


async def made(visitor: Visitor) -> PictureId:
    """One picture, asked for and delivered."""
    done = await accepted(visitor.app, a_request(visitor.actor))
    seen = await until(visitor.app, visitor.actor, done.request_id)
    assert seen.outcome is not None
    return seen.outcome.pictures[0].picture_id


async def pool(app: App) -> list[str]:
    async with app.transaction() as tx:
        return list(await tx.scalars(select(PoolItemRow.picture_id)))


@pytest.mark.slow
@pytest.mark.promise("AX-07", "AX-19", "PL-T3", "AX-41", "FA-14.f")
async def test_only_pictures_made_under_a_consent_are_taken_in_and_all_go_with_it(
    database_url: str,
) -> None:
    async with (
        an_app(database_url=database_url, LIMNER_POLICY="artiflux") as app,
        a_service(app, RecordingSurface()),
    ):
        visitor = await a_visitor(app)
        await made(visitor)
        assert await pool(app) == []
        await visitor.says(lines_of(await visitor.says("consent training"))[0])
        later = [await made(visitor), await made(visitor)]
        assert sorted(await pool(app)) == sorted(later)
        await delete_picture(app, visitor.actor, later[0])
        assert await pool(app) == [later[1]]
        told = await visitor.says("consent training off")
        assert codes_of(told)[0] == "consent-withdrawn-training"
        assert "1 picture was taken out" in text_of(told)
        await made(visitor)
        assert await pool(app) == []


@pytest.mark.promise("FA-5.1a", "FA-5.1b", "FA-5.1c")
async def test_under_a_policy_that_never_trains_a_yes_from_elsewhere_collects_nothing() -> None:
    async with (
        an_app(LIMNER_POLICY="flux-art") as app,
        a_service(app, RecordingSurface()),
    ):
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        words = words_of("training", load_profile("artiflux"), "en")
        assert await give_consent(app, owner, "training", words, "test")
        await made(visitor)
        assert await pool(app) == []
        async with app.transaction() as tx:
            request = (await tx.scalars(select(RequestRow))).one()
            assert await capture(app, tx, request) == 0
        assert not has_pool(app.profile)


@pytest.mark.promise("AX-19", "PL-D4")
async def test_a_yes_on_one_surface_takes_in_nothing_of_another(database_url: str) -> None:
    async with an_app(database_url=database_url, LIMNER_POLICY="artiflux") as app:
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        words = words_of("training", app.profile, "en")
        await give_consent(app, owner, "training", words, "elsewhere")
        await a_request_with_a_picture(app, owner, app.clock.now())
        async with app.transaction() as tx:
            request = (await tx.scalars(select(RequestRow))).one()
            assert await capture(app, tx, request) == 0


@pytest.mark.parametrize(
    "values", [{"standing": "restricted"}, {"age": "minor"}, {"age": "unknown"}], ids=str
)
async def test_who_is_restricted_or_no_adult_gives_nothing(values: dict[str, str]) -> None:
    async with an_app(LIMNER_POLICY="artiflux") as app:
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        await give_consent(app, owner, "training", words_of("training", app.profile, "en"), "test")
        await a_request_with_a_picture(app, owner, app.clock.now())
        await visitor.stands(**values)
        async with app.transaction() as tx:
            request = (await tx.scalars(select(RequestRow))).one()
            assert await capture(app, tx, request) == 0


STEPS = st.lists(st.sampled_from(["yes", "no", "make", "delete", "wait"]), max_size=14)


@pytest.mark.slow
@pytest.mark.promise("AX-07", "AX-19")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS)
async def test_whatever_happens_each_item_has_a_consent_and_a_picture(steps: list[str]) -> None:
    async with an_aging_app(policy="artiflux") as (app, clock):
        visitor = await a_visitor(app)
        owner = await visitor.account_id()
        words = words_of("training", app.profile, "en")
        consented = False
        expected: set[str] = set()
        for step in steps:
            clock.move(minutes=1)
            if step == "yes":
                await give_consent(app, owner, "training", words, "test")
                consented = True
            elif step == "no":
                await withdraw_consent(app, owner, "training", words, "another")
                consented, expected = False, set()
            elif step == "make":
                picture = await _captured(app, owner)
                expected |= {picture} if consented else set()
            elif step == "delete" and expected:
                gone = expected.pop()
                async with app.transaction() as tx:
                    await tx.execute(delete(PictureRow).where(PictureRow.id == gone))
            elif step == "wait":
                clock.move(days=40)
                await swept(app)
                expected = set()
            assert set(await pool(app)) == expected
            async with app.transaction() as tx:
                known = await consents_of(tx, owner)
            assert not expected or living(known, "training", "test") is not None


async def _captured(app: App, owner: AccountId) -> str:
    request_id, picture_id = await a_request_with_a_picture(app, owner, app.clock.now())
    async with app.transaction() as tx:
        await capture(app, tx, await tx.get_one(RequestRow, request_id))
    return picture_id


KNOWS_THE_POOL: dict[str, str] = {
    "core/privacy/training/pool.py": "fills and empties it",
    "core/migrations/tables.py": "sees every table",
}


@pytest.mark.promise("AX-19", "FA-5.1b")
def test_nothing_reads_the_pool() -> None:
    found = {
        name_of(path)
        for path in python_files("core", "bots")
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").endswith("training.rows"))
        or (isinstance(node, ast.Import) and any("training.rows" in one.name for one in node.names))
    }
    assert found <= set(KNOWS_THE_POOL)
    source = (ROOT / "core/privacy/training/pool.py").read_text("utf-8")
    assert "select(PoolItemRow" not in source
