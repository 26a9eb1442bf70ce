"""The page's web application: routes, refusals as JSON, the guard around all of it."""

from collections.abc import Awaitable, Callable
from importlib import resources
from pathlib import Path
from string import Template

from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bots.playground.api import Page, Routes
from bots.playground.bodies import BodyInvalid, BodyTooLarge, WrongType
from bots.playground.events import Hub
from bots.playground.guard import Guard, language_hint
from bots.playground.letters import Letters
from bots.playground.person import Installation, spoken_with
from bots.playground.pictures import Pictures
from core.app import App
from core.generation.errors import (
    AgeDeclined,
    NotFound,
    NotYours,
    OfferingUnavailable,
    QuotaExceeded,
    TooManyInFlight,
)
from core.kernel.errors import CoreError
from core.kernel.people import language_of
from core.messages.catalogue import text
from core.messages.speech import refusal
from core.moderation.errors import PictureTooLarge, ScreenUnavailable
from core.privacy.counter.errors import TooManyQuestions

_REFUSED = 422
_TOO_LARGE = 413
# What is not here is a wish that can't be granted as it was put (422).
_STATUS: dict[type[CoreError], int] = {
    NotFound: 404,
    NotYours: 403,
    AgeDeclined: 403,
    TooManyInFlight: 429,
    TooManyQuestions: 429,
    QuotaExceeded: 402,
    OfferingUnavailable: 409,
    ScreenUnavailable: 503,
    PictureTooLarge: _TOO_LARGE,
    BodyTooLarge: _TOO_LARGE,
    WrongType: 415,
    BodyInvalid: 400,
}
_HTTP_CODES = {404: "not-found", 405: "page-wrong-method"}

Handler = Callable[[Request], Awaitable[Response]]


def static_folder() -> Path:
    """Return where the page's own files are."""
    return Path(str(resources.files("bots.playground").joinpath("static")))


def _told(status: int, code: str, said: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "text": said}}, status)


class Refusals:
    """Makes an answer of every refusal, in the person's language."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def of_core(self, request: Request, error: Exception) -> Response:
        """Answer what the core, or the check of a body, refused."""
        assert isinstance(error, CoreError)
        language = await spoken_with(self._page.app, self._page.actor(request))
        status = _STATUS.get(type(error), _REFUSED)
        answer = _told(status, error.code, refusal(error, language))
        if status == _TOO_LARGE and "content-length" not in request.headers:
            # Without an end in sight the rest would be read for ever, so this hangs up.
            answer.headers["connection"] = "close"
        return answer

    async def of_http(self, request: Request, error: Exception) -> Response:
        """Answer a wrong address or method."""
        assert isinstance(error, HTTPException)
        code = _HTTP_CODES.get(error.status_code, "page-bad-request")
        language = language_of(language_hint(request.headers))
        return _told(error.status_code, code, text(code, language))


def _routes(page: Page) -> list[BaseRoute]:
    routes, pictures, letters = Routes(page), Pictures(page), Letters(page)

    frame = Template((static_folder() / "index.html").read_text("utf-8"))

    async def index(request: Request) -> Response:
        language = language_of(language_hint(request.headers))
        return HTMLResponse(frame.substitute(noscript=text("page-noscript", language)))

    async def events(request: Request) -> Response:
        after = request.headers.get("last-event-id") or request.query_params.get("after", "")
        return EventSourceResponse(page.hub.listen(after[:64]), ping=30, sep="\n")

    def get(path: str, handler: Handler) -> Route:
        return Route(path, handler, methods=["GET"])

    def post(path: str, handler: Handler) -> Route:
        return Route(path, handler, methods=["POST"])

    def delete(path: str, handler: Handler) -> Route:
        return Route(path, handler, methods=["DELETE"])

    one = "/api/requests/{request_id}"
    picture = "/api/pictures/{picture_id}"
    return [
        get("/", index),
        get("/api/state", routes.state),
        get("/api/history", routes.history),
        get("/api/known", routes.known),
        get("/api/events", events),
        post("/api/say", routes.say),
        post("/api/counter", routes.counter),
        post("/api/news-seen", routes.news_seen),
        post("/api/age", routes.age),
        post("/api/settings", routes.settings),
        post("/api/verify", routes.verify),
        get(one, routes.one),
        delete(one, routes.delete_request),
        post(f"{one}/cancel", routes.cancel),
        post(f"{one}/repeat", routes.repeat),
        get(f"{one}/preview", pictures.preview),
        delete(one + "/pictures/{picture_id}", routes.delete_picture),
        get(picture, pictures.shown),
        get(f"{picture}/original", pictures.original),
        get("/api/letters/{letter_id}/file", letters.file),
        Mount("/static", StaticFiles(directory=static_folder())),
    ]


def create_app(
    app: App, hub: Hub, installation: Installation, missing_tokens: tuple[str, ...] = ()
) -> Starlette:
    """Make the page's application over a core.

    ``missing_tokens`` are names of settings that would take Limner to chat platforms and are not
    set; the line at the top names them.
    """
    page = Page(app, hub, installation, missing_tokens)
    refusals = Refusals(page)
    return Starlette(
        routes=_routes(page),
        middleware=[Middleware(Guard)],
        exception_handlers={CoreError: refusals.of_core, HTTPException: refusals.of_http},
    )
