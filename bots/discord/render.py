"""Draws the one message of a request: in line, painting, and each way it can end."""

from typing import assert_never

from bots.discord.components import NOTHING, PressButton, Verb, button, labelled
from bots.discord.page import Page, Row
from bots.discord.pictures import Attached, fitting
from bots.discord.wording import kept, quoted
from core.generation.values import (
    OutcomeKind,
    PictureFile,
    PictureView,
    RequestState,
    RequestStatus,
)
from core.kernel.errors import CoreError
from core.kernel.ids import PictureId, RequestId
from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import duration, refusal, spoken
from core.quotas.queries import QuotaView

PREVIEW_NAME = "preview"
_MIB = 1024 * 1024
# Codes of refusals after which a person wants their own words back.
_WORTH_KEEPING = frozenset({"flag-unknown", "flag-invalid", "prompt-too-long"})


def status_page(
    status: RequestStatus, *, preview: Attached | None = None, shown_before: str = ""
) -> Page:
    """Draw a request that has not ended."""
    language = status.language
    match status.state:
        case RequestState.QUEUED | RequestState.WAITING_AGE:
            line = text(
                "status-waiting",
                language,
                place=status.place,
                eta=duration(status.eta_s, language),
                held=status.credits_held,
                left=status.credits_left,
            )
        case RequestState.RUNNING if status.percent:
            line = text("status-painting-percent", language, percent=status.percent)
        case RequestState.RUNNING:
            line = text("status-painting", language, eta=duration(status.eta_s, language))
        case RequestState.ENDED | RequestState.DELIVERED:
            line = text("status-delivering", language)
        case _:
            assert_never(status.state)
    return Page(
        lines=(f"**{line}**",),
        gallery=(preview,) if preview else (),
        shown_before="" if preview else shown_before,
        rows=((labelled(Verb.CANCEL, status.request_id, "button-cancel", language),),),
    )


def preview_file(data: bytes, *, is_veiled: bool) -> Attached:
    """Return a preview picture as a file; its name is the same for every preview."""
    suffix = "png" if data.startswith(b"\x89PNG") else "jpg"
    return Attached(f"{PREVIEW_NAME}.{suffix}", data, "", is_veiled)


async def outcome_page(
    status: RequestStatus,
    pictures: tuple[PictureFile, ...],
    grid: PictureFile | None,
    *,
    limit_bytes: int,
    is_veiled: bool,
    offers_choice: bool = False,
) -> Page:
    """Draw how a request ended. Nothing but the pictures' own caption repeats the prompt."""
    outcome, language = status.outcome, status.language
    assert outcome is not None
    again = labelled(Verb.AGAIN, status.request_id, "button-try-again", language)
    words = labelled(Verb.WORDS, status.request_id, "button-words", language)
    models = labelled(Verb.MODELS, status.request_id, "server-button-models", language)
    match outcome.kind:
        case OutcomeKind.PICTURES:
            return await _picture_page(
                status, pictures, grid, limit_bytes=limit_bytes, is_veiled=is_veiled
            )
        case OutcomeKind.FAILED:
            return Page(
                lines=(spoken(outcome.code, outcome.facts, language),),
                rows=((again, models, words) if offers_choice else (again, words),),
            )
        case OutcomeKind.REFUSED:
            return Page(lines=(spoken(outcome.code, outcome.facts, language),), rows=((words,),))
        case OutcomeKind.CANCELLED:
            returned = text("credits-returned", language, n=int(outcome.credits_returned))
            return Page(lines=(text("cancelled", language), returned), rows=((again, words),))
        case _:
            assert_never(outcome.kind)


async def _picture_page(
    status: RequestStatus,
    pictures: tuple[PictureFile, ...],
    grid: PictureFile | None,
    *,
    limit_bytes: int,
    is_veiled: bool,
) -> Page:
    language = status.language
    if not pictures:
        return deleted_page(0, language)
    shown = await fitting(grid or pictures[0], limit_bytes, is_veiled=is_veiled)
    lines = [quoted(status.wish.prompt)]
    assert status.outcome is not None
    if status.outcome.unknown_words:
        unknown = quoted(", ".join(status.outcome.unknown_words))
        lines.append(text("unknown-words", language, words=unknown))
    if grid is None:
        lines.append(too_large_line(pictures, limit_bytes, language, is_shown=True))
    return Page(
        lines=tuple(lines),
        footnote=caption(status, _views(status)),
        gallery=(shown,),
        rows=_result_rows(status, len(pictures)),
    )


def _views(status: RequestStatus) -> tuple[PictureView, ...]:
    return status.outcome.pictures if status.outcome else ()


def _result_rows(status: RequestStatus, count: int) -> tuple[Row, ...]:
    request_id, language = status.request_id, status.language
    rows: list[Row] = []
    if count > 1:
        views = _views(status)
        rows.append(
            [button(Verb.OPEN, request_id, str(one.index), index=one.index) for one in views]
        )
    rows.append(
        [
            labelled(Verb.VARY, request_id, "button-vary", language),
            labelled(Verb.AGAIN, request_id, "button-again", language),
            labelled(Verb.WORDS, request_id, "button-words", language),
        ]
    )
    rows.append(
        [
            labelled(Verb.ORIGINAL, request_id, "button-original", language),
            labelled(Verb.DELETE, request_id, "button-delete", language),
        ]
    )
    return tuple(rows)


