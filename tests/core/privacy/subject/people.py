"""People of whom something of many kinds is held, and the counter that they ask at."""

from core.accounts.commands import choose_region, meet
from core.accounts.rows import IdentityRow
from core.app import App
from core.kernel.ids import AccountId, new_id
from core.kernel.people import Actor, ReplyTo
from core.privacy.answers import Answer
from core.privacy.counter.counter import answer
from core.privacy.counter.values import Ask, Traits
from core.privacy.notice.wording import paragraphs
from core.quotas.queries import quota
from core.storage.envelope import Place
from tests.core.privacy.retention.things import a_request_with_a_picture
from tests.factories import an_actor

TRAITS = Traits(part_limit_bytes=9_000_000, allows_training=True, allows_advertising=True)


async def asked(
    app: App,
    command: str,
    words: str = "",
    *,
    actor: Actor | None = None,
    traits: Traits = TRAITS,
    key: str = "",
) -> Answer:
    """Give one command at the counter."""
    who = actor or an_actor()
    reply_to = ReplyTo(who.surface, "private")
    return await answer(app, Ask(who, command, words, reply_to, key or new_id(), traits))


def said_by(told: Answer) -> str:
    """All words of an answer, in its own language."""
    return "\n".join(paragraphs(told.page, told.language))


async def somebody(app: App, native_id: str = "1", *, pictures: int = 3) -> tuple[Actor, AccountId]:
    """A person with a region, credits and some pictures."""
    actor = an_actor(native_id)
    account_id = (await meet(app, actor)).account_id
    await choose_region(app, actor, "DE")
    await quota(app, actor)
    for _ in range(pictures):
        await a_request_with_a_picture(app, account_id, app.clock.now())
    return actor, account_id


async def also_known_on(app: App, account_id: AccountId, surface: str, native_id: str) -> Actor:
    """Link another surface's person to an account."""
    actor = an_actor(native_id, surface)
    identity_id = new_id()
    place = Place("identities", "native_sealed", identity_id, account_id)
    row = IdentityRow(
        id=identity_id,
        account_id=account_id,
        surface=surface,
        native_hash=app.keys.fingerprint("identity", surface, native_id),
        native_sealed=await app.keys.seal(place, native_id.encode()),
        created_at=app.clock.now(),
    )
    async with app.transaction() as tx:
        tx.add(row)
    return actor
