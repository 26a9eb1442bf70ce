"""Turns a request's facts into the card that the page shows: JSON with the person's own texts."""

import re
from collections.abc import Sequence
from typing import assert_never

from core.generation.queries import shortened
from core.generation.values import (
    ImageWish,
    Outcome,
    OutcomeKind,
    PictureView,
    RequestState,
    RequestStatus,
)
from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import duration, spoken

Card = dict[str, object]
Button = dict[str, object]
_SHAPE = re.compile(r"(\d+)[:x](\d+)")
_SQUARE = "1:1"
_USUAL_FORMAT = "png"
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


def button(action: str, code: str, language: Language, **facts: object) -> Button:
    """Return one button: what it does and what stands on it."""
    return {"action": action, "label": text(code, language), **facts}


def _shape(aspect: str) -> tuple[int, int]:
    sides = _SHAPE.fullmatch(aspect)
    return (int(sides[1]), int(sides[2])) if sides else (1, 1)


def _options(status: RequestStatus) -> list[str]:
    """Return what the person chose beyond the words, as short tags."""
    wish, language = status.wish, status.language
    tags = []
    if wish.aspect and wish.aspect != _SQUARE:
        tags.append(wish.aspect)
    if wish.count > 1:
        tags.append(f"×{wish.count}")
    if wish.style:
        tags.append(wish.style)
    if wish.offering_id:
        tags.append(status.offering_title)
    if wish.negative:
        tags.append(text("page-tag-without", language, words=wish.negative))
    if wish.seed is not None:
        tags.append(text("caption-seed", language, seed=wish.seed))
    if wish.image_format != _USUAL_FORMAT:
        tags.append(wish.image_format.upper())
    return tags


def _picture(picture: PictureView, wish: ImageWish, request_id: str) -> dict[str, object]:
    address = f"/api/pictures/{picture.picture_id}"
    suffix = _SUFFIXES.get(picture.mime, "bin")
    return {
        "id": picture.picture_id,
        "request_id": request_id,
        "index": picture.index,
        "url": address,
        "original": f"{address}/original",
        "file_name": f"limner-{picture.picture_id[:8]}.{suffix}",
        "width": picture.width_px,
        "height": picture.height_px,
        "seed": picture.seed,
        "alt": shortened(wish.prompt),
    }


def _caption(status: RequestStatus, outcome: Outcome) -> str:
    language = status.language
    made_by = (
        text("caption-ai", language, model=status.offering_title)
        if status.is_ai_model
        else text("caption-builtin", language)
    )
    charged = int(outcome.credits_charged)
    parts = (
        made_by,
        text("caption-seed", language, seed=status.seed),
        text("caption-credits", language, n=charged),
    )
    return " · ".join(parts)


def _result_buttons(outcome: Outcome, language: Language) -> list[Button]:
    opening: list[Button] = []
    if len(outcome.pictures) > 1:
        opening = [
            {"action": "open", "label": str(picture.index), "index": picture.index}
            for picture in outcome.pictures
        ]
    return [
        *opening,
        button("vary", "button-vary", language),
        button("again", "button-again", language),
        button("words", "button-words", language),
        button("original", "button-original", language),
        button("delete", "button-delete", language),
    ]


def _ended(status: RequestStatus, outcome: Outcome) -> Card:
    language = status.language
    again = button("retry", "button-try-again", language)
    words = button("words", "button-words", language)
    match outcome.kind:
        case OutcomeKind.PICTURES if outcome.pictures:
            note = ""
            if outcome.unknown_words:
                unknown = ", ".join(outcome.unknown_words)
                note = text("unknown-words", language, words=unknown)
            return {
                "state": "done",
                "line": "",
                "note": note,
                "caption": _caption(status, outcome),
                "pictures": [
                    _picture(one, status.wish, status.request_id) for one in outcome.pictures
                ],
                "buttons": _result_buttons(outcome, language),
            }
        case OutcomeKind.PICTURES:
            line = text("page-pictures-deleted", language)
            return {"state": "deleted", "line": line, "buttons": [again, words]}
        case OutcomeKind.REFUSED:
            line = spoken(outcome.code, outcome.facts, language)
            return {"state": "refused", "line": line, "buttons": [words]}
        case OutcomeKind.FAILED:
            line = spoken(outcome.code, outcome.facts, language)
            return {"state": "failed", "line": line, "buttons": [again, words]}
        case OutcomeKind.CANCELLED:
            line = text("cancelled", language)
            return {"state": "cancelled", "line": line, "buttons": [again, words]}
        case _:
            assert_never(outcome.kind)


def _moving(status: RequestStatus) -> Card:
    language = status.language
    eta = duration(status.eta_s, language)
    match status.state:
        case RequestState.WAITING_AGE:
            yes = button("age-yes", "button-adult", language)
            no = button("age-no", "button-minor", language)
            line = text("age-question", language)
            return {"state": "waiting-age", "line": line, "buttons": [yes, no]}
        case RequestState.QUEUED:
            state = "waiting"
            line = text(
                "status-waiting",
                language,
                place=status.place,
                eta=eta,
                held=status.credits_held,
                left=status.credits_left,
            )
        case RequestState.RUNNING:
            state = "painting"
            line = (
                text("status-painting-percent", language, percent=status.percent)
                if status.percent
                else text("status-painting", language, eta=eta)
            )
        case RequestState.ENDED | RequestState.DELIVERED:
            state = "painting"
            line = text("status-delivering", language)
        case _:
            assert_never(status.state)
    return {"state": state, "line": line, "buttons": [button("cancel", "button-cancel", language)]}


def card_of(status: RequestStatus) -> Card:
    """Return the card of one request, whatever state it is in."""
    width, height = _shape(status.wish.aspect)
    preview = ""
    if status.preview_blob is not None:
        # The revision changes with every preview, so the page loads each one once.
        preview = f"/api/requests/{status.request_id}/preview?v={status.revision}"
    language = status.language
    card: Card = {
        "id": status.request_id,
        "revision": status.revision,
        "created_at": status.created_at.isoformat(),
        "prompt": status.wish.prompt,
        "words": status.wish.prompt,
        "options": _options(status),
        "count": status.wish.count,
        "width": width,
        "height": height,
        "place": status.place,
        "percent": status.percent,
        "preview": preview,
        "note": "",
        "caption": "",
        "pictures": [],
        "credits": credits_left(status.credits_left, language),
        "labels": {
            "vary": text("button-vary", language),
            "original": text("button-original", language),
            "delete": text("button-delete", language),
        },
    }
    outcome = status.outcome
    return card | (_moving(status) if outcome is None else _ended(status, outcome))


def cards_of(found: Sequence[RequestStatus], limit: int) -> dict[str, object]:
    """Return one page of the history, oldest first; ``found`` holds one more if there is more."""
    shown = [card_of(status) for status in found[:limit]]
    return {"cards": shown[::-1], "has_earlier": len(found) > limit}


def credits_left(left: int, language: Language) -> str:
    """Return what stands on the pill at the top."""
    return text("page-credits", language, n=int(left))
