"""From "draw this" to the request's one message: accepted, asked for the age, or refused."""

from collections.abc import Awaitable, Callable
from typing import assert_never

from telegram import InlineKeyboardMarkup

from bots.telegram import keyboards
from bots.telegram.desk import Desk, Visit
from bots.telegram.openings import Opening
from bots.telegram.render import status_line
from bots.telegram.wording import CAPTION_UNITS, escaped, quoted, units
from core.accounts.commands import welcome
from core.generation.commands import remember_message
from core.generation.errors import FlagInvalid, FlagUnknown, PromptTooLong
from core.generation.values import Accepted, AgeNeeded
from core.kernel.errors import CoreError
from core.kernel.ids import RequestId
from core.messages.catalogue import text
from core.messages.speech import refusal
from core.privacy.notice.history import policy_seen

Ask = Callable[[], Awaitable[Accepted | AgeNeeded]]


async def ask(desk: Desk, visit: Visit, make: Ask, *, words: str = "") -> None:
    """Make a request and, behind the update, its one message.

    ``words`` are what the person typed, to be corrected when they can't be used.

    Raises:
        CoreError: nothing was made; the person has not been told yet.
    """
    opening = desk.openings.begin(visit.reply_to.address)
    try:
        made = await make()
    except CoreError as refused:
        opening.close()
        desk.later(visit, _refuse(desk, visit, refused, words))
        return
    except BaseException:
        opening.close()
        raise
    desk.later(visit, _show(desk, visit, made, opening))


async def _show(desk: Desk, visit: Visit, made: Accepted | AgeNeeded, opening: Opening) -> None:
    try:
        match made:
            case Accepted(is_replay=True):
                # Its message was sent then; if it was not, the outcome makes one.
                return
            case Accepted(request_id=request_id, status=status):
                line = status_line(status)
                markup = keyboards.waiting(request_id, status.language)
            case AgeNeeded(pending_id=request_id):
                line, markup = await _age_question(desk, visit, request_id)
            case _:
                assert_never(made)
        address = (await desk.say(visit.address, line, markup)).write()
        opening.opened(address)
        await remember_message(desk.app, visit.actor, request_id, address)
    finally:
        opening.close()


async def _age_question(
    desk: Desk, visit: Visit, pending_id: RequestId
) -> tuple[str, InlineKeyboardMarkup]:
    """Return the question; in a room, the way to where it is asked in private."""
    if visit.room.is_private:
        await greet(desk, visit)
        return visit.say("age-question"), keyboards.age(pending_id, visit.language)
    label = text("messenger-button-private", visit.language)
    markup = keyboards.link(label, desk.deep_link(f"age_{pending_id}"))
    return visit.say("messenger-age-in-private"), markup


async def _refuse(desk: Desk, visit: Visit, refused: CoreError, words: str) -> None:
    line, markup = escaped(refusal(refused, visit.language)), None
    correctable = isinstance(refused, FlagInvalid | FlagUnknown | PromptTooLong)
    # Only in private: a room is never shown somebody's words again.
    if correctable and words and visit.room.is_private:
        if units(words) <= keyboards.COPY_UNITS:
            markup = keyboards.copy_words(words, visit.language)
        else:
            line += f"\n\n<code>{quoted(words, 2 * CAPTION_UNITS)}</code>"
    await desk.say(visit.address, line, markup)


async def greet(desk: Desk, visit: Visit) -> None:
    """Say once what this is, who runs it and where the privacy answer is."""
    if visit.person.is_new:
        await desk.say(visit.address, welcome_text(desk, visit))
        await welcome(desk.app, visit.actor)
        await policy_seen(desk.app, visit.person.account_id)


def welcome_text(desk: Desk, visit: Visit) -> str:
    """Return the first message."""
    lines = [visit.say("welcome")]
    operator = desk.app.settings.operator
    if operator:
        lines.append(visit.say("welcome-operator", operator=operator))
    lines.append(visit.say("welcome-privacy"))
    return "\n\n".join(lines)
