"""Words to draw: ``/imagine``, a plain message in private, an answer to "change the words"."""

import re
from functools import partial

from telegram import Message, MessageEntity

from bots.telegram.asking import ask
from bots.telegram.desk import Desk, Visit
from core.generation.commands import repeat_request, request_images
from core.generation.flags import parse_wish
from core.generation.values import Accepted, AgeNeeded, RepeatRequest, RequestImages
from core.kernel.ids import RequestId, is_id

WORDS_PAYLOAD = "words_"
_PAYLOAD = re.compile(rf"[?&]start={WORDS_PAYLOAD}([0-9a-z]+)$")


def command_words(message: Message) -> str:
    """Return what stands behind a command, line breaks included."""
    parts = (message.text or message.caption or "").split(None, 1)
    return parts[1].strip() if len(parts) > 1 else ""


def _words_of(message: Message) -> str:
    """Return the words to draw: the command's own, else those of the message it replies to."""
    own = command_words(message)
    replied = message.reply_to_message
    if replied is None or (own and not own.startswith(("--", "—", "–"))):
        return own
    marked = message.quote.text if message.quote else ""
    other = marked or replied.text or replied.caption or ""
    if command := re.match(r"/\S+\s*", other):
        other = other[command.end() :]
    return f"{other} {own}".strip()


async def imagine(desk: Desk, visit: Visit) -> None:
    """``/imagine <words> [--flags]``, alone or as a reply to somebody's words."""
    await _draw(desk, visit, _words_of(visit.message))


async def plain_words(desk: Desk, visit: Visit) -> None:
    """A message without a command in the private chat is a prompt, unless a secret was asked."""
    if desk.secrets.take(visit.user.id):
        desk.later(visit, desk.say(visit.address, visit.say("messenger-secret-reply")))
        return
    await _draw(desk, visit, visit.message.text or "")


async def _draw(desk: Desk, visit: Visit, words: str) -> None:
    async def make() -> Accepted | AgeNeeded:
        wish = parse_wish(words)
        command = RequestImages(visit.actor, visit.room, wish, visit.reply_to, visit.request_key)
        return await request_images(desk.app, command)

    await ask(desk, visit, make, words=words)


def asked_about(message: Message) -> RequestId | None:
    """Return the request whose words a message changes: the one its replied message links to."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or not replied.from_user.is_bot:
        return None
    for entity in replied.entities:
        if entity.type == MessageEntity.TEXT_LINK and entity.url:
            found = _PAYLOAD.search(entity.url)
            if found and is_id(found[1]):
                return RequestId(found[1])
    return None


async def changed_words(desk: Desk, visit: Visit) -> None:
    """The answer to "change the words": the same request with other words."""
    request_id = asked_about(visit.message)
    assert request_id is not None
    words = visit.message.text or ""
    command = RepeatRequest(
        visit.actor,
        visit.room,
        request_id,
        "words",
        visit.reply_to,
        visit.request_key,
        prompt=words,
    )
    await ask(desk, visit, partial(repeat_request, desk.app, command), words=words)
