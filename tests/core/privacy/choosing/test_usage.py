"""Events of use hold codes and times; numbers are about many; analysis reads nothing else."""

import ast
import re
from datetime import timedelta

import pytest
from sqlalchemy import event, select, text

from core.accounts.commands import choose_region
from core.accounts.rows import AccountRow, UsageEventRow
from core.accounts.usage import MADE, note_event, note_use, note_use_of
from core.app import App
from core.generation.commands import cancel_request, delete_request, repeat_request
from core.generation.errors import NotFound, PromptEmpty
from core.generation.queries import verify
from core.generation.values import RepeatRequest
from core.kernel.errors import CoreError
from core.kernel.ids import PictureId, RequestId
from core.kernel.people import ReplyTo, Room
from core.policy.profile import SHIPPED
from core.privacy.counter.counter import COMMANDS
from core.privacy.counter.values import Command
from core.privacy.retention.queries import feature_days, usage_days
from core.privacy.retention.rows import CountedDayRow, FeatureDayRow, UsageDayRow
from core.privacy.retention.usage import count_days
from tests.architecture.source import ROOT
from tests.core.privacy.choosing.desk import Visitor, a_visitor, count
from tests.core.privacy.retention.clock import START
from tests.core.privacy.retention.things import an_aging_app, swept
from tests.factories import a_request, a_service, accepted, an_app, until
from tests.fakes import RecordingSurface, a_picture

DAY = timedelta(days=1)
CANARY = "canary heron 7f"


async def events(app: App) -> list[tuple[str, str]]:
    query = select(UsageEventRow).order_by(UsageEventRow.at, UsageEventRow.id)
    async with app.transaction() as tx:
        return [(row.feature, row.outcome) for row in await tx.scalars(query)]


@pytest.mark.promise("AX-04", "FA-2.2a")
async def test_everything_that_is_done_is_one_event_and_no_word_of_it(database_url: str) -> None:
    async with an_app(database_url=database_url) as app, a_service(app, RecordingSurface()):
        visitor = await a_visitor(app)
        asked = a_request(visitor.actor, prompt=CANARY)
        done = await accepted(app, asked)
        await accepted(app, asked)
        await until(app, visitor.actor, done.request_id)
        with pytest.raises(PromptEmpty):
            await accepted(app, a_request(visitor.actor, prompt=" "))
        again = RepeatRequest(
            visitor.actor,
            Room("room", is_private=True),
            done.request_id,
            "words",
            ReplyTo("test", CANARY),
            CANARY,
            CANARY,
        )
        await repeat_request(app, again)
        await cancel_request(app, visitor.actor, done.request_id)
        await verify(app, a_picture(), visitor.actor)
        await delete_request(app, visitor.actor, done.request_id)
        with pytest.raises(NotFound):
            await delete_request(app, visitor.actor, RequestId("nothing"))
        found = await events(app)
        assert sorted(found) == sorted(
            [
                ("imagine", "ok"),
                ("imagine", "prompt-empty"),
                ("repeat", "ok"),
                ("cancel", "ok"),
                ("verify", "ok"),
                ("delete", "ok"),
                ("delete", "not-found"),
                *[one for one in found if one[0] == MADE],
            ]
        )
        await wholly_without(app, CANARY)


async def wholly_without(app: App, secret: str) -> None:
    async with app.transaction() as tx:
        rows = (await tx.execute(text("SELECT * FROM usage_events"))).all()
    assert rows
    assert secret not in repr(rows)


@pytest.mark.promise("AX-04")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: one.name)
async def test_each_command_of_the_counter_is_an_event_without_its_words(command: Command) -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        try:
            await visitor.says(f"{command.name} {CANARY}")
            outcome = "ok"
        except CoreError as refusal:
            outcome = refusal.code
        assert await events(app) == [(command.name, outcome)]
        await wholly_without(app, "canary")


@pytest.mark.parametrize("standing", ["restricted", "closed", "erasing"])
async def test_an_account_that_is_not_in_use_is_not_analysed(standing: str) -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        await visitor.stands(standing=standing, closed_at=app.clock.now())
        await visitor.says("privacy")
        assert await events(app) == []
        assert (await visitor.row()).last_used_at is not None


async def test_the_day_of_the_last_use_is_kept_by_the_day_and_ends_a_warning() -> None:
    async with an_aging_app() as (app, clock):
        visitor = await a_visitor(app)
        await visitor.stands(closing_warned_at=clock.at)
        await visitor.says("privacy")
        row = await visitor.row()
        assert row.last_used_at == clock.at.replace(hour=0)
        assert row.closing_warned_at is None
        clock.move(days=1)
        await visitor.says("privacy")
        assert (await visitor.row()).last_used_at == clock.at.replace(hour=0)


async def test_who_is_unknown_or_gone_leaves_no_event() -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        await note_use_of(app, Visitor(app, visitor.actor).actor, "verify")
        owner = await visitor.account_id()
        async with app.transaction() as tx:
            await tx.execute(text("DELETE FROM accounts"))
        await note_use_of(app, visitor.actor, "verify")
        async with app.transaction() as tx:
            await note_use(
                tx, owner, surface="test", feature="x", outcome="ok", now=app.clock.now()
            )
        assert await count(app, UsageEventRow) == await count(app, AccountRow) == 0


