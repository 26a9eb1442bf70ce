"""Brings letters about people's rights: pages and files, in one message that is edited."""

from telegram import InputMediaDocument
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bots.telegram.address import SURFACE, Address
from bots.telegram.delivery import LONGEST_WAIT_S, result_of
from bots.telegram.onemessage import Bot, edit_picture, edit_text, empty, redraw, remove
from bots.telegram.pace import Pace
from bots.telegram.rights_render import captioned, drawn, unmarked
from bots.telegram.wording import escaped, literal
from core.generation.delivery_port import DeliveryResult, Gone, Later, Sent
from core.kernel.people import Language
from core.messages.catalogue import text
from core.privacy.letters.port import Attachment, Letter
from core.privacy.notice.wording import said

UPLOAD_BYTES = 50_000_000
"""The largest file that a bot can send (Bot API, "Sending files")."""


class TelegramLetters:
    """The letters' port. An edit that is repeated changes nothing, so a repeat is invisible."""

    surface = SURFACE

    def __init__(self, bot: Bot, pace: Pace) -> None:
        self._bot = bot
        self._pace = pace

    def private_address(self, native_id: str) -> str:
        """Return the address of somebody's private chat: it has the id of the person."""
        return Address(int(native_id)).write()

    async def bring(self, letter: Letter) -> DeliveryResult:
        """Show the letter; see ``DeliveryResult`` for what can come of it.

        Where there is no message yet, one that says the title is sent and remembered first:
        should its answer be lost, another one is made, and the first stays as one line.
        """
        address = Address.read(letter.message_address or letter.reply_to)
        file = letter.attachment
        if file is not None and len(file.data) > UPLOAD_BYTES:
            return Gone("too-large")
        wait_s = self._pace.wait_s(address.chat_id)
        if wait_s > LONGEST_WAIT_S:
            return Later(wait_s / 2)
        try:
            return Sent((await self._draw(address, letter, file)).write())
        except TelegramError as error:
            return result_of(error)

    async def _draw(self, address: Address, letter: Letter, file: Attachment | None) -> Address:
        answer = letter.answer
        home = f"https://t.me/{self._bot.username}"
        brought = file
        if file is None and len(drawn(answer, home).texts) > 1:
            # One message holds no more; what is cut short in the caption is whole in the file.
            words = unmarked(answer).encode()
            brought = Attachment(f"{answer.page.topic}.txt", "text/plain", words)
        title = f"<b>{literal(said(answer.page.title, answer.language))}</b>"

        async def draw(at: Address) -> None:
            page = drawn(answer, home, keeps=True)
            if brought is None:
                await edit_text(self._bot, at, page.texts[0], page.markup)
                return
            media = InputMediaDocument(
                brought.data,
                caption=captioned(answer, home),
                parse_mode=ParseMode.HTML,
                filename=brought.file_name,
                disable_content_type_detection=True,
            )
            await edit_picture(self._bot, at, media, page.markup)

        return await redraw(self._bot, address, draw, letter.remember, title, quiet=False)

    async def take_back(self, message_address: str, language: Language) -> DeliveryResult:
        """Remove a message of ours, or empty one that is too old to be removed.

        In a group another member may have to do it: where the bot is not any more.
        """
        address = Address.read(message_address)
        if address.message_id is None:
            return Gone("unknown")
        try:
            if await remove(self._bot, address):
                return Sent(message_address)
            wait_s = self._pace.wait_s(address.chat_id)
            if wait_s > 0:
                # There may be many of one chat: others' letters must not wait behind them.
                return Later(wait_s)
            line = escaped(text("messenger-taken-back", language))
            is_over = await empty(self._bot, address, line)
        except TelegramError as error:
            return result_of(error)
        return Sent(message_address) if is_over else Gone("unreachable")
