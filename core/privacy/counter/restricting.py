"""/restrict: one's data are kept but not used, until the person lifts it."""

from core.accounts.standing import lift, restrict
from core.accounts.values import Person
from core.generation.cancelling import cancel_all
from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.desk.pages import REQUESTS, unknown
from core.privacy.desk.requests import note_request
from core.privacy.notice.wording import Line, Page

_ON = frozenset({"on", "yes", "start", "开", "开启"})
_OFF = frozenset({"off", "no", "stop", "lift", "关", "关闭", "解除"})
_STATES = {
    "active": "desk-restrict-is-off",
    "restricted": "desk-restrict-is-on",
    "closed": "desk-restrict-is-closed",
    "erasing": "desk-restrict-is-frozen",
}


def _page(asked: Asked, standing: str, *first: Line) -> Answer:
    lines = (*first, Line(_STATES[standing]), Line("desk-restrict-what"))
    steps = {
        "active": (Step(Line("desk-step-restrict"), "restrict", "on"), REQUESTS),
        "restricted": (Step(Line("desk-step-lift"), "restrict", "off"), REQUESTS),
        "closed": (Step(Line("desk-step-reopen"), "restrict", "off"), REQUESTS),
        "erasing": (Step(Line("desk-step-erasure"), "delete"), REQUESTS),
    }
    page = Page("restrict", Line("desk-title-restrict"), lines)
    return Answer(page, asked.language, steps[standing])


async def _on(asked: Asked, person: Person) -> Answer:
    """Restrict, then end what is being made: whatever was accepted before is seen by now."""
    app = asked.app
    async with app.transaction() as tx:
        if not await restrict(tx, person.account_id):
            return _page(asked, person.standing)
        await note_request(tx, app, person.account_id, "restrict", "restricted")
    ended = await cancel_all(app, asked.ask.actor)
    told = Line("desk-ended", {"n": ended.count})
    return _page(asked, "restricted", *([told] if ended.count else []))


async def _off(asked: Asked, person: Person) -> Answer:
    app = asked.app
    async with app.transaction() as tx:
        if not await lift(tx, person.account_id, app.clock.now()):
            return _page(asked, person.standing)
        outcome = "reopened" if person.standing == "closed" else "lifted"
        await note_request(tx, app, person.account_id, "restrict", outcome)
    reopened = Line("desk-reopened" if person.standing == "closed" else "desk-lifted")
    return _page(asked, "active", reopened)


async def _restrict(asked: Asked) -> Answer:
    """Show where the account stands, restrict it, or lift the restriction."""
    person = asked.person
    if person is None:
        return unknown(asked, "desk-title-restrict")
    said = " ".join(asked.words).casefold()
    if said in _ON:
        return await _on(asked, person)
    if said in _OFF:
        return await _off(asked, person)
    usage = (Line("desk-restrict-usage"),) if said else ()
    return _page(asked, person.standing, *usage)


RESTRICT = Command(
    "restrict",
    "desk-about-restrict",
    _restrict,
    (
        Option(
            "turn",
            "desk-option-turn",
            (Choice("on", "desk-choice-on"), Choice("off", "desk-choice-off")),
        ),
    ),
)
