"""The route that gives the file of a letter, for example one part of an export."""

from starlette.requests import Request
from starlette.responses import Response

from bots.playground.api import Page
from core.generation.errors import NotFound
from core.privacy.letters.queries import letter_at, letter_bytes


class Letters:
    """The route that answers with a letter's file. Nothing is cached: what expired must be gone."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def file(self, request: Request) -> Response:
        """Return the file to the person whom the letter is for, and to nobody else."""
        page, letter_id = self._page, str(request.path_params["letter_id"])
        kept = await letter_at(
            page.app, page.actor(request), page.installation.reply_to(), letter_id
        )
        if kept.file is None:
            raise NotFound
        data = await letter_bytes(page.app, kept)
        disposition = f'attachment; filename="{kept.file.file_name}"'
        return Response(
            data,
            media_type="application/octet-stream",
            headers={"content-disposition": disposition},
        )
