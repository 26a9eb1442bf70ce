"""Hands updates to the bot: a queue for long polling, or pushes to a webhook."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.emulators.telegram.faults import ApiError

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_ASKED_FOR_ONLY = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_RETRY_S = 0.2


@dataclass(slots=True)
class Webhook:
    """Where updates are pushed; an empty URL means that the bot polls."""

    url: str = ""
    secret: str = ""
    certificate: bool = False
    max_connections: int = 40
    last_error: str = ""
    last_error_date: int = 0


@dataclass(slots=True)
class Updates:
    """Updates not yet confirmed by the bot, and everything that was ever sent."""

    now: Callable[[], int]
    check: Callable[[dict[str, Any]], None]
    """Called with each update before it is queued, to find mistakes of our own."""
    pending: list[dict[str, Any]] = field(default_factory=list)
    sent: dict[int, dict[str, Any]] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)
    webhook: Webhook = field(default_factory=Webhook)
    polls: int = 0
    """How often getUpdates was called; the latest call ends the one before."""
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(700_000_001))
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _again: list[dict[str, Any]] = field(default_factory=list)

    def add(self, kind: str, payload: dict[str, Any]) -> int:
        """Queue one update and return its id, also when the bot did not ask for this kind."""
        update_id = next(self._ids)
        update: dict[str, Any] = {"update_id": update_id, kind: payload}
        self.check(update)
        self.sent[update_id] = update
        wanted = kind in self.allowed if self.allowed else kind not in _ASKED_FOR_ONLY
        if wanted:
            self.pending.append(update)
            self._changed.set()
        return update_id

    def redeliver(self, update_id: int) -> None:
        """Send an earlier update again, also when the bot has confirmed it.

        Raises:
            KeyError: no update had this id.
        """
        self._again.append(self.sent[update_id])
        self._changed.set()

    async def poll(
        self, offset: int, limit: int, timeout_s: int, allowed: list[str] | None
    ) -> list[dict[str, Any]]:
        """Answer getUpdates: confirm everything below ``offset``, then wait for more.

        Raises:
            ApiError: a webhook is set, or another poll took over.
        """
        if self.webhook.url:
            conflict = "can't use getUpdates method while webhook is active"
            raise ApiError(409, f"Conflict: {conflict}; use deleteWebhook to delete the webhook")
        if allowed is not None:
            self.allowed = allowed
        self.polls += 1
        mine = self.polls
        self._changed.set()
        if offset < 0:
            self.pending = self.pending[offset:]
        elif offset:
            self.pending = [item for item in self.pending if item["update_id"] >= offset]
        try:
            async with asyncio.timeout(timeout_s):
                while not (self.pending or self._again) and self.polls == mine:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return []
        if self.polls != mine:
            raise ApiError(409, "Conflict: terminated by other getUpdates request")
        again, self._again = self._again, []
        return (again + self.pending)[:limit]

    def drop(self) -> None:
        """Forget everything that was not delivered."""
        self.pending.clear()

    async def push_forever(self) -> None:
        """Push updates one by one, in order, and repeat each until it is accepted."""
        async with aiohttp.ClientSession() as session:
            while True:
                if not self.webhook.url or not (self._again or self.pending):
                    self._changed.clear()
                    await self._changed.wait()
                    continue
                update = (self._again + self.pending)[0]
                if await self._pushed(session, update):
                    self._again = [item for item in self._again if item is not update]
                    self.pending = [item for item in self.pending if item is not update]
                else:
                    await asyncio.sleep(_RETRY_S)

    def set_webhook(self, webhook: Webhook) -> None:
        """Push to this address from now on."""
        self.webhook = webhook
        self._changed.set()

    async def _pushed(self, session: aiohttp.ClientSession, update: dict[str, Any]) -> bool:
        hook = self.webhook
        headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
        wait = aiohttp.ClientTimeout(total=60)
        try:
            async with session.post(hook.url, json=update, headers=headers, timeout=wait) as answer:
                if answer.ok:
                    return True
                hook.last_error = f"Wrong response from the webhook: {answer.status}"
        except (aiohttp.ClientError, TimeoutError) as failure:
            hook.last_error = f"Connection failed: {type(failure).__name__}"
        hook.last_error_date = self.now()
        return False

    def webhook_info(self) -> dict[str, Any]:
        """The answer of getWebhookInfo."""
        info: dict[str, Any] = {
            "url": self.webhook.url,
            "has_custom_certificate": self.webhook.certificate,
            "pending_update_count": len(self.pending),
            "max_connections": self.webhook.max_connections,
        }
        if self.webhook.last_error:
            info["last_error_message"] = self.webhook.last_error
            info["last_error_date"] = self.webhook.last_error_date
        if self.allowed:
            info["allowed_updates"] = self.allowed
        return info
