"""`limner export`: look through a copy of somebody's data, open a locked one, bring one in."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bots.answering import asked
from bots.discord.asking import SURFACE as DISCORD
from bots.playground.person import SURFACE as PLAYGROUND
from bots.telegram.address import SURFACE as TELEGRAM
from core.app import App
from core.kernel.people import Actor
from core.logs import set_up_logs
from core.privacy.export.check import NotLocked, check_part, is_locked, open_locked
from core.privacy.export.lock import LockedOut
from core.privacy.importing.command import BringIn, BroughtIn, bring_in
from core.privacy.importing.parts import CopyRefused
from core.privacy.importing.store import AccountNotInUse
from core.settings import Settings

_WRONG = 1
_NUMBERED = (TELEGRAM, DISCORD)
"""Where a person's id is a number, never a name that somebody else may have tomorrow."""
_SURFACES = (*_NUMBERED, PLAYGROUND)
_NOT_IN_USE = (
    "The account is frozen, closed, restricted, or being joined with another one. "
    "Bring the copy in when it is in use again."
)

Files = Annotated[
    list[Path], typer.Argument(help="Parts of an export.", exists=True, dir_okay=False)
]
File = Annotated[Path, typer.Argument(help="A locked part.", exists=True, dir_okay=False)]
Whose = Annotated[
    str, typer.Option("--for", metavar="SURFACE:ID", help="Whose account here it goes to.")
]


def add_commands(
    limner: typer.Typer,
    settings: Callable[[], Settings],
    plain_words: Callable[[], AbstractContextManager[None]],
) -> None:
    """Add the commands to the command line."""
    export = typer.Typer(
        no_args_is_help=True, help="Check, open or bring in a copy of somebody's data."
    )
    limner.add_typer(export, name="export")
    export.command("check")(_check)
    export.command("open")(_open)

    @export.command("import")
    def import_command(files: Files, whose: Whose) -> None:
        """Bring a copy from another Limner into somebody's account here; all its parts at once."""
        actor = _actor(whose)
        secret = ""
        if any(map(is_locked, files)):
            secret = typer.prompt("Passphrase", hide_input=True)
        command = BringIn(actor, tuple(files), secret)

        async def ask(app: App) -> str:
            return _said(await bring_in(app, command))

        with plain_words():
            found = settings()
            set_up_logs(found.log_format)
            try:
                typer.echo(asyncio.run(asked(found, ask)))
            except CopyRefused as refused:
                lines = [f"- {one}" for one in refused.problems]
                _refuse("\n".join([*lines, "The copy can't be brought in as it is."]))
            except AccountNotInUse:
                _refuse(_NOT_IN_USE)


def _actor(whose: str) -> Actor:
    surface, _, native_id = whose.partition(":")
    if surface not in _SURFACES or not native_id:
        msg = f"SURFACE:ID, where SURFACE is one of {', '.join(_SURFACES)}"
        raise typer.BadParameter(msg)
    if surface in _NUMBERED and not (native_id.isascii() and native_id.isdigit()):
        msg = "an id there is a number, not a name"
        raise typer.BadParameter(msg)
    return Actor(surface, native_id)


def _said(done: BroughtIn) -> str:
    """Say in numbers what was brought in and what was not, and why."""
    settings = [name for name in ("language", "region") if getattr(done, name)]
    lines = [
        "A new account was made." if done.is_new_person else "The account was here already.",
        f"Settings brought in: {', '.join(settings) or 'none'}",
        f"Opt-outs and other noes brought in: {done.noes}",
        f"Pictures brought in: {done.pictures}",
    ]
    others = {
        "here already": done.already_here,
        "left out, as their time would be over here": done.over,
        "left out, as the screening of this Limner refuses them": done.blocked,
        "left out, as they can't be opened as pictures": done.unusable,
        "left out, as the copy has no file of them": done.missing,
    }
    lines += [f"Pictures {what}: {count}" for what, count in others.items() if count]
    lines.append("Age, consents, bans and credits never travel.")
    return "\n".join(lines)


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
