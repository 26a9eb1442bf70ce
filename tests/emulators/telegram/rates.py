"""Watches how fast a bot calls, and notes where the real platform would push back."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

_FREE = frozenset({"getUpdates", "getMe", "answerCallbackQuery", "answerInlineQuery"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived; ``at_s`` is monotonic."""

    method: str
    chat_id: int | None
    at_s: float


@dataclass(slots=True)
class Rates:
    """Sliding windows per chat and overall; ``observations`` are for tests to assert on.

    A private chat may receive ``private_burst`` messages at once, and one a second after that.
    """

    private_burst: int = 3
    group_per_minute: int = 20
    overall_per_second: int = 30
    calls: list[Call] = field(default_factory=list)
    observations: list[str] = field(default_factory=list)
    _tokens: dict[int, tuple[float, float]] = field(default_factory=dict)
    _groups: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _overall: deque[float] = field(default_factory=deque)

    def note(self, method: str, chat_id: int | None, at_s: float, messages: int = 1) -> None:
        """Account for one call that puts ``messages`` messages into a chat or changes one."""
        self.calls.append(Call(method, chat_id, at_s))
        if method in _FREE:
            return
        self._window(self._overall, at_s, 1.0)
        if len(self._overall) > self.overall_per_second:
            self.observations.append(f"{method}: {len(self._overall)} calls in one second")
        if chat_id is None or not method.startswith(("send", "edit", "copy")):
            return
        if method in {"sendChatAction", "sendMessageDraft"}:
            return
        if chat_id > 0:
            self._private(method, chat_id, at_s, messages)
            return
        for _ in range(messages):
            self._window(self._groups[chat_id], at_s, 60.0)
        count = len(self._groups[chat_id])
        if count > self.group_per_minute:
            self.observations.append(f"{method}: {count} messages in one minute in group {chat_id}")

    def _private(self, method: str, chat_id: int, at_s: float, messages: int) -> None:
        tokens, since_s = self._tokens.get(chat_id, (float(self.private_burst), at_s))
        tokens = min(float(self.private_burst), tokens + at_s - since_s) - messages
        if tokens < 0:
            self.observations.append(f"{method}: faster than 1 a second in private chat {chat_id}")
        self._tokens[chat_id] = (max(tokens, 0.0), at_s)

    @staticmethod
    def _window(times: deque[float], at_s: float, width_s: float) -> None:
        times.append(at_s)
        while times[0] <= at_s - width_s:
            times.popleft()
