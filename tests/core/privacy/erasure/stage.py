"""People with things to delete, and the counter where they ask for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import select

from core.accounts.commands import meet
from core.app import App
from core.generation import requests
from core.kernel.ids import AccountId, PictureId, RequestId
from core.kernel.people import Actor, ReplyTo
from core.privacy.answers import Answer
from core.privacy.counter.counter import answer
from core.privacy.counter.values import Ask, Traits
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.saga import erase
from core.privacy.erasure.values import EraseAccount
from core.privacy.letters.loop import LetterLoop
from core.privacy.notice.wording import paragraphs
from tests.core.privacy.retention.things import PlainSteps, a_request_with_a_picture
from tests.factories import an_actor
from tests.fakes import FakeLetters

TO = ReplyTo("test", "a private chat")
TRAITS = Traits(part_limit_bytes=9_000_000, allows_training=True, allows_advertising=True)


async def told(
    app: App,
    words: str = "",
    *,
    actor: Actor | None = None,
    about: RequestId | None = None,
    traits: Traits = TRAITS,
) -> Answer:
    """Give the command /delete with these words."""
    who = actor or an_actor()
    return await answer(app, Ask(who, "delete", words, TO, "key", traits, about))


def says(shown: Answer) -> str:
    """Everything that an answer says, in its language."""
    return "\n".join(paragraphs(shown.page, shown.language))


def words_of(shown: Answer, beginning: str) -> str:
    """The words of the one step that begins so."""
    (found,) = [one.words for one in shown.steps if one.words.startswith(beginning)]
    return found


def code_of(shown: Answer) -> str:
    """The code that an answer shows."""
    (code,) = [str(line.facts["code"]) for line in shown.page.lines if line.code == "delete-code"]
    return code


async def confirmed(app: App, when: str, *, actor: Actor | None = None) -> Answer:
    """Ask for the account's deletion, and type the code that is shown."""
    shown = await told(app, f"account {when}", actor=actor)
    return await told(app, f"account {when} {code_of(shown)}", actor=actor)


async def a_person_with_pictures(
    app: App,
    count: int = 2,
    *,
    native_id: str = "1",
    at: datetime | None = None,
    removable_until: datetime | None = None,
) -> tuple[Actor, AccountId, list[tuple[RequestId, PictureId]]]:
    """Somebody who asked for some pictures and got them, each in a message of its own."""
    actor = an_actor(native_id)
    owner = (await meet(app, actor)).account_id
    made = []
    for number in range(count):
        one = await a_request_with_a_picture(app, owner, at or app.clock.now())
        where = f"message {native_id}-{number}"
        await requests.store_message(app, one[0], where, removable_until)
        made.append(one)
    return actor, owner, made


def an_order(account_id: AccountId, *, is_now: bool = True, told: bool = False) -> EraseAccount:
    """The order to erase an account."""
    return EraseAccount(account_id, "person", is_now=is_now, reply_to=TO if told else None)


async def erased(app: App, erasure_id: str) -> str:
    """Run one attempt of an erasure, as a worker would."""
    return await erase(app, erasure_id, PlainSteps())


async def erasure_row(app: App, erasure_id: str = "") -> ErasureRow:
    """The one erasure there is, or the one that is named."""
    query = select(ErasureRow)
    if erasure_id:
        query = query.where(ErasureRow.id == erasure_id)
    async with app.transaction() as tx:
        return (await tx.scalars(query)).one()


@asynccontextmanager
async def a_letter_loop(app: App, surface: FakeLetters) -> AsyncIterator[None]:
    """Bring letters while the context is open."""
    task = asyncio.create_task(LetterLoop(app, surface).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
