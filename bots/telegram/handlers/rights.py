"""Every command about one's rights: asked at the core's counter, answered in private.

Nobody needs an account, an age or a good standing for any of it, and asking makes no account.
"""

from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from telegram import ForceReply, InlineKeyboardMarkup, Message
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, TelegramError

from bots.telegram.address import SURFACE
from bots.telegram.desk import Caller, Desk
from bots.telegram.handlers.imagine import command_words
from bots.telegram.keyboards import Press, Verb, read_press
from bots.telegram.onemessage import edit_text
from bots.telegram.rights_render import (
    GRAVE,
    Drawn,
    Question,
    drawn,
    question_line,
    questions_in,
)
from bots.telegram.trouble import Trouble, trouble_of
from bots.telegram.wording import cut, escaped, plain
from core.accounts.commands import known_person
from core.accounts.values import Person
from core.app import App
from core.kernel.errors import CoreError
from core.kernel.ids import AccountId, RequestId
from core.kernel.people import ReplyTo
from core.messages.catalogue import text
from core.messages.speech import refusal
from core.privacy.answers import Answer, Step
from core.privacy.counter.counter import COMMANDS, answer
from core.privacy.counter.values import Ask, Traits, holds_secret
from core.privacy.letters.post import remember_letter
from core.privacy.notice.history import PolicyNews, policy_seen
from core.privacy.notice.news import news_page
from core.privacy.notice.wording import Line

TRAITS = Traits(
    part_limit_bytes=45_000_000,
    allows_training=True,
    allows_advertising=True,
)
"""A bot sends files of up to 50 MB (Bot API, "Sending files"; a little is kept free). Training
needs a consent of each person's own that can be taken back (bot developers' terms, 4.3); nothing in
them forbids advertising to somebody who asked for it."""

_COMMANDS = {command.name: command for command in COMMANDS}
NAMES = tuple(_COMMANDS)

Then = Coroutine[Any, Any, object]

_HINT_UNITS = 64


async def typed(desk: Desk, caller: Caller, command: str) -> None:
    """Answer a command as it was typed, with the words behind it."""
    words = command_words(caller.message)
    if holds_secret(_COMMANDS[command], words):
        desk.later(caller, _forget(desk, caller))
    if not caller.room.is_private and not await _can_write(desk, caller):
        # Asked before anything is done: who can't be answered would do it again.
        caller = await in_their_language(desk.app, caller)
        desk.later(caller, desk.show_way(caller, command))
        return
    about = _result_behind(caller.message, desk.bot.id)
    await _taken(desk, caller, command, words, about=about)


async def opened(desk: Desk, caller: Caller) -> None:
    """Answer ``/start`` with the name of a command: the private end of one given in a room.

    Only the name counts: words in a link would let whoever made it decide what they do.
    """
    await _taken(desk, caller, command_words(caller.message).lower(), "")


async def replied(desk: Desk, caller: Caller) -> None:
    """Take what was typed in answer to the question of a step."""
    question = asked_about(caller.message, desk.bot.id)
    assert question is not None
    desk.secrets.take(caller.user.id)
    command, _, words = question.command.partition(" ")
    told = (caller.message.text or "").strip()
    try:
        await _taken(desk, caller, command, f"{words} {told}".strip(), keeps=True)
    finally:
        if question.is_secret:
            desk.later(caller, _forget(desk, caller))


async def _taken(
    desk: Desk,
    caller: Caller,
    command: str,
    words: str,
    *,
    about: RequestId | None = None,
    keeps: bool = False,
) -> None:
    person, news = await _looked_up(desk, caller)
    try:
        found = await answer(desk.app, _ask(caller, command, words, about))
    except CoreError as refused:
        caller = _speaking_with(caller, person)
        line = escaped(refusal(refused, caller.language))
        desk.later(caller, desk.say_in_private(caller, line, None, command))
    else:
        caller = replace(caller, language=found.language)
        desk.later(caller, _show(desk, caller, found, command, keeps=keeps))
    if person and news:
        desk.later(caller, _tell(desk, caller, person.account_id, news))


def _ask(caller: Caller, command: str, words: str, about: RequestId | None = None) -> Ask:
    return Ask(
        actor=caller.actor,
        command=command,
        words=words,
        reply_to=ReplyTo(SURFACE, caller.private.write()),
        key=caller.request_key,
        traits=TRAITS,
        about=about,
    )


async def _looked_up(desk: Desk, caller: Caller) -> tuple[Person | None, PolicyNews | None]:
    """Return the person, and what is new for them; before a command that may show it anyway."""
    person = await known_person(desk.app, caller.actor)
    news = await desk.news.look(desk.app, person.account_id) if person else None
    return person, news


def _speaking_with(caller: Caller, person: Person | None) -> Caller:
    return replace(caller, language=person.language) if person else caller


async def in_their_language(app: App, caller: Caller) -> Caller:
    """Return the caller with the language they chose, if they ever did."""
    return _speaking_with(caller, await known_person(app, caller.actor))


async def _can_write(desk: Desk, caller: Caller) -> bool:
    """Say whether the person reads what is written in private; they see that somebody types."""
    try:
        await desk.bot.send_chat_action(caller.user.id, ChatAction.TYPING)
    except TelegramError as error:
        # Anything else says nothing about the person; the answer itself will tell.
        return trouble_of(error) is not Trouble.UNREACHABLE
    return True


