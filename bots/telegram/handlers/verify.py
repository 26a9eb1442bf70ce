"""``/verify``: whether a picture came from here; by its caption, or as a reply to it."""

from telegram import Document, Message, PhotoSize

from bots.telegram.desk import Desk, Visit
from bots.telegram.wording import escaped
from core.generation.queries import verify as verify_picture
from core.generation.values import Verified
from core.kernel.errors import CoreError
from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import day, refusal

DOWNLOAD_BYTES = 20 * 1024 * 1024
"""The largest file that a bot can read (Bot API, getFile)."""


def _picture_in(message: Message | None) -> Document | PhotoSize | None:
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


async def verify(desk: Desk, visit: Visit) -> None:
    """Look into the picture of the message itself, or of the one that it replies to."""
    message = visit.message
    picture = _picture_in(message) or _picture_in(message.reply_to_message)
    desk.later(visit, _answer(desk, visit, picture))


async def _answer(desk: Desk, visit: Visit, picture: Document | PhotoSize | None) -> None:
    if picture is None:
        line = visit.say("verify-ask")
    elif picture.file_size is not None and picture.file_size > DOWNLOAD_BYTES:
        line = visit.say("picture-too-large")
    else:
        file = await picture.get_file()
        data = bytes(await file.download_as_bytearray())
        try:
            line = verified_text(await verify_picture(desk.app, data, visit.actor), visit.language)
        except CoreError as refused:
            line = escaped(refusal(refused, visit.language))
    await desk.say(visit.address, line)


async def picture_without_words(desk: Desk, visit: Visit) -> None:
    """A picture alone, in private: say what can be done with it."""
    desk.later(visit, desk.say(visit.address, visit.say("verify-ask")))
