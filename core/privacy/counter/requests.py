"""/requests: what the person has asked for, until when it is answered, and what came of it."""

from core.accounts.values import Person
from core.kernel.people import Language
from core.messages.speech import day
from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked, Command
from core.privacy.desk.handling import Request, count_requests, money, requests_of
from core.privacy.desk.pages import SUPPORT, unknown
from core.privacy.desk.rules import jurisdiction_of
from core.privacy.desk.talks import Talk, talks_of
from core.privacy.notice.wording import Line, Page, days_of

_SHOWN = 12
"""Newest first; older ones are counted, and stand in the export."""
_OUTCOMES = {
    "corrected": "desk-outcome-corrected",
    "not-here": "desk-outcome-not-here",
    "restricted": "desk-outcome-restricted",
    "lifted": "desk-outcome-lifted",
    "reopened": "desk-outcome-reopened",
    "answered": "desk-outcome-answered",
    "refused": "desk-outcome-refused",
}
"""What came of a request, by its code; any other code is said as done or refused."""
_BY_STATE = {"done": "desk-outcome-done", "refused": "desk-outcome-refused"}
_EXTENDED = {"complex": "desk-request-extended-complex", "many": "desk-request-extended-many"}
_WAITING = {
    "support": "desk-support-waiting",
    "appeal": "desk-appeal-waiting",
    "paysupport": "desk-paysupport-waiting",
}

_TOLD = {
    "support": "desk-support-told",
    "appeal": "desk-appeal-told",
    "paysupport": "desk-paysupport-told",
}


def _row(one: Request, language: Language) -> tuple[Line, ...]:
    facts = {"kind": f"/{one.kind}", "date": day(one.received_at, language)}
    if one.state == "open":
        due = day(one.due_at, language)
        lines = [Line("desk-request-open", {**facts, "due": due})]
        if one.extension_reason:
            lines.append(Line(_EXTENDED[one.extension_reason]))
        if one.fee_cents:
            lines.append(Line("desk-request-fee", {"amount": money(one.fee_cents)}))
        return tuple(lines)
    outcome = Line(_OUTCOMES.get(one.outcome, _BY_STATE[one.state]))
    ended = day(one.ended_at, language) if one.ended_at else facts["date"]
    return (Line("desk-request-ended", {**facts, "ended": ended, "outcome": outcome}),)


def _talk(one: Talk, language: Language) -> Line:
    told = _WAITING if one.is_open else _TOLD
    return Line(told[one.kind], {"date": day(one.created_at, language)})


def _clock(asked: Asked, person: Person) -> Line:
    clock = asked.app.profile.answer_clock(jurisdiction_of(person.region, person.subdivision))
    if not clock.extension_days:
        return Line("desk-clock", {"period": days_of(clock.days)})
    facts = {"period": days_of(clock.days), "extension": days_of(clock.extension_days)}
    return Line("desk-clock-extension", facts)


async def _requests(asked: Asked) -> Answer:
    """Show each request with its clock, its state and what came of it, the newest first."""
    person = asked.person
    if person is None:
        return unknown(asked, "desk-title-requests")
    app, language = asked.app, asked.language
    found = await requests_of(app, person.account_id, _SHOWN)
    async with app.transaction() as tx:
        more = await count_requests(tx, person.account_id) - len(found)
    talks = await talks_of(app, person.account_id, _SHOWN)
    lines = (
        *(line for one in found for line in _row(one, language)),
        *((Line("desk-requests-more", {"n": more}),) if more else ()),
        *(() if found else (Line("desk-requests-none"),)),
        *(_talk(one, language) for one in talks),
        _clock(asked, person),
        Line("desk-free"),
    )
    page = Page("requests", Line("desk-title-requests"), lines)
    steps = (Step(Line("desk-step-rights"), "privacy", "rights"), SUPPORT)
    return Answer(page, language, steps)


REQUESTS = Command("requests", "desk-about-requests", _requests)
