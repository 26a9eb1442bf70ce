"""Who really received data about one account, and how often: from the receipts of its routes."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import MetaData, Text, cast, func, select

from core.app import App
from core.kernel.ids import AccountId
from core.privacy.subject.shelves import Shelf, shelves
from core.providers.routing import Confirmed, RouteReceipt, confirmed_by
from core.storage.inventory import Base


@dataclass(frozen=True, slots=True)
class Recipient:
    """One party that received prompts, under one set of controls."""

    offering_id: str
    processor: str
    """Empty for the operator's own machine."""
    places: tuple[str, ...]
    """ISO 3166 codes; empty for the operator's own machine, and where nobody knows."""
    is_known: bool
    """False when neither the receipt nor the registry knows any more who it was."""
    is_pinned: bool
    no_training_asked: bool
    no_training_confirmed: bool
    zero_retention_asked: bool
    zero_retention_confirmed: bool

    @property
    def is_own_machine(self) -> bool:
        """Say whether nothing left the operator's own machine."""
        return self.is_known and not self.processor


_NOTHING_KNOWN = Confirmed(
    processor="",
    places=(),
    is_pinned=False,
    no_training=False,
    zero_retention=False,
    evidence="",
)


def recipient_of(app: App, offering_id: str, receipt: RouteReceipt) -> Recipient:
    """Return who a request went to: as written down then, else by what is configured now."""
    confirmed = receipt.confirmed
    if confirmed is None:
        offering = app.registry.offering(offering_id)
        confirmed = None if offering is None else confirmed_by(offering)
    is_known = confirmed is not None
    seen = confirmed or _NOTHING_KNOWN
    return Recipient(
        offering_id=offering_id,
        processor=seen.processor,
        places=seen.places,
        is_known=is_known,
        is_pinned=seen.is_pinned,
        no_training_asked=receipt.controls.no_training,
        no_training_confirmed=seen.no_training,
        zero_retention_asked=receipt.controls.zero_retention,
        zero_retention_confirmed=seen.zero_retention,
    )


async def recipients(
    app: App, account_id: AccountId, metadata: MetaData = Base.metadata
) -> dict[Recipient, int]:
    """Return everybody who was sent something of an account's requests, with how many requests."""
    found: Counter[Recipient] = Counter()
    for shelf in shelves(metadata):
        if "receipt" in shelf.table.info.get("usage", {}):
            found.update(await _of_shelf(app, account_id, shelf))
    return dict(sorted(found.items(), key=lambda item: (item[0].processor, item[0].offering_id)))


async def _of_shelf(app: App, account_id: AccountId, shelf: Shelf) -> Counter[Recipient]:
    columns = shelf.table.columns
    names = shelf.table.info["usage"]
    offering, sent = columns[names["offering"]], columns[names["sent"]]
    receipt = cast(columns[names["receipt"]], Text)
    query = (
        select(offering, receipt, func.count())
        .where(shelf.owner == account_id, sent.is_not(None), columns[names["receipt"]].is_not(None))
        .group_by(offering, receipt)
    )
    found: Counter[Recipient] = Counter()
    async with app.transaction() as tx:
        for offering_id, written, count in await tx.execute(query):
            try:
                read = RouteReceipt.from_json(str(written))
            except ValueError:
                continue
            found[recipient_of(app, str(offering_id), read)] += count
    return found


async def surfaces(
    app: App, account_id: AccountId, metadata: MetaData = Base.metadata
) -> tuple[str, ...]:
    """Return the surfaces on which an account is known."""
    found: set[str] = set()
    async with app.transaction() as tx:
        for shelf in shelves(metadata):
            name = shelf.table.info.get("surface")
            if name is not None:
                query = select(shelf.table.columns[name]).where(shelf.owner == account_id)
                found.update(str(one) for one in await tx.scalars(query))
    return tuple(sorted(found))
