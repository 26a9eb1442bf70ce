"""/consent: one purpose at a time, with the very words; taking back is one tap."""

from collections.abc import Mapping

from core.accounts.consents import (
    PURPOSES,
    Consent,
    Purpose,
    consents_of,
    is_living_anywhere,
    living,
)
from core.accounts.values import Person
from core.privacy.answers import Answer, Step
from core.privacy.choosing.decisions import Withdrawn, give_consent, withdraw_consent
from core.privacy.choosing.offers import (
    digest_of,
    purpose_of,
    why_not_offered,
    words_of,
)
from core.privacy.counter.optout import OFF, ON
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.notice.wording import Line, Page

_NAMES: Mapping[Purpose, str] = {
    "training": "consent-training",
    "marketing": "consent-marketing",
}
_ALSO: Mapping[str, str] = {"训练": "training", "营销": "marketing", "advertising": "marketing"}
_WITHDRAWN: Mapping[Purpose, str] = {
    "training": "consent-withdrawn-training",
    "marketing": "consent-withdrawn-marketing",
}
_NONE: Mapping[Purpose, str] = {
    "training": "consent-none-training",
    "marketing": "consent-none-marketing",
}


def _why_not(asked: Asked, purpose: Purpose) -> str | None:
    traits = asked.ask.traits
    return why_not_offered(
        purpose,
        asked.app.profile,
        allows_training=traits.allows_training,
        allows_advertising=traits.allows_advertising,
    )


async def _known(asked: Asked) -> tuple[Consent, ...]:
    if asked.person is None:
        return ()
    async with asked.app.transaction() as tx:
        return await consents_of(tx, asked.person.account_id)


async def _page(asked: Asked, *first: Line) -> Answer:
    known = await _known(asked)
    lines, steps = list(first), []
    for purpose in PURPOSES:
        here = living(known, purpose, asked.ask.actor.surface)
        reason = _why_not(asked, purpose)
        name = Line(_NAMES[purpose])
        if here is not None:
            lines.append(Line("consent-given", {"what": name, "date": f"{here.at:%Y-%m-%d}"}))
        elif is_living_anywhere(known, purpose):
            lines.append(Line("consent-given-elsewhere", {"what": name}))
        else:
            lines.append(Line("consent-off", {"what": name}))
        if reason is not None:
            lines.append(Line(reason))
        if is_living_anywhere(known, purpose):
            label = Line("consent-step-withdraw", {"what": name})
            steps.append(Step(label, "consent", f"{purpose} off"))
        if reason is None and here is None and asked.person is not None:
            steps.append(Step(Line("consent-step-read", {"what": name}), "consent", purpose))
    lines.append(Line("consent-free" if asked.person else "consent-nobody"))
    steps.append(Step(Line("choices-step-optout"), "optout"))
    page = Page("consent", Line("consent-title"), tuple(lines))
    return Answer(page, asked.language, tuple(steps))


def _question(asked: Asked, purpose: Purpose, *first: Line) -> Answer:
    """Show the words, and the one step that says yes to exactly these words."""
    words = words_of(purpose, asked.app.profile, asked.language)
    text = Line("policy-word", {"word": words.text})
    page = Page("consent", Line(_NAMES[purpose]), (*first, text, Line("consent-no-matter")))
    steps = (
        Step(Line("consent-step-yes"), "consent", f"{purpose} on {digest_of(words)}"),
        Step(Line("consent-step-no"), "consent"),
    )
    return Answer(page, asked.language, steps)


async def _consent(asked: Asked) -> Answer:
    """Show every consent, read one, give it, or take it back."""
    words = [one.lower() for one in asked.words]
    if not words:
        return await _page(asked)
    if words[0] in OFF and len(words) == 1:
        return await _withdrawn(asked, PURPOSES)
    purpose = purpose_of(_ALSO.get(words[0], words[0]))
    turn = words[1] if len(words) > 1 else "on"
    if purpose is None or len(words) > 3 or turn not in ON | OFF:  # noqa: PLR2004 - purpose, turn, mark
        return await _page(asked, Line("consent-usage"))
    if turn in OFF:
        return await _withdrawn(asked, (purpose,))
    if asked.person is None or _why_not(asked, purpose) is not None:
        return await _page(asked)
    return await _asked_for(asked, asked.person, purpose, words[2] if len(words) > 2 else "")  # noqa: PLR2004


async def _asked_for(asked: Asked, person: Person, purpose: Purpose, mark: str) -> Answer:
    if person.age != "adult":
        answer = await _page(asked, Line("consent-needs-age"))
        return Answer(answer.page, answer.language, (Step(Line("consent-step-age"), "age"),))
    if person.standing not in ("active", "restricted"):
        return await _page(asked, Line("consent-not-now"))
    words = words_of(purpose, asked.app.profile, asked.language)
    if not mark:
        return _question(asked, purpose)
    if mark != digest_of(words):
        # The words above that button were others: another language, or an older version.
        return _question(asked, purpose, Line("consent-words-changed"))
    surface = asked.ask.actor.surface
    is_new = await give_consent(asked.app, person.account_id, purpose, words, surface)
    told = "consent-noted" if is_new else "consent-noted-already"
    return await _page(asked, Line(told, {"what": Line(_NAMES[purpose])}))


async def _withdrawn(asked: Asked, purposes: tuple[Purpose, ...]) -> Answer:
    person = asked.person
    if person is None:
        return await _page(asked)
    told = [_said(purpose, await _withdraw(asked, person, purpose)) for purpose in purposes]
    return await _page(asked, *told)


async def _withdraw(asked: Asked, person: Person, purpose: Purpose) -> Withdrawn:
    words = words_of(purpose, asked.app.profile, asked.language)
    surface = asked.ask.actor.surface
    return await withdraw_consent(asked.app, person.account_id, purpose, words, surface)


def _said(purpose: Purpose, done: Withdrawn) -> Line:
    if not done.was_living:
        return Line(_NONE[purpose])
    return Line(_WITHDRAWN[purpose], {"n": done.pool_items} if purpose == "training" else {})


CONSENT = Command(
    "consent",
    "rights-about-consent",
    _consent,
    (
        Option(
            "what",
            "choices-option-purpose",
            tuple(Choice(purpose, _NAMES[purpose]) for purpose in PURPOSES),
        ),
        Option(
            "turn",
            "choices-option-turn",
            (Choice("on", "consent-choice-on"), Choice("off", "consent-choice-off")),
        ),
    ),
)
