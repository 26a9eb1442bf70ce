"""What a copy from elsewhere holds that can live here: choices, requests, pictures; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from core.accounts.choices import is_kind
from core.accounts.commands import RegionUnknown, read_region
from core.kernel.people import LANGUAGES, Language
from core.privacy.importing.lines import INT64, Line
from core.providers.port import ImageFormat

TABLES = ("accounts", "choices", "requests", "pictures")
"""The data files that are read; of the others nothing is brought in."""
_ID_CHARS, _WORDS_CHARS = 64, 20_000
_OUTPUTS = "media/"
_KIND_CHARS = 32


@dataclass(frozen=True, slots=True)
class Preferences:
    """What the person chose."""

    language: Language | None
    """None: it was the platform's."""
    region: tuple[str, str] | None
    """Country and part of it; None where the person never said one."""
    noes: Mapping[str, datetime]
    """Each standing no, and since when it holds."""


@dataclass(frozen=True, slots=True)
class PastRequest:
    """One request that was made elsewhere: the wish, the model, the times. No address, no price."""

    id: str
    parent_id: str | None
    prompt: str | None
    negative: str | None
    unknown_words: str | None
    aspect: str
    count: int
    seed: int
    seed_given: bool
    style: str
    wished_offering: str
    offering_id: str
    image_format: ImageFormat
    spoiler: bool
    created_at: datetime
    queued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastPicture:
    """One picture that was made elsewhere."""

    id: str
    request_id: str
    index: int
    path: str | None
    """The file in its part; None where the copy has none."""
    seed: int
    is_ai_model: bool
    manifest_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """Everything of a copy that can live here."""

    preferences: Preferences
    requests: Mapping[str, PastRequest]
    """By their ids there."""
    pictures: Sequence[PastPicture]


def read_past(lines: Mapping[str, Sequence[Line]], files: Mapping[str, str], now: datetime) -> Past:
    """Read the records of all parts.

    ``files``: the hash of every file, by its name. ``now``: nothing can be later.

    Raises:
        RecordUnusable: one of them can't be used, so none is.
    """
    requests: dict[str, PastRequest] = {}
    for line in lines.get("requests", ()):
        request = _request(line, now)
        if request.id in requests:
            raise line.refuse("id", "is there twice")
        requests[request.id] = request
    return Past(
        preferences=_preferences(lines, now),
        requests=requests,
        pictures=_pictures(lines.get("pictures", ()), requests, files, now),
    )


def _pictures(
    lines: Iterable[Line],
    requests: Mapping[str, PastRequest],
    files: Mapping[str, str],
    now: datetime,
) -> tuple[PastPicture, ...]:
    found: dict[str, PastPicture] = {}
    places: set[tuple[str, int]] = set()
    for line in lines:
        one = _picture(line, files, now)
        request = requests.get(one.request_id)
        if request is None:
            raise line.refuse("request_id", "leads to no request of the copy")
        if one.index > request.count:
            raise line.refuse("index", "is more than its request asked for")
        place = (one.request_id, one.index)
        if one.id in found or place in places:
            raise line.refuse("id", "is there twice")
        places.add(place)
        found[one.id] = one
    return tuple(found.values())


def _preferences(lines: Mapping[str, Sequence[Line]], now: datetime) -> Preferences:
    language: Language | None = None
    region: tuple[str, str] | None = None
    for number, line in enumerate(lines.get("accounts", ())):
        if number:
            raise line.refuse("id", "is that of a second account")
        chosen = line.mark("language", 16)
        if line.yes("language_chosen"):
            # A language that is not spoken here is not chosen here.
            language = next((one for one in LANGUAGES if one == chosen), None)
        region = _region(line.mark("region", 2), line.mark("subdivision", 3))
    return Preferences(language, region, dict(_noes(lines.get("choices", ()), now)))


def _region(country: str, part: str) -> tuple[str, str] | None:
    try:
        return read_region(f"{country}-{part}" if part else country)
    except RegionUnknown:
        return None


def _noes(lines: Iterable[Line], now: datetime) -> Iterable[tuple[str, datetime]]:
    for line in lines:
        kind = line.mark("kind", _KIND_CHARS, may_be_empty=False)
        if is_kind(kind):
            yield kind, line.time("since", now)


def _request(line: Line, now: datetime) -> PastRequest:
    image_format = next(
        (one for one in get_args(ImageFormat) if one == line.values.get("image_format")), None
    )
    if image_format is None:
        raise line.refuse("image_format", "is none that pictures come in")
    return PastRequest(
        id=line.mark("id", _ID_CHARS, may_be_empty=False),
        parent_id=line.mark_or_none("parent_id", _ID_CHARS),
        prompt=line.words("prompt", _WORDS_CHARS),
        negative=line.words("negative", _WORDS_CHARS),
        unknown_words=line.words("unknown_words", _WORDS_CHARS),
        aspect=line.mark("aspect", 16),
        count=line.whole("count", 1, 4),
        seed=line.whole("seed", *INT64),
        seed_given=line.yes("seed_given"),
        style=line.mark("style", 32),
        wished_offering=line.mark("wished_offering", 128),
        offering_id=line.mark("offering_id", 128),
        image_format=image_format,
        spoiler=line.yes("spoiler"),
        created_at=line.time("created_at", now),
        queued_at=line.time_or_none("queued_at", now),
        started_at=line.time_or_none("started_at", now),
        ended_at=line.time_or_none("ended_at", now),
    )


def _picture(line: Line, files: Mapping[str, str], now: datetime) -> PastPicture:
    path = line.mark_or_none("blob_file", 200)
    if path is not None:
        if not path.startswith(_OUTPUTS) or path not in files:
            raise line.refuse("blob_file", "names no picture of the copy")
        if files[path] != line.values.get("sha256"):
            raise line.refuse("sha256", "is that of another file")
    return PastPicture(
        id=line.mark("id", _ID_CHARS, may_be_empty=False),
        request_id=line.mark("request_id", _ID_CHARS, may_be_empty=False),
        index=line.whole("index", 1, 4),
        path=path,
        seed=line.whole("seed", *INT64),
        is_ai_model=line.yes("is_ai_model"),
        manifest_id=line.mark("manifest_id", 128),
        created_at=line.time("created_at", now),
    )
