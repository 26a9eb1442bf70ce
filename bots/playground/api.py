"""The page's routes that speak JSON: each parses, calls one use-case, draws its result."""

from dataclasses import dataclass
from typing import assert_never

from starlette.requests import Request
from starlette.responses import JSONResponse

from bots.playground import bodies, chat, counter
from bots.playground.draw import card_of, cards_of
from bots.playground.events import Hub
from bots.playground.guard import language_hint
from bots.playground.notices import notice, quota_of, verified_of
from bots.playground.person import ROOM, Installation, message_address, spoken_with
from bots.playground.state import HISTORY, state_of
from core.accounts.commands import choose_language, choose_region, known_person, welcome
from core.app import App
from core.generation.commands import (
    cancel_request,
    continue_after_age,
    remember_message,
    repeat_request,
)
from core.generation.errors import NotFound
from core.generation.queries import history, status, verify
from core.generation.values import (
    Accepted,
    AgeNeeded,
    AgeNoted,
    ContinueAfterAge,
    RepeatRequest,
)
from core.kernel.ids import PictureId, RequestId, is_id
from core.kernel.people import Actor
from core.messages.catalogue import text
from core.privacy.erasure.pressed import delete_shown_picture, delete_shown_request
from core.privacy.erasure.verify import receipt_said, verify_receipt
from core.privacy.notice.history import policy_seen
from core.quotas.queries import quota


@dataclass(frozen=True, slots=True)
class Page:
    """What the routes work with."""

    app: App
    hub: Hub
    installation: Installation
    missing_tokens: tuple[str, ...]
    """Names of the settings that would take Limner to chat platforms and are not set."""

    def actor(self, request: Request) -> Actor:
        """Return the installation's person, with this browser's language as the hint."""
        return self.installation.actor(language_hint(request.headers))


def request_id_of(request: Request) -> RequestId:
    """Return the request's id from the address.

    Raises:
        NotFound: it has not the form of an id.
    """
    given = str(request.path_params["request_id"])
    if not is_id(given):
        raise NotFound
    return RequestId(given)


async def _was_shown(app: App, actor: Actor) -> None:
    """Record the first message and the policy's version as shown; of somebody unknown, nothing."""
    person = await known_person(app, actor)
    if person is not None:
        await welcome(app, actor)
        await policy_seen(app, person.account_id)


