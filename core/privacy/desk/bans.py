"""The operator stops somebody from making pictures, or lets them again; no right is touched."""

from core.accounts.commands import find_person
from core.accounts.standing import ban, unban
from core.app import App
from core.generation.cancelling import cancel_all
from core.kernel.people import Actor
from core.privacy.desk.errors import NobodyKnown


async def ban_person(app: App, actor: Actor) -> bool:
    """Let a person make nothing from now on, and end what is under way; False if it was so.

    Raises:
        NobodyKnown: nothing is held about this id; nothing happened.
    """
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is None:
            raise NobodyKnown
        changed = await ban(tx, person.account_id, app.clock.now())
    await cancel_all(app, actor)
    return changed


async def unban_person(app: App, actor: Actor) -> bool:
    """Let a banned person make pictures again; False if nobody had stopped them.

    Raises:
        NobodyKnown: nothing is held about this id; nothing happened.
    """
    async with app.transaction() as tx:
        person = await find_person(app, tx, actor)
        if person is None:
            raise NobodyKnown
        return await unban(tx, person.account_id)
