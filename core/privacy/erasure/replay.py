"""After a restored backup, whoever was erased since is erased again before anybody is answered.

The deletion ledger lies with the keys, outside every copy of the data. It knows more erasures than
the database exactly when the database is older than the ledger.
"""

import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import select

from core.accounts.rows import AccountRow
from core.app import App
from core.engine.engine import Result, Steps
from core.kernel.ids import AccountId
from core.privacy.erasure.commands import begin_erasure
from core.privacy.erasure.rows import ErasureRow
from core.privacy.erasure.saga import erase
from core.privacy.erasure.values import EraseAccount

log = logging.getLogger("limner.erasure")

_BATCH = 1000


class _Here(Steps):
    """Runs steps in this process, without the engine: nothing is answered before they are done."""

    async def run(self, name: str, step: Callable[[], Awaitable[Result]]) -> Result:
        """Run a step."""
        del name
        return await step()


async def replay_deletions(app: App) -> int:
    """Erase every account that stands in the deletion ledger; return how many there were.

    Costs one look when the database knows all erasures of the ledger, which is the rule. What a
    store does not acknowledge now is tried again by the workers.
    """
    if not await _is_older_than_the_ledger(app):
        return 0
    count = 0
    last = ""
    while True:
        query = (
            select(AccountRow.id).where(AccountRow.id > last).order_by(AccountRow.id).limit(_BATCH)
        )
        async with app.transaction() as tx:
            ids = [AccountId(one) for one in await tx.scalars(query)]
        if not ids:
            break
        for account_id in await app.keys.ledger.among(ids):
            await _erase_again(app, account_id)
            count += 1
        last = ids[-1]
    if count:
        log.warning(
            "a restored backup brought %s erased accounts back; they are erased again", count
        )
    return count


async def _is_older_than_the_ledger(app: App) -> bool:
    last = ""
    while hashes := await app.keys.ledger.after(last, _BATCH):
        query = select(ErasureRow.subject_hash).where(
            ErasureRow.subject_hash.in_(hashes), ErasureRow.state.in_(("running", "done"))
        )
        async with app.transaction() as tx:
            known = set(await tx.scalars(query))
        if not known.issuperset(hashes):
            return True
        last = hashes[-1]
    return False


async def _erase_again(app: App, account_id: AccountId) -> None:
    order = EraseAccount(account_id, "operator", is_now=True, reason="restored")
    erasure = await begin_erasure(app, order)
    await erase(app, erasure.erasure_id, _Here())
