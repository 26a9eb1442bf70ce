"""One interaction while it is being answered: who asks, and what the core made of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, assert_never

from bots.discord import render
from bots.discord.address import Address
from bots.discord.asking import Asked, actor_of, key_of, reply_to, room_of
from bots.discord.delivery import DiscordDelivery
from bots.discord.openings import Openings
from bots.discord.page import Page
from bots.discord.reply import Manner, Reply
from core.accounts.commands import welcome
from core.accounts.values import Person
from core.app import App
from core.generation.chat_copies import ChatCopy, remember_copies
from core.generation.commands import remember_message, repeat_request, request_images
from core.generation.values import (
    Accepted,
    AgeNeeded,
    ImageWish,
    RepeatRequest,
    RequestImages,
)
from core.kernel.ids import PictureId, RequestId
from core.kernel.people import Actor, Language
from core.privacy.notice.history import policy_seen


@dataclass(slots=True)
class Visit:
    """Everything that a command or a press needs."""

    app: App
    asked: Asked
    reply: Reply
    person: Person
    openings: Openings
    delivery: DiscordDelivery
    is_greeted: bool = field(default=False)

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_of(self.asked)

    @property
    def language(self) -> Language:
        """What the person reads."""
        return self.person.language

    async def tell(self, page: Page) -> None:
        """Answer in private."""
        await self.reply.show(page, hidden=True)

    async def tell_copy(
        self,
        page: Page,
        request_id: RequestId,
        picture_id: PictureId | None,
        *,
        shows_words: bool = False,
    ) -> None:
        """Show pictures in private, and remember where, so that they can be taken back."""
        message_id = await self.reply.show(page, hidden=True)
        if not message_id or not page.files():
            return
        where = Address.of(self.asked, message_id, is_hidden=True)
        copy = ChatCopy(
            where.write(),
            picture_id,
            shows_words=shows_words,
            removable_until=where.removable_until,
        )
        if not await remember_copies(self.app, self.actor, request_id, [copy]):
            # It was deleted while it was on its way.
            await self.delivery.remove(where)

    async def ask(self, wish: ImageWish) -> None:
        """Ask the core for pictures and show what it says; raises its refusals."""
        with self.openings.opening(self.asked.token):
            room, where = room_of(self.asked), reply_to(self.asked)
            command = RequestImages(self.actor, room, wish, where, key_of(self.asked))
            await self.settle(await request_images(self.app, command))

    async def repeat(
        self,
        request_id: RequestId,
        change: Literal["again", "vary", "words"],
        *,
        prompt: str = "",
        index: int = 1,
    ) -> None:
        """Ask for an earlier request anew; raises the core's refusals."""
        with self.openings.opening(self.asked.token):
            command = RepeatRequest(
                actor=self.actor,
                room=room_of(self.asked),
                request_id=request_id,
                change=change,
                reply_to=reply_to(self.asked),
                request_key=key_of(self.asked),
                prompt=prompt,
                index=max(1, index),
            )
            await self.settle(await repeat_request(self.app, command))

    async def settle(self, result: Accepted | AgeNeeded) -> None:
        """Show the request's place in line, or ask for the age first."""
        match result:
            case AgeNeeded(pending_id):
                greeting = self._greeting() if self.person.is_new else ()
                self.is_greeted = True
                await self.tell(render.age_page(pending_id, self.language, greeting=greeting))
            case Accepted():
                await self._show_accepted(result)
            case _:
                assert_never(result)

    async def _show_accepted(self, accepted: Accepted) -> None:
        if accepted.is_replay:
            # The first delivery of this interaction made the message.
            return
        page = render.status_page(accepted.status)
        message_id = await self.reply.show(page, hidden=False)
        where = Address.of(self.asked, message_id)
        if self.reply.is_unknown:
            where = where.at(channel_id=where.channel_id, message_id=0)
        elif not message_id:
            return
        address = where.write()
        self.openings.opened(accepted.request_id, address)
        await remember_message(
            self.app, self.actor, accepted.request_id, address, where.removable_until
        )

    def _greeting(self) -> tuple[str, ...]:
        return render.welcome_lines(self.app.settings.operator, self.language)

    async def greet(self) -> None:
        """At first contact say what this is, in private, after what was asked for."""
        if not self.person.is_new:
            return
        if not self.is_greeted:
            greeting = self._greeting()
            page = (
                render.age_page(None, self.language, greeting=greeting)
                if self.person.age == "unknown"
                else Page(lines=greeting)
            )
            await self.tell(page)
        await welcome(self.app, self.actor)
        await policy_seen(self.app, self.person.account_id)


Work = Callable[[Visit], Awaitable[None]]
Attend = Callable[[Asked, Manner, Work], Awaitable[None]]
"""How the client answers an interaction: in time, once, in the person's language."""
Look = Callable[[Asked, Callable[[Language], Awaitable[Page]]], Awaitable[None]]
"""How the client answers somebody who only looks: in private, and no account is made."""
