"""The page's routes that give pictures: shown, downloaded untouched, previews of running work."""

from starlette.requests import Request
from starlette.responses import Response

from bots.playground.api import Page, request_id_of
from core.generation.errors import NotFound
from core.generation.queries import picture_file, preview
from core.generation.values import PictureFile
from core.kernel.ids import PictureId

_PNG, _JPEG = b"\x89PNG", b"\xff\xd8\xff"


def _kind(data: bytes) -> str:
    """Return a preview's content type by its first bytes; providers send one of three kinds."""
    if data.startswith(_PNG):
        return "image/png"
    return "image/jpeg" if data.startswith(_JPEG) else "image/webp"


class Pictures:
    """The routes that answer with bytes. Nothing is cached: a deleted picture must be gone."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def shown(self, request: Request) -> Response:
        """Return a picture to look at."""
        file = await self._file(request)
        return Response(file.data, media_type=file.mime)

    async def original(self, request: Request) -> Response:
        """Return the same untouched bytes as a file to keep, signature included."""
        file = await self._file(request)
        disposition = f'attachment; filename="{file.file_name}"'
        headers = {"content-disposition": disposition}
        return Response(file.data, media_type=file.mime, headers=headers)

    async def preview(self, request: Request) -> Response:
        """Return the newest preview of running work."""
        actor = self._page.actor(request)
        data = await preview(self._page.app, actor, request_id_of(request))
        if data is None:
            raise NotFound
        return Response(data, media_type=_kind(data))

    async def _file(self, request: Request) -> PictureFile:
        picture_id = PictureId(str(request.path_params["picture_id"]))
        return await picture_file(self._page.app, self._page.actor(request), picture_id)
