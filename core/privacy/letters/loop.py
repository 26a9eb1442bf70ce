"""Brings letters to one surface, in the process that owns its client."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import assert_never

from core.app import App
from core.generation.delivery_port import (
    ACCOUNT_GONE,
    GONE_TASK,
    DeliveryResult,
    Gone,
    Later,
    Sent,
)
from core.kernel.ids import AccountId, BlobId, new_id
from core.kernel.people import language_of
from core.privacy.answers import of_json
from core.privacy.letters import claims
from core.privacy.letters.people import native_id_in
from core.privacy.letters.port import Attachment, Letter, LetterDelivery
from core.privacy.letters.post import place_of, readdress, remember_letter
from core.privacy.letters.rows import LetterRow
from core.storage.envelope import Unreadable
from core.storage.turns import IN_BACKGROUND
from core.storage.vault import BlobMissing

log = logging.getLogger("limner.letters")

POLL_S = 0.25
SEND_AT_MOST_S = 300.0
"""Seconds after which a send is given up and tried again; a part of an export takes its time."""
_AT_ONCE = 2
_FIRST_RETRY_S, _LAST_RETRY_S = 1.0, 300.0
_STOP_PATIENCE_S = 1.0
_MIMES = {"zip": "application/zip", "json": "application/json"}


class LetterLoop:
    """Drains one surface's letters."""

    def __init__(self, app: App, surface: LetterDelivery, *, keeps: bool = False) -> None:
        """Bring letters to a surface.

        ``keeps``: it shows them from the core whenever somebody looks (core/privacy/letters/
        queries.py). A letter then stays readable until its retention ends or it is withdrawn, and
        its file is fetched from the vault when it is asked for, not now.
        """
        self._app = app
        self._surface = surface
        self._keeps = keeps
        self._claimer = new_id()
        self._sending: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until cancelled; a round that fails is logged and the next one goes on."""
        rounds = [
            asyncio.create_task(self._forever(self._drain, POLL_S)),
            asyncio.create_task(self._forever(self._renew, claims.CLAIM_S / 4)),
        ]
        try:
            await asyncio.wait(rounds)
        finally:
            self._stopping.set()
            await _end(rounds)
            await _end([*self._sending])
            async with self._app.transaction() as tx:
                await claims.release(tx, self._claimer, await self._app.database.now(tx))

    async def _forever(self, work: Callable[[], Awaitable[None]], pause_s: float) -> None:
        IN_BACKGROUND.set(True)
        while not self._stopping.is_set():
            try:
                await work()
            except Exception:  # the edge of this loop: one bad round must not end delivery
                log.exception("letter round failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)

    async def _renew(self) -> None:
        if self._sending:
            async with self._app.transaction() as tx:
                await claims.renew(tx, self._claimer, await self._app.database.now(tx))

    async def _drain(self) -> None:
        free = _AT_ONCE - len(self._sending)
        if free <= 0:
            return
        async with self._app.transaction() as tx:
            now = await self._app.database.now(tx)
            found = await claims.claim(tx, self._surface.surface, self._claimer, now, free)
        for row in found:
            task = asyncio.create_task(self._send(row))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, row: LetterRow) -> None:
        try:
            result = await self._carry(row)
        except Exception:  # the edge of one letter: it is tried again, nothing is lost
            log.exception("a letter was not brought")
            result = Later(_backoff_s(row.attempt))
        await self._record(row, result)

    async def _carry(self, row: LetterRow) -> DeliveryResult:
        try:
            letter = await self._letter(row)
        except (Unreadable, BlobMissing):
            # What it spoke of was erased, or has expired.
            return Gone("expired")
        async with self._app.transaction() as tx:
            await claims.start(tx, row.id)
        async with asyncio.timeout(SEND_AT_MOST_S):
            if letter is None:
                address = await self._opened(row, "message_sealed")
                return await self._surface.take_back(address, language_of(row.language))
            return await self._surface.bring(letter)

    async def _opened(self, row: LetterRow, column: str) -> str:
        sealed: bytes | None = getattr(row, column)
        if not sealed:
            return ""
        return (await self._app.keys.unseal(place_of(row.id, column), sealed)).decode()

    async def _letter(self, row: LetterRow) -> Letter | None:
        if row.kind == "takeback":
            return None
        attachment = None
        if row.attachment and row.attachment_owner and not self._keeps:
            owner, blob = AccountId(row.attachment_owner), BlobId(row.attachment)
            mime = _MIMES.get(row.file_name.rpartition(".")[2], "application/octet-stream")
            attachment = Attachment(row.file_name, mime, await self._app.vault.get(owner, blob))

        async def remember(address: str) -> None:
            await remember_letter(self._app, row.id, address)

        return Letter(
            letter_id=row.id,
            reply_to=await self._address(row),
            message_address=await self._opened(row, "message_sealed"),
            attempt=row.attempt,
            was_started=row.was_started,
            answer=of_json(json.loads(await self._opened(row, "body_sealed"))),
            attachment=attachment,
            remember=remember,
        )

    async def _address(self, row: LetterRow) -> str:
        """Return where a letter goes; what names only the person becomes an address, for good."""
        reply_to = await self._opened(row, "reply_to_sealed")
        native_id = native_id_in(reply_to)
        if native_id is None:
            return reply_to
        address = self._surface.private_address(native_id)
        await readdress(self._app, row.id, address)
        return address

    async def _record(self, row: LetterRow, result: DeliveryResult) -> None:
        app = self._app
        match result:
            case Sent(address):
                if row.kind != "takeback":
                    await remember_letter(app, row.id, address)
                code = "sent"
            case Gone(reason):
                code = f"gone:{reason}"[:32]
            case Later(retry_after_s):
                async with app.transaction() as tx:
                    now = await app.database.now(tx)
                    if now - row.created_at < claims.GIVE_UP_AFTER:
                        wait = timedelta(seconds=max(retry_after_s, _backoff_s(row.attempt)))
                        await claims.postpone(tx, row.id, self._claimer, now + wait)
                        return
                code = "gave-up"
            case _:
                assert_never(result)
        async with app.transaction() as tx:
            now = await app.database.now(tx)
            is_over = await claims.finish(
                tx, row.id, self._claimer, row.revision, code, now, keeps=self._keeps
            )
            if result == Gone(ACCOUNT_GONE) and row.account_id is not None:
                await app.engine.enqueue_task(tx, GONE_TASK, row.account_id)
        if is_over:
            await app.keys.destroy(AccountId(row.id))


async def _end(tasks: list[asyncio.Task[None]]) -> None:
    """Let tasks finish for a moment, then cancel those that are left."""
    if tasks:
        await asyncio.wait(tasks, timeout=_STOP_PATIENCE_S)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _backoff_s(attempt: int) -> float:
    return min(_LAST_RETRY_S, _FIRST_RETRY_S * 2.0 ** min(attempt, 10))
