"""Deleting by a button under a picture: with every message that shows it, wherever that is."""

from sqlalchemy import ColumnElement, false

from core.accounts.commands import meet
from core.app import App
from core.generation import requests
from core.generation.commands import delete_picture, delete_request
from core.generation.errors import NotFound, NotYours
from core.generation.rows import RequestRow
from core.generation.values import Deleted
from core.kernel.ids import PictureId, RequestId, new_id
from core.kernel.people import Actor
from core.privacy.erasure.messages import (
    Passes,
    copies_of,
    copies_with,
    forget,
    messages_of,
    nothing_passes,
    take_back,
)


async def delete_shown_picture(
    app: App, actor: Actor, picture_id: PictureId, passes: Passes = nothing_passes
) -> Deleted:
    """Delete one picture at once, and have the copies that show it taken back.

    The result's own message is redrawn by its surface. ``passes`` says of a message that its
    surface changes it right now, so that nobody else has to.

    Raises:
        NotFound, NotYours: nothing was deleted or taken back.
    """
    async with app.transaction() as tx:
        picture = await requests.find_picture(tx, picture_id)
    if picture is None:
        raise NotFound
    request_id = RequestId(picture.request_id)
    async with app.transaction() as tx:
        is_last = len(await requests.pictures_of(tx, request_id)) == 1
    results = _elsewhere(actor, request_id) if is_last else false()
    copies = copies_with(request_id, picture_id)
    await _take_back(app, actor, request_id, results, copies, passes)
    return await delete_picture(app, actor, picture_id)


async def delete_shown_request(
    app: App, actor: Actor, request_id: RequestId, passes: Passes = nothing_passes
) -> Deleted:
    """Delete all pictures of a request at once, and have their copies taken back.

    ``passes`` and errors as with ``delete_shown_picture``.
    """
    copies = copies_of(RequestRow.id == request_id)
    results = _elsewhere(actor, request_id)
    await _take_back(app, actor, request_id, results, copies, passes)
    return await delete_request(app, actor, request_id)


def _elsewhere(actor: Actor, request_id: RequestId) -> ColumnElement[bool]:
    """A result that another surface of the person's shows: this one can't change it."""
    return (RequestRow.id == request_id) & (RequestRow.surface != actor.surface)


async def _take_back(
    app: App,
    actor: Actor,
    request_id: RequestId,
    results: ColumnElement[bool],
    copies: ColumnElement[bool],
    passes: Passes,
) -> None:
    """Post the orders first: should the deletion be cut off, it can be pressed again."""
    person = await meet(app, actor)
    async with app.transaction() as tx:
        row = await requests.find(tx, request_id)
        if row is None:
            raise NotFound
        if not await requests.is_own(tx, row, person.account_id):
            raise NotYours
    messages = await messages_of(app, results, copies, passes)
    await take_back(app, new_id(), messages.removable, person.language)
    await forget(app, messages)
