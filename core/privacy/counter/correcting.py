"""/correct, /region and /age: what a person said of themselves, shown, changed and taken back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from core.accounts.commands import RegionUnknown, put
from core.accounts.values import Age, Person
from core.generation.cancelling import cancel_all
from core.generation.commands import continue_after_age
from core.generation.values import ContinueAfterAge
from core.kernel.people import Language, language_of
from core.messages.catalogue import text
from core.messages.speech import day
from core.privacy.answers import Answer, Step
from core.privacy.counter.values import Asked, Choice, Command, Option
from core.privacy.desk.pages import SUPPORT, unknown
from core.privacy.desk.regions import countries_with, country, is_letter, region_in
from core.privacy.desk.requests import note_request
from core.privacy.notice.wording import Line, Page

_RESET = frozenset({"none", "reset", "default", "clear", "无", "清除", "重置"})
_LANGUAGES: Mapping[str, Language] = {
    "en": "en",
    "english": "en",
    "英文": "en",
    "英语": "en",
    "zh": "zh_Hans",
    "zh_hans": "zh_Hans",
    "zh-hans": "zh_Hans",
    "zh-cn": "zh_Hans",
    "chinese": "zh_Hans",
    "中文": "zh_Hans",
    "简体中文": "zh_Hans",
}
_ADULT = frozenset({"adult", "18", "18+", "older", "成年", "成人"})
_YOUNGER = frozenset({"younger", "minor", "under", "未成年"})
_AGES: Mapping[Age, str] = {
    "unknown": "desk-age-unknown",
    "adult": "desk-age-adult",
    "minor": "desk-age-minor",
}
_ERASE = Step(Line("desk-step-erase"), "delete", "account")


@dataclass(frozen=True, slots=True)
class _Field:
    """Something that can be corrected."""

    name: str
    also: frozenset[str]
    title: str
    correct: Callable[[Asked, Person, str], Awaitable[Answer]]


async def _put(asked: Asked, person: Person, kind: str, **values: object) -> Person:
    """Change values and note that it was asked for; the old value is nowhere any more."""
    async with asked.app.transaction() as tx:
        changed = await put(tx, person.account_id, **values)
        await note_request(tx, asked.app, person.account_id, kind, "corrected")
    return changed


def _language_line(person: Person, language: Language) -> Line:
    name = text(f"language-{person.language}", language)
    return Line("desk-value-language", {"value": name})


def _region_line(person: Person, language: Language) -> Line:
    return Line(
        "desk-value-region", {"value": country(person.region, person.subdivision, language)}
    )


def _age_line(asked: Asked, person: Person) -> Line:
    if person.age_declared_at is None:
        return Line("desk-age-unknown")
    date = day(person.age_declared_at, asked.language)
    return Line(_AGES[person.age], {"date": date})


def _overview(asked: Asked, person: Person, *first: Line) -> Answer:
    lines = (
        *first,
        _language_line(person, asked.language),
        _region_line(person, asked.language),
        _age_line(asked, person),
        Line("desk-correct-how"),
        Line("desk-correct-not"),
    )
    other: Language = "en" if asked.language == "zh_Hans" else "zh_Hans"
    steps = (
        Step(Line(_TO[other]), "correct", f"language {other}"),
        Step(Line("desk-step-region"), "region"),
        Step(Line("desk-step-age"), "age"),
        SUPPORT,
    )
    return Answer(Page("correct", Line("desk-title-correct"), lines), asked.language, steps)


_TO: Mapping[Language, str] = {"en": "desk-step-to-english", "zh_Hans": "desk-step-to-chinese"}


async def _language(asked: Asked, person: Person, value: str) -> Answer:
    if value.casefold() in _RESET:
        hint = language_of(asked.ask.actor.language_hint)
        person = await _put(asked, person, "correct", language=hint, language_chosen=False)
    elif value.casefold() in _LANGUAGES:
        chosen = _LANGUAGES[value.casefold()]
        person = await _put(asked, person, "correct", language=chosen, language_chosen=True)
    else:
        return _overview(asked, person, Line("desk-language-usage"))
    spoken = replace(asked, language=person.language)
    return _overview(spoken, person, Line("desk-corrected"))


async def _set_region(asked: Asked, person: Person, value: str, kind: str) -> Person | None:
    """Change the region; None when nobody knows what was typed, and nothing has changed."""
    if value.casefold() in _RESET:
        return await _put(asked, person, kind, region="", subdivision="")
    try:
        region, subdivision = region_in(value)
    except RegionUnknown:
        return None
    return await _put(asked, person, kind, region=region, subdivision=subdivision)


async def _region_field(asked: Asked, person: Person, value: str) -> Answer:
    changed = await _set_region(asked, person, value, "correct")
    if changed is None:
        return _overview(asked, person, Line("desk-region-unknown"))
    return _overview(asked, changed, Line("desk-corrected"))


_NOT_HERE: Mapping[str, str] = {
    **dict.fromkeys(("name", "username", "nickname", "名字", "姓名"), "desk-correct-name"),
    **dict.fromkeys(("email", "e-mail", "phone", "邮箱", "电话"), "desk-correct-name"),
    **dict.fromkeys(("prompt", "prompts", "picture", "pictures"), "desk-correct-content"),
    **dict.fromkeys(("提示词", "图片"), "desk-correct-content"),
    **dict.fromkeys(("credits", "plan", "payment", "payments"), "desk-correct-records"),
    **dict.fromkeys(("bill", "bills", "点数", "账单"), "desk-correct-records"),
}
"""What people may want to correct and can't here, with the reason."""