async def _show(
    desk: Desk, caller: Caller, found: Answer, command: str, *, keeps: bool = False
) -> None:
    """Send an answer to the person alone; a room sees one quiet line."""
    page = _drawn(desk, found, keeps=keeps)
    if caller.room.is_private:
        at = await desk.say_all(caller.address, page)
    else:
        try:
            at = await desk.say_all(caller.private, page)
        except Forbidden:
            await desk.show_way(caller, command)
            return
    if found.letter_id:
        await remember_letter(desk.app, found.letter_id, at.write())
    if not caller.room.is_private:
        await desk.say(caller.address, caller.say("messenger-answered-in-private"))


def _drawn(desk: Desk, found: Answer, *, keeps: bool = False) -> Drawn:
    is_about_copies = found.page.topic == "glance"
    notes = [text("messenger-privacy-copies", found.language)] if is_about_copies else []
    return drawn(found, desk.home, keeps=keeps, notes=notes)


async def pressed(desk: Desk, caller: Caller, press: Press) -> tuple[str, Then]:
    """Do what a step says: the same as its command typed; return the notice and what to draw.

    Raises:
        CoreError: the counter refuses; what did or did not happen is in it.
    """
    if press.verb is Verb.ASK:
        caller = await in_their_language(desk.app, caller)
        return "", _put_question(desk, caller, press)
    person, news = await _looked_up(desk, caller)
    command, _, words = press.target.partition(" ")
    try:
        found = await answer(desk.app, _ask(caller, command, words))
    except CoreError:
        if person and news:
            desk.news.untold(person.account_id)
        raise
    caller = replace(caller, language=found.language)
    if person and news:
        desk.later(caller, _tell(desk, caller, person.account_id, news))
    if press.verb is Verb.STEP and caller.room.is_private:
        return "", _change(desk, caller, found, command)
    return "", _show(desk, caller, found, command)


async def _change(desk: Desk, caller: Caller, found: Answer, command: str) -> None:
    """Show an answer in the place of the one whose step was pressed."""
    if caller.address.reply_id is None:
        await _show(desk, caller, found, command)
        return
    page, at = _drawn(desk, found), caller.address.at(caller.address.reply_id)
    first, *rest = page.texts
    try:
        await edit_text(desk.bot, at, first, None if rest else page.markup)
    except BadRequest as error:
        match trouble_of(error):
            case Trouble.UNCHANGED:
                pass
            case Trouble.NO_MESSAGE | Trouble.NO_TEXT:
                await _show(desk, caller, found, command)
                return
            case _:
                raise
    if rest:
        at = await desk.say_all(caller.private, Drawn(tuple(rest), page.markup))
    if found.letter_id:
        await remember_letter(desk.app, found.letter_id, at.write())


async def _put_question(desk: Desk, caller: Caller, press: Press) -> None:
    """Ask for the words of a step, in a message whose answer finds its command."""
    message = caller.update.effective_message
    label, question = press.target, None
    if isinstance(message, Message):
        label = _label_of(message.reply_markup, press) or label
        for one in questions_in(message.entities or message.caption_entities, "asks"):
            if one.command == press.target:
                question = one
    if question is None:
        asks = text("messenger-rights-question", caller.language, label=label)
        question = Question(press.target, asks, is_secret=False)
    if question.is_secret:
        desk.secrets.note(caller.user.id)
    hint = cut(plain(label), _HINT_UNITS)
    reply = ForceReply(selective=True, input_field_placeholder=hint)
    await desk.say(caller.private, question_line(question, desk.home), reply)


def _label_of(markup: InlineKeyboardMarkup | None, press: Press) -> str:
    rows = markup.inline_keyboard if markup else ()
    for button in (one for row in rows for one in row):
        if button.callback_data == press.write():
            return button.text.removeprefix(GRAVE)
    return ""


def asked_about(message: Message, bot_id: int) -> Question | None:
    """Return the question of ours that a message answers, if it answers one."""
    replied_to = message.reply_to_message
    if replied_to is None or replied_to.from_user is None or replied_to.from_user.id != bot_id:
        return None
    return next(questions_in(replied_to.entities, "answers"), None)


def _result_behind(message: Message, bot_id: int) -> RequestId | None:
    """Return the request whose result a message replies to: its buttons name it."""
    replied_to = message.reply_to_message
    if replied_to is None or replied_to.from_user is None or replied_to.from_user.id != bot_id:
        return None
    rows = replied_to.reply_markup.inline_keyboard if replied_to.reply_markup else ()
    for button in (one for row in rows for one in row):
        press = read_press(str(button.callback_data or ""))
        if press is not None and press.request_id is not None:
            return press.request_id
    return None


async def _forget(desk: Desk, caller: Caller) -> None:
    """Take what was typed out of the chat: it was a secret."""
    try:
        await desk.bot.delete_message(caller.address.chat_id, caller.message.message_id)
    except (BadRequest, Forbidden):
        # It is gone already, or the platform does not let us; the person can.
        return


async def look_and_tell(desk: Desk, caller: Caller, account_id: AccountId) -> None:
    """Show a person what is new in the policy, if anything is.

    Raises:
        TelegramError: it may not have been shown, and is the next time.
    """
    news = await desk.news.look(desk.app, account_id)
    if news is not None:
        await _tell(desk, caller, account_id, news)


async def _tell(desk: Desk, caller: Caller, account_id: AccountId, news: PolicyNews) -> None:
    steps = (Step(Line("rights-step-privacy"), "privacy"),)
    page = drawn(Answer(news_page(news), caller.language, steps), desk.home, keeps=True)
    try:
        await desk.say_all(caller.private, page)
    except TelegramError as error:
        desk.news.untold(account_id)
        if trouble_of(error) is Trouble.UNREACHABLE:
            return
        raise
    await policy_seen(desk.app, account_id)
