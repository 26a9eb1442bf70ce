"""The record of processing: whole, with basis and law, from the code; and files where it says."""

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

from core.recording import processing_record
from core.settings import Settings
from core.storage.places import PLACES
from tests.architecture.source import ROOT
from tests.bots.playground.service import a_playground
from tests.bots.test_cli import limner
from tests.core.storage.live_schema import declared
from tests.factories import settings_for


@pytest.mark.promise("FA-4.0")
async def test_the_record_holds_every_column_that_leads_to_somebody(tmp_path: Path) -> None:
    record = json.loads(await processing_record(settings_for(tmp_path), "json"))

    written = [name for activity in record["activities"] for name in activity["where"]]
    personal = {
        f"{table}.{column}"
        for (table, column), one in declared().items()
        if one.person_path != "none"
    }
    places = {one.name for one in PLACES if one.basis != "none"}
    assert set(written) == personal | places
    assert len(written) == len(set(written)), "each once"
    assert all(activity["basis"] != "none needed" for activity in record["activities"])
    assert all(activity["purposes"] for activity in record["activities"])
    assert record["controller"] == "Example Studio"
    assert record["privacy_contact"] == "privacy@example.org"


@pytest.mark.promise("FA-4.4")
async def test_every_legal_duty_in_the_record_names_its_law(tmp_path: Path) -> None:
    record = json.loads(await processing_record(settings_for(tmp_path), "json"))

    duties = [one for one in record["activities"] if one["basis"] == "legal duty"]
    assert duties
    assert all(one["laws"] for one in duties)
    others = [one for one in record["activities"] if one["basis"] != "legal duty"]
    assert all(not one["laws"] for one in others)


@pytest.mark.promise("FA-4.0", "FA-8.10")
async def test_the_record_names_recipients_and_follows_the_profile(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        OPENAI_BASE_URL="https://api.openai.com/v1",
        OPENAI_API_KEY="sk-a-secret-key",
        LIMNER_POLICY="artiflux",
    )
    page = await processing_record(settings, "markdown")

    assert "Service: Artiflux" in page
    assert "OpenAI · training: never" in page
    assert "function: makes pictures from words" in page
    assert "places: US" in page
    assert "sk-a-secret-key" not in page
    assert page == await processing_record(settings, "markdown"), "the same each time"


@pytest.mark.promise("FA-4.0")
async def test_the_record_in_the_docs_is_what_the_code_says() -> None:
    """Made anew by: limner policy record > docs/record.md, with no settings."""
    page = (ROOT / "docs/record.md").read_text("utf-8")
    assert page == await processing_record(Settings.model_validate({}), "markdown")


async def test_the_command_writes_it(tmp_path: Path) -> None:
    status, said = await limner(tmp_path, "policy", "record", "--format", "json")

    assert status == 0
    assert json.loads(said)["service"] == "Flux Art"
    assert not (tmp_path / "data").exists(), "nothing was made"


@pytest.mark.promise("FA-1.1")
async def test_every_file_that_the_service_makes_is_a_place_of_the_inventory(
    tmp_path: Path,
) -> None:
    async with a_playground(folder=tmp_path) as page:
        await page.made("a fox")
        made = _files(page.app.settings)

    patterns = [pattern for place in PLACES for pattern in place.files]
    assert made
    assert [name for name in made if not any(fnmatch(name, one) for one in patterns)] == []


def _files(settings: Settings) -> list[str]:
    return [
        f"{root}/{path.relative_to(folder).as_posix()}"
        for root, folder in (("data", settings.data), ("keys", settings.keys))
        for path in folder.rglob("*")
        if path.is_file()
    ]
