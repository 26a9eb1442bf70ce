"""`limner export`: look through a copy of somebody's data, or open one that is locked."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from core.privacy.export.check import NotLocked, check_part, open_locked
from core.privacy.export.lock import LockedOut

_WRONG = 1

Files = Annotated[
    list[Path], typer.Argument(help="Parts of an export.", exists=True, dir_okay=False)
]
File = Annotated[Path, typer.Argument(help="A locked part.", exists=True, dir_okay=False)]


def add_commands(limner: typer.Typer) -> None:
    """Add the commands to the command line."""
    export = typer.Typer(no_args_is_help=True, help="Check or open a copy of somebody's data.")
    limner.add_typer(export, name="export")
    export.command("check")(_check)
    export.command("open")(_open)


def _check(files: Files) -> None:
    """Check parts of an export: every file by its hash, every record by its schema."""
    is_sound = True
    for file in files:
        found = check_part(file)
        is_sound = is_sound and not found.problems
        for problem in found.problems:
            typer.echo(f"- {file.name}: {problem}", err=True)
        if not found.problems:
            typer.echo(
                f"{file.name}: part {found.part}, {found.files} files, "
                f"{found.records} records, whole and valid"
            )
    if not is_sound:
        raise typer.Exit(_WRONG)


def _open(file: File) -> None:
    """Open a locked part with its passphrase, and write the zip beside it."""
    passphrase = typer.prompt("Passphrase", hide_input=True)
    try:
        target = open_locked(file, passphrase)
    except NotLocked:
        _refuse("That is not a locked part of an export; nothing was written.")
    except LockedOut:
        _refuse("Another passphrase, or a damaged file; nothing was written.")
    typer.echo(f"Written: {target}")


def _refuse(words: str) -> NoReturn:
    typer.echo(words, err=True)
    raise typer.Exit(_WRONG)
