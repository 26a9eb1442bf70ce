"""What is half finished is forgotten soon; records of use go with their year; no log is a file."""

import ast
import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from core.accounts.commands import meet
from core.accounts.rows import LinkCodeRow, UsageEventRow
from core.accounts.usage import note_event
from core.app import App
from core.generation.commands import request_images
from core.generation.rows import RequestRow
from core.generation.values import AgeNeeded
from core.generation.workflow import repair
from core.logs import set_up_logs
from core.policy.profile import SHIPPED, load_profile
from core.privacy.erasure.rows import ConfirmationRow
from core.privacy.retention.queries import dry_run
from tests.architecture.source import name_of, parsed, python_files
from tests.core.privacy.retention.clock import START
from tests.core.privacy.retention.things import an_aging_app, swept
from tests.factories import a_request, an_actor


@pytest.mark.promise("AX-11")
async def test_half_finished_questions_are_forgotten(database_url: str) -> None:
    async with an_aging_app(database_url) as (app, clock):
        person = await meet(app, an_actor())
        end = START + timedelta(minutes=10)
        async with app.transaction() as tx:
            tx.add(
                ConfirmationRow(
                    account_id=person.account_id,
                    action="delete",
                    code_hash="0" * 64,
                    tries=0,
                    expires_at=end,
                )
            )
            tx.add(LinkCodeRow(code_hash="1" * 64, account_id=person.account_id, expires_at=end))
        waiting = await request_images(app, a_request(an_actor()))
        assert isinstance(waiting, AgeNeeded)

        await swept(app)
        assert await left(app) == (1, 1, 1)
        clock.move(hours=6)
        assert await dry_run(app) == {"confirmations": 1, "link_codes": 1}
        await swept(app)
        await repair(app)
        assert await left(app) == (0, 0, 0)


async def left(app: App) -> tuple[int, int, int]:
    """How many codes to confirm, codes to link, and requests that wait for an age there are."""
    async with app.transaction() as tx:
        return (
            len(list(await tx.scalars(select(ConfirmationRow)))),
            len(list(await tx.scalars(select(LinkCodeRow)))),
            len(list(await tx.scalars(select(RequestRow)))),
        )


@pytest.mark.promise("FA-10.7")
@pytest.mark.parametrize("policy", SHIPPED)
async def test_records_of_use_go_within_twelve_months(policy: str, database_url: str) -> None:
    async with an_aging_app(database_url, policy) as (app, clock):
        person = await meet(app, an_actor())
        async with app.transaction() as tx:
            await note_event(
                tx,
                person.account_id,
                surface="test",
                feature="imagine",
                outcome="ok",
                now=clock.now(),
            )
        promised = load_profile(policy).retention_days["usage_raw"]
        assert promised <= 365
        clock.move(days=promised - 2)
        await swept(app)
        assert len(await events(app)) == 1
        clock.move(days=1, hours=1)
        await swept(app)
        assert await events(app) == []


async def events(app: App) -> list[UsageEventRow]:
    async with app.transaction() as tx:
        return list(await tx.scalars(select(UsageEventRow)))


@pytest.mark.promise("FA-10.7")
def test_limner_writes_no_log_file_so_none_can_grow_old() -> None:
    writers = {"FileHandler", "RotatingFileHandler", "TimedRotatingFileHandler", "basicConfig"}
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path in python_files("core", "bots")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute | ast.Name)
        and getattr(node, "attr", getattr(node, "id", "")) in writers
    ]
    assert found == []


@pytest.mark.promise("FA-10.7")
def test_log_lines_go_to_standard_error_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [*root.handlers])
    level = root.level
    try:
        set_up_logs("json")
        (handler,) = root.handlers
        assert type(handler) is logging.StreamHandler
    finally:
        root.setLevel(level)
