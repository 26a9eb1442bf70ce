"""Every press: answered exactly once, then done; works from the button alone, after any restart."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from telegram import Update
from telegram.error import BadRequest
from telegram.ext import ContextTypes

from bots.telegram.asking import ask
from bots.telegram.desk import Caller, Desk, Visit
from bots.telegram.handlers import choices, results, rights
from bots.telegram.handlers.words import ask_for_words
from bots.telegram.keyboards import STEPS, Press, Verb, read_press
from bots.telegram.wording import NOTICE_UNITS, cut
from core.generation.commands import cancel_request, repeat_request
from core.generation.errors import NotFound
from core.generation.values import AlreadyEnded, Cancelled, RepeatRequest
from core.kernel.errors import CoreError
from core.kernel.ids import RequestId
from core.messages.catalogue import text
from core.messages.speech import refusal


@dataclass(frozen=True, slots=True)
class Done:
    """What the person sees at once over the chat, and what is to be done behind that."""

    notice: str = ""
    is_alert: bool = False
    then: Coroutine[Any, Any, object] | None = None


Act = Callable[[Desk, Visit, Press], Awaitable[Done]]


def _request(press: Press) -> RequestId:
    request_id = press.request_id
    if request_id is None:
        raise NotFound
    return request_id


async def _cancel(desk: Desk, visit: Visit, press: Press) -> Done:
    match await cancel_request(desk.app, visit.actor, _request(press)):
        case Cancelled(credits_returned=returned):
            return Done(text("credits-returned", visit.language, n=int(returned)))
        case AlreadyEnded():
            return Done(text("too-late-to-cancel", visit.language))


async def _repeat(
    desk: Desk, visit: Visit, press: Press, *, change: Literal["again", "vary"]
) -> Done:
    command = RepeatRequest(
        visit.actor,
        visit.room,
        _request(press),
        change,
        visit.reply_to,
        visit.request_key,
        index=press.index or 1,
    )
    # A stranger must learn it from the alert, not from a message in the room.
    await results.own(desk, visit, command.request_id)
    await ask(desk, visit, partial(repeat_request, desk.app, command))
    return Done()


async def _words(desk: Desk, visit: Visit, press: Press) -> Done:
    await ask_for_words(desk, visit, _request(press))
    return Done()


async def _open(desk: Desk, visit: Visit, press: Press) -> Done:
    view = await results.picture(desk, visit, _request(press), press.index)
    return Done(then=results.open_one(desk, visit, view))


async def _all(desk: Desk, visit: Visit, press: Press) -> Done:
    status = await results.own(desk, visit, _request(press))
    return Done(then=results.open_all(desk, visit, status))


async def _original(desk: Desk, visit: Visit, press: Press) -> Done:
    view = await results.picture(desk, visit, _request(press), press.index)
    request_id = view.status.request_id
    return Done(then=results.send_originals(desk, visit, request_id, (view.picture,)))


async def _originals(desk: Desk, visit: Visit, press: Press) -> Done:
    status = await results.own(desk, visit, _request(press))
    pictures = status.outcome.pictures if status.outcome else ()
    if not pictures:
        raise NotFound
    return Done(then=results.send_originals(desk, visit, status.request_id, pictures))


async def _which(desk: Desk, visit: Visit, press: Press) -> Done:
    status = await results.own(desk, visit, _request(press))
    asks = press.verb is Verb.VARY_WHICH
    notice = text("messenger-vary-which", visit.language) if asks else ""
    return Done(notice, then=results.change_buttons(desk, visit, status, asks=asks))


async def _delete(desk: Desk, visit: Visit, press: Press) -> Done:
    gone = await results.delete(desk, visit, _request(press), press.index)
    return Done(gone.notice, then=results.take_out(desk, visit, gone))


async def _choose(desk: Desk, visit: Visit, press: Press) -> Done:
    notice, then = await choices.chosen(desk, visit, press)
    return Done(notice, then=then)


_ACTS: dict[Verb, Act] = {
    Verb.CANCEL: _cancel,
    Verb.AGAIN: partial(_repeat, change="again"),
    Verb.VARY: partial(_repeat, change="vary"),
    Verb.VARY_WHICH: _which,
    Verb.BACK: _which,
    Verb.WORDS: _words,
    Verb.OPEN: _open,
    Verb.ALL: _all,
    Verb.ORIGINAL: _original,
    Verb.ORIGINALS: _originals,
    Verb.DELETE: _delete,
    Verb.DELETE_ALL: _delete,
    Verb.ADULT: _choose,
    Verb.ADULT_ELSEWHERE: _choose,
    Verb.MINOR: _choose,
    Verb.LANGUAGE: _choose,
    Verb.REGION: _choose,
    Verb.SETTINGS: _choose,
    Verb.HELP: _choose,
}


class Presses:
    """The one handler of all presses."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def __call__(self, update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        """Do what a button says and answer the press once."""
        query = update.callback_query
        caller = self._desk.caller(update)
        if query is None or caller is None:
            return
        press = read_press(query.data or "")
        if press is not None and press.verb in STEPS:
            done = await self._at_counter(caller, press)
        else:
            done = await self._for_visit(update, press)
        if done.then is not None:
            self._desk.later(caller, done.then)
        try:
            await query.answer(cut(done.notice, NOTICE_UNITS) or None, show_alert=done.is_alert)
        except BadRequest:
            # The platform gives a press up after a while; what it asked for is done all the same.
            return

    async def _at_counter(self, caller: Caller, press: Press) -> Done:
        """Do what makes no account."""
        try:
            notice, then = await rights.pressed(self._desk, caller, press)
        except CoreError as refused:
            caller = await rights.in_their_language(self._desk.app, caller)
            return Done(refusal(refused, caller.language), is_alert=True)
        return Done(notice, then=then)

    async def _for_visit(self, update: Update, press: Press | None) -> Done:
        visit = await self._desk.visit(update)
        assert visit is not None
        try:
            if press is None:
                raise NotFound
            done = await _ACTS[press.verb](self._desk, visit, press)
        except CoreError as refused:
            done = Done(refusal(refused, visit.language), is_alert=True)
        news = rights.look_and_tell(self._desk, visit, visit.person.account_id)
        self._desk.later(visit, news)
        return done
