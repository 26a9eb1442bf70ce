"""What every handler works with: the core, the bot, and the person who came with an update."""

import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from telegram import ForceReply, InlineKeyboardMarkup, Message, Update, User
from telegram.constants import ParseMode
from telegram.error import Forbidden
from telegram.ext import Application

from bots.telegram import keyboards
from bots.telegram.address import SURFACE, Address
from bots.telegram.delivery import TelegramDelivery
from bots.telegram.news import News
from bots.telegram.onemessage import NO_LINK_PREVIEW, Bot, replying
from bots.telegram.openings import Openings
from bots.telegram.rights_render import Drawn
from bots.telegram.secrets_asked import SecretsAsked
from bots.telegram.wording import escaped
from core.accounts.commands import meet
from core.accounts.values import Person
from core.app import App
from core.kernel.people import Actor, Language, ReplyTo, Room, language_of
from core.messages.catalogue import text

log = logging.getLogger("limner.telegram")

TelegramApplication = Application[Any, Any, Any, Any, Any, Any]
PUSHED_BACK_AT_MOST = 2
"""How often an answer waits out a 429 before it is given up."""


@dataclass(frozen=True, slots=True)
class Caller:
    """One update: who came, where, and with which message or press; nothing is stored for that."""

    actor: Actor
    language: Language
    """The language to speak with them; a stranger's is that of their app."""
    room: Room
    address: Address
    """Where answers go; replies to the message that came, or that holds the pressed button."""
    user: User
    update: Update

    @property
    def message(self) -> Message:
        """The message that came; only for handlers of messages."""
        assert self.update.message is not None
        return self.update.message

    @property
    def request_key(self) -> str:
        """The key of a request that this update asks for: the same update makes one job."""
        return f"{SURFACE}:{self.address.update_id}"

    @property
    def reply_to(self) -> ReplyTo:
        """Where the outcome goes until the one message is known."""
        return ReplyTo(SURFACE, self.address.write())

    @property
    def private(self) -> Address:
        """Where only this person reads."""
        return Address(self.user.id, update_id=self.address.update_id)

    def say(self, code: str, **facts: object) -> str:
        """Return one of our texts for this person, ready to be sent."""
        return escaped(text(code, self.language, **facts))


@dataclass(frozen=True, slots=True)
class Visit(Caller):
    """An update of somebody who has an account."""

    person: Person


@dataclass(frozen=True, slots=True)
class Desk:
    """The few things that handlers share; made once when the bot starts."""

    app: App
    application: TelegramApplication
    delivery: TelegramDelivery
    openings: Openings
    news: News
    secrets: SecretsAsked

    @property
    def bot(self) -> Bot:
        """The client."""
        bot: Bot = self.application.bot
        return bot

    @property
    def home(self) -> str:
        """The bot's own address."""
        return f"https://t.me/{self.bot.username}"

    def deep_link(self, payload: str) -> str:
        """Return the address that opens the private chat with a payload (64 of A-Za-z0-9_-)."""
        return f"{self.home}?start={payload}"

    def later(self, caller: Caller, work: Coroutine[Any, Any, object]) -> None:
        """Do the rest of an update behind it: what must not be lost has been stored by now."""
        self.application.create_task(self._guarded(caller, work))

    async def _guarded(self, caller: Caller, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except Exception as fault:  # noqa: BLE001 - the edge of one answer; the error handler tells
            await self.application.process_error(caller.update, fault)

    def caller(self, update: Update) -> Caller | None:
        """Return who came, without looking them up; None for what no person sent to us."""
        user = update.effective_user
        if user is None or user.is_bot:
            return None
        address = _address_of(update, user)
        hint = user.language_code or ""
        return Caller(
            actor=Actor(SURFACE, str(user.id), hint),
            language=language_of(hint),
            room=Room(str(address.chat_id), is_private=address.is_private),
            address=address,
            user=user,
            update=update,
        )

    async def visit(self, update: Update) -> Visit | None:
        """Return who came, with their account; None for what no person sent to us."""
        caller = self.caller(update)
        if caller is None:
            return None
        person = await meet(self.app, caller.actor)
        return Visit(
            actor=caller.actor,
            language=person.language,
            room=caller.room,
            address=caller.address,
            user=caller.user,
            update=update,
            person=person,
        )

    async def say(
        self,
        address: Address,
        line: str,
        markup: InlineKeyboardMarkup | ForceReply | None = None,
    ) -> Address:
        """Send an answer; waits out a push-back or two.

        Raises:
            TelegramError: nothing was sent; after ``TimedOut`` or ``NetworkError`` it may have
                been.
        """
        sent = await self.bot.send_message(
            address.chat_id,
            line,
            message_thread_id=address.thread_id,
            parse_mode=ParseMode.HTML,
            reply_parameters=replying(address),
            reply_markup=markup,
            link_preview_options=NO_LINK_PREVIEW,
            rate_limit_args=PUSHED_BACK_AT_MOST,
        )
        return address.at(sent.message_id)

    async def say_all(self, address: Address, page: Drawn) -> Address:
        """Send an answer, in as many messages as it needs; returns the one with the buttons.

        Raises:
            TelegramError: as ``say``; a part of it may have been sent.
        """
        *first, last = page.texts
        for line in first:
            await self.say(address, line)
        return await self.say(address, last, page.markup)

    async def say_in_private(
        self, caller: Caller, line: str, markup: InlineKeyboardMarkup | None, payload: str
    ) -> None:
        """Answer in the private chat, whatever the room; the room sees one quiet line at most.

        Raises:
            TelegramError: as ``say``.
        """
        if caller.room.is_private:
            await self.say(caller.address, line, markup)
            return
        try:
            await self.say(Address(caller.user.id), line, markup)
        except Forbidden:
            await self.show_way(caller, payload)
        else:
            await self.say(caller.address, caller.say("messenger-answered-in-private"))

    async def show_way(self, caller: Caller, payload: str) -> None:
        """Say in a room that the private chat must be opened first, with a button that does.

        The platform lets a bot write only to people who have opened its chat before.

        Raises:
            TelegramError: as ``say``.
        """
        label = text("messenger-button-private", caller.language)
        button = keyboards.link(label, self.deep_link(payload))
        await self.say(caller.address, caller.say("messenger-ask-in-private"), button)


def _address_of(update: Update, user: User) -> Address:
    query = update.callback_query
    message = query.message if query else update.effective_message
    if message is None:
        # A press under a message that the platform no longer tells: go on in private.
        return Address(user.id, update_id=update.update_id)
    thread_id = None
    if isinstance(message, Message) and message.is_topic_message:
        thread_id = message.message_thread_id
    return Address(
        chat_id=message.chat.id,
        thread_id=thread_id,
        reply_id=message.message_id,
        update_id=update.update_id,
    )
