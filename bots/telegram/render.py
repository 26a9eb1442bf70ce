"""Turns facts into what is read: status lines, captions and outcomes, as Telegram's HTML."""

from typing import assert_never

from bots.telegram.wording import CAPTION_UNITS, escaped, quoted, units
from core.generation.values import Outcome, OutcomeKind, RequestState, RequestStatus
from core.messages.catalogue import text
from core.messages.speech import duration, spoken

_PROMPT_UNITS = 700
_WORDS_UNITS = 120


def status_line(status: RequestStatus) -> str:
    """Return where a request stands that has not ended."""
    language = status.language
    eta = duration(status.eta_s, language)
    match status.state:
        case RequestState.WAITING_AGE:
            return escaped(text("age-question", language))
        case RequestState.QUEUED:
            line = text(
                "status-waiting",
                language,
                place=status.place,
                eta=eta,
                held=status.credits_held,
                left=status.credits_left,
            )
            return escaped(line)
        case RequestState.RUNNING if status.percent:
            return escaped(text("status-painting-percent", language, percent=status.percent))
        case RequestState.RUNNING:
            return escaped(text("status-painting", language, eta=eta))
        case RequestState.ENDED | RequestState.DELIVERED:
            return escaped(text("status-delivering", language))
        case _:
            assert_never(status.state)


def caption(status: RequestStatus, outcome: Outcome, *, index: int = 0) -> str:
    """Return what stands under the pictures: the prompt, who made them, seed, credits.

    ``index`` names one picture of several; 0 is the whole result.
    """
    language = status.language
    shown = [view for view in outcome.pictures if index in (0, view.index)]
    seed = shown[0].seed if len(shown) == 1 else status.seed
    made_by = (
        text("caption-ai", language, model=status.offering_title)
        if status.is_ai_model
        else text("caption-builtin", language)
    )
    facts = [made_by, text("caption-seed", language, seed=seed)]
    if not index:
        facts.append(text("caption-credits", language, n=int(outcome.credits_charged)))
    lines = [f"<i>{escaped(' · '.join(facts))}</i>"]
    if outcome.unknown_words:
        words = quoted(", ".join(outcome.unknown_words), _WORDS_UNITS)
        lines.append(f"<i>{text('unknown-words', language, words=words)}</i>")
    # Counted with its tags, so a little less than allowed is used, never more.
    room = CAPTION_UNITS - sum(units(line) + 2 for line in lines)
    prompt = quoted(status.wish.prompt, min(_PROMPT_UNITS, room))
    while units(prompt) > room:
        room_for_words = units(prompt) * 2 // 3
        prompt = quoted(status.wish.prompt, min(_PROMPT_UNITS, room_for_words))
        if room_for_words < 1:
            break
    return "\n\n".join([prompt, *lines])


def ending(status: RequestStatus, outcome: Outcome) -> str:
    """Return what is said of an outcome that shows no picture."""
    language = status.language
    match outcome.kind:
        case OutcomeKind.PICTURES:
            return escaped(text("messenger-pictures-deleted", language))
        case OutcomeKind.REFUSED | OutcomeKind.FAILED:
            return escaped(spoken(outcome.code, outcome.facts, language))
        case OutcomeKind.CANCELLED:
            return escaped(text("cancelled", language))
        case _:
            assert_never(outcome.kind)
