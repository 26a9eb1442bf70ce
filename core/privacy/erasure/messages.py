"""Messages in the chat that show what is deleted: taken back where the platform allows it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from core.app import App
from core.generation import requests
from core.generation.rows import RequestRow
from core.kernel.ids import AccountId, RequestId
from core.kernel.people import Language
from core.privacy.letters.post import draft_takeback, letter_id_of, post
from core.privacy.letters.rows import LetterRow

_BATCH = 2000
_POSTED_AT_ONCE = 50
_MARGIN = timedelta(minutes=5)
"""A message that is this close to the platform's limit may be too old when its turn comes."""
AT_MOST = 2000
"""So many messages, the newest, are taken back; who has more would wait for hours."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a chat, by the address that its surface gave."""

    surface: str
    address: str


@dataclass(frozen=True, slots=True)
class Messages:
    """What can be taken back, and how many messages only the person can remove."""

    removable: tuple[Message, ...]
    left: int

    def written(self) -> bytes:
        """Return the removable ones as bytes, to be sealed."""
        return json.dumps([asdict(one) for one in self.removable]).encode()


def read_messages(written: bytes) -> tuple[Message, ...]:
    """Return what ``Messages.written`` wrote."""
    return tuple(Message(**one) for one in json.loads(written))


async def messages_of(
    app: App, account_id: AccountId, chosen: ColumnElement[bool], hours: Mapping[str, int]
) -> Messages:
    """Open the addresses of the chosen requests' messages.

    ``hours``: for each surface how long its platform lets a message be removed; without one,
    it can be tried at any age.
    """
    now = app.clock.now()
    removable: list[Message] = []
    left = 0
    last = None
    while True:
        query = (
            select(
                RequestRow.id, RequestRow.surface, RequestRow.message_sealed, RequestRow.created_at
            )
            .where(
                RequestRow.account_id == account_id, chosen, RequestRow.message_sealed.is_not(None)
            )
            .order_by(RequestRow.id.desc())
            .limit(_BATCH)
        )
        if last is not None:
            query = query.where(RequestRow.id < last)
        async with app.transaction() as tx:
            found = (await tx.execute(query)).all()
        if not found:
            return Messages(tuple(removable), left)
        young = [row for row in found if _is_young(row.created_at, hours.get(row.surface), now)]
        left += len(found) - len(young)
        sealed = [
            (requests.place_of(account_id, RequestId(row.id), "message_sealed"), row.message_sealed)
            for row in young
        ]
        opened = await app.keys.unseal_many(sealed)
        for row, address in zip(young, opened, strict=True):
            if address is None or len(removable) >= AT_MOST:
                left += 1
            else:
                removable.append(Message(row.surface, address.decode()))
        last = found[-1].id


def _is_young(sent_at: datetime, hours: int | None, now: datetime) -> bool:
    return hours is None or sent_at > now - timedelta(hours=hours) + _MARGIN


async def take_back(app: App, about: str, messages: Sequence[Message], language: Language) -> None:
    """Post the orders to remove messages; a repeated step posts none twice."""
    numbered = {
        letter_id_of(app, about, f"takeback-{number}"): one for number, one in enumerate(messages)
    }
    for start in range(0, len(numbered), _POSTED_AT_ONCE):
        ids = list(numbered)[start : start + _POSTED_AT_ONCE]
        async with app.transaction() as tx:
            known = set(await tx.scalars(select(LetterRow.id).where(LetterRow.id.in_(ids))))
        drafts = [
            await draft_takeback(
                app,
                letter_id,
                about=about,
                surface=numbered[letter_id].surface,
                message_address=numbered[letter_id].address,
                language=language,
            )
            for letter_id in ids
            if letter_id not in known
        ]
        async with app.transaction() as tx:
            now = await app.database.now(tx)
            for letter in drafts:
                await post(tx, letter, now)
