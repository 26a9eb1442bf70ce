"""Scripted trouble: which call goes wrong, how, and how often."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any, ClassVar


class ApiError(Exception):
    """The API refuses a call; nothing was changed."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The refusal as the API words it."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        return {**body, "parameters": self.parameters} if self.parameters else body


@dataclass(frozen=True, slots=True)
class Fault:
    """One way for one call to go wrong; make it with the class methods and constants."""

    error: ApiError | None = None
    """Answer with this instead of doing anything."""
    effect: bool = False
    """Whether the call does its work before the trouble."""
    wait_s: float = 0.0
    reset: bool = False
    """Drop the connection instead of answering."""

    blocked: ClassVar["Fault"]
    chat_not_found: ClassVar["Fault"]
    kicked: ClassVar["Fault"]
    connection_reset: ClassVar["Fault"]

    @classmethod
    def timeout_after_effect(cls, seconds: float) -> "Fault":
        """The work is done, but the answer comes ``seconds`` later than it should."""
        return cls(effect=True, wait_s=seconds)

    @classmethod
    def timeout_before_effect(cls, seconds: float) -> "Fault":
        """Nothing is done; after ``seconds`` of silence the connection drops."""
        return cls(wait_s=seconds, reset=True)

    @classmethod
    def reset_after_effect(cls) -> "Fault":
        """The work is done, but the connection drops before the answer."""
        return cls(effect=True, reset=True)

    @classmethod
    def retry_after(cls, seconds: int) -> "Fault":
        """429 with the number of seconds to wait; nothing is done."""
        return cls(ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds))

    @classmethod
    def status(cls, code: int) -> "Fault":
        """An answer with this HTTP status; nothing is done."""
        return cls(ApiError(code, {502: "Bad Gateway"}.get(code, "Internal Server Error")))

    @classmethod
    def migrated(cls, new_chat_id: int) -> "Fault":
        """The group has become a supergroup with another id; nothing is done."""
        return cls(group_was_upgraded(new_chat_id))


def group_was_upgraded(new_chat_id: int) -> ApiError:
    """The refusal for the old id of a group that became a supergroup."""
    return ApiError(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=new_chat_id,
    )


Fault.blocked = Fault(ApiError(403, "Forbidden: bot was blocked by the user"))
Fault.chat_not_found = Fault(ApiError(400, "Bad Request: chat not found"))
Fault.kicked = Fault(ApiError(403, "Forbidden: bot was kicked from the supergroup chat"))
Fault.connection_reset = Fault(reset=True)


@dataclass(slots=True)
class Faults:
    """The faults still to come, per method, in the order in which they were added."""

    pending: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))

    def add(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next ``times`` calls of ``method`` go wrong in this way."""
        self.pending[method].extend([fault] * times)

    def take(self, method: str) -> Fault | None:
        """The fault for a call that arrives now, if one is due."""
        waiting = self.pending.get(method)
        return waiting.popleft() if waiting else None

    def left(self) -> dict[str, int]:
        """How many faults have not happened yet, by method."""
        return {method: len(waiting) for method, waiting in self.pending.items() if waiting}
