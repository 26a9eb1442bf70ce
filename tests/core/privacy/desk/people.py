"""People at the counter: asking, and putting an account into a state."""

from datetime import datetime

from sqlalchemy import update

from core.accounts.commands import find_person
from core.accounts.rows import AccountRow
from core.accounts.values import Person
from core.app import App
from core.kernel.ids import new_id
from core.kernel.people import Actor, ReplyTo
from core.privacy.answers import Answer
from core.privacy.counter.counter import answer
from core.privacy.counter.values import Ask, Traits
from core.privacy.notice.wording import paragraphs
from tests.factories import an_actor

TRAITS = Traits(part_limit_bytes=9_000_000, allows_training=True, allows_advertising=True)


async def ask(
    app: App, command: str, words: str = "", *, actor: Actor | None = None, key: str = ""
) -> Answer:
    """Give a command as a surface does."""
    who = actor or an_actor()
    where = ReplyTo(who.surface, "a private chat")
    return await answer(app, Ask(who, command, words, where, key or new_id(), TRAITS))


async def told(
    app: App, command: str, words: str = "", *, actor: Actor | None = None, key: str = ""
) -> str:
    """Give a command and return what the person reads."""
    return read(await ask(app, command, words, actor=actor, key=key))


def read(shown: Answer) -> str:
    """Return what a person reads."""
    return "\n".join(paragraphs(shown.page, shown.language))


async def person_of(app: App, actor: Actor | None = None) -> Person:
    """Return who somebody is to us."""
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor or an_actor())
    assert person is not None
    return person


async def put_into(app: App, person: Person, **values: str | datetime | None) -> None:
    """Put an account into a state."""
    async with app.transaction() as tx:
        await tx.execute(
            update(AccountRow).where(AccountRow.id == person.account_id).values(**values)
        )
