"""A person's own link: a browser that sends the signal opts their account out (FA-14.4c)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.app import App
from core.kernel.errors import CoreError
from core.messages.catalogue import text
from core.messages.speech import day, refusal
from core.privacy.choosing.signal import PATH, honour_signal, owner_of
from core.web.frame import Link, paragraph
from core.web.visit import Visit, visit_of


async def _said(app: App, visit: Visit, token: str) -> str:
    """Honour the signal if it came; without it a look changes nothing."""
    if not visit.has_signal:
        await owner_of(app, token)
        return text("web-optout-no-signal", visit.language)
    done = await honour_signal(app, token)
    code = "web-optout-done" if done.is_new else "web-optout-already"
    return text(code, visit.language, date=day(done.since, visit.language))


def optout_routes(app: App) -> list[Route]:
    """Return the route of personal links."""

    async def personal(request: Request) -> Response:
        visit = visit_of(app, request)
        home = [Link(text("rights-step-privacy", visit.language), "/privacy")]
        try:
            said = await _said(app, visit, str(request.path_params["token"]))
        except CoreError as refused:
            return visit.page(refusal(refused, visit.language), [], home, 404)
        return visit.page(text("web-optout-title", visit.language), [paragraph(said)], home)

    return [Route(f"/{PATH}/{{token}}", personal, methods=["GET"])]