class Routes:
    """The JSON routes of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def state(self, request: Request) -> JSONResponse:
        """Return everything the page shows at first."""
        page = self._page
        # Before the state is read: what happens meanwhile is told again, not missed.
        heard = page.hub.last_id
        actor = page.actor(request)
        facts = await state_of(page.app, actor, page.installation, page.missing_tokens)
        if not facts["news"]:
            await _was_shown(page.app, actor)
        return JSONResponse({**facts, "heard": heard})

    async def news_seen(self, request: Request) -> JSONResponse:
        """Record that the page has drawn the policy's news; until then they are told again."""
        await bodies.read_json(request, bodies.Nothing)
        await _was_shown(self._page.app, self._page.actor(request))
        return JSONResponse({})

    async def history(self, request: Request) -> JSONResponse:
        """Return the requests before one."""
        before = request.query_params.get("before", "")
        if not is_id(before):
            raise NotFound
        found = await history(
            self._page.app,
            self._page.actor(request),
            limit=HISTORY + 1,
            before=RequestId(before),
        )
        return JSONResponse(cards_of(found, HISTORY))

    async def known(self, request: Request) -> JSONResponse:
        """Return what the drawer says about the person, by the commands that exist."""
        app, actor = self._page.app, self._page.actor(request)
        language = await spoken_with(app, actor)
        view = quota_of(await quota(app, actor), language)
        return JSONResponse({"quota": view, **await counter.known(app, actor, language)})

    async def say(self, request: Request) -> JSONResponse:
        """Take one message: a command or a prompt."""
        page = self._page
        said = await bodies.read_json(request, bodies.Say)
        key = page.installation.request_key(said.key)
        asker = chat.Asker(page.app, page.actor(request), page.installation.reply_to(), key)
        answer = await chat.answer(asker, said)
        if isinstance(answer, Accepted | AgeNeeded):
            return await self._asked(request, answer)
        return JSONResponse(answer)

    async def counter(self, request: Request) -> JSONResponse:
        """Do one step of an answer about rights; its card is drawn in the same place."""
        page = self._page
        pressed = await bodies.read_json(request, bodies.Counter)
        card = await counter.asked(
            page.app,
            page.actor(request),
            page.installation.reply_to(),
            command=pressed.command,
            words=pressed.words,
            key=page.installation.request_key(pressed.key),
        )
        return JSONResponse({"answer": card})

    async def one(self, request: Request) -> JSONResponse:
        """Return one request's card as it stands."""
        return await self._card(request, request_id_of(request), wrapped=False)

    async def cancel(self, request: Request) -> JSONResponse:
        """End a waiting or running request; too late is no error, the card says what happened."""
        await bodies.read_json(request, bodies.Nothing)
        request_id = request_id_of(request)
        await cancel_request(self._page.app, self._page.actor(request), request_id)
        return await self._card(request, request_id)

    async def repeat(self, request: Request) -> JSONResponse:
        """Again, a variation, or other words."""
        page = self._page
        pressed = await bodies.read_json(request, bodies.Repeat)
        command = RepeatRequest(
            actor=page.actor(request),
            room=ROOM,
            request_id=request_id_of(request),
            change=pressed.change,
            reply_to=page.installation.reply_to(),
            request_key=page.installation.request_key(pressed.key),
            prompt=pressed.prompt,
            index=pressed.index,
        )
        return await self._asked(request, await repeat_request(page.app, command))

    async def delete_request(self, request: Request) -> JSONResponse:
        """Delete all pictures of a request."""
        await bodies.read_json(request, bodies.Nothing)
        request_id = request_id_of(request)
        await delete_shown_request(self._page.app, self._page.actor(request), request_id)
        return await self._changed(request, request_id)

    async def delete_picture(self, request: Request) -> JSONResponse:
        """Delete one picture."""
        await bodies.read_json(request, bodies.Nothing)
        request_id = request_id_of(request)
        picture_id = PictureId(str(request.path_params["picture_id"]))
        await delete_shown_picture(self._page.app, self._page.actor(request), picture_id)
        return await self._changed(request, request_id)

    async def age(self, request: Request) -> JSONResponse:
        """Store the answer to the question of age and go on with what waited for it."""
        given = await bodies.read_json(request, bodies.AgeAnswer)
        pending = given.pending_id
        if pending is not None and not is_id(pending):
            raise bodies.BodyInvalid(field="pending_id")
        answer = ContinueAfterAge(
            actor=self._page.actor(request),
            is_adult=given.is_adult,
            pending_id=None if pending is None else RequestId(pending),
        )
        result = await continue_after_age(self._page.app, answer)
        match result:
            case Accepted():
                return await self._asked(request, result)
            case AgeNoted(is_adult=True):
                return JSONResponse({})
            case AgeNoted():
                said = text("age-minor-noted", await spoken_with(self._page.app, answer.actor))
                return JSONResponse({"notice": notice("", said)})
            case _:
                assert_never(result)

    async def settings(self, request: Request) -> JSONResponse:
        """Change language or region."""
        given = await bodies.read_json(request, bodies.Settings)
        actor = self._page.actor(request)
        if given.language is not None:
            await choose_language(self._page.app, actor, given.language)
        if given.region is not None:
            await choose_region(self._page.app, actor, given.region)
        self._page.hub.publish("resync", {})
        return JSONResponse({})

    async def verify(self, request: Request) -> JSONResponse:
        """Say whether an uploaded picture or receipt came from here; the file is not kept."""
        data = await bodies.read_upload(request)
        app, actor = self._page.app, self._page.actor(request)
        language = await spoken_with(app, actor)
        receipt = verify_receipt(app, data)
        if receipt is not None:
            title = text("page-verify-receipt", language)
            return JSONResponse({"notice": notice(title, receipt_said(receipt, language))})
        found = await verify(app, data, actor)
        return JSONResponse({"notice": verified_of(found, language)})

    async def _asked(self, request: Request, result: Accepted | AgeNeeded) -> JSONResponse:
        actor = self._page.actor(request)
        match result:
            case Accepted(request_id, seen, _):
                address = message_address(request_id)
                await remember_message(self._page.app, actor, request_id, address)
                card = card_of(seen)
                self._page.hub.publish("card", card)
                return JSONResponse({"card": card})
            case AgeNeeded(pending_id):
                seen = await status(self._page.app, actor, pending_id)
                return JSONResponse({"card": card_of(seen)})
            case _:
                assert_never(result)

    async def _card(
        self, request: Request, request_id: RequestId, *, wrapped: bool = True
    ) -> JSONResponse:
        card = card_of(await status(self._page.app, self._page.actor(request), request_id))
        return JSONResponse({"card": card} if wrapped else card)

    async def _changed(self, request: Request, request_id: RequestId) -> JSONResponse:
        """Draw a changed request here and on every other open page."""
        seen = await status(self._page.app, self._page.actor(request), request_id)
        card = card_of(seen)
        self._page.hub.publish("card", card)
        return JSONResponse({"card": card})
