"""/object: every purpose that rests on a legitimate interest, stopped where it can be."""

from collections.abc import Mapping

from core.accounts.choices import objection_to
from core.accounts.values import Person
from core.privacy.answers import Answer, Step
from core.privacy.choosing.decisions import opt_out, refuse_objection, resume_purpose, stop_purpose
from core.privacy.choosing.interests import INTERESTS, interests_used, stoppable
from core.privacy.choosing.offers import words_of
from core.privacy.counter.optout import OFF, ON, choices_now
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.notice.wording import PURPOSES, Line, Page

_ALSO: Mapping[str, str] = {
    "analysis": "analytics",
    "usage": "analytics",
    "statistics": "analytics",
    "分析": "analytics",
    "routing": "transparency",
    "receipts": "transparency",
    "advertising": "marketing",
    "ads": "marketing",
    "营销": "marketing",
    "安全": "security",
}


def _name(purpose: str) -> Line:
    return Line(PURPOSES[purpose])


async def _page(asked: Asked, *first: Line) -> Answer:
    choices = await choices_now(asked)
    lines = [*first, Line("object-intro")]
    steps = []
    for purpose in interests_used():
        interest = INTERESTS[purpose]
        facts = {"what": _name(purpose), "why": Line(interest.weighed)}
        since = choices.since.get(objection_to(purpose))
        if interest.is_overriding:
            lines.append(Line("object-overriding", facts))
        elif since is not None:
            lines.append(Line("object-stopped", {**facts, "date": f"{since:%Y-%m-%d}"}))
            label = Line("object-step-resume", {"what": _name(purpose)})
            steps.append(Step(label, "object", f"{purpose} off"))
        else:
            lines.append(Line("object-running", facts))
            label = Line("object-step-stop", {"what": _name(purpose)})
            steps.append(Step(label, "object", f"{purpose} on"))
    lines.append(Line("object-marketing"))
    if asked.person is None:
        lines.append(Line("object-nobody"))
        steps = []
    steps += [
        Step(Line("choices-step-optout"), "optout"),
        Step(Line("choices-step-support"), "support"),
    ]
    page = Page("object", Line("object-title"), tuple(lines))
    return Answer(page, asked.language, tuple(steps))


async def _object(asked: Asked) -> Answer:
    """List the purposes, stop one, or let it run again; the outcome is told either way."""
    words = [one.lower() for one in asked.words]
    if not words:
        return await _page(asked)
    purpose = _ALSO.get(words[0], words[0])
    turn = words[1] if len(words) > 1 else "on"
    known = (*interests_used(), "marketing", "sale")
    if len(words) > 2 or purpose not in known or turn not in ON | OFF:  # noqa: PLR2004 - a purpose and on or off
        return await _page(asked, Line("object-usage"))
    if asked.person is None:
        return await _page(asked)
    return await _page(asked, await _told(asked, asked.person, purpose, is_no=turn in ON))


async def _told(asked: Asked, person: Person, purpose: str, *, is_no: bool) -> Line:
    app, owner = asked.app, person.account_id
    if purpose in ("marketing", "sale"):
        if not is_no:
            return Line("object-see-optout")
        words = words_of("marketing", app.profile, asked.language)
        await opt_out(app, owner, "marketing" if purpose == "marketing" else "sale", words)
        return Line("object-absolute")
    facts = {"what": _name(purpose)}
    if purpose not in stoppable():
        if is_no:
            await refuse_objection(app, owner)
        return Line("object-refused", {**facts, "why": Line(INTERESTS[purpose].weighed)})
    if not is_no:
        is_back = await resume_purpose(app, owner, purpose)
        return Line("object-resumed" if is_back else "object-not-stopped", facts)
    done = await stop_purpose(app, owner, purpose)
    if not done.is_new:
        return Line("object-already", facts)
    return Line("object-done", {**facts, "n": done.removed})


OBJECT = Command(
    "object",
    "rights-about-object",
    _object,
    (
        Option(
            "what",
            "choices-option-purpose",
            tuple(Choice(name, PURPOSES[name]) for name in INTERESTS),
        ),
        Option(
            "turn",
            "choices-option-turn",
            (Choice("on", "object-choice-on"), Choice("off", "object-choice-off")),
        ),
    ),
)
