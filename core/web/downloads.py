"""The page of an export's link: what it is, what is left, and each part behind a button.

Looking costs nothing, and a chat that opens links by itself to show a preview only looks: the
bytes come for a POST alone.
"""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from core.app import App
from core.kernel.errors import CoreError
from core.kernel.people import Language
from core.messages.catalogue import text
from core.messages.speech import data_size, day, refusal
from core.privacy.export.links import (
    PATH,
    LinkExpired,
    LinkGone,
    LinkUsedUp,
    Listing,
    Offered,
    listing,
    verify,
)
from core.web.frame import Link, button, paragraph
from core.web.visit import visit_of

_STATUS: dict[type[CoreError], int] = {LinkExpired: 410, LinkGone: 410, LinkUsedUp: 410}
_NUMBER_DIGITS = 6


def _part(part: Offered, base: str, language: Language) -> list[str]:
    left = part.downloads_left
    name = f"{part.file_name} · {data_size(part.size_bytes)} · {_left(left, language)}"
    save = text("web-export-save", language, number=part.number)
    return [paragraph(name), *([button(save, f"{base}/{part.number}")] if left > 0 else [])]


def _left(left: int, language: Language) -> str:
    if left <= 0:
        return text("web-export-used-up", language)
    return text("web-export-left", language, n=left)


def _body(found: Listing, base: str, service: str, language: Language) -> list[str]:
    about = text("web-export-about", language, service=service, n=len(found.parts))
    guide = text("export-guide-locked" if found.is_locked else "export-guide", language)
    locked = text("web-export-locked" if found.is_locked else "web-export-open", language)
    until = text("web-export-until", language, day=day(found.expires_at, language))
    lines = [about, guide, locked, until]
    parts = [piece for part in found.parts for piece in _part(part, base, language)]
    return [*(paragraph(line) for line in lines), *parts]


def download_routes(app: App) -> list[Route]:
    """Return the routes of export links."""

    def refused(request: Request, error: CoreError) -> Response:
        visit = visit_of(app, request)
        home = [Link(text("rights-step-privacy", visit.language), "/privacy")]
        status = _STATUS.get(type(error), 404)
        return visit.page(refusal(error, visit.language), [], home, status)

    async def landing(request: Request) -> Response:
        token = str(request.path_params["token"])
        try:
            found = await listing(app, token)
        except CoreError as error:
            return refused(request, error)
        visit = visit_of(app, request)
        body = _body(found, f"/{PATH}/{token}", visit.service, visit.language)
        return visit.page(text("web-export-title", visit.language), body)

    async def part(request: Request) -> Response:
        token, number = str(request.path_params["token"]), str(request.path_params["number"])
        if request.method != "POST":
            return RedirectResponse(f"/{PATH}/{token}", 303)
        is_number = number.isascii() and number.isdecimal() and len(number) <= _NUMBER_DIGITS
        try:
            if not is_number:
                raise LinkGone
            found = await verify(app, token, int(number))
        except CoreError as error:
            return refused(request, error)
        return StreamingResponse(
            found.chunks,
            media_type="application/octet-stream",
            headers={
                "content-disposition": f'attachment; filename="{found.file_name}"',
                "content-length": str(found.size_bytes),
            },
        )

    return [
        Route(f"/{PATH}/{{token}}", landing, methods=["GET"]),
        Route(f"/{PATH}/{{token}}/{{number}}", part, methods=["GET", "POST"]),
    ]
