"""One person on two surfaces, with things on each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import select

from core.accounts.rows import MoveRow
from core.app import App
from core.generation import requests
from core.generation.queries import history, picture_file
from core.generation.rows import PictureRow, RequestRow
from core.kernel.ids import PictureId
from core.privacy.answers import Answer
from core.privacy.linking.moving import move_all
from tests.core.privacy.choosing.desk import OPEN, SHUT, Visitor, a_visitor
from tests.core.privacy.retention.things import MARK, a_request_with_a_picture
from tests.factories import an_app
from tests.fakes import MovingClock


@asynccontextmanager
async def two_surfaces(
    database_url: str = "", policy: str = "artiflux", folder: Path | None = None
) -> AsyncIterator[tuple[App, MovingClock, Visitor, Visitor]]:
    """Somebody with an account on each of two surfaces; the second one forbids much."""
    clock = MovingClock()
    async with an_app(
        clock=clock, database_url=database_url, folder=folder, LIMNER_POLICY=policy
    ) as app:
        one = await a_visitor(app, "one", surface="test", traits=OPEN)
        other = await a_visitor(app, "other", surface="strict", traits=SHUT)
        yield app, clock, one, other


async def linked(one: Visitor, other: Visitor) -> Answer:
    """Join the account of ``other`` to that of ``one``, as people do."""
    asked = await other.says(f"link {await a_code(one)}")
    return await other.presses(asked, "link ")


async def a_code(visitor: Visitor) -> str:
    """Ask for a code."""
    shown = await visitor.says("link")
    return str(shown.page.lines[0].facts["code"])


async def settled(app: App, clock: MovingClock) -> None:
    """Let everything arrive that is on its way."""
    clock.move(minutes=2)
    async with app.transaction() as tx:
        moves = list(await tx.scalars(select(MoveRow.id)))
    for move_id in moves:
        assert await move_all(app, move_id) == "done"


async def things_of(
    visitor: Visitor, count: int = 2, *, surface: str | None = None
) -> list[PictureId]:
    """Finished pictures of a person."""
    owner = await visitor.account_id()
    found = []
    for _ in range(count):
        request_id, picture_id = await a_request_with_a_picture(
            visitor.app, owner, visitor.app.clock.now()
        )
        async with visitor.app.transaction() as tx:
            for row in (await tx.get_one(RequestRow, request_id),):
                row.surface = surface or visitor.actor.surface
        found.append(picture_id)
    return found


async def sees(visitor: Visitor, pictures: list[PictureId]) -> None:
    """Assert that a person has exactly these pictures, with their words and bytes."""
    owner = await visitor.account_id()
    shown = await history(visitor.app, visitor.actor, limit=100)
    found = [view.picture_id for one in shown if one.outcome for view in one.outcome.pictures]
    assert sorted(found) == sorted(pictures)
    assert all(MARK in one.wish.prompt for one in shown)
    for picture in pictures:
        file = await picture_file(visitor.app, visitor.actor, picture)
        assert MARK.encode() in file.data
    assert {str(one) for one in await visitor.app.vault.blobs_of(owner)} == set(pictures)
    async with visitor.app.transaction() as tx:
        for row in await tx.scalars(select(RequestRow).where(RequestRow.account_id == owner)):
            assert MARK in await requests.open_text(visitor.app, row, "reply_to_sealed")


async def owners(app: App) -> set[str]:
    """Return whose pictures and requests there are."""
    async with app.transaction() as tx:
        return set(await tx.scalars(select(PictureRow.account_id))) | set(
            await tx.scalars(select(RequestRow.account_id))
        )
