"""Answers that change who a person is to us: age, language, region; and the pages of help."""

from collections.abc import Coroutine
from typing import Any

from telegram.error import BadRequest

from bots.telegram import keyboards
from bots.telegram.desk import Desk, Visit
from bots.telegram.handlers.account import settings_text
from bots.telegram.handlers.start import help_text
from bots.telegram.keyboards import Press, Verb
from bots.telegram.onemessage import Markup, edit_text
from bots.telegram.trouble import Trouble, trouble_of
from bots.telegram.wording import escaped
from core.accounts.commands import choose_language, choose_region
from core.generation.commands import continue_after_age
from core.generation.values import Accepted, AgeNoted, ContinueAfterAge, RequestStatus
from core.kernel.errors import CoreError
from core.messages.catalogue import text
from core.messages.speech import refusal

Then = Coroutine[Any, Any, object]

_COUNTRY_LETTERS = 2


async def chosen(desk: Desk, visit: Visit, press: Press) -> tuple[str, Then | None]:
    """Do what a choice says; return the notice and what is to be drawn behind it.

    Raises:
        CoreError: nothing changed, except that an answer about age is stored.
    """
    match press.verb:
        case Verb.ADULT | Verb.ADULT_ELSEWHERE | Verb.MINOR:
            return await _age(desk, visit, press)
        case Verb.LANGUAGE:
            person = await choose_language(desk.app, visit.actor, press.target)
            line = settings_text(person, person.language)
            markup = keyboards.settings(person.language)
            return text("settings-saved", person.language), _draw(desk, visit, line, markup)
        case Verb.REGION if len(press.target) == _COUNTRY_LETTERS:
            person = await choose_region(desk.app, visit.actor, press.target)
            line = settings_text(person, person.language)
            markup = keyboards.settings(person.language)
            return text("settings-saved", person.language), _draw(desk, visit, line, markup)
        case Verb.REGION:
            line = visit.say("settings-region-ask")
            markup = keyboards.regions(press.target, visit.language)
            return "", _draw(desk, visit, line, markup)
        case Verb.SETTINGS:
            line = settings_text(visit.person, visit.language)
            return "", _draw(desk, visit, line, keyboards.settings(visit.language))
        case _:
            line = help_text(desk, visit, press.target)
            return "", _draw(desk, visit, line, keyboards.help_topics(visit.language))


async def _age(desk: Desk, visit: Visit, press: Press) -> tuple[str, Then]:
    is_adult = press.verb is not Verb.MINOR
    answer = ContinueAfterAge(visit.actor, is_adult, press.request_id)
    try:
        result = await continue_after_age(desk.app, answer)
    except CoreError as refused:
        # The answer is stored; what it was asked for can't be made now.
        line = escaped(refusal(refused, visit.language))
        return "", _draw(desk, visit, line, None)
    match result:
        case Accepted(is_replay=True):
            return "", _nothing()
        case Accepted(status=status) if press.verb is Verb.ADULT:
            return text("age-thanks", visit.language), _go_on(desk, visit, status)
        case Accepted():
            return "", _draw(desk, visit, visit.say("messenger-age-thanks-elsewhere"), None)
        case AgeNoted(is_adult=True):
            line = f"{visit.say('age-thanks')}\n\n{visit.say('help-imagine')}"
            return "", _draw(desk, visit, line, None)
        case AgeNoted():
            return "", _draw(desk, visit, visit.say("age-minor-noted"), None)


async def _nothing() -> None:
    return


async def _go_on(desk: Desk, visit: Visit, status: RequestStatus) -> None:
    """The question becomes the request's one message."""
    if visit.address.reply_id is not None:
        at = visit.address.at(visit.address.reply_id)
        await desk.delivery.show_accepted(at, status)


async def _draw(desk: Desk, visit: Visit, line: str, markup: Markup) -> None:
    """Draw the pressed message anew; one that is gone or the same already is left alone."""
    if visit.address.reply_id is None:
        await desk.say(visit.address, line, markup)
        return
    try:
        await edit_text(desk.bot, visit.address.at(visit.address.reply_id), line, markup)
    except BadRequest as error:
        match trouble_of(error):
            case Trouble.UNCHANGED:
                return
            case Trouble.NO_MESSAGE | Trouble.NO_TEXT:
                await desk.say(visit.address, line, markup)
            case _:
                raise
