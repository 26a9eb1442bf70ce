"""The question for other words; the answer finds its request by the link in the question."""

from telegram import ForceReply

from bots.telegram.desk import Desk, Visit
from bots.telegram.handlers.imagine import WORDS_PAYLOAD
from bots.telegram.handlers.results import remember
from bots.telegram.wording import escaped, plain, quoted
from core.generation.chat_copies import ChatCopy
from core.generation.queries import status
from core.kernel.ids import RequestId
from core.messages.catalogue import text

_NAME_UNITS = 64
_WORDS_UNITS = 2000


async def ask_for_words(desk: Desk, visit: Visit, request_id: RequestId) -> None:
    """Ask for new words, with the old ones to copy in private.

    Raises:
        NotFound, NotYours: nothing was asked.
    """
    asked = await status(desk.app, visit.actor, request_id)
    link = desk.deep_link(f"{WORDS_PAYLOAD}{request_id}")
    question = text("messenger-words-question", visit.language)
    line = f'<a href="{link}">✎</a> {escaped(question)}'
    if visit.room.is_private:
        line += f"\n\n<code>{quoted(asked.wish.prompt, _WORDS_UNITS)}</code>"
    else:
        # In a room the question is put to the one who pressed: only a mention selects them.
        name = quoted(visit.user.first_name, _NAME_UNITS) or "…"
        line = f'<a href="tg://user?id={visit.user.id}">{name}</a> {line}'
    hint = plain(text("messenger-words-placeholder", visit.language))
    reply = ForceReply(selective=True, input_field_placeholder=hint)
    desk.later(visit, _ask(desk, visit, request_id, line, reply))


async def _ask(
    desk: Desk, visit: Visit, request_id: RequestId, line: str, reply: ForceReply
) -> None:
    at = await desk.say(visit.address, line, reply)
    if visit.room.is_private:
        copy = ChatCopy(at.write(), None, shows_words=True, shows_pictures=False)
        await remember(desk, visit, request_id, [copy])
