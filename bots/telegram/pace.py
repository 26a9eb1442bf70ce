"""Keeps within what Telegram takes: per private chat, per group and overall, in order of asking.

The library's own limiter lets a full group bucket through on top of its refill (40 in the first
minute instead of 20), does not space private chats, and halts every chat when one is pushed back;
so this takes its place behind the same interface.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

OVERALL_PER_SECOND = 28
GROUP_PER_MINUTE = 20
KEPT_FOR_ANSWERS = 16
"""Of those, so many a second are never taken by edits and pictures: a first answer goes out at
once, however many results are on their way."""
_BEHIND = frozenset(
    {
        "editMessageCaption",
        "editMessageMedia",
        "editMessageText",
        "sendDocument",
        "sendMediaGroup",
        "sendPhoto",
    }
)
PRIVATE_BURST = 2
"""Messages that a private chat takes at once before the spacing of a second begins."""
# The way to the platform differs from call to call, so every window is a little wider than asked.
_SLACK = 1.04
_CHATS_KEPT = 2000
_MARK_FREE = frozenset({"sendChatAction", "sendMessageDraft", "deleteMessage", "deleteMessages"})


def seconds_of(pushed_back: RetryAfter) -> float:
    """Return how long the platform asks to wait, in seconds."""
    wait = pushed_back.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


@dataclass(slots=True)
class _Window:
    """At most ``most`` marks in any ``width_s`` seconds; asked for in turn."""

    most: int
    width_s: float
    marks: deque[float] = field(default_factory=deque)
    not_before_s: float = 0.0
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0

    def wait_s(self, weight: int, now_s: float) -> float:
        """Return how long ``weight`` marks have to wait."""
        while self.marks and self.marks[0] <= now_s - self.width_s:
            self.marks.popleft()
        pause_s = max(0.0, self.not_before_s - now_s)
        over = len(self.marks) + min(weight, self.most) - self.most
        if over <= 0:
            return pause_s
        return max(pause_s, self.marks[over - 1] + self.width_s - now_s)

    async def take(self, weight: int) -> None:
        """Wait for a turn and leave the marks."""
        loop = asyncio.get_running_loop()
        self.waiting += 1
        try:
            async with self.turn:
                # What is waited for is time: a push-back meanwhile can only make it longer.
                while (wait_s := self.wait_s(weight, loop.time())) > 0:  # noqa: ASYNC110
                    await asyncio.sleep(wait_s)
                self.marks.extend([loop.time()] * min(weight, self.most))
        finally:
            self.waiting -= 1

    @property
    def is_idle(self) -> bool:
        return not self.waiting and not self.marks


class Pace(BaseRateLimiter[int]):
    """A rate limiter for the library; ``rate_limit_args`` is how often to wait out a 429."""

    __slots__ = ("_behind", "_born_s", "_chats", "_overall")

    def __init__(self) -> None:
        self._overall = _Window(OVERALL_PER_SECOND, _SLACK)
        self._behind = _Window(OVERALL_PER_SECOND - KEPT_FOR_ANSWERS, _SLACK)
        self._chats: OrderedDict[int, tuple[_Window, ...]] = OrderedDict()
        self._born_s: float | None = None

    async def initialize(self) -> None:
        """Note the start: what the process before this one sent just now still counts."""
        self._born_s = asyncio.get_running_loop().time()

    async def shutdown(self) -> None:
        """Nothing to give back."""

    def wait_s(self, chat_id: int) -> float:
        """Return how long a message to the chat would wait now, in seconds."""
        now_s = asyncio.get_running_loop().time()
        windows = self._windows(chat_id)
        queued_s = max(window.waiting * window.width_s / window.most for window in windows)
        return queued_s + max(window.wait_s(1, now_s) for window in windows)

    def is_calm(self, chat_id: int) -> bool:
        """Say whether an edit that is only nice to have would take nothing from what matters."""
        now_s = asyncio.get_running_loop().time()
        windows = self._windows(chat_id)
        for window in windows:
            if window.waiting or window.wait_s(1, now_s) > 0:
                return False
        widest = windows[-1]
        return chat_id > 0 or len(widest.marks) < widest.most // 2

    def _windows(self, chat_id: int) -> tuple[_Window, ...]:
        if chat_id not in self._chats:
            window = (
                _Window(PRIVATE_BURST, PRIVATE_BURST * _SLACK)
                if chat_id > 0
                else _Window(GROUP_PER_MINUTE, 60 * _SLACK)
            )
            if self._born_s is not None:
                window.marks.append(self._born_s)
            self._chats[chat_id] = (window,)
        self._chats.move_to_end(chat_id)
        if len(self._chats) > _CHATS_KEPT:
            oldest = next(iter(self._chats))
            if all(window.is_idle for window in self._chats[oldest]):
                del self._chats[oldest]
            else:
                self._chats.move_to_end(oldest)
        return self._chats[chat_id]

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Any:
        """Wait until the platform takes this call, then make it.

        Raises:
            RetryAfter: pushed back more often than ``rate_limit_args`` says (default: at once);
                nothing was sent, and the chat rests until then.
        """
        chat_id = data.get("chat_id")
        left = rate_limit_args or 0
        while True:
            if isinstance(chat_id, int):
                if endpoint not in _MARK_FREE:
                    media = data.get("media")
                    weight = len(media) if isinstance(media, list | tuple) else 1
                    for window in self._windows(chat_id):
                        await window.take(weight)
                if endpoint in _BEHIND:
                    await self._behind.take(1)
                await self._overall.take(1)
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as pushed_back:
                if isinstance(chat_id, int):
                    rest_until_s = asyncio.get_running_loop().time() + seconds_of(pushed_back)
                    for window in self._windows(chat_id):
                        window.not_before_s = max(window.not_before_s, rest_until_s)
                if left <= 0:
                    raise
                left -= 1