async def a_day_of_use(app: App, people: int, first: int = 0) -> list[Visitor]:
    found = [await a_visitor(app, str(first + number)) for number in range(people)]
    for one in found:
        owner = await one.account_id()
        async with app.transaction() as tx:
            for feature, offering in (("privacy", ""), (MADE, "fake/squares")):
                await note_event(
                    tx,
                    owner,
                    surface="test",
                    feature=feature,
                    outcome="ok",
                    now=app.clock.now(),
                    offering_id=offering,
                )
    return found


@pytest.mark.promise("AX-18")
@pytest.mark.parametrize("policy", SHIPPED)
@pytest.mark.parametrize("people", [9, 10])
async def test_no_number_is_about_few_people_and_who_leaves_changes_none(
    people: int, policy: str, database_url: str
) -> None:
    async with an_aging_app(database_url, policy) as (app, clock):
        await a_day_of_use(app, people)
        clock.move(hours=18)
        await count_days(app, clock.at)
        assert await feature_days(app, START - DAY) == (), "the day is not settled yet"
        clock.move(hours=2)
        await swept(app)
        features, models = await feature_days(app, START - DAY), await usage_days(app, START - DAY)
        published = [(one.feature, one.uses) for one in features]
        assert published == ([("privacy", 10)] if people == 10 else [])
        assert [one.requests for one in models] == ([10] if people == 10 else [])
        least = app.profile.usage.aggregate_min_people
        for people_of in (FeatureDayRow.people, UsageDayRow.people):
            async with app.transaction() as tx:
                assert all(one >= least for one in await tx.scalars(select(people_of)))

        # Differencing: somebody leaves, somebody comes; what was published stays as it was.
        async with app.transaction() as tx:
            await tx.execute(text("DELETE FROM accounts WHERE id = (SELECT min(id) FROM accounts)"))
        async with app.transaction() as tx:
            await tx.execute(text("UPDATE usage_events SET outcome = 'other'"))
        for _ in range(3):
            clock.move(hours=6)
            await swept(app)
        assert await feature_days(app, START - DAY) == features
        assert await usage_days(app, START - DAY) == models
        assert await count(app, CountedDayRow) >= 1


async def test_a_day_about_which_nothing_could_be_said_is_not_counted_again() -> None:
    async with an_aging_app() as (app, clock):
        await a_day_of_use(app, 9)
        clock.move(hours=20)
        await count_days(app, clock.at)
        late = await a_visitor(app, "late")
        owner = await late.account_id()
        async with app.transaction() as tx:
            await note_event(tx, owner, surface="test", feature="privacy", outcome="ok", now=START)
        clock.move(hours=6)
        await count_days(app, clock.at)
        assert await feature_days(app, START - DAY) == ()


ANALYSIS = ("core/privacy/retention/usage.py", "core/accounts/usage.py")
READ = {"usage_events", "accounts", "choices", "usage_days", "feature_days", "counted_days"}


@pytest.mark.promise("AX-05", "FA-3.10")
async def test_analysis_reads_events_and_numbers_and_nothing_else(sqlite_url: str) -> None:
    async with an_aging_app(sqlite_url) as (app, clock):
        await a_day_of_use(app, 10)
        clock.move(days=2)
        said: list[str] = []

        def hear(_c: object, _cur: object, statement: str, *_rest: object) -> None:
            said.append(statement)

        event.listen(app.database.engine.sync_engine, "before_cursor_execute", hear)
        await count_days(app, clock.at)
        await feature_days(app, START - DAY)
        await usage_days(app, START - DAY)
        event.remove(app.database.engine.sync_engine, "before_cursor_execute", hear)
        tables = set(re.findall(r"(?:FROM|JOIN|INTO|UPDATE) (\w+)", " ".join(said)))
        assert tables == READ - {"accounts", "choices"}, "events carry all that is counted"


@pytest.mark.promise("AX-05", "FA-3.10")
@pytest.mark.parametrize("name", ANALYSIS)
def test_modules_of_analysis_import_no_content(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text("utf-8"))
    imported = {
        f"{node.module}.{one.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for one in node.names
    }
    forbidden = ("core.generation", "core.storage.vault", "core.storage.keys", "core.quotas")
    assert not [one for one in imported if one.startswith(forbidden)]
    rows = {one.rsplit(".", 1)[1] for one in imported if one.endswith("Row")}
    allowed = {"UsageEventRow", "AccountRow", "ChoiceRow", "CountedDayRow", "FeatureDayRow"}
    assert rows <= allowed | {"UsageDayRow"}


async def test_what_is_asked_of_a_picture_that_is_not_there_is_an_event_too() -> None:
    async with an_app() as app:
        visitor = await a_visitor(app)
        await choose_region(app, visitor.actor, "GB")
        with pytest.raises(NotFound):
            await cancel_request(app, visitor.actor, RequestId(PictureId("x" * 26)))
        assert await events(app) == [("cancel", "not-found")]
