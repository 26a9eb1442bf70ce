"""The notice, the terms and the list of processors as public pages, made of the same values."""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from core.app import App
from core.kernel.people import Language
from core.messages.catalogue import text
from core.privacy.counter.notices import notice
from core.privacy.notice.pages import (
    TOPICS,
    glance,
    providers,
    table,
    terms,
    topic_page,
    topic_title,
)
from core.privacy.notice.wording import Page, said
from core.web.frame import Link, paragraph
from core.web.visit import visit_of

_PRIVACY = "/privacy"
_TABLE = "table"


def _links(language: Language, here: str) -> list[Link]:
    codes = [
        (_PRIVACY, "rights-step-glance"),
        *((f"{_PRIVACY}/{topic}", topic_title(topic).code) for topic in TOPICS),
        (f"{_PRIVACY}/{_TABLE}", "policy-table"),
        ("/providers", "policy-providers"),
        ("/terms", "web-terms"),
    ]
    tag = "zh-Hans" if language == "zh_Hans" else language
    return [
        Link(text(code, language), f"{address}?lang={tag}", address == here)
        for address, code in codes
    ]


class Notices:
    """The routes of the notice."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def glance(self, request: Request) -> Response:
        """Show the notice at a glance."""
        return self._shown(request, glance(notice(self._app)))

    async def topic(self, request: Request) -> Response:
        """Show one topic, or the table of everything that is kept."""
        topic = str(request.path_params["topic"])
        found = notice(self._app)
        if topic == _TABLE:
            return self._shown(request, table(found))
        if topic in TOPICS:
            return self._shown(request, topic_page(found, topic))
        visit = visit_of(self._app, request)
        return visit.said("web-not-found", 404, _links(visit.language, ""))

    async def terms(self, request: Request) -> Response:
        """Show the terms of use (FA-0.5)."""
        return self._shown(request, terms(notice(self._app)))

    async def providers(self, request: Request) -> Response:
        """Show every processor with its function, place and controls (FA-8.10)."""
        return self._shown(request, providers(notice(self._app)))

    async def signal(self, _request: Request) -> Response:
        """Say that Global Privacy Control is honoured here (its specification, section 4.2)."""
        profile = self._app.profile
        return JSONResponse(
            {"gpc": profile.sale.browser_signal, "lastUpdate": profile.policy_date or SINCE}
        )

    async def front(self, _request: Request) -> Response:
        """Lead to the notice."""
        return RedirectResponse(_PRIVACY, 303)

    def _shown(self, request: Request, page: Page) -> Response:
        visit = visit_of(self._app, request)
        body = [paragraph(said(line, visit.language)) for line in page.lines]
        links = _links(visit.language, visit.path)
        return visit.page(said(page.title, visit.language), body, links)


SINCE = "2026-11-25"
"""From when Limner honours the signal; for a policy that gives no date."""


def notice_routes(app: App) -> list[Route]:
    """Return the routes of the notice."""
    pages = Notices(app)
    return [
        Route("/", pages.front),
        Route(_PRIVACY, pages.glance),
        Route(_PRIVACY + "/{topic}", pages.topic),
        Route("/terms", pages.terms),
        Route("/providers", pages.providers),
        Route("/.well-known/gpc.json", pages.signal),
    ]
