"""A person at the counter, on one surface or another, and what the database holds of them."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select, update

from core.accounts.commands import meet, set_age
from core.accounts.rows import AccountRow
from core.app import App
from core.kernel.ids import AccountId, new_id
from core.kernel.people import Actor, ReplyTo
from core.privacy.answers import Answer
from core.privacy.counter.counter import answer
from core.privacy.counter.values import Ask, Traits
from core.privacy.notice.wording import paragraphs
from core.storage.inventory import Base

OPEN = Traits(part_limit_bytes=9_000_000, allows_training=True, allows_advertising=True)
SHUT = Traits(part_limit_bytes=9_000_000, allows_training=False, allows_advertising=False)


@dataclass(frozen=True)
class Visitor:
    """Somebody who gives commands."""

    app: App
    actor: Actor
    traits: Traits = OPEN

    async def says(self, line: str) -> Answer:
        """Give a command as it would be typed, without its slash."""
        command, _, words = line.partition(" ")
        reply_to = ReplyTo(self.actor.surface, f"private {self.actor.native_id}")
        ask = Ask(self.actor, command, words, reply_to, new_id(), self.traits)
        return await answer(self.app, ask)

    async def presses(self, shown: Answer, begins: str) -> Answer:
        """Press the step of an answer whose command begins so."""
        (line,) = [one for one in lines_of(shown) if one.startswith(begins)]
        return await self.says(line)

    async def account_id(self) -> AccountId:
        return (await meet(self.app, self.actor)).account_id

    async def stands(self, **values: object) -> None:
        """Change the account's row."""
        owner = await self.account_id()
        async with self.app.transaction() as tx:
            await tx.execute(update(AccountRow).where(AccountRow.id == owner).values(**values))

    async def row(self) -> AccountRow:
        owner = await self.account_id()
        async with self.app.transaction() as tx:
            return await tx.get_one(AccountRow, owner)


async def a_visitor(
    app: App,
    native_id: str = "1",
    *,
    surface: str = "test",
    traits: Traits = OPEN,
    age: bool | None = True,
    language: str = "en",
) -> Visitor:
    """Somebody with an account."""
    actor = Actor(surface, native_id, language)
    if age is None:
        await meet(app, actor)
    else:
        await set_age(app, actor, is_adult=age)
    return Visitor(app, actor, traits)


def elsewhere(visitor: Visitor, surface: str, native_id: str, **changes: Any) -> Visitor:
    """Return the same person on another surface, whom it does not know yet."""
    return replace(visitor, actor=Actor(surface, native_id, "en"), **changes)


def codes_of(shown: Answer) -> list[str]:
    """Return the codes of an answer's lines."""
    return [one.code for one in shown.page.lines]


def lines_of(shown: Answer) -> list[str]:
    """Return the commands of an answer's steps, as they would be typed."""
    return [f"{one.command} {one.words}".strip() for one in shown.steps]


def text_of(shown: Answer) -> str:
    """Return what a person reads."""
    return "\n".join(paragraphs(shown.page, shown.language))


async def count(app: App, row: type[Base], **values: object) -> int:
    """Count rows."""
    query = select(func.count()).select_from(row).filter_by(**values)
    async with app.transaction() as tx:
        return await tx.scalar(query) or 0
