"""`limner export` on the command line: check a copy, open a locked one; no service is needed."""

from pathlib import Path

from typer.testing import CliRunner

from bots.cli import limner
from tests.core.privacy.export.reading import asked_for, made, raw_parts, the_export
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
