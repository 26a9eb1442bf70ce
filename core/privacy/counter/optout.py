"""/optout and /unsubscribe: a status page, and each no at once, for good, without a question."""

from collections.abc import Mapping

from core.accounts.choices import OPT_OUTS, Choices, OptOut, choices_of
from core.accounts.values import Person
from core.privacy.answers import Answer, Step
from core.privacy.choosing.decisions import Stopped, opt_in, opt_out, withdraw_consent
from core.privacy.choosing.offers import words_of
from core.privacy.choosing.signal import signal_address
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.notice.wording import Line, Page

_KINDS: Mapping[str, OptOut] = {
    "sale": "sale",
    "sell": "sale",
    "selling": "sale",
    "share": "sale",
    "sharing": "sale",
    "出售": "sale",
    "共享": "sale",
    "analytics": "analytics",
    "analysis": "analytics",
    "usage": "analytics",
    "statistics": "analytics",
    "分析": "analytics",
    "marketing": "marketing",
    "advertising": "marketing",
    "ads": "marketing",
    "news": "marketing",
    "营销": "marketing",
    "推广": "marketing",
    "广告": "marketing",
}
_ALL = frozenset({"all", "everything", "全部"})
ON = frozenset({"on", "yes", "stop", "开", "开启", "是"})
OFF = frozenset({"off", "no", "back", "allow", "关", "关闭", "否"})

_NAMES: Mapping[OptOut, str] = {
    "sale": "optout-sale",
    "analytics": "optout-analytics",
    "marketing": "optout-marketing",
}
_IS_ON: Mapping[OptOut, str] = {
    "sale": "optout-sale-on",
    "analytics": "optout-analytics-on",
    "marketing": "optout-marketing-on",
}
_IS_OFF: Mapping[OptOut, str] = {
    "sale": "optout-sale-off",
    "analytics": "optout-analytics-off",
    "marketing": "optout-marketing-off",
}


async def choices_now(asked: Asked) -> Choices:
    """Return what the person chose; nothing of somebody unknown."""
    if asked.person is None:
        return Choices()
    async with asked.app.transaction() as tx:
        return await choices_of(tx, asked.person.account_id)


async def _page(asked: Asked, *first: Line) -> Answer:
    choices = await choices_now(asked)
    lines = list(first)
    steps = []
    for kind in OPT_OUTS:
        since = choices.since.get(kind)
        name = Line(_NAMES[kind])
        if since is None:
            lines.append(Line(_IS_OFF[kind]))
            step = Step(Line("optout-step-on", {"what": name}), "optout", f"{kind} on")
        else:
            lines.append(Line(_IS_ON[kind], {"date": f"{since:%Y-%m-%d}"}))
            step = Step(Line("optout-step-off", {"what": name}), "optout", f"{kind} off")
        if asked.person is not None:
            steps.append(step)
    lines.append(Line("optout-for-good" if asked.person else "optout-nobody"))
    if asked.person is not None:
        link = await signal_address(asked.app, asked.person.account_id)
        lines += [Line("optout-signal")] if link else []
        steps += [Step(Line("optout-step-signal"), "optout", url=link)] if link else []
    steps.append(Step(Line("choices-step-consent"), "consent"))
    steps.append(Step(Line("choices-step-object"), "object"))
    page = Page("optout", Line("optout-title"), tuple(lines))
    return Answer(page, asked.language, tuple(steps))


async def _optout(asked: Asked) -> Answer:
    """Show what is switched off, switch one thing or everything off, or back."""
    words = [one.lower() for one in asked.words]
    if not words:
        return await _page(asked)
    kinds = OPT_OUTS if words[0] in _ALL else _named(words[0])
    turn = words[1] if len(words) > 1 else "on"
    if len(words) > 2 or not kinds or turn not in ON | OFF:  # noqa: PLR2004 - a kind and on or off
        if words[0] == "training":
            return await _no_training(asked)
        return await _page(asked, Line("optout-usage"))
    if asked.person is None:
        return await _page(asked)
    told = [await _turned(asked, asked.person, kind, is_out=turn in ON) for kind in kinds]
    return await _page(asked, *told)


def _named(word: str) -> tuple[OptOut, ...]:
    kind = _KINDS.get(word)
    return () if kind is None else (kind,)


async def _turned(asked: Asked, person: Person, kind: OptOut, *, is_out: bool) -> Line:
    name = Line(_NAMES[kind])
    if not is_out:
        is_back = await opt_in(asked.app, person.account_id, kind)
        if kind == "marketing":
            return Line("optout-back-marketing")
        return Line("optout-back" if is_back else "optout-back-already", {"what": name})
    done = await _opted_out(asked, person, kind)
    if not done.is_new:
        return Line("optout-already", {"what": name})
    if kind == "analytics":
        return Line("optout-done-analytics", {"n": done.removed})
    return Line("optout-done", {"what": name})


async def _opted_out(asked: Asked, person: Person, kind: OptOut) -> Stopped:
    words = words_of("marketing", asked.app.profile, asked.language)
    return await opt_out(asked.app, person.account_id, kind, words)


async def _no_training(asked: Asked) -> Answer:
    """``/optout training``: there is nothing but a consent to take back."""
    if asked.person is None:
        return await _page(asked)
    words = words_of("training", asked.app.profile, asked.language)
    done = await withdraw_consent(
        asked.app, asked.person.account_id, "training", words, asked.ask.actor.surface
    )
    told = Line("consent-withdrawn-training", {"n": done.pool_items})
    return await _page(asked, told if done.was_living else Line("consent-none-training"))


async def _unsubscribe(asked: Asked) -> Answer:
    """No more advertising, with one tap; what concerns the account still comes (FA-15.2, 15.3)."""
    told = Line("unsubscribe-nobody")
    if asked.person is not None:
        done = await _opted_out(asked, asked.person, "marketing")
        told = Line("unsubscribe-done" if done.is_new else "unsubscribe-already")
    page = Page("unsubscribe", Line("unsubscribe-title"), (told, Line("unsubscribe-still")))
    steps = (Step(Line("choices-step-optout"), "optout"),)
    return Answer(page, asked.language, steps)


OPTOUT = Command(
    "optout",
    "rights-about-optout",
    _optout,
    (
        Option(
            "what",
            "choices-option-what",
            tuple(Choice(kind, _NAMES[kind]) for kind in OPT_OUTS),
        ),
        Option(
            "turn",
            "choices-option-turn",
            (Choice("on", "optout-choice-on"), Choice("off", "optout-choice-off")),
        ),
    ),
)
UNSUBSCRIBE = Command("unsubscribe", "rights-about-unsubscribe", _unsubscribe)
