"""The deletion ledger: which accounts were erased, written outside of every copy of the data.

It lies with the keys. A backup of the data that is restored is searched for the accounts that
stand here, before anybody is answered.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Engine, MetaData, String, Table, delete, insert, inspect, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from core.kernel.ids import AccountId

_METADATA = MetaData()
# No id, and nothing that leads back to one without the pepper.
ERASED = Table(
    "erased",
    _METADATA,
    Column("subject_hash", String(64), primary_key=True),
    Column("erased_at", String(32), nullable=False),
)


def _written(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")


class DeletionLedger:
    """Keyed hashes of erased accounts, with the time; in the keys' own database."""

    def __init__(
        self,
        engine: Engine,
        fingerprint: Callable[..., str],
        off_loop: Callable[..., Awaitable[Any]],
    ) -> None:
        """Open the ledger beside the keys, making its table when there is none."""
        self._engine = engine
        self._fingerprint = fingerprint
        self._off_loop = off_loop
        try:
            _METADATA.create_all(engine)
        except (IntegrityError, OperationalError, ProgrammingError):
            # Two processes start at once: the other one has just made it.
            if not inspect(engine).has_table(ERASED.name):
                raise

    def subject_hash(self, account_id: AccountId) -> str:
        """Return what the ledger knows an account by."""
        return self._fingerprint("erased", account_id)

    async def note(self, account_id: AccountId, when: datetime) -> None:
        """Write an erasure down; one that stands there already stays as it is."""
        row = {"subject_hash": self.subject_hash(account_id), "erased_at": _written(when)}

        def write() -> None:
            try:
                with self._engine.begin() as connection:
                    connection.execute(insert(ERASED).values(row))
            except IntegrityError:
                return

        await self._off_loop(write)

    async def after(self, last: str, limit: int) -> list[str]:
        """Return the hashes behind one, in their own order; for a pass over the whole ledger."""
        query = (
            select(ERASED.c.subject_hash)
            .where(ERASED.c.subject_hash > last)
            .order_by(ERASED.c.subject_hash)
            .limit(limit)
        )
        found: list[str] = await self._off_loop(self._hashes, query)
        return found

    async def among(self, account_ids: Sequence[AccountId]) -> list[AccountId]:
        """Return which of these accounts were erased."""
        known = {self.subject_hash(one): one for one in account_ids}
        query = select(ERASED.c.subject_hash).where(ERASED.c.subject_hash.in_(list(known)))
        return [known[one] for one in await self._off_loop(self._hashes, query)]

    def _hashes(self, query: Any) -> list[str]:
        with self._engine.begin() as connection:
            return list(connection.execute(query).scalars())

    async def forget(self, before: datetime) -> None:
        """Drop erasures from before a time: no backup is that old any more."""
        query = delete(ERASED).where(ERASED.c.erased_at < _written(before))

        def write() -> None:
            with self._engine.begin() as connection:
                connection.execute(query)

        await self._off_loop(write)
