"""/mydata: what is held about a person, what for, until which day, and who received it."""

from core.app import App
from core.kernel.people import Language
from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked, Command
from core.privacy.notice.wording import (
    PURPOSES,
    Facts,
    Line,
    Page,
    period,
    what_of,
)
from core.privacy.subject.holdings import Holding, Holdings, holdings
from core.privacy.subject.recipients import Recipient, recipients, surfaces

_STEPS = (
    Step(Line("mydata-step-export"), "export"),
    Step(Line("policy-topic-time"), "privacy", "time"),
    Step(Line("policy-topic-who"), "providers"),
    Step(Line("mydata-step-delete"), "delete"),
)


def nothing_held(app: App, language: Language, topic: str) -> Answer:
    """Say to somebody unknown that nothing is held of them, which is an answer too.

    Source: Hong Kong's PDPO, section 19(1).
    """
    day = app.clock.now()
    page = Page(topic, Line("mydata-none-title"), (Line("mydata-none", {"day": day}),))
    return Answer(page, language, (Step(Line("rights-step-privacy"), "privacy"),))


async def _mydata(asked: Asked) -> Answer:
    if asked.person is None:
        return nothing_held(asked.app, asked.language, "mydata")
    account_id = asked.person.account_id
    held = await holdings(asked.app, account_id)
    went = await recipients(asked.app, account_id)
    known_on = await surfaces(asked.app, account_id)
    lines = (
        _summary(held),
        *(holding_line(asked.app, one) for one in held.shown),
        *((Line("mydata-left-out", {"n": held.left_out}),) if held.left_out else ()),
        *(went_line(one, count) for one, count in went.items()),
        *(() if went else (Line("mydata-went-nowhere"),)),
        Line("mydata-surfaces", {"names": tuple(_word(one) for one in known_on)}),
        Line("mydata-more"),
    )
    return Answer(Page("mydata", Line("mydata-title"), lines), asked.language, _STEPS)


def _word(word: str) -> Line:
    return Line("policy-word", {"word": word})


def _summary(held: Holdings) -> Line:
    """Say first what most people ask: pictures and prompts, and that of the rest there is more."""
    return Line(
        "mydata-summary",
        {
            "pictures": Line("mydata-pictures", {"n": held.count("generated_pictures", "content")}),
            "prompts": Line("mydata-prompts", {"n": held.count("prompts")}),
            "total": Line("mydata-records", {"n": held.total}),
        },
    )


def holding_line(app: App, one: Holding) -> Line:
    """Say what is held of one kind, what for, and until when."""
    facts: Facts = {
        "what": what_of(one.category, one.retention),
        "n": one.count,
        "purposes": tuple(Line(PURPOSES[name]) for name in one.purposes),
        "period": period(app.profile, one.retention),
    }
    if one.leaves_at is None:
        return Line("mydata-row", facts)
    return Line("mydata-row-leaves", {**facts, "day": one.leaves_at})


def went_line(one: Recipient, count: int) -> Line:
    """Say who was sent something, how often, and under which controls."""
    if one.is_own_machine:
        return Line("mydata-own-machine", {"n": count})
    if not one.is_known:
        return Line("mydata-sent-unknown", {"name": one.offering_id, "n": count})
    places = tuple(_word(place) for place in one.places)
    return Line(
        "mydata-sent",
        {
            "name": one.processor,
            "n": count,
            "places": places or Line("policy-processor-unknown"),
            "training": _control(
                is_asked=one.no_training_asked, is_confirmed=one.no_training_confirmed
            ),
            "storage": _control(
                is_asked=one.zero_retention_asked, is_confirmed=one.zero_retention_confirmed
            ),
        },
    )


def _control(*, is_asked: bool, is_confirmed: bool) -> Line:
    if is_asked:
        return Line("mydata-asked-confirmed" if is_confirmed else "mydata-asked")
    return Line("mydata-confirmed" if is_confirmed else "mydata-not-asked")


MYDATA = Command("mydata", "mydata-about", _mydata)
