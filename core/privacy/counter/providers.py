"""/providers: who else receives data, and a standing no to one of them or to all (FA-5.2c)."""

from core.accounts.choices import (
    ONLY_HERE,
    Choices,
    choices_of,
    exclusion_of,
    say_no,
    slug_of,
    take_back,
)
from core.accounts.values import Person
from core.app import App
from core.privacy.answers import Answer, Step
from core.privacy.counter.notices import notice
from core.privacy.counter.optout import OFF, ON, choices_now
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.notice.facts import Processor
from core.privacy.notice.pages import providers
from core.privacy.notice.wording import Line, Page

_EXCLUDE = frozenset({"exclude", "block", "without", "排除"})
_INCLUDE = frozenset({"include", "allow", "with", "恢复"})
_HERE = frozenset({"only-here", "here", "local", "仅限本机"})
_ANYWHERE = frozenset({"anywhere", "不限"})


def _word(word: str) -> Line:
    return Line("policy-word", {"word": word})


def _standing(choices: Choices, processors: tuple[Processor, ...]) -> list[Line]:
    """Say what the person chose, in front of what is there."""
    if choices.is_only_here:
        return [Line("providers-only-here", {"date": f"{choices.since[ONLY_HERE]:%Y-%m-%d}"})]
    out = tuple(_word(one.name) for one in processors if choices.excludes(one.name))
    return [Line("providers-excluded", {"names": out})] if out else []


def _steps(choices: Choices, processors: tuple[Processor, ...]) -> list[Step]:
    steps = []
    for one in processors:
        turn, label = ("exclude", "providers-step-exclude")
        if choices.excludes(one.name):
            turn, label = ("include", "providers-step-include")
        line = Line(label, {"name": one.name})
        steps.append(Step(line, "providers", f"{turn} {slug_of(one.name)}"))
    turn, label = ("on", "providers-step-only-here")
    if choices.is_only_here:
        turn, label = ("off", "providers-step-anywhere")
    return [*steps, Step(Line(label), "providers", f"only-here {turn}")]


async def _page(asked: Asked, *first: Line) -> Answer:
    here = notice(asked.app)
    choices = await choices_now(asked)
    shown = providers(here)
    lines = (*first, *_standing(choices, here.processors), *shown.lines)
    steps = [] if asked.person is None else _steps(choices, here.processors)
    steps.append(Step(Line("rights-step-privacy"), "privacy"))
    return Answer(Page(shown.topic, shown.title, lines), asked.language, tuple(steps))


async def _turn(app: App, person: Person, kind: str, *, is_no: bool) -> None:
    async with app.transaction() as tx:
        if is_no:
            await say_no(tx, person.account_id, kind, app.clock.now(), "chat")
        else:
            await take_back(tx, person.account_id, kind)


async def _providers(asked: Asked) -> Answer:
    """Name the processors with function, region and controls; exclude one, or all of them."""
    words = [one.lower() for one in asked.words]
    if not words:
        return await _page(asked)
    if asked.person is None:
        return await _page(asked, Line("providers-nobody"))
    turn = words[1] if len(words) > 1 else "on"
    if words[0] in _ANYWHERE or (words[0] in _HERE and turn in OFF):
        await _turn(asked.app, asked.person, ONLY_HERE, is_no=False)
        return await _page(asked, Line("providers-now-anywhere"))
    if words[0] in _HERE and turn in ON:
        await _turn(asked.app, asked.person, ONLY_HERE, is_no=True)
        return await _page(asked, Line("providers-now-here"))
    if words[0] in _EXCLUDE | _INCLUDE and len(words) > 1:
        name = " ".join(words[1:])
        return await _one(asked, asked.person, name, is_no=words[0] in _EXCLUDE)
    return await _page(asked, Line("providers-usage"))


async def _one(asked: Asked, person: Person, name: str, *, is_no: bool) -> Answer:
    """Exclude or include one; including what is not configured any more works too."""
    known = [
        one.name
        for one in notice(asked.app).processors
        if slug_of(name) == slug_of(one.name) or name == slug_of(one.name)
    ]
    async with asked.app.transaction() as tx:
        choices = await choices_of(tx, person.account_id)
    if not known and (is_no or not choices.excludes(name)):
        return await _page(asked, Line("providers-unknown"))
    told = known[0] if known else name
    await _turn(asked.app, person, exclusion_of(told), is_no=is_no)
    code = "providers-now-excluded" if is_no else "providers-now-included"
    return await _page(asked, Line(code, {"name": told}))


PROVIDERS = Command(
    "providers",
    "rights-about-providers",
    _providers,
    (
        Option(
            "turn",
            "providers-option-turn",
            (
                Choice("exclude", "providers-choice-exclude"),
                Choice("include", "providers-choice-include"),
                Choice("only-here", "providers-choice-only-here"),
            ),
        ),
        Option("name", "providers-option-name"),
    ),
)
