"""After and during a whole job, nobody's words stand anywhere in the clear."""

import asyncio
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from core.app import App
from core.engine.inventory import UNUSED
from core.generation.commands import remember_message
from core.generation.values import OutcomeKind, RequestImages, RequestState
from core.kernel.people import Actor
from core.providers.port import ImageOrder, JobRef, Offering, PrivacyControls
from core.storage.database import Database
from tests.core.storage.live_schema import all_cells
from tests.factories import a_request, a_service, accepted, an_adult, an_app, until
from tests.fakes import FakeProvider, RecordingSurface, a_picture

PROMPT = "canaryprompt a violet heron over slate roofs"
NEGATIVE = "canarynegative umbrellas"
NATIVE_ID = "canarynative77120934"
ADDRESS = "canaryaddress5501"
MESSAGE = "canarymessage8812"
ROOM = "canaryroom431"
KEY = "canarykey9937"
UNKNOWN_WORD = "canaryword"
CANARIES = [PROMPT, NEGATIVE, NATIVE_ID, ADDRESS, MESSAGE, ROOM, KEY, UNKNOWN_WORD, "canary"]


class FakeProviderWithWords(FakeProvider):
    """Says which words it could not draw, as the built-in illustrator does."""

    async def fetch(self, ref: JobRef):  # type: ignore[no-untyped-def]  # noqa: ANN201
        made = await super().fetch(ref)
        if not isinstance(made, tuple):
            return made
        return tuple(replace(one, facts={"unknown_words": [UNKNOWN_WORD]}) for one in made)


@dataclass
class Talkative(FakeProvider):
    """A provider with a bug, whose error repeats what it was given."""

    async def submit(
        self,
        offering: Offering,
        order: ImageOrder,
        *,
        idempotency_key: str,
        controls: PrivacyControls,
    ) -> JobRef:
        raise RuntimeError(f"can't draw {order.prompt} without {order.negative}")


def an_order(person: Actor) -> RequestImages:
    asked = a_request(person, prompt=PROMPT, negative=NEGATIVE, request_key=KEY, count=2)
    return replace(
        asked,
        room=replace(asked.room, key=ROOM),
        reply_to=replace(asked.reply_to, address=ADDRESS),
    )


def an_engine(url: str) -> Engine:
    return Database(url).sync_engine()


def in_the_tables(url: str) -> list[str]:
    """Where a canary stands in any cell of the database, the engine's tables included."""
    engine = an_engine(url)
    found = [
        f"{canary} in {where}"
        for where, raw in all_cells(engine)
        for canary in CANARIES
        if canary.encode() in raw
    ]
    engine.dispose()
    return found


def in_the_files(*folders: Path) -> list[str]:
    """Where a canary, or a picture's first bytes, stand in any file: write-ahead logs too."""
    pictures = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF")
    found = []
    for file in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        raw = file.read_bytes()
        found += [f"{canary} in {file.name}" for canary in CANARIES if canary.encode() in raw]
        found += [f"a picture in {file.name}" for magic in pictures if raw.startswith(magic)]
    return found


async def a_running_job(app: App, surface: RecordingSurface) -> tuple[Actor, RequestImages]:
    person = await an_adult(app, NATIVE_ID)
    asked = an_order(person)
    done = await accepted(app, asked)
    await remember_message(app, person, done.request_id, MESSAGE)
    await until(app, person, done.request_id, RequestState.RUNNING)
    async with asyncio.timeout(20):
        while not surface.notes:
            await asyncio.sleep(0.05)
    return person, asked


async def test_words_addresses_and_ids_are_nowhere_in_the_clear(
    database_url: str, tmp_path: Path
) -> None:
    provider = FakeProviderWithWords()
    provider.gate.clear()
    surface = RecordingSurface()
    folder = tmp_path / "app"
    folder.mkdir()
    database_file = Path(database_url.removeprefix("sqlite:///")).parent
    files = [folder] + ([database_file] if database_file.is_dir() else [])
    async with (
        an_app(database_url=database_url, providers=[provider], folder=folder) as app,
        a_service(app, surface),
    ):
        person, asked = await a_running_job(app, surface)
        assert in_the_tables(database_url) == [], "while it runs"
        assert in_the_files(*files) == [], "while it runs"
        provider.gate.set()
        again = await accepted(app, asked)
        done = await until(app, person, again.request_id)
        assert in_the_tables(database_url) == [], "after it ended"
        assert in_the_files(*files) == [], "after it ended"

    parcel = surface.parcels[0]
    assert (parcel.reply_to, parcel.message_address) == (ADDRESS, MESSAGE)
    assert done.outcome is not None
    assert done.outcome.kind is OutcomeKind.PICTURES
    assert UNKNOWN_WORD in done.outcome.unknown_words


async def test_an_error_that_repeats_the_prompt_is_not_stored_with_its_text(
    database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    surface = RecordingSurface()
    folder = tmp_path / "app"
    async with (
        an_app(database_url=database_url, providers=[Talkative()], folder=folder) as app,
        a_service(app, surface),
    ):
        person = await an_adult(app, NATIVE_ID)
        done = await accepted(app, an_order(person))
        ended = await until(app, person, done.request_id)
        assert in_the_tables(database_url) == []

    assert ended.outcome is not None
    assert ended.outcome.kind is OutcomeKind.FAILED
    assert ended.outcome.credits_charged == 0
    assert "canary" not in caplog.text


async def test_the_engine_uses_only_the_tables_that_are_declared_as_used(
    database_url: str, tmp_path: Path
) -> None:
    surface = RecordingSurface()
    folder = tmp_path / "app"
    async with an_app(database_url=database_url, folder=folder) as app, a_service(app, surface):
        person = await an_adult(app)
        done = await accepted(app, a_request(person))
        await until(app, person, done.request_id)
    engine = an_engine(database_url)
    filled = {where.partition(".")[0] for where, _ in all_cells(engine)}
    engine.dispose()

    assert "workflow_status" in filled
    assert filled & set(UNUSED) == set()


def test_the_scan_itself_finds_what_is_in_the_clear(sqlite_url: str, tmp_path: Path) -> None:
    engine = an_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE notes (words TEXT, raw BLOB)")
        connection.exec_driver_sql("INSERT INTO notes VALUES (?, ?)", (PROMPT, NATIVE_ID.encode()))
    engine.dispose()
    (tmp_path / "a").write_bytes(a_picture(1))

    assert {f"{PROMPT} in notes.words", f"{NATIVE_ID} in notes.raw"} <= set(
        in_the_tables(sqlite_url)
    )
    assert "a picture in a" in in_the_files(tmp_path)
    shutil.rmtree(tmp_path / "database")
