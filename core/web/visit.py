"""One request of a page: its language, its browser's opt-out signal, and the page that answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse

from core.app import App
from core.kernel.people import Language
from core.messages.catalogue import text
from core.web.frame import Link, document, language_wished

SIGNAL = "sec-gpc"
"""The browser's signal against sale and sharing (Global Privacy Control)."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one request says of itself; nothing of it is kept."""

    language: Language
    has_signal: bool
    """The browser says no to sale and sharing, and the policy honours that (FA-14.4b)."""
    service: str
    path: str

    def page(
        self,
        title: str,
        body: Iterable[str],
        links: Sequence[Link] = (),
        status: int = 200,
    ) -> HTMLResponse:
        """Return a page in the visit's language; it says so when the signal was honoured."""
        whole = document(
            self.language,
            title,
            body,
            service=self.service,
            path=self.path,
            is_signal_honoured=self.has_signal,
            links=links,
        )
        return HTMLResponse(whole, status, {"content-language": self.language.replace("_", "-")})

    def said(self, code: str, status: int, links: Sequence[Link] = ()) -> HTMLResponse:
        """Return a page that says one thing."""
        return self.page(text(code, self.language), [], links, status)


def visit_of(app: App, request: Request) -> Visit:
    """Read what a request says of itself."""
    accept = request.headers.get("accept-language", "")
    return Visit(
        language=language_wished(accept, request.query_params.get("lang", "")),
        has_signal=app.profile.sale.browser_signal and request.headers.get(SIGNAL) == "1",
        service=app.profile.service,
        path=request.url.path,
    )
