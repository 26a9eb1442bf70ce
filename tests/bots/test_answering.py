"""The operator's side of the rights desk, as typed."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from typer.testing import CliRunner, Result

from bots.cli import limner
from core.accounts.commands import choose_region, meet
from core.accounts.errors import AccountBanned
from core.app import App
from core.generation.commands import request_images
from core.privacy.desk.requests import open_request
from tests.core.privacy.desk.people import told
from tests.factories import a_request, an_actor, an_adult, an_app

Made = TypeVar("Made")


class Desk:
    """A deployment in a folder, and the command line over it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def given(self, make: Callable[[App], Awaitable[Made]]) -> Made:
        """Do something as the running service would."""

        async def run() -> Made:
            async with an_app(folder=self._folder) as app:
                return await make(app)

        return asyncio.run(run())

    def types(self, *words: str) -> Result:
        """Type a command."""
        return CliRunner().invoke(limner, list(words))

    def says(self, *words: str) -> str:
        """Type a command that works; return what it says."""
        result = self.types(*words)
        assert result.exit_code == 0, result.output
        return result.stdout


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Commands set up the logs of their process, which here is the tests' own."""
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "LIMNER_DATA": str(tmp_path / "data"),
        "LIMNER_KEYS": str(tmp_path / "keys"),
        "LIMNER_PRIVACY_CONTACT": "privacy@example.org",
    }.items():
        monkeypatch.setenv(name, value)
    return Desk(tmp_path)


async def _asked(app: App) -> str:
    person = await choose_region(app, an_actor(), "HK")
    await meet(app, an_actor("2"))
    async with app.transaction() as tx:
        return await open_request(tx, app, person.account_id, "export")


@pytest.mark.promise("FA-18.1")
def test_requests_are_listed_for_the_privacy_contact_without_anybody_s_name(desk: Desk) -> None:
    request_id = desk.given(_asked)
    said = desk.says("rights", "list")
    assert "For the privacy contact: privacy@example.org" in said
    assert re.search(rf"{request_id} export hong_kong by chat since .* due .* 0 %", said)
    assert request_id not in desk.says("rights", "list", "--overdue")


@pytest.mark.promise("FA-14.1b")
def test_more_time_needs_a_reason_and_a_law_that_gives_it(desk: Desk) -> None:
    request_id = desk.given(_asked)
    assert desk.types("rights", "extend", request_id).exit_code != 0
    assert desk.types("rights", "extend", request_id, "--reason", "tired").exit_code != 0
    refused = desk.types("rights", "extend", request_id, "--reason", "many")
    assert refused.exit_code == 2
    assert "At most 0 more days are allowed here" in refused.stderr


@pytest.mark.promise("AX-42")
@pytest.mark.promise("FA-14.2b")
def test_a_mail_is_entered_with_its_day_and_only_for_somebody_known(desk: Desk) -> None:
    desk.given(_asked)
    said = desk.says("rights", "import", "test", "2", "delete", "--received", "2026-03-01")
    assert "confirm it in the chat" in said
    assert "delete default by mail since 2026-03-01 due 2026-03-31" in desk.says("rights", "list")
    unknown = desk.types("rights", "import", "test", "9", "delete", "--received", "2026-03-01")
    assert unknown.exit_code == 2
    assert "Nothing is held about this person" in unknown.stderr
    later = desk.types("rights", "import", "test", "2", "delete", "--received", "2999-01-01")
    assert later.exit_code != 0
    wrong = desk.types("rights", "import", "test", "2", "everything", "--received", "2026-03-01")
    assert "These are: mydata, export, delete" in wrong.stderr


def test_requests_are_answered_and_fees_announced(desk: Desk) -> None:
    request_id = desk.given(_asked)
    assert "nothing is charged" in desk.says(
        "rights", "fee", request_id, "5000", "--reason", "copies"
    )
    desk.says("rights", "answer", request_id, "Here it is.")
    assert request_id not in desk.says("rights", "list")
    assert "no open request" in desk.types("rights", "answer", request_id, "again").stderr


def test_talks_are_listed_without_words_and_read_one_by_one(desk: Desk) -> None:
    async def wrote(app: App) -> None:
        await meet(app, an_actor())
        await told(app, "support", "privacy what of canary-3a?")

    desk.given(wrote)
    listed = desk.says("talks", "list")
    assert "support, about their data on test" in listed
    assert "canary-3a" not in listed
    talk_id = listed.split()[0]
    read = desk.types("talks", "read", talk_id)
    assert "what of canary-3a?" in read.stdout
    assert f"the words of talk {talk_id} (support) were read" in read.stderr
    assert "canary-3a" not in read.stderr
    desk.says("talks", "answer", talk_id, "It has gone.")
    assert "Nobody waits" in desk.says("talks", "list")
    assert "It has gone." in desk.says("talks", "read", talk_id)
    assert desk.types("talks", "answer", talk_id, "again").exit_code == 2


def test_a_ban_stops_pictures_and_no_right_and_can_be_taken_back(desk: Desk) -> None:
    desk.given(an_adult)
    assert "Stopped." in desk.says("ban", "test", "1")
    assert "so already" in desk.says("ban", "test", "1")

    async def tries(app: App) -> str:
        with pytest.raises(AccountBanned):
            await request_images(app, a_request(an_actor()))
        return await told(app, "appeal", "it was not me")

    assert "Sent." in desk.given(tries)
    assert "can make pictures again" in desk.says("unban", "test", "1")
    assert "Nobody had stopped them" in desk.says("unban", "test", "1")
    assert "Nothing is held" in desk.types("ban", "test", "nobody").stderr
