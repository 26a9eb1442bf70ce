"""`limner export` on the command line: check a copy, open a locked one, bring one in."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bots.cli import limner
from tests.core.privacy.export.reading import asked_for, made, raw_parts, the_export
from tests.core.privacy.importing.copies import PROMPTS, a_copy, a_past
from tests.core.privacy.subject.people import somebody
from tests.factories import an_app

PASSPHRASE = "a good passphrase"


def written(file: Path, data: bytes) -> Path:
    file.write_bytes(data)
    return file


async def a_part(file: Path, words: str) -> Path:
    async with an_app() as app:
        actor, _ = await somebody(app, pictures=1)
        await asked_for(app, words, actor=actor)
        await made(app)
        (data,) = await raw_parts(app, await the_export(app))
    return written(file, data)


async def test_a_copy_is_opened_and_checked(tmp_path: Path) -> None:
    file = await a_part(tmp_path / "locked.zip", f"protect {PASSPHRASE}")
    terminal = CliRunner()

    refused = terminal.invoke(limner, ["export", "check", str(file)])
    assert refused.exit_code == 1
    assert "it is locked" in refused.output
    wrong = terminal.invoke(limner, ["export", "open", str(file)], input="another one\n")
    assert wrong.exit_code == 1
    assert "nothing was written" in wrong.output

    opened = terminal.invoke(limner, ["export", "open", str(file)], input=f"{PASSPHRASE}\n")
    assert opened.exit_code == 0
    assert PASSPHRASE not in opened.output
    target = opened.output.rpartition("Written: ")[2].strip()
    checked = terminal.invoke(limner, ["export", "check", target])
    assert checked.exit_code == 0
    assert "whole and valid" in checked.output


async def test_what_is_not_locked_is_not_opened(tmp_path: Path) -> None:
    file = await a_part(tmp_path / "plain.zip", "send")
    told = CliRunner().invoke(limner, ["export", "open", str(file)], input=f"{PASSPHRASE}\n")
    assert told.exit_code == 1
    assert "not a locked part" in told.output


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A deployment of its own for the command line, whose logs leave those of the tests alone."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIMNER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("LIMNER_KEYS", str(tmp_path / "keys"))
    root = logging.getLogger()
    handlers, level = [*root.handlers], root.level
    yield tmp_path
    root.handlers[:] = handlers
    root.setLevel(level)


async def copies(folder: Path) -> list[str]:
    """A locked copy with real pictures, made elsewhere."""
    async with an_app() as app:
        actor = await a_past(app)
        files = await a_copy(app, actor, folder, f"protect {PASSPHRASE}")
    return [str(one) for one in files]


def typed(*words: str, secret: str = PASSPHRASE) -> Result:
    return CliRunner().invoke(limner, ["export", "import", *words], input=f"{secret}\n")


def test_a_copy_from_elsewhere_is_brought_in_by_one_command(
    here: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = asyncio.run(copies(here))
    wrong = typed(*files, "--for", "telegram:4242", secret="another one")
    assert wrong.exit_code == 1
    assert "part-1.zip: another passphrase" in wrong.output
    assert "can't be brought in" in wrong.output

    done = typed(*files, "--for", "telegram:4242")
    assert done.exit_code == 0, done.output
    assert "A new account was made." in done.output
    assert "Settings brought in: language, region" in done.output
    assert "Opt-outs and other noes brought in: 2" in done.output
    assert "Pictures brought in: 5" in done.output

    again = typed(*files, "--for", "telegram:4242")
    assert "Pictures brought in: 0" in again.output
    assert "Pictures here already: 5" in again.output
    said = caplog.text + done.output + again.output
    assert not any(one in said for one in (PASSPHRASE, *PROMPTS))


@pytest.mark.parametrize("whose", ["telegram", "telegram:", "telegram:@anna", "elsewhere:1", ""])
def test_a_copy_needs_somebody_that_it_goes_to(here: Path, whose: str) -> None:
    file = written(here / "part.zip", b"x")
    told = typed(str(file), "--for", whose)
    assert told.exit_code == 2
    assert not (here / "data").exists()


def test_a_copy_that_can_t_be_used_brings_in_nothing(here: Path) -> None:
    told = typed(str(written(here / "part.zip", b"x")), "--for", "discord:7")
    assert told.exit_code == 1
    assert "part.zip: it is no zip, or it is cut off" in told.output
