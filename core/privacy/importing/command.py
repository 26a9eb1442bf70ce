"""Bringing somebody's copy from another Limner into their account here (GDPR, Article 20).

All parts are checked before anything is stored. Then each picture is one small step that can be
repeated, so a killed import is simply run again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from core.accounts.commands import known_person, meet, put
from core.app import App
from core.kernel.ids import AccountId
from core.kernel.offloop import heavy
from core.kernel.people import Actor
from core.moderation.decoding import open_picture
from core.moderation.errors import NotAPicture, PictureTooLarge
from core.privacy.choosing.decisions import bring_noes
from core.privacy.importing.lines import Line, RecordUnusable
from core.privacy.importing.parts import CopyRefused, Part, whole_copy
from core.privacy.importing.past import TABLES, Past, Preferences, read_past
from core.privacy.importing.rules import Periods, as_kept, chosen
from core.privacy.importing.store import (
    AccountNotInUse,
    Arrival,
    Home,
    Seen,
    is_here,
    keep_picture,
    require_use,
)
from core.privacy.retention.rows import HorizonRow
from core.storage.envelope import Unreadable

_SKEW = timedelta(minutes=10)
"""Another machine's clock may be ahead by so much."""


@dataclass(frozen=True, slots=True)
class BringIn:
    """Bring a copy into the account of a person here."""

    actor: Actor
    files: tuple[Path, ...]
    """All parts of one copy, in any order."""
    passphrase: str = ""
    """Opens the parts that are locked."""


@dataclass(slots=True)
class BroughtIn:
    """What an import did, in numbers."""

    is_new_person: bool
    language: bool = False
    region: bool = False
    noes: int = 0
    """Standing noes that are new here."""
    pictures: int = 0
    already_here: int = 0
    over: int = 0
    """Pictures whose time would be over here."""
    blocked: int = 0
    """Pictures that the screening of this instance refuses."""
    unusable: int = 0
    """Files that are no picture that can be opened here."""
    missing: int = 0
    """Pictures of which the copy has no file."""


async def bring_in(app: App, cmd: BringIn) -> BroughtIn:
    """Check a copy, then keep its preferences and pictures; make the account if there is none.

    Nothing is charged, sent to a provider, or delivered. Age, consents, bans and credits stay
    behind; what the person chose here already is not replaced.

    Raises:
        CopyRefused: the parts are no whole copy; nothing was brought in, or no more if a file was
            changed under our hands.
        AccountNotInUse: the account is frozen, closed, restricted or being moved; nothing, or no
            more, was brought in.
        ScreenUnavailable: nobody could judge a picture; it and those after it were not brought in.
    """
    parts = await heavy(whole_copy, cmd.files, cmd.passphrase)
    now = app.clock.now()
    past = await heavy(_past_of, parts, now + _SKEW)
    periods = await _periods(app, now)
    known = await known_person(app, cmd.actor)
    person = known or await meet(app, cmd.actor)
    done = BroughtIn(is_new_person=known is None)
    home = Home(person.account_id, cmd.actor.surface)
    try:
        await _bring_preferences(app, home.account_id, past.preferences, done)
        await _bring_pictures(app, home, parts, past, periods, done)
    except Unreadable as erased:
        raise AccountNotInUse from erased
    return done


def _past_of(parts: Sequence[Part], latest: datetime) -> Past:
    lines: dict[str, list[Line]] = {}
    files: dict[str, str] = {}
    for part in parts:
        for table, found in part.lines(TABLES).items():
            lines.setdefault(table, []).extend(found)
        media = {name: one for name, one in part.manifest.files.items() if _is_media(name)}
        if files.keys() & media.keys():
            raise CopyRefused([f"{part.file.name}: a picture of it is in another part as well"])
        files |= media
    try:
        return read_past(lines, files, latest)
    except RecordUnusable as wrong:
        raise CopyRefused([str(wrong)]) from wrong


def _is_media(name: str) -> bool:
    return name.startswith("media/")


async def _periods(app: App, now: datetime) -> Periods:
    async with app.transaction() as tx:
        rows = await tx.scalars(select(HorizonRow))
        horizons = {row.retention: row.horizon for row in rows}
    return Periods(app.profile, horizons, now)


async def _bring_preferences(
    app: App, account_id: AccountId, there: Preferences, done: BroughtIn
) -> None:
    async with app.transaction() as tx:
        account = await require_use(tx, account_id)
        values: dict[str, object] = {}
        if there.language is not None and not account.language_chosen:
            done.language = True
            values |= {"language": there.language, "language_chosen": True}
        if there.region is not None and not account.region:
            done.region = True
            values |= dict(zip(("region", "subdivision"), there.region, strict=True))
        if values:
            await put(tx, account_id, **values)
    done.noes = await bring_noes(app, account_id, there.noes)


async def _bring_pictures(
    app: App, home: Home, parts: Sequence[Part], past: Past, periods: Periods, done: BroughtIn
) -> None:
    """Go through the parts one by one: no more than one is in memory."""
    wanted = chosen(past, periods)
    done.over, done.missing = wanted.over, wanted.missing
    for part in parts:
        arrivals: dict[str, Arrival] = {}
        for picture in wanted.pictures:
            if picture.path is None or picture.path not in part.manifest.files:
                continue
            request = past.requests[picture.request_id]
            parent = past.requests.get(request.parent_id or "")
            one = Arrival(picture, as_kept(request, periods), parent)
            if await is_here(app, home, one):
                done.already_here += 1
            else:
                arrivals[picture.path] = one
        if arrivals:
            files = await heavy(part.read, tuple(arrivals))
            await _bring_files(app, home, arrivals, files, done)


async def _bring_files(
    app: App,
    home: Home,
    arrivals: Mapping[str, Arrival],
    files: Mapping[str, bytes],
    done: BroughtIn,
) -> None:
    for path, one in arrivals.items():
        try:
            # Safe for everybody: only a surface knows a room for adults, no file can claim it.
            refused = await app.screen.refuse_picture(files[path], adult_room=False)
            seen = await _seen(app, files[path]) if refused is None else None
        except (NotAPicture, PictureTooLarge):
            done.unusable += 1
            continue
        if seen is None:
            done.blocked += 1
        elif await keep_picture(app, home, one, seen):
            done.pictures += 1
        else:
            done.already_here += 1


async def _seen(app: App, data: bytes) -> Seen:
    """Look at a picture itself, whatever the copy says of it; it has passed the screening."""
    reading = await app.provenance.read(data)
    image, mime = await heavy(open_picture, data)
    return Seen(
        data=data,
        mime=mime,
        width_px=image.width,
        height_px=image.height,
        sha256=reading.sha256,
        perceptual_hash=reading.perceptual_hash,
    )
