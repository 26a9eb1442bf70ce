"""``/verify``: whether a picture or a receipt came from here; by its caption, or in reply to it."""

from telegram import Document, Message, PhotoSize

from bots.telegram.desk import Caller, Desk, Visit
from bots.telegram.handlers.rights import in_their_language
from bots.telegram.wording import escaped
from core.generation.queries import verify as verify_picture
from core.generation.values import Verified
from core.kernel.errors import CoreError
from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import day, refusal
from core.privacy.erasure.verify import receipt_said, verify_receipt

DOWNLOAD_BYTES = 20 * 1024 * 1024
"""The largest file that a bot can read (Bot API, getFile)."""


def _file_in(message: Message | None) -> Document | PhotoSize | None:
    if message is None:
        return None
    if message.document is not None:
        return message.document
    return message.photo[-1] if message.photo else None


def verified_text(found: Verified, language: Language) -> str:
    """Return what was found out."""
    lines = [text(f"verify-{found.source}", language)]
    if found.made_at is not None:
        lines.append(text("verify-made-at", language, date=day(found.made_at, language)))
    if found.digital_source_type.endswith("trainedAlgorithmicMedia"):
        lines.append(text("verify-source-ai", language))
    elif found.digital_source_type.endswith("algorithmicMedia"):
        lines.append(text("verify-source-illustrator", language))
    return escaped("\n".join(lines))


async def verify(desk: Desk, caller: Caller) -> None:
    """Look into the file of the message itself, or of the one that it replies to.

    Makes no account: who holds a receipt of an erasure has just had one erased.
    """
    message = caller.message
    file = _file_in(message) or _file_in(message.reply_to_message)
    caller = await in_their_language(desk.app, caller)
    desk.later(caller, _answer(desk, caller, file))


async def _answer(desk: Desk, caller: Caller, shown: Document | PhotoSize | None) -> None:
    if shown is None:
        line = caller.say("verify-ask")
    elif shown.file_size is not None and shown.file_size > DOWNLOAD_BYTES:
        line = caller.say("picture-too-large")
    else:
        file = await shown.get_file()
        line = await _found(desk, caller, bytes(await file.download_as_bytearray()))
    await desk.say(caller.address, line)


async def _found(desk: Desk, caller: Caller, data: bytes) -> str:
    receipt = verify_receipt(desk.app, data)
    if receipt is not None:
        return escaped(receipt_said(receipt, caller.language))
    try:
        found = await verify_picture(desk.app, data, caller.actor)
    except CoreError as refused:
        return escaped(refusal(refused, caller.language))
    return verified_text(found, caller.language)


async def file_without_words(desk: Desk, visit: Visit) -> None:
    """A file alone, in private: say what can be done with it."""
    desk.later(visit, desk.say(visit.address, visit.say("verify-ask")))