def caption(status: RequestStatus, views: tuple[PictureView, ...]) -> str:
    """Say how a picture was made, with which seed, and what it cost."""
    language, outcome = status.language, status.outcome
    made = (
        text("caption-ai", language, model=quoted(status.offering_title))
        if status.is_ai_model
        else text("caption-builtin", language)
    )
    seed = views[0].seed if len(views) == 1 else status.seed
    charged = int(outcome.credits_charged) if outcome else 0
    parts = [made, text("caption-seed", language, seed=seed)]
    parts.append(text("caption-credits", language, n=charged))
    return " · ".join(parts)


def too_large_line(
    pictures: tuple[PictureFile, ...], limit_bytes: int, language: Language, *, is_shown: bool
) -> str:
    """Say which originals this place can't take; empty when all fit."""
    sizes = [len(one.data) for one in pictures if len(one.data) > limit_bytes]
    if not sizes:
        return ""
    return text(
        "server-too-large" if is_shown else "server-original-too-large",
        language,
        size=f"{max(sizes) / _MIB:.1f}",
        limit=f"{limit_bytes / _MIB:.0f}",
    )


async def single_page(
    status: RequestStatus, picture: PictureFile, index: int, *, limit_bytes: int, is_veiled: bool
) -> Page:
    """Draw one picture of several, for its owner alone."""
    language, request_id = status.language, status.request_id
    views = tuple(view for view in _views(status) if view.index == index)
    return Page(
        lines=(
            quoted(status.wish.prompt),
            too_large_line((picture,), limit_bytes, language, is_shown=True),
        ),
        footnote=caption(status, views),
        gallery=(await fitting(picture, limit_bytes, is_veiled=is_veiled),),
        rows=(
            (
                labelled(Verb.VARY, request_id, "button-vary", language, index),
                labelled(Verb.ORIGINAL, request_id, "button-original", language, index),
                labelled(Verb.DROP, request_id, "button-delete", language, index),
            ),
        ),
    )


def originals_page(
    files: tuple[PictureFile, ...], *, limit_bytes: int, is_veiled: bool, language: Language
) -> Page:
    """Hand over the untouched files that fit, and say of the others that they don't."""
    fits = tuple(
        Attached(one.file_name, one.data, one.alt_text, is_veiled)
        for one in files
        if len(one.data) <= limit_bytes
    )
    line = text("server-originals", language) if fits else ""
    large = too_large_line(files, limit_bytes, language, is_shown=False)
    return Page(lines=(line, large), documents=fits)


def deleted_page(count: int, language: Language) -> Page:
    """Stand where the pictures were."""
    if not count:
        return Page(lines=(text("deleted-already", language),))
    return Page(lines=(text("deleted", language, n=count),))


def says(code: str, language: Language, **facts: object) -> Page:
    """Say one thing."""
    return Page(lines=(text(code, language, **facts),))


def refusal_page(error: CoreError, language: Language, *, words: str = "") -> Page:
    """Say what can't be done and what to change; with the person's words, to correct them."""
    lines = [_escaped_refusal(error, language)]
    if words and error.code in _WORTH_KEEPING:
        lines.append(kept(words))
    return Page(lines=tuple(lines))


def _escaped_refusal(error: CoreError, language: Language) -> str:
    given = error.facts.get("given")
    if isinstance(given, str):
        return spoken(error.code, {**error.facts, "given": quoted(given)}, language)
    return refusal(error, language)


def welcome_lines(operator: str, language: Language) -> tuple[str, ...]:
    """Say what this is, before anything else."""
    run_by = text("welcome-operator", language, operator=quoted(operator)) if operator else ""
    return (text("welcome", language), run_by, text("welcome-privacy", language))


def age_page(
    pending_id: RequestId | None, language: Language, *, greeting: tuple[str, ...] = ()
) -> Page:
    """Ask for the age; the answer goes on with the request that waits."""
    target = pending_id or NOTHING
    row: tuple[PressButton, ...] = (
        labelled(Verb.ADULT, target, "button-adult", language),
        labelled(Verb.MINOR, target, "button-minor", language),
    )
    return Page(lines=(*greeting, text("age-question", language)), rows=(row,))


def quota_page(view: QuotaView, language: Language) -> Page:
    """Say what can be spent and when it refills."""
    refill = text("quota-reset", language, resets_in=duration(view.resets_in_s, language))
    return Page(
        lines=(
            text(
                "quota-line",
                language,
                available=view.available,
                free=view.free_left,
                daily=view.daily_credits,
                extra=view.credits,
            ),
            refill,
        ),
        footnote=text(
            "quota-plan",
            language,
            plan=view.plan,
            running=view.running_at_once,
            waiting=view.waiting_at_most,
            monthly=view.monthly_credits,
        ),
    )


def picture_id_at(status: RequestStatus, index: int) -> PictureId | None:
    """Return the picture with this number; the first one for 0; None when it is gone."""
    for view in _views(status):
        if index in {0, view.index}:
            return view.picture_id
    return None
