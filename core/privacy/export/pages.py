"""What a person reads about their export, from the question to the last file."""

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from core.app import App
from core.kernel.people import Language
from core.messages.speech import data_size
from core.privacy.answers import Answer, Step
from core.privacy.export.rows import ExportRow
from core.privacy.export.store import StoredPart
from core.privacy.export.values import BYTES, DOWNLOADS_AT_MOST, FILES, MISSING, RECORDS, TOO_LARGE
from core.privacy.notice.wording import Facts, Line, Page

SEND = Step(Line("export-step-send"), "export", "send")
LINK = Step(Line("export-step-link"), "export", "link")
PROTECT = Step(
    Line("export-step-protect"),
    "export",
    "protect",
    asks=Line("export-asks-passphrase"),
    is_secret=True,
)
PROTECT_LINK = Step(
    Line("export-step-protect-link"),
    "export",
    "protect-link",
    asks=Line("export-asks-passphrase"),
    is_secret=True,
)
STOP = Step(Line("export-step-stop"), "export", "stop")
AGAIN = Step(Line("export-step-again"), "export", "again")

_ALMOST_DONE = 99


def answer(language: Language, lines: Sequence[Line], *steps: Step) -> Answer:
    """Return a page about an export."""
    return Answer(Page("export", Line("export-title"), tuple(lines)), language, steps)


def choices(app: App) -> tuple[Step, ...]:
    """Return the ways in which a copy can be had here."""
    if app.settings.public_url:
        return (SEND, PROTECT, LINK, PROTECT_LINK)
    return (SEND, PROTECT)


def percent_of(row: ExportRow) -> int:
    """Return how far an export is; the size of what comes is an estimate."""
    expected = max(1, row.counts.get(BYTES, 0))
    return min(_ALMOST_DONE, 100 * row.done_bytes // expected)


def under_way(row: ExportRow) -> Answer:
    """Say how far an export is, in the message that becomes its end."""
    return answer(
        cast("Language", row.language),
        (
            Line("export-under-way", {"percent": percent_of(row)}),
            Line("export-under-way-locked" if row.is_locked else "export-under-way-open"),
        ),
        STOP,
    )


def _counted(row: ExportRow) -> Line:
    return Line(
        "export-complete",
        {
            "files": Line("export-count-files", {"n": row.counts.get(FILES, 0)}),
            "records": Line("export-count-records", {"n": row.counts.get(RECORDS, 0)}),
        },
    )


def _left_out(app: App, row: ExportRow) -> tuple[Line, ...]:
    lines = []
    if missing := row.counts.get(MISSING, 0):
        lines.append(Line("export-missing", {"n": missing}))
    if large := row.counts.get(TOO_LARGE, 0):
        code = "export-too-large-link" if app.settings.public_url else "export-too-large"
        lines.append(Line(code, {"n": large}))
    return tuple(lines)


def _guide(row: ExportRow) -> Line:
    return Line("export-guide-locked" if row.is_locked else "export-guide")


def _until(row: ExportRow) -> Line:
    assert row.expires_at is not None
    return Line("export-until", {"day": row.expires_at})


def _size(parts: Sequence[StoredPart]) -> str:
    return data_size(sum(one.size_bytes for one in parts))


def with_file(app: App, row: ExportRow, parts: Sequence[StoredPart], part: StoredPart) -> Answer:
    """Return what stands beside one file; the first says what all of it is."""
    language = cast("Language", row.language)
    of = Line("export-part-of", {"number": part.number, "count": len(parts)})
    if part.number > 1:
        return answer(language, (of,))
    too_large = row.counts.get(TOO_LARGE, 0) and app.settings.public_url
    return answer(
        language,
        (
            _counted(row),
            Line("export-parts", {"n": len(parts), "size": _size(parts)}),
            _guide(row),
            *_left_out(app, row),
            _until(row),
        ),
        *((LINK,) if too_large else ()),
    )


def by_link(app: App, row: ExportRow, parts: Sequence[StoredPart], url: str) -> Answer:
    """Return the end of an export that is fetched on the web edge."""
    lines = (
        _counted(row),
        Line("export-parts", {"n": len(parts), "size": _size(parts)}),
        Line("export-link-open", {"downloads": DOWNLOADS_AT_MOST}),
        _guide(row),
        *_left_out(app, row),
        _until(row),
    )
    open_it = Step(Line("export-step-open"), "export", url=url)
    return answer(cast("Language", row.language), lines, *((open_it,) if url else ()))


def failed(row: ExportRow) -> Answer:
    """Say that an export failed, and that asking again is fine."""
    return answer(cast("Language", row.language), (Line("export-failed"),), SEND)


def frozen(row: ExportRow) -> Answer:
    """Say that an export ended because the account is frozen or gone."""
    return answer(cast("Language", row.language), (Line("export-frozen"),))


def stopped(language: Language, app: App) -> Answer:
    """Say that an export was stopped, and what can be done instead."""
    return answer(language, (Line("export-stopped"),), *choices(app))


def offer(
    language: Language, app: App, *, size_bytes: int, parts: int, extra: Sequence[Line] = ()
) -> Answer:
    """Say how large a copy would be, and offer the ways to get it."""
    facts: Facts = {"n": parts, "size": data_size(size_bytes)}
    lines = (*extra, Line("export-estimate", facts), Line("export-who-can-open"))
    if not app.settings.public_url:
        return answer(language, lines, *choices(app))
    return answer(language, (*lines, Line("export-link-exists")), *choices(app))


def still_there(
    language: Language,
    row: ExportRow,
    parts: Sequence[StoredPart],
    url: str,
    *,
    is_sendable: bool,
) -> Answer:
    """Offer a finished export again, or a new one."""
    made_at: datetime = row.created_at
    assert row.expires_at is not None
    facts: Facts = {"day": made_at, "until": row.expires_at, "n": len(parts), "size": _size(parts)}
    steps = []
    if is_sendable:
        steps.append(AGAIN)
    if url:
        steps.append(Step(Line("export-step-open"), "export", url=url))
    fresh = Step(Line("export-step-fresh"), "export", "new")
    return answer(language, (Line("export-still-there", facts),), *steps, fresh)