def _region_page(asked: Asked, person: Person, *first: Line) -> Answer:
    lines = (
        *first,
        _region_line(person, asked.language),
        Line("desk-region-what-for"),
        Line("desk-region-how"),
    )
    steps = [Step(Line("desk-step-country"), "region", asks=Line("desk-region-asks"))]
    if person.region == "US":
        steps.append(Step(Line("desk-step-california"), "region", "US-CA"))
    if person.region:
        steps.append(Step(Line("desk-step-no-region"), "region", "none"))
    page = Page("region", Line("desk-title-region"), lines)
    return Answer(page, asked.language, tuple(steps))


async def _region(asked: Asked) -> Answer:
    """Show or change where the person says they are."""
    person = asked.person
    if person is None:
        return unknown(asked, "desk-title-region")
    words = " ".join(asked.words)
    if not words:
        return _region_page(asked, person)
    if is_letter(words):
        listed = Line("desk-region-list", {"countries": countries_with(words, asked.language)})
        return _region_page(asked, person, listed)
    changed = await _set_region(asked, person, words, "correct")
    if changed is None:
        return _region_page(asked, person, Line("desk-region-unknown"))
    return _region_page(asked, changed, Line("desk-corrected"))


def _age_page(asked: Asked, person: Person, *first: Line) -> Answer:
    years = Line("policy-age-years", {"n": asked.app.profile.minimum_age_years})
    lines = (*first, _age_line(asked, person), Line("policy-age", {"age": years}))
    steps = {
        "adult": Step(Line("desk-step-adult"), "age", "adult"),
        "minor": Step(Line("desk-step-younger"), "age", "younger"),
    }
    shown = [step for name, step in steps.items() if name != person.age]
    if person.age == "minor":
        shown.insert(0, _ERASE)
    page = Page("age", Line("desk-title-age"), lines)
    return Answer(page, asked.language, tuple(shown))


async def _declare(asked: Asked, person: Person, value: str) -> Answer:
    """Change what was said of the age; "younger" ends what is being made, and offers erasure."""
    said = value.casefold()
    if said in _RESET:
        changed = await _put(asked, person, "correct", age="unknown", age_declared_at=None)
        return _age_page(asked, changed, Line("desk-corrected"))
    if said not in _ADULT | _YOUNGER:
        return _age_page(asked, person, Line("desk-age-usage"))
    is_adult = said in _ADULT
    actor = asked.ask.actor
    await continue_after_age(asked.app, ContinueAfterAge(actor, is_adult, None))
    ended = await cancel_all(asked.app, actor) if not is_adult else None
    changed = await _put(asked, person, "correct", age="adult" if is_adult else "minor")
    if ended is None:
        return _age_page(asked, changed, Line("desk-corrected"))
    facts = {"n": ended.count}
    return _age_page(asked, changed, Line("desk-age-stopped"), Line("desk-ended", facts))


async def _age(asked: Asked) -> Answer:
    """Show or change what the person has said of their age."""
    if asked.person is None:
        return unknown(asked, "desk-title-age")
    if not asked.words:
        return _age_page(asked, asked.person)
    return await _declare(asked, asked.person, " ".join(asked.words))


_FIELDS = (
    _Field("language", frozenset({"language", "语言"}), "desk-field-language", _language),
    _Field(
        "region",
        frozenset({"region", "country", "地区", "国家"}),
        "desk-field-region",
        _region_field,
    ),
    _Field("age", frozenset({"age", "年龄"}), "desk-field-age", _declare),
)


async def _correct(asked: Asked) -> Answer:
    """Correct one field; the old value is gone, and the record says only that it was corrected."""
    person = asked.person
    if person is None:
        return unknown(asked, "desk-title-correct")
    if not asked.words:
        return _overview(asked, person)
    name, value = asked.words[0].casefold(), " ".join(asked.words[1:])
    if name in _NOT_HERE:
        async with asked.app.transaction() as tx:
            await note_request(
                tx, asked.app, person.account_id, "correct", "not-here", refused=True
            )
        return _overview(asked, person, Line(_NOT_HERE[name]))
    for field in _FIELDS:
        if name in field.also and value:
            return await field.correct(asked, person, value)
    return _overview(asked, person, Line("desk-correct-usage"))


CORRECT = Command(
    "correct",
    "desk-about-correct",
    _correct,
    (
        Option(
            "field",
            "desk-option-field",
            tuple(Choice(field.name, field.title) for field in _FIELDS),
        ),
        Option("value", "desk-option-value"),
    ),
)
REGION = Command(
    "region", "desk-about-region", _region, (Option("country", "desk-option-country"),)
)
AGE = Command(
    "age",
    "desk-about-age",
    _age,
    (
        Option(
            "age",
            "desk-option-age",
            (Choice("adult", "desk-step-adult"), Choice("younger", "desk-step-younger")),
        ),
    ),
)
